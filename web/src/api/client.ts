/** The only place that fetches: one function a question, typed; every failure is an `ApiError` with its fix. */
import { lang } from '@/shared/lang'

import type {
  Adjustment,
  Bounds,
  Comparison,
  DownloadFormat,
  FeatureDetail,
  FeaturePage,
  Filter,
  Identify,
  LayerList,
  Measure,
  Problem,
  SearchResult,
  StandardLayer,
  Statistics,
  Status,
  Task,
  TrailPage,
  TrailReport,
  Version,
} from './types'

type Query = Record<string, string | number | boolean | null | undefined | readonly string[]>

/** What the service refused or could not do: what is wrong and what to do, in the person's language. */
export class ApiError extends Error {
  readonly kind: string
  readonly fix: string
  readonly status: number
  readonly facts: Record<string, unknown>

  constructor(problem: Problem, status: number) {
    super(problem.problem)
    this.name = 'ApiError'
    this.kind = problem.kind
    this.fix = problem.fix
    this.status = status
    this.facts = problem.facts ?? {}
  }
}

/** Build the address of a question; empty values are left out, lists are repeated. */
export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue
    if (Array.isArray(value)) value.forEach((one) => search.append(key, one))
    else search.append(key, String(value))
  }
  const text = search.toString()
  return text ? `/api${path}?${text}` : `/api${path}`
}

export async function request<T>(path: string, query: Query = {}, init: RequestInit = {}): Promise<T> {
  let response: Response
  try {
    const headers = new Headers(init.headers)
    headers.set('Accept-Language', lang.value === 'zh' ? 'zh-CN' : 'en')
    response = await fetch(address(path, query), { ...init, headers })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw unreachable()
  }
  if (!response.ok) throw await refused(response)
  try {
    return (await response.json()) as T
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw unreadable(response.status)
  }
}

async function refused(response: Response): Promise<ApiError> {
  try {
    const body = (await response.json()) as { error?: Problem }
    if (body.error) return new ApiError(body.error, response.status)
  } catch {
    // Not from the service itself (a proxy's page, say): told below.
  }
  return unreadable(response.status)
}

function unreadable(status: number): ApiError {
  const zh = lang.value === 'zh'
  return new ApiError(
    {
      kind: 'Unexpected',
      problem: zh ? `服务返回了无法识别的回答（${status}）。` : `The service gave an unknown answer (${status}).`,
      fix: zh ? '请重试；仍然如此时，查看运行 tuban serve 的窗口。' : 'Try again; if it stays, look at the window that runs tuban serve.',
    },
    status,
  )
}

function unreachable(): ApiError {
  const zh = lang.value === 'zh'
  return new ApiError(
    {
      kind: 'Unreachable',
      problem: zh ? '连接不上服务。' : 'The service cannot be reached.',
      fix: zh ? '确认 tuban serve 仍在运行，然后重试。' : 'Make sure that tuban serve is still running, then try again.',
    },
    0,
  )
}

const write = (filter: Filter): string => `${filter.field}:${filter.op}:${filter.value}`

export interface FeatureQuery {
  on?: string
  version?: number
  bbox?: Bounds
  q?: string
  filters?: Filter[]
  sort?: string
  limit?: number
  offset?: number
  geometry?: boolean
}

export interface AdjustmentQuery {
  layer: string
  /** AREA for the whole, or CODE:AREA for each unit. */
  control: string[]
  by?: string
  rule?: string
  unit?: string
  within?: string
  on?: string
  version?: number
  limit?: number
}

export const api = {
  status: () => request<Status>('/status'),

  layers: (at: { on?: string; known?: string } = {}) => request<LayerList>('/layers', at),

  versions: (code: string) => request<Version[]>(`/layers/${code}/versions`),

  features: (code: string, { filters = [], bbox, ...rest }: FeatureQuery = {}, signal?: AbortSignal) =>
    request<FeaturePage>(
      `/layers/${code}/features`,
      { ...rest, bbox: bbox?.join(','), filter: filters.map(write) },
      { signal },
    ),

  feature: (code: string, fid: number, at: { on?: string; version?: number } = {}, signal?: AbortSignal) =>
    request<FeatureDetail>(`/layers/${code}/features/${fid}`, at, { signal }),

  identify: (at: { lon: number; lat: number; on?: string; known?: string; tolerance_m?: number }, signal?: AbortSignal) =>
    request<Identify>('/identify', at, { signal }),

  search: (ask: { q: string; on?: string; known?: string; limit?: number }, signal?: AbortSignal) =>
    request<{ query: string; results: SearchResult[] }>('/search', ask, { signal }),

  statistics: (
    ask: { layer: string; by: string; within?: string; zone_layer?: string; on?: string; version?: number },
    signal?: AbortSignal,
  ) => request<Statistics>('/statistics', ask, { signal }),

  /** Parcels' areas adjusted to control areas; the service stores nothing of it. */
  adjustment: (ask: AdjustmentQuery, signal?: AbortSignal) =>
    request<Adjustment>('/statistics/adjustment', { ...ask }, { signal }),
  /** The address of a file with every parcel before and after. */
  adjustmentFile: (ask: AdjustmentQuery, format: 'xlsx' | 'csv') =>
    address('/statistics/adjustment/download', { ...ask, format, lang: lang.value }),

  compare: (code: string, ask: { a: number; b: number; limit?: number; offset?: number }, signal?: AbortSignal) =>
    request<Comparison>(`/layers/${code}/compare`, ask, { signal }),

  measure: (type: 'area' | 'length', coordinates: [number, number][], signal?: AbortSignal) =>
    request<Measure>(
      '/measure',
      {},
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ type, coordinates }),
        signal,
      },
    ),

  importLayer: (code: string, form: FormData) =>
    request<{ task: string }>(`/layers/${code}/imports`, {}, { method: 'POST', body: form }),

  /** Every layer that the workspace's profile defines. */
  standardLayers: () => request<StandardLayer[]>('/standards/layers'),

  tasks: () => request<Task[]>('/tasks'),
  task: (id: string) => request<Task>(`/tasks/${id}`),
  cancelTask: (id: string) => request<Task>(`/tasks/${id}/cancel`, {}, { method: 'POST' }),
  /** The address of a task's events, for an `EventSource`. */
  taskEvents: (id: string) => address(`/tasks/${id}/events`),

  trail: (page: { limit?: number; offset?: number } = {}) => request<TrailPage>('/trail', page),
  verifyTrail: () => request<TrailReport>('/trail/verify'),

  /** The address of a file with the layer as it is in that version. */
  download: (code: string, format: DownloadFormat, at: { version?: number; on?: string } = {}) =>
    address(`/layers/${code}/download`, { format, ...at }),

  /** The address of the vector tiles of one version, with `{z}/{x}/{y}` to fill in. */
  tiles: (code: string, version: number) =>
    `${location.origin}/api/layers/${code}/tiles/${version}/{z}/{x}/{y}.mvt`,
}
