/** Small layers for tests. */
import type { Layer, Paint, Version } from '@/api/types'

const PAINT: Paint = { fill: '#88aa88', fill_opacity: 0.5, line: null, line_width_px: 1, dash: [], casing: null, by: null, colours: [], label: null }

export function aVersion(number = 1): Version {
  return {
    number,
    sha256: '0',
    valid_from: '2021-01-01',
    valid_to: null,
    act: '',
    recorded_at: '2026-11-20T00:00:00Z',
    recorded_by: 'a',
    source_name: 'a.gpkg',
    source_sha256: '0',
    crs: 'EPSG:4547',
    rows: 1,
    bytes: 1,
    sample: true,
    note: '',
    bounds: null,
    area_ha: null,
  }
}

export function aLayer(code: string, { paint, ...rest }: Partial<Omit<Layer, 'paint'>> & { paint?: Partial<Paint> } = {}): Layer {
  return {
    code,
    title: { zh: code, en: code },
    group: 'present',
    geometry: 'polygon',
    rows: 10,
    area_ha: null,
    bounds: null,
    order: 0,
    version: aVersion(),
    versions: 1,
    fields: [],
    id_field: null,
    class_field: null,
    unit_field: null,
    detail_zoom: 0,
    confidence: '',
    ...rest,
    paint: { ...PAINT, ...paint },
  }
}
