/** The map as a MapLibre style: a pure function of what is shown. MapLibre works out the difference itself. */
import type {
  DataDrivenPropertyValueSpecification,
  ExpressionSpecification,
  GeoJSONSourceSpecification,
  LayerSpecification,
  SourceSpecification,
  StyleSpecification,
} from 'maplibre-gl'

import { api } from '@/api/client'
import type { Filter, Layer, Paint } from '@/api/types'

import { baseMapLayers, baseMapSources } from './baseMap'
import { filterOf, isOnTiles, type Passing } from './filterOf'
import { LABEL_FONT } from './fonts'
import { isOutline } from './paint'
import { COLOURS, type MapTheme } from './theme'

/** A layer as it is to be drawn. */
export interface Drawn {
  layer: Layer
  opacity: number
  filters: Filter[]
  /** Objects that pass the filters, where these ask for columns that the tiles do not carry. */
  passing?: Passing
}

type Unsourced<L> = L extends unknown ? Omit<L, 'source'> : never

/** Something drawn over the layers: the chosen object, a line being measured. */
export interface Overlay {
  data: GeoJSONSourceSpecification['data']
  layers: Unsourced<LayerSpecification>[]
}

export interface Picture {
  /** Uppermost first. */
  drawn: Drawn[]
  overlays: Record<string, Overlay>
  /** Label points by source id, for layers whose labels are placed once an object. */
  labels: Record<string, GeoJSON.FeatureCollection>
  theme: MapTheme
  tianditu?: string
  fonts: StyleSpecification['font-faces']
}

/** Name of the source of a layer version. */
export function sourceId(layer: Layer): string {
  return `${layer.code}@${layer.version?.number ?? 0}`
}

/** Layers with no more rows than this get one label an object; others are labelled tile by tile, close up. */
export const FEW = 800

/** Names of areas other than places are long ("…水源涵养生态保护红线"): over a whole county they would hide the map. */
const NAMES_OF_AREAS = 12

export function buildStyle(picture: Picture): StyleSpecification {
  const colours = COLOURS[picture.theme]
  const upwards = [...picture.drawn].reverse()
  const sources: Record<string, SourceSpecification> = baseMapSources(picture.tianditu)
  const layers: LayerSpecification[] = [
    { id: 'background', type: 'background', paint: { 'background-color': colours.ground } },
    ...baseMapLayers(picture.tianditu, picture.theme),
  ]
  const labels: LayerSpecification[] = []
  for (const drawn of upwards) {
    const id = sourceId(drawn.layer)
    sources[id] = tileSource(drawn.layer)
    layers.push(...layersOf(drawn, picture.theme))
    if (dotted(drawn)) {
      sources[`${id}/passing`] = { type: 'geojson', data: drawn.passing!.dots }
      layers.push(dotsOf(drawn, picture.theme))
    }
    const points = picture.labels[id]
    if (points) sources[`${id}/names`] = { type: 'geojson', data: points }
    labels.push(...labelOf(drawn, picture.theme, Boolean(points)))
  }
  layers.push(...labels)
  for (const [name, overlay] of Object.entries(picture.overlays)) {
    sources[name] = { type: 'geojson', data: overlay.data }
    for (const one of overlay.layers) layers.push({ ...one, source: name } as LayerSpecification)
  }
  return { version: 8, sources, layers, 'font-faces': picture.fonts, transition: { duration: 0, delay: 0 } }
}

function tileSource(layer: Layer): SourceSpecification {
  return {
    type: 'vector',
    tiles: [api.tiles(layer.code, layer.version?.number ?? 0)],
    ...(layer.bounds ? { bounds: layer.bounds } : {}),
    minzoom: 0,
    maxzoom: 16,
  }
}

/** The colour of each object: by its class where the paint names a column, else the layer's own. */
export function colourOf(paint: Paint, fallback: string): DataDrivenPropertyValueSpecification<string> {
  const own = paint.fill ?? fallback
  if (!paint.by || paint.colours.length === 0) return own
  const pairs = new Map(paint.colours.map((swatch) => [swatch.value, swatch.colour]))
  return ['match', ['to-string', ['get', paint.by]], ...[...pairs].flat(), own] as unknown as ExpressionSpecification
}

const hovered = (yes: number | string, no: number | string | ExpressionSpecification): ExpressionSpecification =>
  ['case', ['boolean', ['feature-state', 'hover'], false], yes, no] as ExpressionSpecification

/** Whether what passes the filter is shown as dots from afar, where the tiles have areas merged by class. */
function dotted({ layer, filters, passing }: Drawn): boolean {
  return Boolean(passing) && filters.length > 0 && !isOnTiles(filters, layer.paint.by) && (layer.detail_zoom ?? 0) > 0
}

function dotsOf({ layer, opacity }: Drawn, theme: MapTheme): LayerSpecification {
  const colours = COLOURS[theme]
  return {
    id: `${layer.code}/dots`,
    type: 'circle',
    source: `${sourceId(layer)}/passing`,
    maxzoom: layer.detail_zoom ?? 0,
    paint: {
      'circle-color': colourOf(layer.paint, colours.plain),
      'circle-radius': 3.5,
      'circle-opacity': opacity,
      'circle-stroke-color': colours.edge,
      'circle-stroke-width': 1,
      'circle-stroke-opacity': opacity,
    },
  }
}

