/** The legend's entries for the layers on the map. */
import type { Layer } from '@/api/types'
import { pick } from '@/shared/lang'

import type { LegendLayer, Swatch } from './legend'

/** Give the legend entry of one layer, with the opacity it has on the map. */
export function legendOf(layer: Layer, opacity: number): LegendLayer {
  const { paint } = layer
  const geometry = layer.geometry === 'line' || layer.geometry === 'point' ? layer.geometry : 'polygon'
  const swatch: Swatch = {
    fill: paint.fill ?? (paint.by ? '#ffffff' : null),
    fillOpacity: paint.fill_opacity * opacity,
    line: paint.line ?? (geometry === 'line' ? '#5b6664' : '#6d7573'),
    lineWidthPx: paint.line_width_px || 1,
    dash: paint.dash,
    casing: paint.casing,
    geometry,
  }
  const classes = paint.by
    ? paint.colours.map(({ value, colour, title }) => ({ value, colour, text: pick(title) || value }))
    : []
  return { title: pick(layer.title), swatch, classes }
}
