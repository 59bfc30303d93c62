/** The object under the pointer lights up; only while nobody else has the pointer. */
import type { Map as MapLibre } from 'maplibre-gl'

import { objectAt, pointerUser } from './useMap'

export function highlightOnHover(map: MapLibre): void {
  let lit: { source: string; sourceLayer: string; id: number } | null = null
  let waiting: { x: number; y: number } | null = null

  const dark = (): void => {
    if (lit && map.getSource(lit.source)) map.setFeatureState(lit, { hover: false })
    lit = null
  }

  const look = (): void => {
    const point = waiting
    waiting = null
    if (!point || map.isMoving()) return
    const found = pointerUser.value ? null : objectAt(map, point)
    const id = typeof found?.feature.id === 'number' ? found.feature.id : null
    if (lit && found && lit.source === found.feature.source && lit.id === id) return
    dark()
    map.getCanvas().style.cursor = pointerUser.value ? 'crosshair' : found ? 'pointer' : ''
    if (!found || id === null) return
    lit = { source: found.feature.source, sourceLayer: found.code, id }
    map.setFeatureState(lit, { hover: true })
  }

  map.on('mousemove', (event) => {
    // Once a frame is enough: looking up objects costs more than the pointer's events come apart.
    if (!waiting) requestAnimationFrame(look)
    waiting = event.point
  })
  map.on('mouseout', dark)
}
