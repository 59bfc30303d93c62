/** The answer to "what is here": asked again when the point or the day changes. */
import { shallowRef, watch } from 'vue'

import { api } from '@/api/client'
import type { Identify } from '@/api/types'
import { known, on } from '@/map/catalogue'
import { isOutline } from '@/map/paint'
import { askedPoint, select, selection } from '@/map/selection'
import { visibleLayers } from '@/map/shown'
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
      const found = await api.identify({ ...point, on: on.value, known: known.value, tolerance_m: tolerance }, mine.signal)
      answer.value = found
      if (!selection.value) chooseUppermost(found)
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

// From afar areas come merged, and a click hits no single one: the answer tells which it is.
function chooseUppermost(answer: Identify): void {
  const found = visibleLayers.value.filter(({ code }) => answer.layers.some((one) => one.code === code && one.status === 'found'))
  const { code } = found.find(({ layer }) => !isOutline(layer.paint)) ?? found[0] ?? {}
  const chosen = answer.layers.find((one) => one.code === code)
  const feature = chosen?.features[0]
  if (code && feature) select(code, feature.fid, chosen.version?.number)
}
