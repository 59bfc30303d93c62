/** The chosen object and the chosen point: they stay until something else is chosen. */
import { ref, shallowRef, watch } from 'vue'

import { api } from '@/api/client'
import type { FeatureDetail } from '@/api/types'

import { layerOf, on } from './catalogue'

export interface Chosen {
  code: string
  fid: number
  /** Version in which `fid` counts; left out: the one in force on the chosen day. */
  version?: number
}

/** The chosen object, or null. */
export const selection = ref<Chosen | null>(null)

/** The chosen object with geometry and attributes, once it has come. */
export const selected = shallowRef<FeatureDetail | null>(null)

/** Why the chosen object could not be loaded, or null. */
export const selectionError = shallowRef<unknown>(null)

/** The point asked about ("what is here"), or null. */
export const askedPoint = ref<{ lon: number; lat: number } | null>(null)

/** Choose an object. */
export function select(code: string, fid: number, version?: number): void {
  selection.value = { code, fid, version: version ?? layerOf(code)?.version?.number }
}

/** Choose nothing. */
export function clearSelection(): void {
  selection.value = null
  askedPoint.value = null
}

let running: AbortController | null = null

watch(
  selection,
  async (chosen) => {
    running?.abort()
    selectionError.value = null
    if (!chosen) {
      selected.value = null
      return
    }
    const mine = new AbortController()
    running = mine
    try {
      const at = chosen.version ? { version: chosen.version } : { on: on.value }
      const feature = await api.feature(chosen.code, chosen.fid, at, mine.signal)
      if (running === mine) selected.value = feature
    } catch (error) {
      if (running !== mine || mine.signal.aborted) return
      selected.value = null
      selectionError.value = error
    }
  },
  { deep: true },
)
