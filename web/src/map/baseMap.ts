/** Tianditu as a base map where a key is configured; without one the ground stays neutral and nothing is fetched. */
import type { LayerSpecification, SourceSpecification } from 'maplibre-gl'

import type { MapTheme } from './theme'

// vec: areas and roads; cva: their names. `_w` is the Web Mercator set; its datum is CGCS2000.
const KINDS = ['vec', 'cva'] as const

function tiles(kind: string, key: string): string[] {
  return Array.from(
    { length: 8 },
    (_, server) =>
      `https://t${server}.tianditu.gov.cn/${kind}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=${kind}` +
      `&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=${encodeURIComponent(key)}`,
  )
}

export function baseMapSources(key?: string): Record<string, SourceSpecification> {
  if (!key) return {}
  return Object.fromEntries(
    KINDS.map((kind) => [
      `tianditu-${kind}`,
      { type: 'raster', tiles: tiles(kind, key), tileSize: 256, maxzoom: 18, attribution: '天地图' } as SourceSpecification,
    ]),
  )
}

export function baseMapLayers(key: string | undefined, theme: MapTheme): LayerSpecification[] {
  if (!key) return []
  const paint = theme === 'dark' ? { 'raster-brightness-max': 0.45, 'raster-saturation': -0.6 } : { 'raster-saturation': -0.3 }
  return KINDS.map((kind) => ({ id: `tianditu-${kind}`, type: 'raster', source: `tianditu-${kind}`, paint }))
}
