/** The point deepest inside an area (the pole of inaccessibility), for its label. */

type Ring = number[][]
type Point = [number, number]

/** Give the point for a label: inside the largest part of an area, the middle of a line, the point itself. */
export function deepestPoint(geometry: GeoJSON.Geometry): Point | null {
  switch (geometry.type) {
    case 'Point':
      return pair(geometry.coordinates)
    case 'MultiPoint':
      return pair(geometry.coordinates[0])
    case 'LineString':
      return pair(geometry.coordinates[geometry.coordinates.length >> 1])
    case 'Polygon':
      return inPolygon(geometry.coordinates)
    case 'MultiPolygon': {
      const largest = [...geometry.coordinates].sort((a, b) => Math.abs(doubleArea(b[0])) - Math.abs(doubleArea(a[0])))[0]
      return largest ? inPolygon(largest) : null
    }
    default:
      return null
  }
}

function pair(at: number[] | undefined): Point | null {
  return at && at[0] !== undefined && at[1] !== undefined ? [at[0], at[1]] : null
}

function doubleArea(ring: Ring = []): number {
  let sum = 0
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    sum += (ring[j]![0]! - ring[i]![0]!) * (ring[j]![1]! + ring[i]![1]!)
  }
  return sum
}

/** Signed distance from a point to the border: positive inside. */
function depth(x: number, y: number, rings: Ring[], stretch: number): number {
  let inside = false
  let nearest = Infinity
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [ax, ay] = ring[i] as Point
      const [bx, by] = ring[j] as Point
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
      nearest = Math.min(nearest, toSegment(x * stretch, y, ax * stretch, ay, bx * stretch, by))
    }
  }
  return (inside ? 1 : -1) * Math.sqrt(nearest)
}

function toSegment(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const dx = bx - ax
  const dy = by - ay
  const along = dx || dy ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy))) : 0
  return (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2
}

interface Cell {
  x: number
  y: number
  half: number
  depth: number
  best: number
}

// Cells are halved while they may still hold a deeper point than the best so far (Garcia-Castellanos' search).
function inPolygon(given: Ring[]): Point | null {
  const outer = given[0]
  if (!outer || outer.length < 4) return null
  const rings = given.map(thinned)
  const xs = outer.map((at) => at[0]!)
  const ys = outer.map((at) => at[1]!)
  const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  const stretch = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const size = Math.min((east - west) * stretch, north - south)
  if (size <= 0) return [west, south]
  const cell = (x: number, y: number, half: number): Cell => {
    const own = depth(x, y, rings, stretch)
    return { x, y, half, depth: own, best: own + half * Math.SQRT2 }
  }
  const queue: Cell[] = []
  const half = size / 2
  for (let x = west; x < east; x += size / stretch) {
    for (let y = south; y < north; y += size) queue.push(cell(x + half / stretch, y + half, half))
  }
  let best = cell((west + east) / 2, (south + north) / 2, 0)
  while (queue.length) {
    queue.sort((a, b) => a.best - b.best)
    const top = queue.pop()!
    if (top.depth > best.depth) best = top
    if (top.best - best.depth <= size / 40) continue
    const quarter = top.half / 2
    for (const dx of [-quarter, quarter]) {
      for (const dy of [-quarter, quarter]) queue.push(cell(top.x + dx / stretch, top.y + dy, quarter))
    }
  }
  return [best.x, best.y]
}

// A label needs no more than a few hundred corners to find its place.
function thinned(ring: Ring): Ring {
  const step = Math.ceil(ring.length / 300)
  return step > 1 ? ring.filter((_, at) => at % step === 0) : ring
}
