/** The chosen finding on the one map: its true shape, the objects it concerns, and where the listed ones lie. */
import { shallowRef, watch, watchEffect } from 'vue'

import { quality, type Finding, type FindingDetail, type Repair } from '@/api/quality'
import { COLOURS } from '@/map/theme'
import { useMap } from '@/map/useMap'
import { area } from '@/shared/areas'
import { lang } from '@/shared/lang'
import { theme } from '@/shared/theme'

import { AREA, choices } from './choices'
import { changes } from './useRuns'

/** The chosen finding with its shapes, once it has come. */
export const finding = shallowRef<FindingDetail | null>(null)
export const findingError = shallowRef<unknown>(null)

/** The repair that is looked at: its shape before and after. */
export const repair = shallowRef<Repair | null>(null)

/** The findings that the table has read so far. */
export const listed = shallowRef<Finding[]>([])

// Fault, first and second object: told apart by width and dash as well as by colour, also where they share an edge.
export const DRAWN = {
  light: { fault: '#d0021b', first: '#0047ff', second: '#8a2be2', after: '#00695c' },
  dark: { fault: '#ff6b5e', first: '#59c2ff', second: '#d59bff', after: '#5fe0c8' },
}

// More points than this hide the map and say nothing.
const MOST_POINTS = 2000

let running = new AbortController()
let zoomed = ''

watch(
  () => (area.value === AREA && choices.finding !== '' ? ([choices.from || choices.run, choices.finding, changes.value, lang.value] as const) : null),
  async (wanted) => {
    running.abort()
    const mine = new AbortController()
    running = mine
    findingError.value = null
    if (!wanted || !wanted[0]) {
      finding.value = null
      zoomed = ''
      return
    }
    try {
      const found = await quality.finding(wanted[0], Number(wanted[1]), mine.signal)
      if (running !== mine) return
      finding.value = found
      const key = `${wanted[0]}/${wanted[1]}`
      if (found.bounds && zoomed !== key) await useMap().zoomTo(widened(found.bounds), 90)
      zoomed = key
    } catch (error) {
      if (mine.signal.aborted) return
      finding.value = null
      findingError.value = error
    }
  },
  { immediate: true },
)

// A vertex has no extent: some metres around it are shown.
function widened([west, south, east, north]: [number, number, number, number]): [number, number, number, number] {
  const least = 0.0001
  const [dx, dy] = [Math.max(0, least - (east - west)) / 2, Math.max(0, least - (north - south)) / 2]
  return [west - dx, south - dy, east + dx, north + dy]
}

const { overlay } = useMap()
const feature = (geometry: GeoJSON.Geometry, role: string): GeoJSON.Feature => ({ type: 'Feature', geometry, properties: { role } })

watchEffect((onCleanup) => {
  if (area.value !== AREA || !finding.value) return
  const colours = DRAWN[theme.value]
  const { geometry, shapes } = finding.value
  const roles = shapes.flatMap((shape, at) => (shape.geometry ? [feature(shape.geometry, at === 0 ? 'first' : 'second')] : []))
  const data: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [...roles, ...(geometry ? [feature(geometry, 'fault')] : [])] }
  const halo = COLOURS[theme.value].halo
  onCleanup(
    overlay('quality-finding', {
      data,
      layers: [
        { id: 'quality-objects-halo', type: 'line', filter: ['!=', ['get', 'role'], 'fault'], layout: { 'line-join': 'round' }, paint: { 'line-color': halo, 'line-width': 8 } },
        { id: 'quality-first', type: 'line', filter: ['==', ['get', 'role'], 'first'], layout: { 'line-join': 'round' }, paint: { 'line-color': colours.first, 'line-width': 5 } },
        {
          id: 'quality-second',
          type: 'line',
          filter: ['==', ['get', 'role'], 'second'],
          layout: { 'line-join': 'round' },
          paint: { 'line-color': colours.second, 'line-width': 5, 'line-dasharray': [2, 1] },
        },
        {
          id: 'quality-fault-fill',
          type: 'fill',
          filter: ['all', ['==', ['get', 'role'], 'fault'], ['==', ['geometry-type'], 'Polygon']],
          paint: { 'fill-color': colours.fault, 'fill-opacity': 0.6 },
        },
        {
          id: 'quality-fault-line',
          type: 'line',
          filter: ['all', ['==', ['get', 'role'], 'fault'], ['!=', ['geometry-type'], 'Point']],
          layout: { 'line-join': 'round' },
          paint: { 'line-color': colours.fault, 'line-width': 2 },
        },
        {
          id: 'quality-fault-point',
          type: 'circle',
          filter: ['all', ['==', ['get', 'role'], 'fault'], ['==', ['geometry-type'], 'Point']],
          paint: { 'circle-radius': 7, 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-color': colours.fault, 'circle-stroke-width': 3 },
        },
      ],
    }),
  )
})

watchEffect((onCleanup) => {
  if (area.value !== AREA || listed.value.length === 0) return
  const features = listed.value.slice(0, MOST_POINTS).flatMap(({ bounds, severity }): GeoJSON.Feature[] => {
    if (!bounds) return []
    const [west, south, east, north] = bounds
    return [{ type: 'Feature', geometry: { type: 'Point', coordinates: [(west + east) / 2, (south + north) / 2] }, properties: { severity } }]
  })
  const dark = theme.value === 'dark'
  onCleanup(
    overlay('quality-listed', {
      data: { type: 'FeatureCollection', features },
      layers: [
        {
          id: 'quality-listed-points',
          type: 'circle',
          paint: {
            'circle-radius': 4,
            'circle-color': ['match', ['get', 'severity'], 'V', dark ? '#ff8a80' : '#b3261e', 'G', dark ? '#ffb95c' : '#c77700', dark ? '#82bfff' : '#1b5e9b'],
            'circle-stroke-color': COLOURS[theme.value].halo,
            'circle-stroke-width': 1,
          },
        },
      ],
    }),
  )
})

/** Look at a repair: the map goes there and draws it before and after. */
export function showRepair(one: Repair): void {
  repair.value = one
  if (one.bounds) void useMap().zoomTo(widened(one.bounds), 90)
}

watchEffect((onCleanup) => {
  if (area.value !== AREA || !choices.repair || !repair.value) return
  const { before, after } = repair.value
  const colours = DRAWN[theme.value]
  const features = [...(before ? [feature(before, 'before')] : []), ...(after ? [feature(after, 'after')] : [])]
  onCleanup(
    overlay('quality-repair', {
      data: { type: 'FeatureCollection', features },
      layers: [
        { id: 'quality-after', type: 'line', filter: ['==', ['get', 'role'], 'after'], layout: { 'line-join': 'round' }, paint: { 'line-color': colours.after, 'line-width': 5 } },
        {
          id: 'quality-before',
          type: 'line',
          filter: ['==', ['get', 'role'], 'before'],
          layout: { 'line-join': 'round' },
          paint: { 'line-color': colours.fault, 'line-width': 2, 'line-dasharray': [3, 2] },
        },
      ],
    }),
  )
})
