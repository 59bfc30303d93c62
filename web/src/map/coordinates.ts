/** Coordinates as people paste them: pairs of longitude and latitude in degrees, decimal or sexagesimal. */
import { t } from '@/shared/lang'

export type Position = [number, number]

export type Parsed = { positions: Position[] } | { problem: string; fix: string }

// 113.5, -33.25, 113°30′15.5″E, 东经113度30分15秒, 33.3N
const ANGLE =
  /^(?:东经|北纬|[EN])?\s*(\d+(?:\.\d+)?)(?:\s*[°度]\s*(?:(\d+(?:\.\d+)?)\s*[′'’分]\s*(?:(\d+(?:\.\d+)?)\s*(?:″|"|”|秒)?)?)?)?\s*[EN]?$/i

/** Read pairs, one a line or separated by semicolons; longitude first. Nothing is swapped or guessed. */
export function parseCoordinates(text: string): Parsed {
  const lines = text
    .split(/[\n;；]+/)
    .map((line) => line.trim().replace(/^[([（【]+|[)\]）】]+$/g, ''))
    .filter((line) => line !== '')
  if (lines.length === 0) {
    return refuse(
      t('没有可用的坐标。', 'There are no coordinates.'),
      t('每行一对“经度,纬度”，例如 113.5,33.3。', 'One pair “longitude,latitude” a line, such as 113.5,33.3.'),
    )
  }
  const positions: Position[] = []
  for (const [index, line] of lines.entries()) {
    const numbers = pair(line)
    const where = t(`第 ${index + 1} 行“${line}”`, `Line ${index + 1} “${line}”`)
    if (!numbers) {
      return refuse(
        t(`${where}不是一对坐标。`, `${where} is not a pair of coordinates.`),
        t('写成“经度,纬度”，例如 113.5,33.3 或 113°30′00″,33°18′00″。', 'Write “longitude,latitude”, such as 113.5,33.3 or 113°30′00″,33°18′00″.'),
      )
    }
    const [lon, lat] = numbers
    if (Math.abs(lon) > 1000 || Math.abs(lat) > 1000) {
      return refuse(
        t(`${where}是投影坐标（米），这里要经纬度。`, `${where} holds projected coordinates (metres); degrees are needed here.`),
        t('先换算为 CGCS2000 经纬度（度）再粘贴。', 'Convert them to CGCS2000 longitude and latitude (degrees) first.'),
      )
    }
    if (Math.abs(lat) > 90 || Math.abs(lon) > 180) {
      const swapped = Math.abs(lon) <= 90 && Math.abs(lat) <= 180
      return refuse(
        swapped
          ? t(`${where}的经度和纬度似乎写反了。`, `${where} seems to have latitude first.`)
          : t(`${where}超出了经纬度的范围。`, `${where} is outside the range of longitude and latitude.`),
        t('经度在前（中国 73–136），纬度在后（3–54）。', 'Longitude first (China: 73–136), then latitude (3–54).'),
      )
    }
    positions.push(numbers)
  }
  return { positions }
}

function pair(line: string): Position | null {
  const parts = line.split(/\s*[,，\t]\s*/).filter(Boolean)
  // Blanks separate only where no comma does: 113° 30′ has blanks inside.
  const [first, second, ...more] = parts.length >= 2 ? parts : line.split(/\s+/)
  if (first === undefined || second === undefined || more.length > 1) return null
  // A third number is a height, as copied from a desktop GIS; it does not matter for plan measures.
  if (more[0] !== undefined && !/^-?\d+(\.\d+)?$/.test(more[0])) return null
  const lon = degrees(first)
  const lat = degrees(second)
  return lon === null || lat === null ? null : [lon, lat]
}

/** Read one angle in degrees, or null. */
export function degrees(text: string): number | null {
  const negative = /^-/.test(text)
  const match = ANGLE.exec(negative ? text.slice(1) : text)
  if (!match) return null
  const [, whole = '0', minutes = '0', seconds = '0'] = match
  if (Number(minutes) >= 60 || Number(seconds) >= 60) return null
  const value = Number(whole) + Number(minutes) / 60 + Number(seconds) / 3600
  return negative ? -value : value
}

function refuse(problem: string, fix: string): Parsed {
  return { problem, fix }
}
