/** The answer to "what is here": asked again when the point or the day changes. */
import { shallowRef, watch } from 'vue'

import { api } from '@/api/client'
import type { Identify } from '@/api/types'
import { known, on } from '@/map/catalogue'
import { askedPoint } from '@/map/selection'
import { metresPerPixel } from '@/map/view'

// A pointer hits a line or a point within a few pixels.
const NEAR_PX = 6

export function useIdentify() {
  const answer = shallowRef<Identify | null>(null)
  const error = shallowRef<unknown>(null)
  const asking = shallowRef(false)
  let running: AbortController | null = null

  async function ask(): Promise<void> {
    running?.abort()
    const point = askedPoint.value
    error.value = null
    if (!point) {
      answer.value = null
      return
    }
    const mine = new AbortController()
    running = mine
    asking.value = true
    try {
      const tolerance = Math.min(500, Math.max(1, Math.round(metresPerPixel.value * NEAR_PX)))
      answer.value = await api.identify({ ...point, on: on.value, known: known.value, tolerance_m: tolerance }, mine.signal)
    } catch (caught) {
      if (!mine.signal.aborted) {
        answer.value = null
        error.value = caught
      }
    } finally {
      if (running === mine) asking.value = false
    }
  }

  watch([askedPoint, on, known], ask, { immediate: true })
  return { answer, error, asking, ask }
}
