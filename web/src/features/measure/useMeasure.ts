/** Measuring while a panel is open: takes the pointer, draws the shape, asks the service for its size. */
import { onScopeDispose, ref, shallowRef, watch } from 'vue'

import { api } from '@/api/client'
import type { Measure } from '@/api/types'
import { closesOnEscape } from '@/shared/escape'
import { theme } from '@/shared/theme'
import { useMap } from '@/map/useMap'

import type { Position } from '@/map/coordinates'
import { shapeLayers } from './paint'
import { add, begin, finish, measured, shape, undo, type Kind, type Sketch } from '@/map/sketch'

// The pointer moves faster than sizes are worth asking for.
const WAIT_MS = 80

export function useMeasure() {
  const { overlay, takePointer, zoomTo } = useMap()
  const sketch = shallowRef<Sketch>(begin('area'))
  const pointer = shallowRef<Position | null>(null)
  const size = shallowRef<Measure | null>(null)
  const error = shallowRef<unknown>(null)
  const busy = ref(false)

  const end = (): void => {
    sketch.value = finish(sketch.value)
    pointer.value = null
  }

  onScopeDispose(
    takePointer({
      click: ({ lon, lat }) => (sketch.value = add(sketch.value, [lon, lat])),
      move: ({ lon, lat }) => {
        if (!sketch.value.done) pointer.value = [lon, lat]
      },
      doubleClick: end,
    }),
  )

  let hide = (): void => {}
  watch(
    [sketch, pointer, theme],
    () => (hide = overlay('measure', { data: shape(sketch.value, pointer.value), layers: shapeLayers(theme.value) })),
    { immediate: true },
  )
  onScopeDispose(() => hide())

  let timer = 0
  let running: AbortController | null = null
  watch([sketch, pointer], () => {
    window.clearTimeout(timer)
    const positions = measured(sketch.value, pointer.value)
    if (!positions) {
      running?.abort()
      size.value = null
      error.value = null
      return
    }
    timer = window.setTimeout(() => void ask(sketch.value.kind, positions), sketch.value.done ? 0 : WAIT_MS)
  })
  onScopeDispose(() => {
    window.clearTimeout(timer)
    running?.abort()
  })

  async function ask(kind: Kind, positions: Position[]): Promise<void> {
    running?.abort()
    const mine = new AbortController()
    running = mine
    busy.value = true
    try {
      const answer = await api.measure(kind, positions, mine.signal)
      if (running !== mine) return
      size.value = answer
      error.value = null
    } catch (cause) {
      if (running !== mine || mine.signal.aborted) return
      size.value = null
      error.value = cause
    } finally {
      if (running === mine) busy.value = false
    }
  }

  // Esc ends the drawing; only then does it close the panel.
  closesOnEscape(() => !sketch.value.done && sketch.value.vertices.length > 0, end)

  return {
    sketch,
    size,
    error,
    busy,
    end,
    undo: () => (sketch.value = undo(sketch.value)),
    start: (kind: Kind) => {
      pointer.value = null
      sketch.value = begin(kind)
    },
    /** Take pasted coordinates as the whole shape and show it. */
    take: (kind: Kind, vertices: Position[]) => {
      pointer.value = null
      sketch.value = finish({ kind, vertices, done: false })
      const lons = vertices.map(([lon]) => lon)
      const lats = vertices.map(([, lat]) => lat)
      zoomTo([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], 80)
    },
  }
}
