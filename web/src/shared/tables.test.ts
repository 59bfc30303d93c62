import { strFromU8, unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'

import { csv } from './csv'
import { fileName } from './save'
import { workbook } from './xlsx'

/** Read a saved workbook with another library than the one that wrote it: its one sheet, and the cells as text of XML. */
async function opened(blob: Blob) {
  const files = unzipSync(new Uint8Array(await blob.arrayBuffer()))
  const xml = (path: string) => new DOMParser().parseFromString(strFromU8(files[path]!), 'text/xml')
  const texts = [...(files['xl/sharedStrings.xml'] ? xml('xl/sharedStrings.xml').querySelectorAll('si') : [])].map((one) => one.textContent)
  const cells = [...xml('xl/worksheets/sheet1.xml').querySelectorAll('c')].map((cell) => {
    const value = cell.querySelector('v')?.textContent ?? ''
    const text = cell.getAttribute('t') === 's' ? texts[Number(value)] : cell.querySelector('is')?.textContent
    return [cell.getAttribute('r'), text ?? Number(value)]
  })
  return { sheet: xml('xl/workbook.xml').querySelector('sheet')?.getAttribute('name'), cells, formulas: xml('xl/worksheets/sheet1.xml').querySelectorAll('f').length }
}

describe('workbook', () => {
  it('keeps text as text and numbers as numbers, each in its place', async () => {
    const { cells } = await opened(await workbook('面积', [['地类', '公顷'], ['0101 <水田> & "旱地"', 12.5], [null, 3], [], ['末行']]))
    expect(cells.filter(([, value]) => value !== 0)).toEqual([
      ['A1', '地类'], ['B1', '公顷'], ['A2', '0101 <水田> & "旱地"'], ['B2', 12.5], ['B3', 3], ['A5', '末行'],
    ])
  })
  it('never makes a formula of text, nor breaks on control characters', async () => {
    const { cells, formulas } = await opened(await workbook('a', [['=1+1'], ['坏\u0001字']]))
    expect(cells).toEqual([['A1', '=1+1'], ['A2', '坏字']])
    expect(formulas).toBe(0)
  })
  it('gives the sheet a name that Excel accepts', async () => {
    const { sheet } = await opened(await workbook(`面积: ${'长'.repeat(40)}`, [['a']]))
    expect(sheet).toBe(`面积  ${'长'.repeat(27)}`)
  })
})

describe('csv', () => {
  it('is what Excel reads as Chinese', () => {
    expect(csv([['地类', '公顷'], ['水田', 12.5], [null, 0]])).toBe('\ufeff地类,公顷\r\n水田,12.5\r\n,0\r\n')
  })
  it('quotes what would break a line and disarms formulas', () => {
    expect(csv([['a,b', 'say "x"', '=1+1']])).toBe('\ufeff"a,b","say ""x""",\'=1+1\r\n')
  })
})

describe('file names', () => {
  it('drops what Windows refuses', () => expect(fileName('面积: a/b?.csv')).toBe('面积_ a_b_.csv'))
})
