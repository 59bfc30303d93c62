/** A table as an Excel workbook: one sheet, text and numbers, written without a library. */
import { zipStored } from './zip'

export type Cell = string | number | null

/** Give the bytes of an .xlsx with one sheet; the first row is bold. */
export function workbook(sheet: string, rows: Cell[][]): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder()
  const files: [string, string][] = [
    ['[Content_Types].xml', CONTENT_TYPES],
    ['_rels/.rels', rels('officeDocument', 'xl/workbook.xml')],
    ['xl/workbook.xml', book(sheet)],
    ['xl/_rels/workbook.xml.rels', rels('worksheet', 'worksheets/sheet1.xml', 'styles', 'styles.xml')],
    ['xl/styles.xml', STYLES],
    ['xl/worksheets/sheet1.xml', sheetXml(rows)],
  ]
  return zipStored(files.map(([name, content]) => ({ name, bytes: text.encode(HEAD + content) })))
}

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const PART = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

const CONTENT_TYPES =
  `<Types xmlns="${PACKAGE}/content-types">` +
  '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
  `<Override PartName="/xl/workbook.xml" ContentType="${PART}.sheet.main+xml"/>` +
  `<Override PartName="/xl/styles.xml" ContentType="${PART}.styles+xml"/>` +
  `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${PART}.worksheet+xml"/></Types>`

// Style 0 plain, 1 bold head, 2 numbers with thousands and two decimals (built-in format 4).
const STYLES =
  `<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts>` +
  '<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>' +
  '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/><xf fontId="1" applyFont="1"/>' +
  '<xf numFmtId="4" applyNumberFormat="1"/></cellXfs>' +
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'

function rels(...pairs: string[]): string {
  let inner = ''
  for (let i = 0; i < pairs.length; i += 2) {
    inner += `<Relationship Id="rId${i / 2 + 1}" Type="${OFFICE}/${pairs[i]}" Target="${pairs[i + 1]}"/>`
  }
  return `<Relationships xmlns="${PACKAGE}/relationships">${inner}</Relationships>`
}

function book(sheet: string): string {
  // Excel allows 31 characters and none of these.
  const name = escape(sheet.replace(/[[\]:*?/\\]/g, ' ').slice(0, 31))
  return `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="${name}" sheetId="1" r:id="rId1"/></sheets></workbook>`
}

function sheetXml(rows: Cell[][]): string {
  const lines = rows.map((row, r) => {
    const cells = row.map((cell, c) => cellXml(cell, `${columnName(c)}${r + 1}`, r === 0))
    return `<row r="${r + 1}">${cells.join('')}</row>`
  })
  return `<worksheet xmlns="${MAIN}"><sheetData>${lines.join('')}</sheetData></worksheet>`
}

function cellXml(cell: Cell, at: string, head: boolean): string {
  if (cell === null) return ''
  if (typeof cell === 'number') {
    return `<c r="${at}" s="${Number.isInteger(cell) ? 0 : 2}"><v>${cell}</v></c>`
  }
  return `<c r="${at}" t="inlineStr" s="${head ? 1 : 0}"><is><t xml:space="preserve">${escape(cell)}</t></is></c>`
}

/** Name a column as Excel does: 0 → A, 26 → AA. */
export function columnName(index: number): string {
  const rest = Math.floor(index / 26)
  return (rest > 0 ? columnName(rest - 1) : '') + String.fromCharCode(65 + (index % 26))
}

function escape(text: string): string {
  return text
    // Control characters are not allowed in XML, whatever the data holds.
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
}
