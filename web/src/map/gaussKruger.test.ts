import { describe, expect, it } from 'vitest'

import { toGaussKruger, zoneOf } from './gaussKruger'

// PROJ 9 (EPSG:4490 → EPSG:4526, 4513, 4533: 3° zones with the zone number in front), in metres.
const BY_PROJ: [number, number, number, number][] = [
  [113.5, 33.3, 38453431.93096575, 3686131.7405929496],
  [114.9, 22.5, 38592609.33631464, 2489445.6723464555],
  [75.6, 39.4, 25551682.111926243, 4363083.471148035],
  [134.2, 48.1, 45440415.389275156, 5329856.352456367],
  [112.6, 33, 38369160.16106434, 3653618.759401106],
]

describe('plane coordinates', () => {
  it.each(BY_PROJ)('of %f°E %f°N agree with PROJ to a tenth of a millimetre', (lon, lat, east, north) => {
    const plane = toGaussKruger(lon, lat, Math.floor(east / 1e6))
    expect(plane.east).toBeCloseTo(east, 4)
    expect(plane.north).toBeCloseTo(north, 4)
  })

  it('stand on the central meridian at 500 km', () => {
    expect(toGaussKruger(114, 30).east).toBeCloseTo(38_500_000, 6)
    expect(toGaussKruger(114, 0).north).toBeCloseTo(0, 6)
  })

  it('belong to the zone whose meridian is nearest', () => {
    expect([112.4, 112.6, 114, 115.4].map(zoneOf)).toEqual([37, 38, 38, 38])
  })
})
