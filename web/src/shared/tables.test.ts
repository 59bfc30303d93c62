import { describe, expect, it } from 'vitest'
import { csv } from './csv'
import { fileName } from './save'
import { columnName, workbook } from './xlsx'
import { crc32, zipStored } from './zip'

const ascii = (text: string) => new TextEncoder().encode(text)

describe('zip', () => {
  it('has the checksum every CRC-32 is tested with', () => expect(crc32(ascii('123456789'))).toBe(0xcbf43926))
  it('ends with a directory that points to its files', () => {
    const bytes = zipStored([{ name: 'a.txt', bytes: ascii('hello') }])
    const view = new DataView(bytes.buffer)
    const end = bytes.length - 22
    expect(view.getUint32(end, true)).toBe(0x06054b50)
    const start = view.getUint32(end + 16, true)
    expect(view.getUint32(start, true)).toBe(0x02014b50)
    expect(new TextDecoder().decode(bytes.slice(35, 40))).toBe('hello')
  })
})

describe('workbook', () => {
  it('names columns as Excel does', () => {
    expect([0, 25, 26, 51, 52, 701, 702].map(columnName)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA'])
  })
  it('keeps text as text and numbers as numbers', () => {
    const text = new TextDecoder().decode(workbook('面积', [['地类', '公顷'], ['0101 <水田>', 12.5], [null, 3]]))
    expect(text).toContain('<t xml:space="preserve">0101 &lt;水田&gt;</t>')
    expect(text).toContain('<c r="B2" s="2"><v>12.5</v></c>')
    expect(text).toContain('<c r="B3" s="0"><v>3</v></c>')
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
