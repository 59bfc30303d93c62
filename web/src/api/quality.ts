/** Questions about quality inspection (成果质检), over the one client. */
import { address, request } from './client'
import type { components } from './schema'

type Schema = components['schemas']
type Drawn<T> = Omit<T, 'geometry'> & { geometry: GeoJSON.Geometry | null }

export type Run = Schema['RunOut']
export type RunDetail = Schema['RunDetailOut']
export type Counts = Schema['CountsOut']
export type GroupCount = Schema['GroupCountOut']
export type Finding = Schema['QualityFindingOut']
export type FindingDetail = Drawn<Omit<Schema['QualityFindingDetailOut'], 'shapes'>> & { shapes: Drawn<Schema['ShapeOut']>[] }
export type Exception = Schema['ExceptionOut']
export type Rule = Schema['QualityRuleOut']
export type Profile = Schema['QualityProfileOut']
export type RunsCompared = Schema['RunsComparedOut']
type Shaped<T> = Omit<T, 'before' | 'after'> & { before: GeoJSON.Geometry | null; after: GeoJSON.Geometry | null }
export type Repair = Shaped<Schema['RepairOut']>
export type Repairs = Omit<Schema['RepairsOut'], 'repairs'> & { repairs: Repair[] }
export type Side = RunsCompared['side']
export type ReportFormat = RunDetail['reports'][number]
export type Severity = Finding['severity']

/** What of a run's findings is asked for; empty texts ask for all. */
export interface FindingQuery {
  rule: string
  severity: string
  layer: string
  unit: string
  mender: string
  q: string
  sort: string
}

interface Part {
  limit: number
  offset: number
}

const json = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
})

export const quality = {
  runs: () => request<Run[]>('/quality/runs'),
  run: (id: string, signal?: AbortSignal) => request<RunDetail>(`/quality/runs/${id}`, {}, { signal }),

  /** Inspect what the form names: a `file`, or `versions` of the workspace. */
  start: (form: FormData) => request<{ task: string }>('/quality/runs', {}, { method: 'POST', body: form }),

  findings: (run: string, ask: FindingQuery, part: Part, signal?: AbortSignal) =>
    request<Schema['QualityFindingsOut']>(`/quality/runs/${run}/findings`, { ...ask, ...part }, { signal }),

  finding: (run: string, n: number, signal?: AbortSignal) =>
    request<FindingDetail>(`/quality/runs/${run}/findings/${n}`, {}, { signal }),

  compare: (run: string, other: string, side: Side, part: Part, signal?: AbortSignal) =>
    request<RunsCompared>(`/quality/runs/${run}/compare`, { with: other, side, ...part }, { signal }),

  exceptions: () => request<Exception[]>('/quality/exceptions'),
  accept: (run: string, body: Schema['AcceptIn']) => request<Exception>(`/quality/runs/${run}/exceptions`, {}, json('POST', body)),
  withdraw: (id: string, why: { by: string; reason: string }) => request<Exception>(`/quality/exceptions/${id}`, why, { method: 'DELETE' }),

  rules: (profile: string) => request<Rule[]>('/quality/rules', { profile }),
  profiles: () => request<Profile[]>('/quality/profiles'),

  repairs: (run: string, part: Part, signal?: AbortSignal) => request<Repairs>(`/quality/runs/${run}/repairs`, { ...part }, { signal }),
  searchRepairs: (run: string) => request<{ task: string }>(`/quality/runs/${run}/repairs/search`, {}, { method: 'POST' }),
  /** Make a new database with the accepted repairs, null for all, and inspect it. */
  acceptRepairs: (run: string, ids: string[] | null) => request<{ task: string }>(`/quality/runs/${run}/repairs`, {}, json('POST', { ids })),
  /** The address of what accepted repairs made. */
  repaired: (run: string, what: 'package' | 'diff' | 'record') => address(`/quality/runs/${run}/repaired`, { what }),

  /** The address of a report of a run. */
  report: (run: string, format: ReportFormat) => address(`/quality/runs/${run}/report`, { format }),
}
