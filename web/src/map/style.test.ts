import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { describe, expect, it } from 'vitest'

import { filterOf } from './filterOf'
import { aLayer, aVersion } from './given'
import { buildStyle, colourOf, type Drawn, type Picture } from './style'

const drawn = (layer = aLayer('DLTB'), more: Partial<Drawn> = {}): Drawn => ({ layer, opacity: 1, filters: [], ...more })
const picture = (...all: Drawn[]): Picture => ({ drawn: all, overlays: {}, labels: {}, theme: 'light', fonts: {} })
const passing = (...fids: number[]) => ({ fids, total: fids.length, dots: { type: 'FeatureCollection' as const, features: [] } })
const ids = (style: ReturnType<typeof buildStyle>): string[] => style.layers.map(({ id }) => id)
const COLOURS = [
  { value: '0101', colour: '#f5f8dc', title: { zh: '水田', en: 'Paddy field' } },
  { value: '07', colour: '#ff5555', title: { zh: '居住用地', en: 'Housing' } },
]

describe('the picture', () => {
  it('lays the uppermost layer last, labels above all layers', () => {
    const names = aLayer('XZQC', { rows: 9000, paint: { label: 'XZQMC' } })
    const style = buildStyle(picture(drawn(names), drawn()))
    expect(ids(style)).toEqual(['background', 'DLTB/fill', 'DLTB/line', 'XZQC/fill', 'XZQC/line', 'XZQC/label'])
  })

  it('names places from afar, other areas only close up', () => {
    const place = aLayer('XZQXZ', { rows: 14, paint: { label: 'XZQMC', fill_opacity: 0 } })
    const redline = aLayer('STBHHX', { rows: 9, paint: { label: 'HXMC', fill_opacity: 0.4 } })
    const names = { type: 'FeatureCollection' as const, features: [] }
    const style = buildStyle({ ...picture(drawn(place), drawn(redline)), labels: { 'XZQXZ@1': names, 'STBHHX@1': names } })
    const from = (code: string) => style.layers.find(({ id }) => id === `${code}/label`)?.minzoom
    expect(from('XZQXZ')).toBe(0)
    expect(from('STBHHX')).toBe(12)
  })

  it('is a valid style for every kind of layer', () => {
    const line = aLayer('DLZX', { geometry: 'line', paint: { line: '#fff', casing: '#888', label: 'MC', dash: [4, 2] } })
    const point = aLayer('GGSS', { geometry: 'point', paint: { by: 'LX', colours: COLOURS, label: 'MC' } })
    const area = aLayer('CZKFBJ', { bounds: [113, 33, 114, 34], paint: { by: 'DLBM', colours: COLOURS, casing: '#e02020', dash: [4, 2], line: '#111' } })
    const filtered = drawn(aLayer('GHFQ'), { filters: [{ field: 'A', op: 'eq', value: '1' }], passing: passing(3, 5) })
    for (const theme of ['light', 'dark'] as const) {
      const style = buildStyle({ ...picture(drawn(line), drawn(point), drawn(area), filtered), theme, tianditu: 'key' })
      // The font files belong to MapLibre 6; the validator is asked about the rest.
      const { 'font-faces': _fonts, ...rest } = style
      expect(validateStyleMin(rest as never)).toEqual([])
    }
  })

  it('asks for the tiles of the very version', () => {
    const style = buildStyle(picture(drawn(aLayer('DLTB', { version: aVersion(7) }))))
    expect(style.sources['DLTB@7']).toMatchObject({ type: 'vector' })
    expect(JSON.stringify(style.sources['DLTB@7'])).toContain('/api/layers/DLTB/tiles/7/{z}/{x}/{y}.mvt')
  })

  it('fetches nothing from outside without a base map', () => {
    const text = JSON.stringify(buildStyle(picture(drawn())))
    expect(text.replaceAll(location.origin, '')).not.toContain('http')
  })

  it('colours by the exact class, else by the layer', () => {
    expect(colourOf({ ...aLayer('A').paint, by: 'DLBM', colours: COLOURS }, '#000')).toEqual([
      'match', ['to-string', ['get', 'DLBM']], '0101', '#f5f8dc', '07', '#ff5555', '#88aa88',
    ])
    expect(colourOf(aLayer('A').paint, '#000')).toBe('#88aa88')
  })

  it('shows all while a filter is being asked for, and none where none passes', () => {
    const filters = [{ field: 'A', op: 'eq' as const, value: '1' }]
    expect(filterOf([], 'DLBM')).toBeNull()
    expect(filterOf(filters, 'DLBM')).toBeNull()
    expect(filterOf(filters, 'DLBM', passing())).toEqual(['boolean', false])
    expect(filterOf(filters, 'DLBM', passing(2))).toEqual(['match', ['id'], [2], true, false])
  })

  it('filters by class on the tiles themselves, at every zoom', () => {
    const one = { field: 'DLBM', op: 'in' as const, value: '0101|0102' }
    expect(filterOf([one], 'DLBM')).toEqual(['all', ['in', ['to-string', ['get', 'DLBM']], ['literal', ['0101', '0102']]]])
  })

  it('shows what passes as dots from afar, where the tiles have no single objects', () => {
    const filters = [{ field: 'MC', op: 'like' as const, value: '庄' }]
    const style = buildStyle(picture(drawn(aLayer('DLTB', { detail_zoom: 12 }), { filters, passing: passing(4) })))
    expect(style.layers.find(({ id }) => id === 'DLTB/dots')).toMatchObject({ maxzoom: 12 })
    expect(style.layers.find(({ id }) => id === 'DLTB/fill')).toMatchObject({ minzoom: 12 })
    const near = buildStyle(picture(drawn(aLayer('DLTB', { detail_zoom: 0 }), { filters, passing: passing(4) })))
    expect(ids(near)).not.toContain('DLTB/dots')
  })

  it('draws edges of very many areas only where single objects come', () => {
    const style = buildStyle(picture(drawn(aLayer('DLTB', { rows: 60_000, detail_zoom: 14 }))))
    expect(style.layers.find(({ id }) => id === 'DLTB/line')).toMatchObject({ minzoom: 14 })
  })
})
