/** The one map, and everything a panel may ask of it. Only this folder speaks MapLibre. */
import { Map as MapLibre, setWorkerUrl, type MapGeoJSONFeature, type StyleSpecification } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { nextTick, shallowReactive, shallowRef } from 'vue'

import type { Bounds } from '@/api/types'

import { layerOf } from './catalogue'
import { labelFont } from './fonts'
import { isOutline } from './paint'
import type { Overlay } from './style'

setWorkerUrl(workerUrl)

// The tools stand over the map's right edge.
const TOOLS_PX = 56

/** The map once it is made; a shallow ref, since a deep proxy slows and breaks it. */
const map = shallowRef<MapLibre | null>(null)

/** Drawn over the layers, by name, in the order they were added. */
export const overlays = shallowReactive<Record<string, Overlay>>({})

export const FONTS = labelFont()

export interface PointerUse {
  click?: (at: { lon: number; lat: number }) => void
  move?: (at: { lon: number; lat: number }) => void
  doubleClick?: (at: { lon: number; lat: number }) => void
}

/** Who has the pointer (measuring, say); null: a click asks "what is here". */
export const pointerUser = shallowRef<PointerUse | null>(null)

/** Make a map in `container`; the caller keeps it and removes it. */
export function createMap(container: HTMLElement, style: StyleSpecification, at?: { center: [number, number]; zoom: number; bearing: number }): MapLibre {
  const made = new MapLibre({
    container,
    style,
    ...at,
    attributionControl: false,
    maxPitch: 0,
    pitchWithRotate: false,
    dragRotate: true,
    fadeDuration: 0,
    maxZoom: 20,
    localIdeographFontFamily: false,
    canvasContextAttributes: { antialias: true },
  })
  made.getCanvas().setAttribute('aria-label', container.getAttribute('aria-label') ?? '')
  return made
}

/** Say which map is the one map (MapView does). */
export function setMap(made: MapLibre | null): void {
  map.value = made
}

/** What the features may do with the map. */
export function useMap() {
  return {
    map,

    /** Move so that the bounds fill the map. */
    async zoomTo(bounds: Bounds, padding = 48): Promise<void> {
      const [west, south, east, north] = bounds
      // A panel that opens by the same click takes room from the map first.
      await nextTick()
      map.value?.resize()
      map.value?.fitBounds([[west, south], [east, north]], {
        padding: { top: padding, bottom: padding, left: padding, right: padding + TOOLS_PX },
        maxZoom: 17,
        duration: 500,
      })
    },

    /** Move to a point, no farther away than `zoom`. */
    async flyTo(lon: number, lat: number, zoom = 15): Promise<void> {
      await nextTick()
      const one = map.value
      one?.resize()
      if (one) one.easeTo({ center: [lon, lat], zoom: Math.max(one.getZoom(), zoom), duration: 500 })
    },

    zoomBy(steps: number): void {
      const one = map.value
      if (one) one.easeTo({ zoom: one.getZoom() + steps, duration: 200 })
    },

    northUp(): void {
      map.value?.easeTo({ bearing: 0, duration: 300 })
    },

    /** West, south, east, north of what is in view. */
    boundsInView(): Bounds | null {
      const box = map.value?.getBounds()
      return box ? [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()] : null
    },

    /** Draw something over the layers until the returned function is called. */
    overlay(name: string, what: Overlay): () => void {
      overlays[name] = what
      return () => delete overlays[name]
    },

    /** Take the pointer until the returned function is called; meanwhile clicks do not identify. */
    takePointer(use: PointerUse): () => void {
      pointerUser.value = use
      return () => {
        if (pointerUser.value === use) pointerUser.value = null
      }
    },

    /** The map as it is drawn now, on a canvas of its own (all tiles come first). */
    snapshot,
  }
}

async function snapshot(): Promise<HTMLCanvasElement> {
  const one = map.value
  if (!one) throw new Error('There is no map yet.')
  if (!one.loaded() || !one.areTilesLoaded()) await new Promise((done) => one.once('idle', done))
  return new Promise((done) => {
    // The drawing buffer is only readable within the frame that drew it.
    one.once('render', () => {
      const from = one.getCanvas()
      const copy = document.createElement('canvas')
      copy.width = from.width
      copy.height = from.height
      copy.getContext('2d')?.drawImage(from, 0, 0)
      done(copy)
    })
    one.triggerRepaint()
  })
}

function isBorder(id: string): boolean {
  const layer = layerOf(id.split('/')[0] ?? '')
  return layer !== undefined && isOutline(layer.paint)
}

/** The uppermost drawn object under the pointer, with its layer's code. */
export function objectAt(one: MapLibre, point: { x: number; y: number }): { code: string; feature: MapGeoJSONFeature } | null {
  const around: [[number, number], [number, number]] = [[point.x - 3, point.y - 3], [point.x + 3, point.y + 3]]
  const layers = one.getStyle().layers.flatMap((layer) => (/^[^/]+\/(fill|line|point)$/.test(layer.id) ? [layer.id] : []))
  const all = one.queryRenderedFeatures(around, { layers })
  // An area drawn as a border only lies over everything, and is meant only where nothing else is.
  const found = all.find((feature) => !(feature.layer.type === 'fill' && isBorder(feature.layer.id))) ?? all[0]
  return found ? { code: found.layer.id.split('/')[0] ?? '', feature: found } : null
}
