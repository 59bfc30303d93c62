/** Which layers are drawn, in which order, how strong and with which filter: what a link restores. */
import { computed, ref, watch } from 'vue'

import type { Filter, Layer, LayerList } from '@/api/types'

import { catalogue, layerOf } from './catalogue'
import { isOutline } from './paint'

export interface Shown {
  code: string
  visible: boolean
  /** 0–1, times the opacity that the layer's paint asks for. */
  opacity: number
  filters: Filter[]
}

/** Every layer of the workspace, uppermost first. */
export const shown = ref<Shown[]>([])

/** Give the state of one layer. */
export function shownOf(code: string): Shown | undefined {
  return shown.value.find((one) => one.code === code)
}

/** Layers that are switched on and have a version on the chosen day, uppermost first. */
export const visibleLayers = computed(() =>
  shown.value.flatMap((one) => {
    const layer = one.visible ? layerOf(one.code) : undefined
    return layer?.version && isDrawn(layer) ? [{ ...one, layer }] : []
  }),
)

/** Whether the layer has something to draw (tables have not). */
export function isDrawn(layer: Layer): boolean {
  return layer.geometry !== 'table'
}

/** Show or hide a layer. */
export function setVisible(code: string, visible: boolean): void {
  const one = shownOf(code)
  if (one) one.visible = visible
}

let before: string[] | null = null

/** Show this layer alone; asked again for the same one, what was shown before comes back. */
export function showOnly(code: string): void {
  const now = shown.value.filter((one) => one.visible).map((one) => one.code)
  const back = now.length === 1 && now[0] === code && before
  const wanted = new Set(back || [code])
  if (!back) before = now
  for (const one of shown.value) one.visible = wanted.has(one.code)
}

/** Put `code` above (or, with `after`, below) `other` in the drawing order. */
export function reorder(code: string, other: string, after = false): void {
  const from = shown.value.findIndex((one) => one.code === code)
  if (from < 0 || code === other) return
  const list = [...shown.value]
  const [moved] = list.splice(from, 1)
  const to = list.findIndex((one) => one.code === other)
  if (!moved || to < 0) return
  list.splice(after ? to + 1 : to, 0, moved)
  shown.value = list
}

// Points lie over lines, lines over borders, borders over filled areas; within each what the standard draws last.
function rank(layer: Layer): number {
  if (layer.geometry === 'polygon') return isOutline(layer.paint) ? 2 : 3
  return { point: 0, line: 1, table: 4 }[layer.geometry]
}

/** What a link asked for, until the layers are there to take it up; null: nothing was asked. */
export const stated = ref<Shown[] | null>(null)

/** Take up the layers of a catalogue: known ones keep their state and place, new ones stand above what they lie over. */
export function adopt(list: LayerList): void {
  const all = [...(stated.value ?? shown.value)]
  const opening = all.length === 0 && stated.value === null ? firstSet(list.layers) : new Set<string>()
  const natural = [...list.layers].sort((a, b) => rank(a) - rank(b) || b.order - a.order).map(({ code }) => code)
  natural.forEach((code, at) => {
    if (all.some((one) => one.code === code)) return
    const below = new Set(natural.slice(at + 1))
    const place = all.findIndex((one) => below.has(one.code))
    all.splice(place < 0 ? all.length : place, 0, { code, visible: opening.has(code), opacity: 1, filters: [] })
  })
  shown.value = all
  stated.value = null
}

watch([catalogue, stated], ([list]) => list && adopt(list))

// Opened for the first time: the present land use (or the plan's zones), the three lines, the townships.
const GROUNDS = ['DLTB', 'GHFQ', 'GHDLTB', 'XZQXZ', 'XZQ']
const LINES = ['YJJBNTBHTB', 'YJJBNT', 'STBHHX', 'CZKFBJ', 'CZKFBJWHHX']
const PLACES = ['XZQXZ', 'XZQ']

function firstSet(layers: Layer[]): Set<string> {
  const drawable = layers.filter(isDrawn)
  const inForce = drawable.filter((layer) => layer.version)
  // On a day without any version the set waits for another day.
  const there = new Set((inForce.length ? inForce : drawable).map((layer) => layer.code))
  const has = (code: string): boolean => there.has(code)
  const chosen = [GROUNDS.find(has), ...LINES.filter(has), PLACES.find(has)].filter((code) => code !== undefined)
  const drawn = layers.filter((layer) => there.has(layer.code))
  return new Set(chosen.length > 0 ? chosen : drawn.slice(0, 5).map((layer) => layer.code))
}

/** Give the groups in order with their layers, uppermost first. */
export const groups = computed(() =>
  (catalogue.value?.groups ?? []).map((group) => ({
    ...group,
    layers: shown.value.flatMap((state) => {
      const layer = layerOf(state.code)
      return layer && layer.group === group.id ? [{ state, layer }] : []
    }),
  })),
)
