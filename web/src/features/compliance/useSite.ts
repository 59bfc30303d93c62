/** The site that is being asked about, and what came out: one state for the panels and the map. */
import { computed, reactive, shallowRef, watch } from 'vue'

import { compliance, type Attribute, type Override, type Polygon, type Proposal, type Proposals, type Result, type ReviewAsk, type Site, type VerdictDetail } from '@/api/compliance'
import { on } from '@/map/catalogue'
import { begin, type Sketch } from '@/map/sketch'
import { area } from '@/shared/areas'
import { lang } from '@/shared/lang'
import { rightPanel } from '@/shared/panels'

import { AREA, choices } from './choices'

/** Drawn on the map, in degrees. */
export const sketch = shallowRef<Sketch>(begin('area'))
/** Read from a file, in the file's own system. */
export const uploaded = shallowRef<Site | null>(null)
export const form = reactive<{ name: string; by: string; attributes: Record<string, string> }>({ name: '', by: '', attributes: {} })
export const overrides = shallowRef<Override[]>([])

export const result = shallowRef<Result | null>(null)
/** The ground of the result, in degrees. */
export const shown = shallowRef<Polygon | null>(null)
export const kept = shallowRef<VerdictDetail | null>(null)
export const reviewError = shallowRef<unknown>(null)
export const busy = shallowRef(false)
export const attributes = shallowRef<Attribute[]>([])

export const drawn = computed<Polygon | null>(() => {
  const { vertices, done } = sketch.value
  return done && vertices.length >= 3 ? { type: 'Polygon', coordinates: [[...vertices, vertices[0]!]] } : null
})
export const ready = computed(() => drawn.value !== null || uploaded.value !== null)

export async function loadAttributes(): Promise<void> {
  if (attributes.value.length === 0) attributes.value = await compliance.attributes()
}

let running = new AbortController()

function ask(keep: boolean): ReviewAsk | null {
  const geometry = uploaded.value?.geometry ?? drawn.value
  if (!geometry) return null
  return {
    geometry,
    crs: uploaded.value?.crs ?? 'EPSG:4490',
    name: form.name,
    attributes: Object.fromEntries(Object.entries(form.attributes).filter(([, value]) => value !== '')),
    on: on.value || null,
    overrides: overrides.value,
    keep,
    by: form.by,
  }
}

/** Ask for the smallest changes that no rule forbids. */
export async function propose(within_m: number): Promise<Proposals | null> {
  const wanted = ask(false)
  return wanted && compliance.propose({ ...wanted, within_m })
}

/** Take a proposal as the site, and review it. */
export async function takeUp(one: Proposal): Promise<void> {
  const bounds = { ...(uploaded.value ?? {}) }
  uploaded.value = { bounds: [0, 0, 0, 0], notes: [], ...bounds, name: form.name, crs: one.crs, area_ha: one.area_ha, geometry: one.geometry, lonlat: one.lonlat }
  choices.verdict = ''
  await review()
}

/** Review what is drawn or uploaded; `keep` puts the verdict down for good. */
export async function review(keep = false): Promise<void> {
  const wanted = ask(keep)
  if (!wanted) return
  running.abort()
  const mine = new AbortController()
  running = mine
  busy.value = true
  reviewError.value = null
  try {
    const found = await compliance.review(wanted, mine.signal)
    if (running !== mine) return
    choices.rule = ''
    choices.verdict = found.number === null ? '' : String(found.number)
    kept.value = null
    result.value = found.result
    shown.value = uploaded.value?.lonlat ?? drawn.value
    rightPanel.value = AREA
  } catch (error) {
    if (mine.signal.aborted) return
    result.value = null
    reviewError.value = error
  } finally {
    if (running === mine) busy.value = false
  }
}

/** Begin with nothing. */
export function clear(): void {
  running.abort()
  sketch.value = begin('area')
  uploaded.value = null
  result.value = null
  shown.value = null
  kept.value = null
  overrides.value = []
  reviewError.value = null
  choices.verdict = ''
  choices.rule = ''
}

// A kept verdict that a link or the list names.
watch(
  () => (area.value === AREA ? ([choices.verdict, lang.value] as const) : null),
  async (wanted) => {
    if (!wanted || wanted[0] === '') {
      kept.value = null
      return
    }
    running.abort()
    const mine = new AbortController()
    running = mine
    reviewError.value = null
    try {
      const found = await compliance.verdict(Number(wanted[0]), mine.signal)
      if (running !== mine) return
      kept.value = found
      result.value = found.result
      shown.value = found.lonlat
      rightPanel.value = AREA
    } catch (error) {
      if (!mine.signal.aborted) reviewError.value = error
    }
  },
  { immediate: true },
)
