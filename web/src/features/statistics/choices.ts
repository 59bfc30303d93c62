/** What the statistics panel is asked for. It outlives the panel, and the address restores it. */
import { reactive } from 'vue'

import { UNITS, type Unit } from './figures'

export { UNITS }

export const WAYS = ['class', 'three_class', 'township', 'village', 'zone'] as const
export const VIEWS = ['chart', 'table'] as const

export type By = (typeof WAYS)[number]

export interface Choices {
  /** Code of the layer, or '' until one is chosen. */
  layer: string
  by: By
  /** Code of a township, or '' for the whole area. */
  within: string
  /** The other day, or '' for none. */
  other: string
  /** Layer of the zones, where zones are what is asked by. */
  zoneLayer: string
  view: (typeof VIEWS)[number]
  unit: Unit
}

/** The choices of a panel that nobody has touched. */
export const untouched = (): Choices => ({ layer: '', by: 'township', within: '', other: '', zoneLayer: '', view: 'chart', unit: 'ha' })

export const choices = reactive<Choices>(untouched())
