/** Which classes of a layer are in view: the legend lists these, not the whole standard. */
import { shallowRef } from 'vue'

import type { Layer, Swatch } from '@/api/types'

import { useMap } from './useMap'

const { map } = useMap()

/** Counts up whenever the picture has come to rest. */
export const settled = shallowRef(0)

/** The values of the colouring column that are drawn now. */
export function valuesInView(layer: Layer, one = map.value): Set<string> {
  const { by } = layer.paint
  if (!by || !one) return new Set()
  const layers = ['fill', 'line', 'point', 'dots'].map((kind) => `${layer.code}/${kind}`).filter((id) => one.getLayer(id))
  if (layers.length === 0) return new Set()
  return new Set(one.queryRenderedFeatures({ layers }).map((feature) => String(feature.properties[by] ?? '')))
}

/** The legend rows of a layer for what is in view, in the order of the standard. */
export function swatchesInView(layer: Layer): Swatch[] {
  const there = valuesInView(layer)
  return layer.paint.colours.filter((swatch) => there.has(swatch.value))
}
