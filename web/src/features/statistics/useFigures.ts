/** Asks for the figures whenever the question changes; the answer to an older question is dropped. */
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'

import { api } from '@/api/client'
import type { Statistics } from '@/api/types'

import type { By } from './choices'
import { sideBySide } from './figures'

export interface Question {
  layer: string
  by: By
  on: string
  /** The other day, or '' for none. */
  other: string
  within: string
  zoneLayer: string
}

export function useFigures(question: Ref<Question | null>) {
  const now = shallowRef<Statistics | null>(null)
  const before = shallowRef<Statistics | null>(null)
  const error = shallowRef<unknown>(null)
  const loading = ref(false)
  let running: AbortController | null = null

  async function load(): Promise<void> {
    running?.abort()
    const asked = question.value
    if (!asked) return
    const mine = new AbortController()
    running = mine
    loading.value = true
    error.value = null
    const one = (on: string) =>
      api.statistics(
        {
          layer: asked.layer,
          by: asked.by,
          on,
          within: asked.within || undefined,
          zone_layer: asked.by === 'zone' ? asked.zoneLayer : undefined,
        },
        mine.signal,
      )
    try {
      const [first, second] = await Promise.all([one(asked.on), asked.other ? one(asked.other) : null])
      if (running !== mine) return
      now.value = first
      before.value = second
    } catch (cause) {
      if (running !== mine || mine.signal.aborted) return
      now.value = null
      before.value = null
      error.value = cause
    } finally {
      if (running === mine) loading.value = false
    }
  }

  watch(() => JSON.stringify(question.value), load, { immediate: true })
  onScopeDispose(() => running?.abort())

  const figures = computed(() => (now.value ? sideBySide(now.value, before.value) : []))
  return { now, before, figures, error, loading, load }
}
