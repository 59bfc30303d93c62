/** What is written into the form of an adjustment, as the service takes it. Pure functions. */
import { formatNumber } from '@/shared/formats'

export const ADJUST_BY = ['whole', 'township', 'village', 'island'] as const
export const ADJUST_RULES = ['largest_first', 'proportional'] as const
export const CONTROL_UNITS = ['m2', 'ha', 'mu'] as const

export type AdjustBy = (typeof ADJUST_BY)[number]
export type AdjustRule = (typeof ADJUST_RULES)[number]
export type ControlUnit = (typeof CONTROL_UNITS)[number]

export interface Controls {
  /** `AREA`, or `CODE:AREA` a unit. */
  control: string[]
  /** Lines that say no area, as they were written. */
  wrong: string[]
}

// As copied from a table (tab), from CSV (comma, semicolon), or typed (spaces, colon); thousands may be marked.
const LINE = /^(\w+)\s*[\t,，;；:：\s]\s*"?([\d,，]*\.?\d+)"?$/
const AREA = /^[\d,，]*\.?\d+$/

const plain = (area: string): string => area.replaceAll(/[,，]/g, '')

/** Read one control area, or one a line with its unit's code. */
export function readControls(text: string, by: AdjustBy): Controls {
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter(Boolean)
  const found: Controls = { control: [], wrong: [] }
  for (const line of lines) {
    if (by === 'whole') {
      if (AREA.test(line)) found.control.push(plain(line))
      else found.wrong.push(line)
      continue
    }
    const [, code, area] = LINE.exec(line) ?? []
    if (code && area) found.control.push(`${code}:${plain(area)}`)
    else found.wrong.push(line)
  }
  return found
}

/** Write how large a difference is beside the whole, as surveyors do: 1/12,345. */
export function relative(difference: number, control: number): string {
  if (difference === 0 || control === 0) return '0'
  return `1/${formatNumber(Math.abs(control / difference), 0)}`
}
