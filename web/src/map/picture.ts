/** What a map is to draw now, put together from the state: the first map and the second one alike. */
import type { StyleSpecification } from 'maplibre-gl'

import { theme } from '@/shared/theme'

import { status } from './catalogue'
import { passingObjects } from './filtered'
import { labelPoints, wantLabels } from './labelPoints'
import { buildStyle, sourceId, type Drawn, type Overlay } from './style'
import { FONTS } from './useMap'

export function pictureStyle(drawn: Drawn[], overlays: Record<string, Overlay>): StyleSpecification {
  const labels: Record<string, GeoJSON.FeatureCollection> = {}
  for (const { layer } of drawn) {
    wantLabels(layer)
    const points = labelPoints[sourceId(layer)]
    if (points) labels[sourceId(layer)] = points
  }
  const base = status.value?.base_map
  return buildStyle({
    drawn: drawn.map((one) => ({
      ...one,
      passing: passingObjects(one.layer.code, one.layer.version?.number ?? 0, one.filters),
    })),
    overlays,
    labels,
    theme: theme.value,
    tianditu: base?.kind === 'tianditu' ? base.key : undefined,
    fonts: FONTS,
  })
}
