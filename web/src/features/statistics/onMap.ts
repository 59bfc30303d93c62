/** What picking a row of figures does on the map. */
import { api } from '@/api/client'
import type { Filter, Layer } from '@/api/types'
import { layerOf } from '@/map/catalogue'
import { select } from '@/map/selection'
import { setVisible, shownOf } from '@/map/shown'
import { useMap } from '@/map/useMap'

import type { By } from './choices'

// Layers of administrative units, the county level's names first.
const UNITS: Partial<Record<By, string[]>> = {
  township: ['XZQXZ', 'XZQ', 'XZQX'],
  village: ['XZQC', 'XZQCJ', 'CJDCQ'],
}

/** Give the layer whose objects are the units of such figures, if the workspace has one. */
export function unitLayer(by: By): Layer | undefined {
  return UNITS[by]?.map(layerOf).find((layer) => layer?.version)
}

/** Zoom to a unit and choose it; false where there is no such object. */
export async function showUnit(by: By, code: string): Promise<boolean> {
  const layer = unitLayer(by)
  if (!layer?.unit_field) return false
  const page = await api.features(layer.code, {
    version: layer.version?.number,
    filters: [{ field: layer.unit_field, op: 'eq', value: code }],
    limit: 1,
    geometry: false,
  })
  const found = page.features[0]
  if (!found?.bounds) return false
  setVisible(layer.code, true)
  select(layer.code, found.fid)
  useMap().zoomTo(found.bounds)
  return true
}

/** Show only one class of a layer on the map; '' shows all again. Other filters of the layer stay. */
export function showClass(layer: Layer, code: string): void {
  const state = shownOf(layer.code)
  const field = layer.class_field
  if (!state || !field) return
  const others = state.filters.filter((filter) => filter.field !== field)
  const mine: Filter[] = code ? [{ field, op: 'eq', value: code }] : []
  state.filters = [...others, ...mine]
  if (code) setVisible(layer.code, true)
}
