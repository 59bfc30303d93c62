/** What a link restores, as text in the address: read and written here, and nowhere else. */
import type { Filter, FilterOp } from '@/api/types'
import { UNITS, untouched, VIEWS, WAYS, type Choices } from '@/features/statistics/choices'
import type { CompareMode } from '@/map/compare'
import type { Chosen } from '@/map/selection'
import type { Shown } from '@/map/shown'
import type { View } from '@/map/view'
import { MAP } from '@/shared/areas'
import type { Lang } from '@/shared/lang'
import type { Theme } from '@/shared/theme'

export interface Link {
  /** The work area, and what it restores. */
  area: string
  choices: Record<string, string>
  on: string
  known: string
  view: View | null
  /** Uppermost first; null: the link does not say. */
  layers: Shown[] | null
  chosen: Chosen | null
  point: { lon: number; lat: number } | null
  left: boolean
  right: string
  /** Layer whose table is open below the map. */
  table: string
  /** Whether the area's own table is open below the map. */
  below: boolean
  time: boolean
  mode: CompareMode
  other: string
  compared: { code: string; a: number | null; b: number | null }
  curtain: number
  /** What the statistics panel shows; said only where that panel is open. */
  statistics: Choices
  lang: Lang
  theme: Theme
}

const MODES: CompareMode[] = ['none', 'swipe', 'side', 'blink']
type Put = (key: string, value: string, unless?: string) => void

const OPS: FilterOp[] = ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'like', 'in']

/** Write the state as the query part of the address, leaving out what is as it is anyway. */
export function writeLink(link: Link): string {
  const query = new URLSearchParams()
  const put: Put = (key, value, unless = '') => {
    if (value !== unless) query.set(key, value)
  }
  put('area', link.area, MAP)
  for (const [name, text] of Object.entries(link.choices)) put(`${link.area}.${name}`, text)
  put('on', link.on)
  put('known', link.known)
  if (link.view) put('at', writeView(link.view))
  const told = link.layers?.filter((one) => one.visible || one.filters.length > 0)
  if (told) query.set('layers', told.map(writeLayer).join(','))
  for (const { code, filters } of told ?? []) {
    for (const { field, op, value } of filters) query.append('f', `${code}:${field}:${op}:${value}`)
  }
  if (link.chosen) put('sel', [link.chosen.code, link.chosen.fid, link.chosen.version].filter((part) => part !== undefined).join(':'))
  if (link.point) put('here', `${round(link.point.lon, 6)},${round(link.point.lat, 6)}`)
  put('left', link.left ? '1' : '0', wide() ? '1' : '0')
  put('panel', link.right)
  put('table', link.table)
  put('below', link.below ? '1' : '0', '0')
  put('time', link.time ? '1' : '0', '0')
  put('mode', link.mode, 'none')
  if (link.mode !== 'none') {
    put('with', link.other)
    put('curtain', String(round(link.curtain, 2)), '0.5')
  }
  const { code, a, b } = link.compared
  if (code && (link.mode !== 'none' || a !== null || b !== null)) put('versions', `${code}:${a ?? ''}:${b ?? ''}`.replace(/:+$/, ''))
  if (link.right === 'statistics') writeStatistics(link.statistics, put)
  put('lang', link.lang, 'zh')
  put('theme', link.theme, 'light')
  // Colons and commas need no escape in a query; so the link stays readable.
  return query.toString().replaceAll('%3A', ':').replaceAll('%2C', ',')
}

/** Read an address; what it does not say, or says wrongly, is as at the start. */
export function readLink(text: string): Link {
  const query = new URLSearchParams(text)
  const get = (key: string): string => query.get(key) ?? ''
  const day = (key: string): string => (/^\d{4}-\d{2}-\d{2}$/.test(get(key)) ? get(key) : '')
  const [code = '', a, b] = get('versions').split(':')
  const curtain = Number(get('curtain') || 0.5)
  const area = /^[a-z]+$/.test(get('area')) ? get('area') : MAP
  return {
    area,
    choices: readChoices(area, query),
    on: day('on'),
    known: Number.isNaN(Date.parse(get('known'))) ? '' : get('known'),
    view: readView(get('at')),
    layers: query.has('layers') ? readLayers(get('layers'), query.getAll('f')) : null,
    chosen: readChosen(get('sel')),
    point: readPoint(get('here')),
    left: get('left') ? get('left') === '1' : wide(),
    right: get('panel'),
    table: get('table'),
    below: get('below') === '1',
    time: get('time') === '1',
    mode: MODES.find((mode) => mode === get('mode')) ?? 'none',
    other: day('with'),
    compared: { code, a: readCount(a), b: readCount(b) },
    curtain: curtain >= 0 && curtain <= 1 ? curtain : 0.5,
    statistics: get('panel') === 'statistics' ? readStatistics(get, day('against')) : untouched(),
    lang: get('lang') === 'en' ? 'en' : 'zh',
    theme: get('theme') === 'dark' ? 'dark' : 'light',
  }
}

