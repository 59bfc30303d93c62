/** A table as CSV that Excel opens rightly: UTF-8 with a byte order mark, CRLF. */
import type { Cell } from './xlsx'

/** Write rows as CSV. Text that a spreadsheet would run as a formula is kept text by a leading apostrophe. */
export function csv(rows: Cell[][]): string {
  return '\ufeff' + rows.map((row) => row.map(field).join(',')).join('\r\n') + '\r\n'
}

function field(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe
}
