import { describe, expect, it } from 'vitest'

import type { Statistics } from '@/api/types'

import { chartWords } from './chart'
import { cells, difference, largest, sideBySide, sorted, sum, total } from './figures'

// The service's figures in mu need not be fifteen times those in hectares: each is rounded from square metres.
const row = (code: string, area_ha: number, share: number, area_mu = Math.round(area_ha * 1500) / 100) => ({
  code,
  title: { zh: `地类${code}`, en: `class ${code}` },
  colour: '#aabbcc',
  area_ha,
  area_mu,
  area_wan_mu: 0.01,
  area_km2: 0.6,
  share,
  count: 2,
})
const answer = (rows: ReturnType<typeof row>[]): Statistics => ({
  layer: 'DLTB',
  version: 1,
  by: 'class',
  within: null,
  zone_layer: null,
  unit: 'ha',
  rows,
  total_ha: sum(rows.map((r) => r.area_ha)),
  total_mu: sum(rows.map((r) => r.area_mu)),
  total_wan_mu: sum(rows.map((r) => r.area_wan_mu)),
  total_km2: sum(rows.map((r) => r.area_km2)),
  formula: { zh: '', en: '' },
  notes: [],
  adjusted: true,
})
const now = answer([row('01', 60.1, 0.601), row('03', 39.9, 0.399)])
const before = answer([row('01', 60.3, 0.603), row('02', 39.7, 0.397)])
const heads = { code: '代码', title: '名称', area: '面积（公顷）', share: '占比（%）', count: '图斑数', before: '前', change: '变化', total: '合计' }

describe('two dates', () => {
  it('shows no change where no other date is asked for', () => {
    expect(sideBySide(now, null).map((f) => f.change)).toEqual([null, null])
  })
  it('counts what one date lacks as nothing', () => {
    const figures = sideBySide(now, before)
    expect(figures.map((f) => [f.code, f.area.ha, f.before?.ha, f.change?.ha])).toEqual([
      ['01', 60.1, 60.3, -0.2],
      ['03', 39.9, 0, 39.9],
      ['02', 0, 39.7, -39.7],
    ])
  })
  it('has changes that add up to the change of the total', () => {
    const all = total(sideBySide(now, before))
    expect([all.area.ha, all.before.ha, all.change.ha, all.count]).toEqual([100, 100, 0, 4])
  })
})

describe('sums', () => {
  it('are exact to the hundredth', () => {
    expect(sum([0.1, 0.2])).toBe(0.3)
    expect(difference(60.1, 60.3)).toBe(-0.2)
    expect(sum(Array.from({ length: 1000 }, () => 0.01))).toBe(10)
  })
})

describe('the table', () => {
  it('sorts by any column and leaves the original alone', () => {
    const figures = sideBySide(now, before)
    expect(sorted(figures, { key: 'area', down: true }, 'zh').map((f) => f.code)).toEqual(['01', '03', '02'])
    expect(sorted(figures, { key: 'code', down: false }, 'zh').map((f) => f.code)).toEqual(['01', '02', '03'])
    expect(figures[1]?.code).toBe('03')
  })
  it('is saved with head and total, numbers as numbers, in the unit asked for', () => {
    expect(cells(sideBySide(now, null), heads, 'mu', 'zh', false)).toEqual([
      ['代码', '名称', '面积（公顷）', '占比（%）', '图斑数'],
      ['01', '地类01', 901.5, 60.1, 2],
      ['03', '地类03', 598.5, 39.9, 2],
      [null, '合计', 1500, 100, 4],
    ])
    expect(cells(sideBySide(now, before), heads, 'ha', 'en', true).at(-1)).toEqual([null, '合计', 100, 100, 4, 100, 0])
  })
})

describe('a unit', () => {
  // 10,049.9 and 20,000 m²: 1.00 and 2.00 ha; 15.07 (not 15.00) and 30.00 mu.
  const measured = answer([row('01', 1, 0.33, 15.07), row('03', 2, 0.67, 30)])
  const earlier = answer([row('01', 1, 1, 14.99)])
  it('is the service\'s own figure, never another unit multiplied', () => {
    const figures = sideBySide(measured, null)
    expect(figures.map((f) => f.area.mu)).toEqual([15.07, 30])
    expect(cells(figures, heads, 'mu', 'zh', false).map((line) => line[2])).toEqual(['面积（公顷）', 15.07, 30, 45.07])
    expect(cells(figures, heads, 'wan_mu', 'zh', false).at(-1)?.[2]).toBe(0.02)
    expect(total(figures).area).toEqual({ ha: 3, mu: measured.total_mu, wan_mu: measured.total_wan_mu, km2: measured.total_km2 })
    expect(chartWords(figures, 'mu', 'zh')).toBe('地类01 15.07; 地类03 30.00')
  })
  it('has its own change', () => {
    const [first] = sideBySide(measured, earlier)
    expect([first?.change?.ha, first?.change?.mu]).toEqual([0, 0.08])
  })
})

describe('the chart', () => {
  it('puts what is left into one bar, so that the bars add up', () => {
    const many = answer([row('a', 1, 0.1), row('b', 5, 0.5), row('c', 3, 0.3), row('d', 1, 0.1)])
    const bars = largest(sideBySide(many, null), 3, (n) => ({ zh: `其余 ${n} 类`, en: `${n} more` }))
    expect(bars.map((f) => [f.title.zh, f.area.ha])).toEqual([['地类b', 5], ['地类c', 3], ['其余 2 类', 2]])
    expect(largest(sideBySide(many, null), 4, () => ({ zh: '', en: '' }))).toHaveLength(4)
  })
})
