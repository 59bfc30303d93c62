import { describe, expect, it } from 'vitest'

import { deepestPoint } from './deepestPoint'

const ring = (...at: [number, number][]): number[][] => [...at, at[0]!]

describe('the place for a label', () => {
  it('is the middle of a square', () => {
    const [x, y] = deepestPoint({ type: 'Polygon', coordinates: [ring([0, 0], [1, 0], [1, 1], [0, 1])] })!
    expect(x).toBeCloseTo(0.5, 1)
    expect(y).toBeCloseTo(0.5, 1)
  })

  it('lies inside a horseshoe, whose centre does not', () => {
    const shoe = ring([0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3])
    const [x, y] = deepestPoint({ type: 'Polygon', coordinates: [shoe] })!
    const inBase = x > 0 && x < 3 && y > 0 && y < 1
    const inLegs = y > 0 && y < 3 && ((x > 0 && x < 1) || (x > 2 && x < 3))
    expect(inBase || inLegs).toBe(true)
  })

  it('keeps out of holes', () => {
    const hole = ring([0.3, 0.3], [0.7, 0.3], [0.7, 0.7], [0.3, 0.7])
    const [x, y] = deepestPoint({ type: 'Polygon', coordinates: [ring([0, 0], [1, 0], [1, 1], [0, 1]), hole] })!
    expect(x > 0.3 && x < 0.7 && y > 0.3 && y < 0.7).toBe(false)
  })

  it('is in the largest part of several', () => {
    const small = [ring([10, 0], [11, 0], [11, 1], [10, 1])]
    const large = [ring([0, 0], [4, 0], [4, 4], [0, 4])]
    const [x] = deepestPoint({ type: 'MultiPolygon', coordinates: [small, large] })!
    expect(x).toBeLessThan(4)
  })

  it('is nowhere for a ring without area', () => {
    expect(deepestPoint({ type: 'Polygon', coordinates: [[[0, 0], [1, 0], [0, 0]]] })).toBeNull()
  })
})
