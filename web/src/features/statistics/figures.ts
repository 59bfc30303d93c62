/** The figures of the statistics panel: two days side by side, tables to save. Pure functions. */
import type { Bilingual, Statistics, StatisticsRow } from '@/api/types'
import { fromHectares, roundHalfUp, type AreaUnit, type Lang } from '@/shared/formats'
import type { Cell } from '@/shared/xlsx'

export interface Figure {
  code: string
  title: Bilingual
  colour: string | null
  areaHa: number
  share: number
  count: number
  /** The other day's figures; null where no other day is asked for. */
  beforeHa: number | null
  changeHa: number | null
}

/** Put two answers side by side, row by row; what only one of them has counts as nothing in the other. */
export function sideBySide(now: Statistics, before: Statistics | null): Figure[] {
  const earlier = new Map(before?.rows.map((row) => [row.code, row]))
  const figures = now.rows.map((row) => figure(row, before ? (earlier.get(row.code)?.area_ha ?? 0) : null))
  if (!before) return figures
  const present = new Set(now.rows.map((row) => row.code))
  const gone = before.rows.filter((row) => !present.has(row.code))
  return [...figures, ...gone.map((row) => figure({ ...row, area_ha: 0, area_mu: 0, share: 0, count: 0 }, row.area_ha))]
}

function figure(row: StatisticsRow, beforeHa: number | null): Figure {
  return {
    code: row.code,
    title: row.title,
    colour: row.colour ?? null,
    areaHa: row.area_ha,
    share: row.share,
    count: row.count,
    beforeHa,
    changeHa: beforeHa === null ? null : difference(row.area_ha, beforeHa),
  }
}

/** Subtract two figures of two decimals without the dust of binary subtraction. */
export function difference(a: number, b: number): number {
  return Number(roundHalfUp(a - b, 2))
}

/** Add up figures of two decimals exactly. */
export function sum(values: number[]): number {
  return values.reduce((total, value) => total + Math.round(value * 100), 0) / 100
}

export type SortKey = 'code' | 'title' | 'areaHa' | 'share' | 'count' | 'beforeHa' | 'changeHa'

export interface Sorting {
  key: SortKey
  down: boolean
}

/** Sort without touching the original; what is equal keeps its order. */
export function sorted(figures: Figure[], { key, down }: Sorting, lang: Lang): Figure[] {
  const collator = new Intl.Collator(lang === 'zh' ? 'zh-CN' : 'en', { numeric: true })
  const order = (a: Figure, b: Figure): number => {
    if (key === 'title') return collator.compare(a.title[lang], b.title[lang])
    if (key === 'code') return collator.compare(a.code, b.code)
    return (a[key] ?? 0) - (b[key] ?? 0)
  }
  return [...figures].sort((a, b) => (down ? order(b, a) : order(a, b)))
}

export interface Heads {
  code: string
  title: string
  area: string
  share: string
  count: string
  before: string
  change: string
  total: string
}

/** Give the whole table, head and total included, as cells for CSV or XLSX; numbers stay numbers. */
export function cells(figures: Figure[], heads: Heads, unit: AreaUnit, lang: Lang, withBefore: boolean): Cell[][] {
  const area = (ha: number | null): number | null => (ha === null ? null : Number(roundHalfUp(fromHectares(ha, unit), 2)))
  const line = (f: Figure): Cell[] => [
    f.code,
    f.title[lang] || f.title.zh,
    area(f.areaHa),
    Number((f.share * 100).toFixed(4)),
    f.count,
    ...(withBefore ? [area(f.beforeHa), area(f.changeHa)] : []),
  ]
  const head: Cell[] = [heads.code, heads.title, heads.area, heads.share, heads.count]
  if (withBefore) head.push(heads.before, heads.change)
  const all = total(figures)
  const foot: Cell[] = [null, heads.total, area(all.areaHa), figures.length ? 100 : 0, all.count]
  if (withBefore) foot.push(area(all.beforeHa), area(all.changeHa))
  return [head, ...figures.map(line), foot]
}

/** Give the last line: sums of the shown rows. */
export function total(figures: Figure[]): { areaHa: number; beforeHa: number; changeHa: number; count: number } {
  const areaHa = sum(figures.map((f) => f.areaHa))
  const beforeHa = sum(figures.map((f) => f.beforeHa ?? 0))
  return { areaHa, beforeHa, changeHa: difference(areaHa, beforeHa), count: figures.reduce((n, f) => n + f.count, 0) }
}

/** Take the largest rows for the chart and put the rest into one, so that the bars still add up. */
export function largest(figures: Figure[], most: number, restTitle: (n: number) => Bilingual): Figure[] {
  const order = [...figures].sort((a, b) => b.areaHa - a.areaHa)
  if (order.length <= most) return order
  const rest = order.slice(most - 1)
  const all = total(rest)
  return [
    ...order.slice(0, most - 1),
    {
      code: '',
      title: restTitle(rest.length),
      colour: null,
      areaHa: all.areaHa,
      share: rest.reduce((s, f) => s + f.share, 0),
      count: all.count,
      beforeHa: rest.some((f) => f.beforeHa !== null) ? all.beforeHa : null,
      changeHa: rest.some((f) => f.changeHa !== null) ? all.changeHa : null,
    },
  ]
}
