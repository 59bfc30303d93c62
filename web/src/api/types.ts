/** What the service sends and takes, in the words of its OpenAPI document. */

export interface Bilingual {
  zh: string
  en: string
}

/** West, south, east, north in degrees. */
export type Bounds = [number, number, number, number]

export type GroupId = 'present' | 'plan' | 'management' | 'socioeconomic'

export interface Status {
  name: string
  sample: boolean
  place: { name: string; code: string } | null
  bounds: Bounds | null
  app_version: string
  dates: string[]
  base_map: { kind: 'tianditu'; key: string } | null
  default_on: string
  crs: string | null
}

export interface Version {
  number: number
  sha256: string
  valid_from: string
  valid_to: string | null
  act: string
  recorded_at: string
  recorded_by: string
  source_name: string
  source_sha256: string
  crs: string | null
  rows: number
  bytes: number
  sample: boolean
  note?: string
}

export interface Field {
  name: string
  title: Bilingual
  kind: 'text' | 'integer' | 'number' | 'date'
  unit?: string | null
}

export interface Swatch {
  value: string
  colour: string
  title: Bilingual
}

export interface Paint {
  fill: string | null
  fill_opacity: number
  line: string | null
  line_width_px: number
  dash: number[]
  casing: string | null
  by: string | null
  colours: Swatch[]
  label: string | null
}

export type GeometryKind = 'polygon' | 'line' | 'point' | 'table' | 'any'

export interface Layer {
  code: string
  title: Bilingual
  group: GroupId
  geometry: GeometryKind
  rows: number | null
  area_ha: number | null
  bounds: Bounds | null
  order: number
  paint: Paint
  version: Version | null
  versions: number
  fields: Field[]
  confidence: string
}

export interface LayerList {
  groups: { id: GroupId; title: Bilingual }[]
  layers: Layer[]
}

export type Value = string | number | boolean | null
export type Properties = Record<string, Value>

export interface Feature {
  fid: number
  bounds: Bounds | null
  properties: Properties
  geometry?: GeoJSON.Geometry | null
  area_m2?: number | null
  area_ha?: number | null
  area_mu?: number | null
  length_m?: number | null
}

export interface FeaturePage {
  code: string
  version: number
  total: number
  limit: number
  offset: number
  features: Feature[]
}

export interface Identified {
  code: string
  title: Bilingual
  group: GroupId
  status: 'found' | 'nothing' | 'no_data'
  version: Pick<Version, 'number' | 'valid_from' | 'valid_to' | 'act' | 'recorded_at'> | null
  features: Feature[]
}

export interface Identify {
  lon: number
  lat: number
  layers: Identified[]
}

export interface SearchResult {
  kind: 'place' | 'feature' | 'layer' | 'coordinate' | 'class'
  title: string
  detail: string
  code?: string | null
  fid?: number | null
  bounds?: Bounds | null
  lon?: number | null
  lat?: number | null
}

export interface StatisticsRow {
  code: string
  title: Bilingual
  colour?: string | null
  area_ha: number
  area_mu: number
  share: number
  count: number
}

export interface Statistics {
  layer: string
  version: number
  by: string
  unit: 'ha'
  rows: StatisticsRow[]
  total_ha: number
  formula: Bilingual
  adjusted: boolean
}

export interface CompareSide {
  version: Version
}

export interface Comparison {
  a: CompareSide
  b: CompareSide
  added: Feature[]
  removed: Feature[]
  changed: { fid_a: number; fid_b: number; properties: Record<string, [Value, Value]>; bounds?: Bounds | null }[]
  counts: { added: number; removed: number; changed: number; same?: number }
  area_a_ha: number | null
  area_b_ha: number | null
  change_ha: number | null
}

export interface Measure {
  area_m2: number | null
  area_ha: number | null
  area_mu: number | null
  length_m: number | null
}

export type TaskState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'

export interface Problem {
  kind: string
  problem: string
  fix: string
  facts?: Record<string, unknown>
}

export interface Task {
  id: string
  title: Bilingual | string
  state: TaskState
  share: number | null
  text: Bilingual | null
  started_at: string | null
  finished_at: string | null
  result: Record<string, unknown> | null
  error: Problem | null
}

export interface TrailEntry {
  number: number
  at: string
  by: string
  action: string
  subject: string
  facts: Record<string, unknown>
  hash: string
  previous: string
}

export interface TrailPage {
  total: number
  entries: TrailEntry[]
}

export interface TrailReport {
  ok: boolean
  entries: number
  head: string
  faults: unknown[]
}

export type DownloadFormat = 'gpkg' | 'parquet' | 'csv' | 'xlsx'
export type FilterOp = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'like' | 'in'

/** One condition on a column: `{ field: 'DLBM', op: 'eq', value: '0101' }`. */
export interface Filter {
  field: string
  op: FilterOp
  value: string
}
