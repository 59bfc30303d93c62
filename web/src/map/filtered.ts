/** Which objects pass a filter: the service knows all columns, the tiles carry only a few. */
import { shallowReactive } from 'vue'

import { api } from '@/api/client'
import type { Feature, Filter } from '@/api/types'

import type { Passing } from './filterOf'

const PAGE = 1000
// Beyond this many the list itself would be the burden; the table still shows them all.
const MOST = 20_000

const passing = shallowReactive(new Map<string, Passing>())
const asked = new Set<string>()

const keyOf = (code: string, version: number, filters: Filter[]): string => JSON.stringify([code, version, filters])

/** Give the objects that pass, or undefined until they are known. */
export function passingObjects(code: string, version: number, filters: Filter[]): Passing | undefined {
  if (filters.length === 0) return undefined
  const key = keyOf(code, version, filters)
  const known = passing.get(key)
  if (!known && !asked.has(key)) {
    asked.add(key)
    void ask(code, version, filters, key)
  }
  return known
}

async function ask(code: string, version: number, filters: Filter[], key: string): Promise<void> {
  const found: Feature[] = []
  try {
    for (;;) {
      const page = await api.features(code, { version, filters, limit: PAGE, offset: found.length, geometry: false })
      found.push(...page.features)
      if (page.features.length === 0 || found.length >= page.total || found.length >= MOST) {
        passing.set(key, { fids: found.map(({ fid }) => fid), total: page.total, dots: dotsOf(found) })
        return
      }
    }
  } catch {
    // The filter form shows the refusal when it asks for the count; the map goes on unfiltered.
    asked.delete(key)
  }
}

function dotsOf(found: Feature[]): GeoJSON.FeatureCollection {
  const features = found.flatMap(({ fid, bounds, properties }): GeoJSON.Feature[] => {
    if (!bounds) return []
    const [west, south, east, north] = bounds
    const middle = [(west + east) / 2, (south + north) / 2]
    return [{ type: 'Feature', id: fid, geometry: { type: 'Point', coordinates: middle }, properties }]
  })
  return { type: 'FeatureCollection', features }
}
