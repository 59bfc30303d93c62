/** What is being drawn: vertices, and the pointer that would be the next one. Pure functions. */
import type { Position } from './coordinates'

export type Kind = 'length' | 'area'

export interface Sketch {
  kind: Kind
  vertices: Position[]
  /** Drawing has ended; the shape stays until it is cleared. */
  done: boolean
}

/** Least number of vertices that can be measured. */
export const LEAST: Record<Kind, number> = { length: 2, area: 3 }

/** Begin anew. */
export function begin(kind: Kind): Sketch {
  return { kind, vertices: [], done: false }
}

/** Add a vertex; one at the very place of the last is the second half of a double click and is left out. */
export function add(sketch: Sketch, at: Position): Sketch {
  if (sketch.done) return add(begin(sketch.kind), at)
  const last = sketch.vertices.at(-1)
  if (last && last[0] === at[0] && last[1] === at[1]) return sketch
  return { ...sketch, vertices: [...sketch.vertices, at] }
}

/** Take the last vertex back; an ended shape is opened again. */
export function undo(sketch: Sketch): Sketch {
  return sketch.done ? { ...sketch, done: false } : { ...sketch, vertices: sketch.vertices.slice(0, -1) }
}

/** End the drawing; with too few vertices nothing remains. */
export function finish(sketch: Sketch): Sketch {
  return sketch.vertices.length >= LEAST[sketch.kind] ? { ...sketch, done: true } : begin(sketch.kind)
}

/** Give what is to be measured: the vertices, and while drawing the pointer; null while too few. */
export function measured(sketch: Sketch, pointer: Position | null): Position[] | null {
  const all = line(sketch, pointer)
  return all.length >= LEAST[sketch.kind] ? all : null
}

function line(sketch: Sketch, pointer: Position | null): Position[] {
  const last = sketch.vertices.at(-1)
  const moved = pointer && !sketch.done && last && (last[0] !== pointer[0] || last[1] !== pointer[1])
  return moved ? [...sketch.vertices, pointer] : sketch.vertices
}

/** Give the shape as GeoJSON: vertices as points, the line, and for an area its face. */
export function shape(sketch: Sketch, pointer: Position | null): GeoJSON.FeatureCollection {
  const features: GeoJSON.Feature[] = sketch.vertices.map((at) => feature({ type: 'Point', coordinates: at }))
  const all = line(sketch, pointer)
  if (sketch.kind === 'area' && all.length >= 3) {
    features.push(feature({ type: 'Polygon', coordinates: [[...all, all[0] as Position]] }))
  } else if (all.length >= 2) {
    features.push(feature({ type: 'LineString', coordinates: all }))
  }
  return { type: 'FeatureCollection', features }
}

function feature(geometry: GeoJSON.Geometry): GeoJSON.Feature {
  return { type: 'Feature', geometry, properties: {} }
}
