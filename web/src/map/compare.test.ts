import { describe, expect, it } from 'vitest'

import { otherDay } from './compare'

describe('the day to compare with at first', () => {
  const dates = ['2021-01-01', '2024-06-30', '2026-06-30']

  it('is the change before the one in force', () => {
    expect(otherDay(dates, '2026-11-20')).toBe('2024-06-30')
    expect(otherDay(dates, '2026-06-30')).toBe('2024-06-30')
  })

  it('is the only change so far, where there was one', () => {
    expect(otherDay(dates, '2022-01-01')).toBe('2021-01-01')
  })

  it('is the next change, where none came before', () => {
    expect(otherDay(dates, '2021-01-01')).toBe('2024-06-30')
    expect(otherDay(dates, '2020-01-01')).toBe('2021-01-01')
  })

  it('is the day itself where nothing ever changed', () => {
    expect(otherDay([], '2026-11-20')).toBe('2026-11-20')
  })
})
