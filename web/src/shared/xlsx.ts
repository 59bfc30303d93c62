/** A table as an Excel workbook: one sheet, text and numbers. */
import writeExcelFile from 'write-excel-file/universal'

export type Cell = string | number | null

// Excel refuses longer names and names with these characters.
const LONGEST_NAME = 31
const NOT_IN_NAMES = /[[\]:*?/\\]/g
// Not allowed in XML, whatever the data holds.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g

/** Give an .xlsx with one sheet; the first row is bold, fractions have thousands and two decimals. */
export function workbook(sheet: string, rows: Cell[][]): Promise<Blob> {
  const data = rows.map((row, at) => row.map((cell) => written(cell, at === 0)))
  return writeExcelFile(data, { sheet: sheet.replace(NOT_IN_NAMES, ' ').slice(0, LONGEST_NAME) }).toBlob()
}

function written(cell: Cell, head: boolean) {
  if (cell === null) return null
  if (typeof cell === 'number') return { value: cell, type: Number, ...(Number.isInteger(cell) ? {} : { format: '#,##0.00' }) }
  // Typed as text, so that nothing is ever run as a formula.
  return { value: cell.replace(CONTROL, ''), type: String, ...(head ? { fontWeight: 'bold' as const } : {}) }
}
