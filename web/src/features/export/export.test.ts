import { describe, expect, it } from 'vitest'
import { flow, legendLines, type LegendLayer, type LegendLine, type Swatch } from './legend'
import { groundMetres, scaleBar, scaleRatio } from './scale'
import { layOut, type Box } from './sheet'

const swatch: Swatch = {
  fill: '#ffffff',
  fillOpacity: 0.5,
  line: '#333333',
  lineWidthPx: 1,
  dash: [],
  casing: null,
  geometry: 'polygon',
}

describe('scale', () => {
  it('knows the parallel on the ellipsoid', () => {
    // One degree of the equator is 2πa/360.
    expect(groundMetres([113, 0], [114, 0])).toBeCloseTo(111_319.4908, 3)
    expect(groundMetres([113, 90], [114, 90])).toBeCloseTo(0, 6)
  })
  it('knows the meridian, which is longer towards the pole', () => {
    // The quarter meridian of CGCS2000 is 10 001 965.729 m: the sum of its ninety degrees.
    const quarter = Array.from({ length: 90 }, (_, d) => groundMetres([113, d], [113, d + 1]))
    expect(quarter.reduce((a, b) => a + b, 0) / 10_001_965.729).toBeCloseTo(1, 6)
    expect(quarter[89]).toBeGreaterThan(quarter[0] ?? 0)
  })
  it('draws the longest round length that fits', () => {
    expect(scaleBar(10, 120)).toEqual({ lengthM: 1000, widthPx: 100, label: '1 km' })
    expect(scaleBar(10, 120, { m: '米', km: '公里' }).label).toBe('1 公里')
    expect(scaleBar(1, 120)).toEqual({ lengthM: 100, widthPx: 100, label: '100 m' })
    expect(scaleBar(47, 120)).toMatchObject({ lengthM: 5000, label: '5 km' })
    expect(scaleBar(20, 100)).toMatchObject({ lengthM: 2000, widthPx: 100 })
  })
  it('names the printed ratio', () => {
    // 10 m a pixel at 254 dots per inch: 10 m on 0.1 mm.
    expect(scaleRatio(10, 254)).toBe('1∶100,000')
    expect(scaleRatio(1.234, 254)).toBe('1∶12,000')
  })
})

describe('sheet', () => {
  const inside = (outer: Box, inner: Box) =>
    inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width + 1 &&
    inner.y + inner.height <= outer.y + outer.height + 1
  const apart = (a: Box, b: Box) =>
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y

  it('is the paper at 200 dots per inch', () => {
    const a4 = layOut('a4', { width: 1000, height: 700, ratio: 1 })
    expect([a4.width, a4.height]).toEqual([2339, 1654])
    const a3 = layOut('a3', { width: 1000, height: 700, ratio: 1 })
    expect([a3.width, a3.height]).toEqual([3307, 2339])
  })
  it('gives a legend of two columns more room, at the cost of the map on paper only', () => {
    const screen = { width: 900, height: 600, ratio: 1 }
    const [one, two] = ([1, 2] as const).map((columns) => layOut('a4', screen, columns))
    expect(two!.legend.width).toBeGreaterThan(one!.legend.width)
    expect(two!.map.width + two!.legend.width).toBe(one!.map.width + one!.legend.width)
    expect(layOut('screen', screen, 2).map.width).toBe(900)
  })
  it('keeps the map as large as on the screen', () => {
    const sheet = layOut('screen', { width: 1000, height: 700, ratio: 2 })
    expect([sheet.map.width, sheet.map.height]).toEqual([2000, 1400])
  })
  it.each(['screen', 'a4', 'a3'] as const)('lets nothing overlap or leave the sheet: %s', (paper) => {
    const sheet = layOut(paper, { width: 900, height: 600, ratio: 1 })
    const all = { x: 0, y: 0, width: sheet.width, height: sheet.height }
    const boxes = [sheet.title, sheet.map, sheet.legend, sheet.footer]
    for (const box of boxes) expect(inside(all, box)).toBe(true)
    boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => expect(apart(a, b)).toBe(true)))
  })
})

describe('legend', () => {
  const parcels: LegendLayer = {
    title: '地类图斑',
    swatch,
    classes: [
      { text: '水田', colour: '#fff9a6', value: '0101' },
      { text: '旱地', colour: '#fffad0', value: '0103' },
    ],
  }
  it('lists only the classes on the map, under the title of their layer', () => {
    const lines = legendLines([parcels], (_, value) => value === '0103')
    expect(lines.map((line) => line.text)).toEqual(['地类图斑', '旱地'])
    expect(lines[1]).toMatchObject({ swatch: { fill: '#fffad0', line: '#333333' } })
  })
  it('gives a line layer its class colour on the line', () => {
    const roads: LegendLayer = { ...parcels, swatch: { ...swatch, fill: null, geometry: 'line' } }
    expect(legendLines([roads], () => true)[1]).toMatchObject({ swatch: { fill: null, line: '#fff9a6' } })
  })
  it('leaves out a layer of which nothing is on the map', () => {
    expect(legendLines([parcels], () => false)).toEqual([])
    expect(legendLines([{ ...parcels, classes: [] }], () => false)).toHaveLength(1)
  })

  const box: Box = { x: 0, y: 0, width: 200, height: 100 }
  const lines = (n: number): LegendLine[] =>
    Array.from({ length: n }, (_, i) => ({ kind: 'swatch', text: String(i), swatch }))

  it('uses one column while it is enough', () => {
    const placed = flow(lines(5), box, 20, String)
    expect(placed.map(({ x, y }) => [x, y])).toEqual([[0, 0], [0, 20], [0, 40], [0, 60], [0, 80]])
  })
  it('goes on in a second column', () => {
    const placed = flow(lines(6), box, 20, String)
    expect(placed[5]).toMatchObject({ x: 100, y: 0, width: 100 })
  })
  it('says how many lines found no room', () => {
    const placed = flow(lines(14), box, 20, (left) => `${left} more`)
    expect(placed).toHaveLength(10)
    expect(placed.at(-1)?.line).toEqual({ kind: 'more', text: '5 more' })
  })
  it('never ends a column with a heading', () => {
    const some: LegendLine[] = [...lines(4), { kind: 'heading', text: 'roads' }, ...lines(2)]
    const heading = flow(some, box, 20, String).find(({ line }) => line.kind === 'heading')
    expect(heading).toMatchObject({ x: 100, y: 0 })
  })
})