function layersOf(drawn: Drawn, theme: MapTheme): LayerSpecification[] {
  const { layer, opacity, filters, passing } = drawn
  const { paint, code } = layer
  const colours = COLOURS[theme]
  const filter = filterOf(filters, paint.by, passing)
  const nearest = dotted(drawn) ? { minzoom: layer.detail_zoom ?? 0 } : {}
  const common = { source: sourceId(layer), 'source-layer': code, ...nearest, ...(filter ? { filter } : {}) }
  const round = { 'line-join': 'round', 'line-cap': paint.dash.length ? 'butt' : 'round' } as const
  const made: LayerSpecification[] = []
  if (layer.geometry === 'polygon') {
    const outline = isOutline(paint)
    // On dark ground thin colours would turn to mud.
    const strength = paint.fill_opacity + (theme === 'dark' ? 0.3 : 0)
    made.push({
      id: `${code}/fill`,
      type: 'fill',
      ...common,
      paint: {
        'fill-color': colourOf(paint, 'rgba(0,0,0,0)'),
        // Without a fill the area still answers to the pointer.
        'fill-opacity': outline ? paint.fill_opacity * opacity : hovered(Math.min(1, strength + 0.2) * opacity, Math.min(1, strength) * opacity),
        'fill-antialias': false,
      },
    })
  }
  if (layer.geometry === 'point') {
    made.push({
      id: `${code}/point`,
      type: 'circle',
      ...common,
      paint: {
        'circle-color': colourOf(paint, colours.plain),
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 8, 2.5, 12, 4.5, 16, 7],
        'circle-opacity': opacity,
        'circle-stroke-color': hovered(colours.hover, paint.line ?? colours.halo) as unknown as string,
        'circle-stroke-width': 1.2,
        'circle-stroke-opacity': opacity,
      },
    })
  }
  if (layer.geometry !== 'point') {
    const isLine = layer.geometry === 'line'
    const line = isLine ? colourOf({ ...paint, fill: paint.line ?? paint.fill }, colours.plain) : (paint.line ?? colours.edge)
    const width = lineWidth(layer)
    if (paint.casing) {
      made.push({
        id: `${code}/casing`,
        type: 'line',
        ...common,
        layout: { 'line-join': 'round', 'line-cap': 'butt' },
        paint: { 'line-color': paint.casing, 'line-width': wider(width, [0.8, 1.2, 2, 2.5]), 'line-opacity': opacity },
      })
    }
    made.push({
      id: `${code}/line`,
      type: 'line',
      ...common,
      layout: round,
      // Edges of small parcels would cover the colours when looked at from afar.
      ...(finelyCut(layer) ? { minzoom: Math.max(13, layer.detail_zoom ?? 0) } : {}),
      paint: {
        'line-color': hovered(colours.hover, line as ExpressionSpecification),
        'line-width': width,
        'line-opacity': opacity * (finelyCut(layer) && !paint.line ? 0.5 : 1),
        ...(paint.dash.length ? { 'line-dasharray': paint.dash } : {}),
      },
    })
  }
  return made
}

/** Whether areas are so many that from afar they come merged by class, without edges of their own. */
function finelyCut(layer: Layer): boolean {
  return layer.geometry === 'polygon' && layer.rows > 3000
}

function lineWidth(layer: Layer): ExpressionSpecification {
  const full = layer.paint.line_width_px || 1
  return ['interpolate', ['linear'], ['zoom'], 7, full * 0.5, 11, full * 0.8, 14, full, 17, full * 1.6]
}

function wider(width: ExpressionSpecification, by: number[]): ExpressionSpecification {
  const [name, how, zoom, ...stops] = width as unknown as [string, unknown, unknown, ...number[]]
  return [name, how, zoom, ...stops.map((stop, at) => (at % 2 ? stop + (by[at >> 1] ?? 2) : stop))] as unknown as ExpressionSpecification
}

function labelOf({ layer, opacity, filters, passing }: Drawn, theme: MapTheme, placed: boolean): LayerSpecification[] {
  const { label } = layer.paint
  if (!label) return []
  const filter = filterOf(filters, layer.paint.by, passing)
  const isLine = layer.geometry === 'line'
  const colours = COLOURS[theme]
  const few = layer.rows <= FEW
  // Places are bordered only; their names come first and are larger. Other names come closer up.
  const place = few && isOutline(layer.paint) && layer.geometry === 'polygon'
  const nearest = few && !isLine ? (layer.rows > 60 ? 10.5 : 0) : 13.5
  if (few && !isLine && !placed) return [] // the label points are on their way
  const source = placed ? { source: `${sourceId(layer)}/names` } : { source: sourceId(layer), 'source-layer': layer.code }
  return [
    {
      id: `${layer.code}/label`,
      type: 'symbol',
      ...source,
      ...(filter ? { filter } : {}),
      minzoom: place ? nearest : Math.max(nearest, layer.geometry === 'polygon' ? NAMES_OF_AREAS : 11.5),
      layout: {
        'text-field': ['to-string', ['get', label]],
        'text-font': [LABEL_FONT],
        'text-size': place && layer.rows <= 60 ? ['interpolate', ['linear'], ['zoom'], 8, 12, 14, 16] : 12,
        'text-max-width': 8,
        'symbol-placement': isLine ? 'line' : 'point',
        ...(layer.geometry === 'point' ? { 'text-offset': [0, 0.9], 'text-anchor': 'top', 'text-optional': true } : {}),
      },
      paint: {
        'text-color': colours.text,
        'text-halo-color': colours.halo,
        'text-halo-width': 1.6,
        'text-opacity': opacity,
      },
    },
  ]
}
