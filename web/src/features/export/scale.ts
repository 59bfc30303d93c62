/** Scale bar and ratio of a map picture. */
import { formatCount } from '@/shared/formats'

export interface ScaleBar {
  /** Length on the ground, a round number. */
  lengthM: number
  /** Length in the picture. */
  widthPx: number
  /** "500 m", "2 km". */
  label: string
}

/** What metre and kilometre are called on the sheet. */
export interface LengthUnits {
  m: string
  km: string
}

// CGCS2000: semi-major axis and flattening (GB 22021-2008).
const SEMI_MAJOR_M = 6_378_137
const FLATTENING = 1 / 298.257222101
const DEGREE = Math.PI / 180
const ECCENTRICITY_2 = FLATTENING * (2 - FLATTENING)

/**
 * Give the metres on the ground between two near points of the ellipsoid (longitude, latitude in degrees).
 *
 * Along parallel and meridian at the middle latitude: right to a few parts in 10⁶ across a county, which is
 * far finer than a scale bar is drawn.
 */
export function groundMetres(a: readonly [number, number], b: readonly [number, number]): number {
  const phi = ((a[1] + b[1]) / 2) * DEGREE
  const w2 = 1 - ECCENTRICITY_2 * Math.sin(phi) ** 2
  const primeVertical = SEMI_MAJOR_M / Math.sqrt(w2)
  const meridian = (primeVertical * (1 - ECCENTRICITY_2)) / w2
  const east = primeVertical * Math.cos(phi) * (b[0] - a[0]) * DEGREE
  const north = meridian * (b[1] - a[1]) * DEGREE
  return Math.hypot(east, north)
}

/** Give the longest round length (1, 2 or 5 × 10ⁿ metres) that fits into `maxWidthPx`. */
export function scaleBar(metresAPixel: number, maxWidthPx: number, units: LengthUnits = { m: 'm', km: 'km' }): ScaleBar {
  const most = metresAPixel * maxWidthPx
  const power = 10 ** Math.floor(Math.log10(most))
  const lengthM = ([5, 2, 1].find((step) => step * power <= most * (1 + 1e-9)) ?? 1) * power
  return { lengthM, widthPx: lengthM / metresAPixel, label: lengthName(lengthM, units) }
}

function lengthName(metres: number, { m, km }: LengthUnits): string {
  return metres >= 1000 ? `${metres / 1000} ${km}` : `${metres} ${m}`
}

/** Give the ratio of the printed map, "1∶50,000", to two significant digits: a picture is no survey sheet. */
export function scaleRatio(metresAPixel: number, dotsPerInch: number): string {
  const exact = (metresAPixel * dotsPerInch) / 0.0254
  const step = 10 ** Math.max(0, Math.floor(Math.log10(exact)) - 1)
  return `1∶${formatCount(Math.round(exact / step) * step)}`
}
