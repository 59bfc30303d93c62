/** The filters of a layer as MapLibre reads them. */
import type { ExpressionSpecification, FilterSpecification } from 'maplibre-gl'

import type { Filter } from '@/api/types'

/** Objects that pass a filter, found by the service. */
export interface Passing {
  fids: number[]
  /** How many pass in all; the map can mark fewer. */
  total: number
  /** The middle of each, for zooms at which the tiles carry no single objects. */
  dots: GeoJSON.FeatureCollection
}

/** Whether the tiles themselves can answer: they carry the column that colours the layer, and few others. */
export function isOnTiles(filters: Filter[], by: string | null): boolean {
  return filters.every(({ field, op }) => field === by && ['eq', 'ne', 'like', 'in'].includes(op))
}

/** Give the filter for the layer's tiles; null: all objects are drawn. */
export function filterOf(filters: Filter[], by: string | null, passing?: Passing): FilterSpecification | null {
  if (filters.length === 0) return null
  if (isOnTiles(filters, by)) return ['all', ...filters.map(condition)] as unknown as FilterSpecification
  if (!passing) return null // being asked: better all than none
  if (passing.fids.length === 0) return ['boolean', false] as unknown as FilterSpecification
  // `match` looks an id up, `in` would walk through the list for every object.
  return ['match', ['id'], passing.fids, true, false] as unknown as FilterSpecification
}

function condition({ field, op, value }: Filter): ExpressionSpecification {
  const own = ['to-string', ['get', field]] as unknown as ExpressionSpecification
  if (op === 'like') return ['in', value, own] as unknown as ExpressionSpecification
  if (op === 'in') return ['in', own, ['literal', value.split('|')]] as unknown as ExpressionSpecification
  return [op === 'ne' ? '!=' : '==', own, value] as unknown as ExpressionSpecification
}
