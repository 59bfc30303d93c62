import { describe, expect, it } from 'vitest'

import { dayNumber, dayOf, isDay, span, years } from './timeScale'

describe('days on a line', () => {
  it('counts days from 1970-01-01, leap days included', () => {
    expect(dayNumber('1970-01-01')).toBe(0)
    expect(dayNumber('1970-12-31')).toBe(364)
    expect(dayNumber('2024-03-01') - dayNumber('2024-02-28')).toBe(2)
    expect(dayNumber('2026-03-01') - dayNumber('2026-02-28')).toBe(1)
  })

  it('gives back the day it was given', () => {
    for (const day of ['2020-02-29', '2021-01-01', '2026-11-20', '2035-12-31']) expect(dayOf(dayNumber(day))).toBe(day)
  })

  it('knows days that do not exist', () => {
    expect(isDay('2026-02-29')).toBe(false)
    expect(isDay('2024-02-29')).toBe(true)
    expect(isDay('2026-2-9')).toBe(false)
    expect(isDay('')).toBe(false)
  })

  it('leaves air at both ends, at least a quarter of a year', () => {
    const line = span(['2021-01-01', '2021-01-01'])
    expect(dayOf(line.from)).toBe('2020-10-03')
    expect(dayOf(line.to)).toBe('2021-04-01')
  })

  it('marks years, thinned where there are many', () => {
    const line = { from: dayNumber('2020-06-01'), to: dayNumber('2035-06-01') }
    expect(years(line, 20).map(({ year }) => year)).toEqual([2021, 2022, 2023, 2024, 2025, 2026, 2027, 2028, 2029, 2030, 2031, 2032, 2033, 2034, 2035])
    expect(years(line, 4).map(({ year }) => year)).toEqual([2025, 2030, 2035])
  })
})
