/** Questions about compliance reviews (合规性核验), over the one client. */
import { lang } from '@/shared/lang'

import { address, request } from './client'
import type { components } from './schema'

type Schema = components['schemas']

export type Attribute = Schema['AttributeOut']
export type Pack = Schema['PackOut']
export type Absent = Schema['AbsentOut']
export type KeptVerdict = Schema['VerdictOut']
export type Site = Omit<Schema['SiteOut'], 'geometry' | 'lonlat'> & { geometry: Polygon; lonlat: Polygon }
export type Polygon = GeoJSON.Polygon | GeoJSON.MultiPolygon
export type Verdict = '符合' | '有条件符合' | '不符合' | '无法判定'
export type CertificateFormat = 'pdf' | 'docx' | 'json'

/** One line of the list of what a site is concerned by: a rule and a layer. */
export interface Concern {
  rule: string
  title: string
  effect: 'prohibit' | 'condition' | 'inform'
  advice: string
  clause: string
  source: string
  confidence: string
  rule_version: string
  exempt: boolean
  exempt_if: string[]
  conditions: string[]
  documents: string[]
  stricter: string
  override: { by: string; reason: string; evidence: string; on: string } | null
  layer: string | null
  area_ha: number | null
  share: number | null
  layer_version: string | null
  objects: string[]
  geometry?: GeoJSON.Geometry | null
}

/** The whole result, as `tuban compliance review --json` prints it. */
export interface Result {
  verdict: Verdict
  verdict_en: string
  on: string
  site: { name: string; crs: string; area_ha: number; area_m2: number; centre: [number, number]; attributes: Record<string, string> }
  concerned: Concern[]
  not_concerned: { rule: string; title: string; layers: string[]; declared_absent: string[]; clause: string }[]
  not_covered: { layer: string; reason: string; supplier: string; rules: string[]; weighs: boolean }[]
  slivers: { layer: string; area_m2: number; width_m: number; objects: string[]; counted: boolean }[]
  conditions: string[]
  documents: string[]
  asks: string[]
  by: Record<string, { code: string; name: string; area_ha: number; share: number }[]>
  policy: Record<string, number | string>
  notes: string[]
  layers: Record<string, string>
  packs: Record<string, string>
  hashes: Record<string, string>
}

export interface Override {
  rule: string
  layer: string
  by: string
  reason: string
  evidence: string
}

export interface ReviewAsk {
  geometry: Polygon
  crs: string
  name: string
  attributes: Record<string, string>
  on: string | null
  overrides: Override[]
  keep: boolean
  by: string
}

export interface Reviewed {
  number: number | null
  sample: boolean
  result: Result
}

export type VerdictDetail = KeptVerdict & { result: Result; lonlat: Polygon }

/** What a recheck gives when its task is done. */
export interface Rechecked {
  affected: number
  changed: { number: number; name: string; was: string; now: string; turned: boolean; added: string[]; removed: string[]; because: string[] }[]
}

/** A way to pass: trimmed, moved, or both; `geometry` in `crs`, `lonlat` in degrees. */
export type Proposal = Omit<Schema['ProposalOut'], 'geometry' | 'lonlat'> & { geometry: Polygon; lonlat: Polygon }
export type Proposals = Omit<Schema['ProposalsOut'], 'proposals'> & { proposals: Proposal[] }

const json = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
})

export const compliance = {
  attributes: () => request<Attribute[]>('/compliance/attributes'),
  packs: () => request<Pack[]>('/compliance/packs'),
  readSite: (form: FormData) => request<Site>('/compliance/sites', {}, { method: 'POST', body: form }),
  review: (ask: ReviewAsk, signal?: AbortSignal) => request<Reviewed>('/compliance/reviews', {}, { ...json('POST', ask), signal }),
  propose: (ask: ReviewAsk & { within_m: number }) => request<Proposals>('/compliance/proposals', {}, json('POST', ask)),
  verdicts: (part: { limit: number; offset: number }) => request<{ verdicts: KeptVerdict[] }>('/compliance/verdicts', part),
  verdict: (number: number, signal?: AbortSignal) => request<VerdictDetail>(`/compliance/verdicts/${number}`, {}, { signal }),
  again: (number: number) => request<Schema['AgainOut']>(`/compliance/verdicts/${number}/again`, {}, { method: 'POST' }),
  recheck: () => request<{ task: string }>('/compliance/recheck', {}, { method: 'POST' }),
  certificate: (number: number, format: CertificateFormat) =>
    address(`/compliance/verdicts/${number}/certificate`, { format, lang: lang.value }),
  absent: () => request<Absent[]>('/compliance/absent'),
  declareAbsent: (layer: string, said: { reason: string; by: string }) => request<Absent[]>(`/compliance/absent/${layer}`, {}, json('PUT', said)),
  withdrawAbsent: (layer: string, by: string) => request<Absent[]>(`/compliance/absent/${layer}`, { by }, { method: 'DELETE' }),
}
