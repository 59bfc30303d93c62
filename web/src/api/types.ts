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
  place: { name: string; code: string | null }
  bounds: Bounds | null
  app_version: string
  dates: string[]
  base_map: { kind: 'tianditu'; key: string } | null
  default_on: string
  crs: string | null
  max_upload_bytes: number
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
  note: string
  bounds: Bounds | null
  area_ha: number | null
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

export type GeometryKind = 'polygon' | 'line' | 'point' | 'table'

export interface Layer {
  code: string
  title: Bilingual
  group: GroupId
  geometry: GeometryKind
  rows: number
  area_ha: number | null
  bounds: Bounds | null
  order: number
  paint: Paint
  version: Version | null
  versions: number
  fields: Field[]
  id_field: string | null
  class_field: string | null
  unit_field: string | null
  /** From this zoom on tiles carry single objects; below it areas may be merged by class. */
  detail_zoom: number | null
  confidence: string
}

export interface LayerList {
  on: string
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
}

/** One object with its size on the ellipsoid. */
export interface FeatureDetail extends Feature {
  code: string
  version: number
  area_m2: number | null
  area_ha: number | null
  area_mu: number | null
  length_m: number | null
}

export interface FeaturePage {
  code: string
  version: number
  total: number
  limit: number
  offset: number
  features: Feature[]
}

export interface FoundFeature {
  fid: number
  properties: Properties
  bounds: Bounds | null
  area_ha: number | null
  /** 0 where the point lies in the object. */
  distance_m: number
}

export interface Identified {
  code: string
  title: Bilingual
  group: GroupId
  geometry: GeometryKind
  status: 'found' | 'nothing' | 'no_data'
  version: Pick<Version, 'number' | 'valid_from' | 'valid_to' | 'act' | 'recorded_at'> | null
  features: FoundFeature[]
}

export interface Identify {
  lon: number
  lat: number
  on: string
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
  within: string | null
  zone_layer: string | null
  unit: 'ha'
  rows: StatisticsRow[]
  total_ha: number
  total_mu: number
  formula: Bilingual
  adjusted: boolean
}

/** An object that only one of the two versions has. */
export interface OneSided {
  fid: number
  id: string
  bounds: Bounds | null
  area_ha: number | null
  properties: Properties
}

/** An object that both versions have, differently. */
export interface Changed {
  fid_a: number
  fid_b: number
  id: string
  bounds: Bounds | null
  area_a_ha: number | null
  area_b_ha: number | null
  geometry_changed: boolean
  changes: { field: string; a: Value; b: Value }[]
}

export interface Comparison {
  code: string
  a: Version
  b: Version
  key: string
  added: OneSided[]
  removed: OneSided[]
  changed: Changed[]
  counts: { added: number; removed: number; changed: number; same: number }
  area_a_ha: number | null
  area_b_ha: number | null
  change_ha: number | null
  limit: number
  offset: number
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
  title: Bilingual
  state: TaskState
  share: number
  text: Bilingual
  created_at: string
  started_at: string | null
  finished_at: string | null
  result: { code: string; version: number; rows: number } | null
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
  limit: number
  offset: number
  entries: TrailEntry[]
}

export interface TrailReport {
  ok: boolean
  entries: number
  head: string | null
  faults: { number: number | null; problem: string }[]
}

export type DownloadFormat = 'gpkg' | 'parquet' | 'csv' | 'xlsx'
export type FilterOp = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'like' | 'in'

/** One condition on a column: `{ field: 'DLBM', op: 'eq', value: '0101' }`. */
export interface Filter {
  field: string
  op: FilterOp
  value: string
}
