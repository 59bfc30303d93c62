/** 3° Gauss-Krüger coordinates on the CGCS2000 ellipsoid, for the coordinates line. Nothing is measured with them. */

// GB 22021-2008: semi-major axis and flattening of CGCS2000.
const A = 6_378_137
const F = 1 / 298.257222101
const N = F / (2 - F)
const RAD = Math.PI / 180

// Krüger's series in the third flattening; the terms left out stay below 0.1 mm within a zone.
const RADIUS = (A / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64)
const ALPHA = [
  N / 2 - (2 / 3) * N ** 2 + (5 / 16) * N ** 3 + (41 / 180) * N ** 4,
  (13 / 48) * N ** 2 - (3 / 5) * N ** 3 + (557 / 1440) * N ** 4,
  (61 / 240) * N ** 3 - (103 / 140) * N ** 4,
  (49561 / 161280) * N ** 4,
]

export interface PlaneCoordinates {
  /** Number of the 3° zone: its central meridian divided by three. */
  zone: number
  /** x in Chinese surveying: metres north of the equator. */
  north: number
  /** y: metres east, with 500 km added and the zone number in front. */
  east: number
}

/** Give the number of the 3° zone in which a longitude lies. */
export function zoneOf(lon: number): number {
  return Math.round(lon / 3)
}

/** Give the plane coordinates of a point in its own 3° zone, or in another one. */
export function toGaussKruger(lon: number, lat: number, zone = zoneOf(lon)): PlaneCoordinates {
  const e = Math.sqrt(F * (2 - F))
  const phi = lat * RAD
  const lambda = (lon - zone * 3) * RAD
  const tau = Math.sinh(Math.atanh(Math.sin(phi)) - e * Math.atanh(e * Math.sin(phi)))
  const xi = Math.atan2(tau, Math.cos(lambda))
  const eta = Math.asinh(Math.sin(lambda) / Math.hypot(tau, Math.cos(lambda)))
  let north = xi
  let east = eta
  ALPHA.forEach((alpha, at) => {
    const twice = 2 * (at + 1)
    north += alpha * Math.sin(twice * xi) * Math.cosh(twice * eta)
    east += alpha * Math.cos(twice * xi) * Math.sinh(twice * eta)
  })
  return { zone, north: RADIUS * north, east: zone * 1_000_000 + 500_000 + RADIUS * east }
}
