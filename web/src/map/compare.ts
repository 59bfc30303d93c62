/** Two days, or two versions of a layer, beside each other: what the second map shows. */
import { computed, reactive, ref, shallowRef, watch } from 'vue'

import type { Layer, LayerList } from '@/api/types'

import { known, layerOf, layersOn, on, status } from './catalogue'
import { visibleLayers } from './shown'

export type CompareMode = 'none' | 'swipe' | 'side' | 'blink'

interface Compare {
  mode: CompareMode
  /** The other day, 甲, at the left; the chosen day, 乙, is at the right. */
  on: string
  /** Layer whose objects are compared one by one, or ''. */
  code: string
  /** Versions of that layer chosen by hand; null: the ones in force on the two days. */
  a: number | null
  b: number | null
}

export const compare = reactive<Compare>({ mode: 'none', on: '', code: '', a: null, b: null })

/** Where the curtain stands: 0 left edge, 1 right edge. */
export const curtain = ref(0.5)

/** The layers as they apply on the other day. */
export const otherCatalogue = shallowRef<LayerList | null>(null)
export const compareError = shallowRef<unknown>(null)

watch(
  () => [compare.mode !== 'none', compare.on, status.value, known.value] as const,
  async ([active, day, workspace]) => {
    if (!active || !workspace) return
    if (!day) {
      compare.on = otherDay(workspace.dates, on.value)
      return
    }
    compareError.value = null
    try {
      const list = await layersOn(day, known.value)
      if (compare.on === day) otherCatalogue.value = list
    } catch (error) {
      compareError.value = error
    }
  },
  { immediate: true },
)

/** Begin to compare; where no other day was chosen, with the change before the last one, or the next one to come. */
export function startCompare(mode: Exclude<CompareMode, 'none'>): void {
  compare.mode = mode
}

/** The day to compare with at first: the state just before the last change up to `day`, else the next change. */
export function otherDay(dates: string[], day: string): string {
  const sorted = [...dates].sort()
  const upTo = sorted.filter((one) => one <= day)
  const before = upTo.at(-2) ?? upTo.at(-1)
  return (before !== day ? before : undefined) ?? sorted.find((one) => one > day) ?? day
}

/** A layer, shown at another version than the one in force. */
function atVersion(layer: Layer, number: number | null): Layer {
  if (number === null || !layer.version || layer.version.number === number) return layer
  return { ...layer, version: { ...layer.version, number } }
}

/** What the map itself draws: 乙, the chosen day. */
export const drawnNow = computed(() =>
  visibleLayers.value.map(({ layer, opacity, filters, code }) => ({
    layer: compare.mode !== 'none' && code === compare.code ? atVersion(layer, compare.b) : layer,
    opacity,
    filters,
  })),
)

/** What the second map draws: 甲, the same layers on the other day. */
export const drawnThen = computed(() => {
  const there = new Map(otherCatalogue.value?.layers.map((layer) => [layer.code, layer]))
  return visibleLayers.value.flatMap(({ opacity, filters, code }) => {
    const layer = there.get(code) ?? (compare.a !== null && code === compare.code ? layerOf(code) : undefined)
    const shownAt = layer && code === compare.code ? atVersion(layer, compare.a) : layer
    return shownAt?.version ? [{ layer: shownAt, opacity, filters }] : []
  })
})
