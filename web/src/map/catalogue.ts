/** What there is to show: the workspace, and its layers as they apply on the chosen day. */
import { computed, ref, shallowRef, watch } from 'vue'

import { api } from '@/api/client'
import type { Layer, LayerList, Status } from '@/api/types'
import { lang } from '@/shared/lang'

export const status = shallowRef<Status | null>(null)
export const catalogue = shallowRef<LayerList | null>(null)

/** What went wrong while loading either of them, or null. */
export const catalogueError = shallowRef<unknown>(null)

/** The day whose plan is shown (YYYY-MM-DD); empty until the workspace is known. */
export const on = ref('')

/** The moment whose knowledge is asked for (ISO); empty for what is known now. */
export const known = ref('')

const byCode = computed(() => new Map(catalogue.value?.layers.map((layer) => [layer.code, layer])))

/** Give a layer of the chosen day by its code. */
export function layerOf(code: string): Layer | undefined {
  return byCode.value.get(code)
}

const kept = new Map<string, LayerList>()

/** Load the layers of a day; asked twice, the first answer serves. */
export async function layersOn(day: string, asKnown = ''): Promise<LayerList> {
  const key = `${day}|${asKnown}`
  const found = kept.get(key)
  if (found) return found
  const list = await api.layers({ on: day, known: asKnown || undefined })
  kept.set(key, list)
  return list
}

/** Load the workspace; `on` becomes its default day unless one was chosen already. */
export async function loadStatus(): Promise<void> {
  catalogueError.value = null
  kept.clear()
  try {
    status.value = await api.status()
    if (!on.value) on.value = status.value.default_on
    await loadLayers()
  } catch (error) {
    catalogueError.value = error
  }
}

let asked = 0

/** Load the layers of the chosen day; the answer to an older question is dropped. */
export async function loadLayers(): Promise<void> {
  const mine = ++asked
  try {
    const list = await layersOn(on.value, known.value)
    if (mine !== asked) return
    catalogue.value = list
    catalogueError.value = null
  } catch (error) {
    if (mine === asked) catalogueError.value = error
  }
}

watch([on, known], () => {
  if (status.value) void loadLayers()
})

// Errors are worded by the service in the person's language.
watch(lang, () => {
  if (catalogueError.value) void loadStatus()
})
