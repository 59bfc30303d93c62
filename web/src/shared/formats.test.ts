import { describe, expect, it } from 'vitest'
import * as f from './formats'
import * as t from './formatsTime'

describe('numbers', () => {
  it('rounds half up on the written digits, not on the binary value', () => {
    expect(f.roundHalfUp(1.005, 2)).toBe('1.01')
    expect(f.roundHalfUp(2.675, 2)).toBe('2.68')
    expect(f.roundHalfUp(-1.005, 2)).toBe('-1.01')
    expect(f.roundHalfUp(0.004, 2)).toBe('0.00')
    expect(f.roundHalfUp(-0.004, 2)).toBe('0.00')
    expect(f.roundHalfUp(999.995, 2)).toBe('1000.00')
    expect(f.roundHalfUp(5e-7, 2)).toBe('0.00')
    expect(f.roundHalfUp(1e21, 2)).toBe('1000000000000000000000.00')
    expect(f.roundHalfUp(12.5, 0)).toBe('13')
  })
  it('separates thousands', () => {
    expect(f.formatNumber(1234567.5)).toBe('1,234,567.50')
    expect(f.formatNumber(-1234.5)).toBe('-1,234.50')
    expect(f.formatNumber(999)).toBe('999.00')
    expect(f.formatCount(60000)).toBe('60,000')
  })
  it('shows a dash where there is no number', () => {
    for (const nothing of [null, undefined, Number.NaN, Infinity]) expect(f.formatNumber(nothing)).toBe('—')
    expect(f.formatShare(undefined)).toBe('—')
  })
})

describe('areas', () => {
  it('are written in the unit they came in, with its name in the language of the screen', () => {
    expect(f.areaWithUnit(1234.5, 'ha', 'zh')).toBe('1,234.50 公顷')
    expect(f.areaWithUnit(15.07, 'mu', 'zh')).toBe('15.07 亩')
    expect(f.areaWithUnit(12.345, 'km2', 'en')).toBe('12.35 km²')
    expect(f.areaWithUnit(null, 'km2', 'en')).toBe('—')
  })
})

describe('changes and shares', () => {
  it('signs a change, but not nothing', () => {
    expect(f.formatChange(12)).toBe('+12.00')
    expect(f.formatChange(-3.5)).toBe('−3.50')
    expect(f.formatChange(0)).toBe('0.00')
    expect(f.formatChange(0.001)).toBe('0.00')
  })
  it('rounds a share on its digits', () => {
    expect(f.formatShare(0.28565)).toBe('28.57%')
    expect(f.formatShare(1)).toBe('100.00%')
    expect(f.formatShare(1e-7)).toBe('0.00%')
  })
})

describe('lengths and files', () => {
  it('changes from metres to kilometres at one kilometre', () => {
    expect(f.formatLength(999.994, 'zh')).toBe('999.99 米')
    expect(f.formatLength(1000, 'zh')).toBe('1.000 公里')
    expect(f.formatLength(1234.5, 'en')).toBe('1.235 km')
  })
  it('writes sizes of files', () => {
    expect(f.formatBytes(512)).toBe('512 B')
    expect(f.formatBytes(1536)).toBe('1.5 KB')
    expect(f.formatBytes(5 * 1024 ** 2)).toBe('5.0 MB')
  })
})

describe('dates', () => {
  it('leaves a day as it is', () => expect(t.formatDate('2026-11-20')).toBe('2026-11-20'))
  it('writes a moment locally', () => {
    const moment = new Date(2026, 10, 20, 8, 5)
    expect(t.formatMoment(moment.toISOString())).toBe('2026-11-20 08:05')
    expect(t.formatMoment('nonsense')).toBe('—')
  })
  it('names the last day in force, across months and leap days', () => {
    expect(t.lastDay('2026-07-01')).toBe('2026-06-30')
    expect(t.lastDay('2024-03-01')).toBe('2024-02-29')
    expect(t.lastDay('2026-01-01')).toBe('2025-12-31')
    expect(t.formatValidity('2021-01-01', '2026-07-01', 'zh')).toBe('2021-01-01 至 2026-06-30')
    expect(t.formatValidity('2026-07-01', null, 'zh')).toBe('2026-07-01 起')
    expect(t.formatValidity('2026-07-01', null, 'en')).toBe('from 2026-07-01')
  })
  it('writes how long', () => {
    expect(t.formatDuration(8.2, 'zh')).toBe('8 秒')
    expect(t.formatDuration(4205, 'en')).toBe('1 h 10 min')
    expect(t.formatDuration(125, 'zh')).toBe('2 分 05 秒')
  })
})
