/** One label an object for layers of few objects: the point deepest inside each area. */
import { shallowReactive } from 'vue'

import { api } from '@/api/client'
import type { Layer } from '@/api/types'

import { deepestPoint } from './deepestPoint'
import { FEW, sourceId } from './style'

/** Label points by the id of the layer's source. */
export const labelPoints = shallowReactive<Record<string, GeoJSON.FeatureCollection>>({})

const asked = new Set<string>()

/** Ask for the label points of a layer, once. */
export function wantLabels(layer: Layer): void {
  const id = sourceId(layer)
  const few = layer.rows <= FEW
  if (!layer.paint.label || !few || layer.geometry === 'line' || asked.has(id)) return
  asked.add(id)
  void load(layer, id)
}

async function load(layer: Layer, id: string): Promise<void> {
  try {
    const page = await api.features(layer.code, { version: layer.version?.number, limit: FEW, geometry: true })
    const features = page.features.flatMap((feature): GeoJSON.Feature[] => {
      const point = feature.geometry ? deepestPoint(feature.geometry) : null
      if (!point) return []
      // All columns: a filter on any of them holds for the names too.
      return [{ type: 'Feature', id: feature.fid, geometry: { type: 'Point', coordinates: point }, properties: feature.properties }]
    })
    labelPoints[id] = { type: 'FeatureCollection', features }
  } catch {
    // Names are an aid: without them the map stays as it is, and the next change of layers asks again.
    asked.delete(id)
  }
}
