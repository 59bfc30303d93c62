/** The figures of the statistics panel: two days side by side, tables to save. Pure functions. */
import type { Bilingual, Statistics, StatisticsRow } from '@/api/types'
import { roundHalfUp, type Lang } from '@/shared/formats'
import type { Cell } from '@/shared/xlsx'

export const UNITS = ['ha', 'mu', 'wan_mu', 'km2'] as const
export type Unit = (typeof UNITS)[number]

/**
 * One area as the service prints it in each unit, rounded once from square metres. Never computed here from
 * another unit's figure: that would round twice and print another last digit.
 */
export type Areas = Readonly<Record<Unit, number>>

export interface Figure {
  code: string
  title: Bilingual
  colour: string | null
  area: Areas
  share: number
  count: number
  /** The other day's figures; null where no other day is asked for. */
  before: Areas | null
  change: Areas | null
}

const NONE: Areas = { ha: 0, mu: 0, wan_mu: 0, km2: 0 }

const areasOf = (row: StatisticsRow): Areas => ({ ha: row.area_ha, mu: row.area_mu, wan_mu: row.area_wan_mu, km2: row.area_km2 })

/** Put two answers side by side, row by row; what only one of them has counts as nothing in the other. */
export function sideBySide(now: Statistics, before: Statistics | null): Figure[] {
  const earlier = new Map(before?.rows.map((row) => [row.code, areasOf(row)]))
  const figures = now.rows.map((row) => figure(row, areasOf(row), before ? (earlier.get(row.code) ?? NONE) : null))
  if (!before) return figures
  const present = new Set(now.rows.map((row) => row.code))
  const gone = before.rows.filter((row) => !present.has(row.code))
  return [...figures, ...gone.map((row) => figure({ ...row, share: 0, count: 0 }, NONE, areasOf(row)))]
}

function figure({ code, title, colour, share, count }: StatisticsRow, area: Areas, before: Areas | null): Figure {
  return { code, title, colour: colour ?? null, area, share, count, before, change: before && each((unit) => difference(area[unit], before[unit])) }
}

const each = (value: (unit: Unit) => number): Areas => ({ ha: value('ha'), mu: value('mu'), wan_mu: value('wan_mu'), km2: value('km2') })

/** Subtract two figures of two decimals without the dust of binary subtraction. */
export function difference(a: number, b: number): number {
  return Number(roundHalfUp(a - b, 2))
}

/** Add up figures of two decimals exactly. */
export function sum(values: number[]): number {
  return values.reduce((total, value) => total + Math.round(value * 100), 0) / 100
}

const sumOf = (areas: (Areas | null)[]): Areas => each((unit) => sum(areas.map((one) => one?.[unit] ?? 0)))

export type SortKey = 'code' | 'title' | 'area' | 'share' | 'count' | 'before' | 'change'

export interface Sorting {
  key: SortKey
  down: boolean
}

/** Sort without touching the original; what is equal keeps its order. */
export function sorted(figures: Figure[], { key, down }: Sorting, lang: Lang): Figure[] {
  const collator = new Intl.Collator(lang === 'zh' ? 'zh-CN' : 'en', { numeric: true })
  const size = (figure: Figure, by: Exclude<SortKey, 'code' | 'title'>): number => {
    const value = figure[by]
    // Mu are the finest of the units: what is equal in them is equal in all.
    return typeof value === 'number' ? value : (value?.mu ?? 0)
  }
  const order = (a: Figure, b: Figure): number => {
    if (key === 'title') return collator.compare(a.title[lang], b.title[lang])
    if (key === 'code') return collator.compare(a.code, b.code)
    return size(a, key) - size(b, key)
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
export function cells(figures: Figure[], heads: Heads, unit: Unit, lang: Lang, withBefore: boolean): Cell[][] {
  const line = (f: Figure): Cell[] => [
    f.code,
    f.title[lang] || f.title.zh,
    f.area[unit],
    Number((f.share * 100).toFixed(4)),
    f.count,
    ...(withBefore ? [f.before?.[unit] ?? null, f.change?.[unit] ?? null] : []),
  ]
  const head: Cell[] = [heads.code, heads.title, heads.area, heads.share, heads.count]
  if (withBefore) head.push(heads.before, heads.change)
  const all = total(figures)
  const foot: Cell[] = [null, heads.total, all.area[unit], figures.length ? 100 : 0, all.count]
  if (withBefore) foot.push(all.before[unit], all.change[unit])
  return [head, ...figures.map(line), foot]
}

/** Give the last line: sums of the shown rows, which the service made so that they give its own totals. */
export function total(figures: Figure[]): { area: Areas; before: Areas; change: Areas; count: number } {
  const area = sumOf(figures.map((f) => f.area))
  const before = sumOf(figures.map((f) => f.before))
  const change = each((unit) => difference(area[unit], before[unit]))
  return { area, before, change, count: figures.reduce((n, f) => n + f.count, 0) }
}

/** Take the largest rows for the chart and put the rest into one, so that the bars still add up. */
export function largest(figures: Figure[], most: number, restTitle: (n: number) => Bilingual): Figure[] {
  const order = sorted(figures, { key: 'area', down: true }, 'zh')
  if (order.length <= most) return order
  const rest = order.slice(most - 1)
  const all = total(rest)
  const compared = rest.some((f) => f.before !== null)
  return [
    ...order.slice(0, most - 1),
    {
      code: '',
      title: restTitle(rest.length),
      colour: null,
      area: all.area,
      share: rest.reduce((s, f) => s + f.share, 0),
      count: all.count,
      before: compared ? all.before : null,
      change: compared ? all.change : null,
    },
  ]
}
