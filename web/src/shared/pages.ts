/** A long list page by page, as the table that shows it comes to need the rows. */
import { computed, shallowRef, watch, type Ref } from 'vue'

export interface Page<Row> {
  total: number
  rows: Row[]
}

/** Rows in one page. */
export const PAGE = 200

/**
 * Give the rows of the list that `ask` describes, null for none; another description starts again.
 *
 * `fetch` gets one page of it; what it throws becomes `error`.
 */
export function usePages<Ask, Row>(
  ask: Ref<Ask | null>,
  fetch: (ask: Ask, page: { limit: number; offset: number }, signal: AbortSignal) => Promise<Page<Row>>,
) {
  const total = shallowRef(0)
  const error = shallowRef<unknown>(null)
  const busy = shallowRef(false)
  // Replaced, never changed: whoever draws the rows sees a new function.
  const rows = shallowRef<ReadonlyMap<number, Row>>(new Map())
  const asked = new Set<number>()
  let running = new AbortController()

  function restart(): void {
    running.abort()
    running = new AbortController()
    asked.clear()
    rows.value = new Map()
    error.value = null
    if (ask.value === null) {
      total.value = 0
      busy.value = false
    }
    void load(0)
  }

  async function load(page: number): Promise<void> {
    if (ask.value === null || asked.has(page)) return
    asked.add(page)
    const mine = running
    busy.value = true
    try {
      const found = await fetch(ask.value, { limit: PAGE, offset: page * PAGE }, mine.signal)
      if (mine !== running) return
      const next = new Map(rows.value)
      found.rows.forEach((row, at) => next.set(page * PAGE + at, row))
      total.value = found.total
      rows.value = next
    } catch (caught) {
      if (mine.signal.aborted) return
      error.value = caught
      total.value = 0
    } finally {
      if (mine === running) busy.value = false
    }
  }

  watch(() => JSON.stringify(ask.value), restart, { immediate: true })

  return {
    total,
    error,
    busy,
    rows,
    restart,
    rowAt: computed(() => {
      const now = rows.value
      return (index: number) => now.get(index)
    }),
    need(from: number, to: number): void {
      for (let page = Math.floor(from / PAGE); page * PAGE < Math.min(to, total.value); page++) void load(page)
    },
  }
}