// On a phone the layers would cover the map: there they open on asking.
function wide(): boolean {
  return innerWidth > 760
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals))
}

function writeView({ lon, lat, zoom, bearing }: View): string {
  const parts = [round(lon, 5), round(lat, 5), round(zoom, 2)]
  return (bearing ? [...parts, round(bearing, 1)] : parts).join(',')
}

function readView(text: string): View | null {
  const [lon, lat, zoom, bearing = 0] = text.split(',').map(Number)
  if (!text || ![lon, lat, zoom, bearing].every(Number.isFinite)) return null
  if (Math.abs(lon!) > 180 || Math.abs(lat!) > 85) return null
  return { lon: lon!, lat: lat!, zoom: zoom!, bearing }
}

// `DLTB:50`: at half its opacity; `-DLTB`: not shown (but filtered).
function writeLayer({ code, visible, opacity }: Shown): string {
  return `${visible ? '' : '-'}${code}${opacity === 1 ? '' : `:${Math.round(opacity * 100)}`}`
}

function readLayers(text: string, conditions: string[]): Shown[] {
  const filters = new Map<string, Filter[]>()
  for (const condition of conditions) {
    const [code = '', field = '', op = '', ...value] = condition.split(':')
    const known = OPS.find((one) => one === op)
    if (known && field) filters.set(code, [...(filters.get(code) ?? []), { field, op: known, value: value.join(':') }])
  }
  return text.split(',').flatMap((part): Shown[] => {
    const [name = '', percent = '100'] = part.split(':')
    const code = name.replace(/^-/, '')
    const opacity = Number(percent) / 100
    if (!code) return []
    return [{ code, visible: !name.startsWith('-'), opacity: opacity >= 0 && opacity <= 1 ? opacity : 1, filters: filters.get(code) ?? [] }]
  })
}

function readChosen(text: string): Chosen | null {
  const [code = '', fid = '', version] = text.split(':')
  if (!code || !/^\d+$/.test(fid)) return null
  return { code, fid: Number(fid), ...(version && /^\d+$/.test(version) ? { version: Number(version) } : {}) }
}

function readPoint(text: string): { lon: number; lat: number } | null {
  const [lon, lat] = text.split(',').map(Number)
  return text && Number.isFinite(lon) && Number.isFinite(lat) ? { lon: lon!, lat: lat! } : null
}

function readCount(text: string | undefined): number | null {
  return text && /^\d+$/.test(text) ? Number(text) : null
}

function readChoices(area: string, query: URLSearchParams): Record<string, string> {
  const mine = [...query].filter(([name]) => name.startsWith(`${area}.`))
  return Object.fromEntries(mine.map(([name, text]) => [name.slice(area.length + 1), text]))
}

function writeStatistics(chosen: Choices, put: Put): void {
  const usual = untouched()
  put('of', chosen.layer)
  put('by', chosen.by, usual.by)
  if (chosen.by === 'zone') put('zones', chosen.zoneLayer)
  put('within', chosen.within)
  put('against', chosen.other)
  put('show', chosen.view, usual.view)
  put('unit', chosen.unit, usual.unit)
}

function readStatistics(get: (key: string) => string, other: string): Choices {
  const usual = untouched()
  return {
    layer: get('of'),
    by: WAYS.find((way) => way === get('by')) ?? usual.by,
    within: get('within'),
    other,
    zoneLayer: get('zones'),
    view: VIEWS.find((view) => view === get('show')) ?? usual.view,
    unit: UNITS.find((unit) => unit === get('unit')) ?? usual.unit,
  }
}
