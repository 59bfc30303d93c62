/** The site on the one map, and the ground that rules say it takes. */
import { nextTick, watch, watchEffect } from 'vue'

import { COLOURS } from '@/map/theme'
import { shape } from '@/map/sketch'
import { useMap } from '@/map/useMap'
import { area } from '@/shared/areas'
import { theme } from '@/shared/theme'

import { AREA, choices } from './choices'
import { result, shown, sketch, uploaded } from './useSite'

export const DRAWN = {
  light: { site: '#111827', prohibit: '#c62828', condition: '#c77700', inform: '#1b5e9b' },
  dark: { site: '#f4f6f6', prohibit: '#ff8a80', condition: '#ffb95c', inform: '#82bfff' },
}

const { overlay, zoomTo } = useMap()
const feature = (geometry: GeoJSON.Geometry, role: string): GeoJSON.Feature => ({ type: 'Feature', geometry, properties: { role } })

watchEffect((onCleanup) => {
  if (area.value !== AREA) return
  const features: GeoJSON.Feature[] = []
  for (const one of result.value?.concerned ?? []) {
    if (one.geometry && (!choices.rule || choices.rule === one.rule)) features.push(feature(one.geometry, one.effect))
  }
  const site = shown.value ?? uploaded.value?.lonlat ?? null
  if (site) features.push(feature(site, 'site'))
  else for (const one of shape(sketch.value, null).features) features.push(feature(one.geometry, 'site'))
  const colours = DRAWN[theme.value]
  const colour = ['match', ['get', 'role'], 'prohibit', colours.prohibit, 'condition', colours.condition, 'inform', colours.inform, colours.site] as never
  onCleanup(
    overlay('compliance', {
      data: { type: 'FeatureCollection', features },
      layers: [
        {
          id: 'compliance-taken',
          type: 'fill',
          filter: ['all', ['!=', ['get', 'role'], 'site'], ['==', ['geometry-type'], 'Polygon']],
          paint: { 'fill-color': colour, 'fill-opacity': 0.35 },
        },
        {
          id: 'compliance-halo',
          type: 'line',
          filter: ['all', ['==', ['get', 'role'], 'site'], ['!=', ['geometry-type'], 'Point']],
          layout: { 'line-join': 'round' },
          paint: { 'line-color': COLOURS[theme.value].halo, 'line-width': 6 },
        },
        {
          id: 'compliance-site',
          type: 'line',
          filter: ['all', ['==', ['get', 'role'], 'site'], ['!=', ['geometry-type'], 'Point']],
          layout: { 'line-join': 'round' },
          paint: { 'line-color': colours.site, 'line-width': 3 },
        },
        {
          id: 'compliance-vertices',
          type: 'circle',
          filter: ['==', ['geometry-type'], 'Point'],
          paint: { 'circle-radius': 4, 'circle-color': COLOURS[theme.value].halo, 'circle-stroke-color': colours.site, 'circle-stroke-width': 2 },
        },
      ],
    }),
  )
})

/** Show a shape whole, with some ground around it. */
export function showWhole(polygon: GeoJSON.Polygon | GeoJSON.MultiPolygon): void {
  const positions = polygon.type === 'Polygon' ? polygon.coordinates.flat() : polygon.coordinates.flat(2)
  const lons = positions.map(([lon]) => lon!)
  const lats = positions.map(([, lat]) => lat!)
  void zoomTo([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], 140)
}

watch([shown, result], async ([now], [before, had]) => {
  // What was just drawn is in sight; what came from a file or the list may lie anywhere, or behind the verdict.
  if (!now || !(uploaded.value || choices.verdict) || (now === before && had)) return
  await nextTick()
  showWhole(now)
})
