import { describe, expect, it } from 'vitest'

import { degrees, parseCoordinates } from './coordinates'
import { add, begin, finish, measured, shape, undo } from './sketch'

const positions = (text: string) => {
  const parsed = parseCoordinates(text)
  return 'positions' in parsed ? parsed.positions : parsed.problem
}

describe('pasted coordinates', () => {
  it.each(['113.5,33.3', '113.5，33.3', '113.5 33.3', '113.5\t33.3', '(113.5, 33.3)', '113.5,33.3,120.4'])('reads %s', (text) => {
    expect(positions(text)).toEqual([[113.5, 33.3]])
  })
  it('reads many, by lines or semicolons', () => {
    expect(positions('113.5,33.3; 113.6,33.3\n113.6,33.4\n\n')).toEqual([[113.5, 33.3], [113.6, 33.3], [113.6, 33.4]])
  })
  it('reads degrees, minutes and seconds', () => {
    expect(degrees('113°30′36″')).toBeCloseTo(113.51, 10)
    expect(degrees('113度30分')).toBe(113.5)
    expect(degrees('-0.5')).toBe(-0.5)
    expect(degrees('113°61′')).toBeNull()
    expect(positions('113°30′00″E, 33°18′00″N')).toEqual([[113.5, 33.3]])
    expect(positions('东经113°30′00″，北纬33°18′00″')).toEqual([[113.5, 33.3]])
  })
  it('names what is wrong instead of guessing', () => {
    expect(positions('33.3,113.5')).toContain('写反')
    expect(positions('38456789.1,3689012.3')).toContain('投影坐标')
    expect(positions('113.5')).toContain('第 1 行')
    expect(positions('113.5,33.3\nabc,def')).toContain('第 2 行')
    expect(positions('200,10')).toContain('超出')
    expect(positions('  \n ')).toContain('没有')
  })
})

describe('drawing', () => {
  const triangle = [[0, 0], [1, 0], [1, 1]] as [number, number][]
  const drawn = triangle.reduce(add, begin('area'))

  it('collects vertices and leaves out the second half of a double click', () => {
    expect(add(drawn, [1, 1]).vertices).toHaveLength(3)
  })
  it('takes the last vertex back', () => expect(undo(drawn).vertices).toEqual([[0, 0], [1, 0]]))
  it('opens an ended shape again before it takes vertices back', () => {
    expect(undo(finish(drawn))).toEqual(drawn)
  })
  it('ends only what can be measured', () => {
    expect(finish(drawn).done).toBe(true)
    expect(finish(undo(drawn))).toEqual(begin('area'))
  })
  it('measures up to the pointer while drawing, without it when ended', () => {
    expect(measured(undo(drawn), [5, 5])).toEqual([[0, 0], [1, 0], [5, 5]])
    expect(measured(finish(drawn), [5, 5])).toEqual(triangle)
    expect(measured(add(begin('area'), [0, 0]), [5, 5])).toBeNull()
  })
  it('starts anew with the first vertex after the end', () => {
    expect(add(finish(drawn), [7, 7])).toEqual({ kind: 'area', vertices: [[7, 7]], done: false })
  })
  it('closes the face of an area', () => {
    const face = shape(drawn, null).features.at(-1)?.geometry as GeoJSON.Polygon
    expect(face.coordinates[0]).toEqual([...triangle, [0, 0]])
    expect(shape(add(add(begin('length'), [0, 0]), [1, 0]), null).features.at(-1)?.geometry.type).toBe('LineString')
  })
})
