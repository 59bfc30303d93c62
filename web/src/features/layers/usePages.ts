/** The objects of a layer page by page, as the table comes to need them. */
import { computed, shallowRef, watch, type Ref } from 'vue'

import { api } from '@/api/client'
import type { Feature, Filter } from '@/api/types'

export interface Ask {
  code: string
  version: number | undefined
  filters: Filter[]
  q: string
  sort: string
}

const PAGE = 200

export function usePages(ask: Ref<Ask>) {
  const total = shallowRef(0)
  const error = shallowRef<unknown>(null)
  const busy = shallowRef(false)
  // Replaced, never changed: whoever draws the rows sees a new function.
  const rows = shallowRef<ReadonlyMap<number, Feature>>(new Map())
  const asked = new Set<number>()
  let running = new AbortController()

  function restart(): void {
    running.abort()
    running = new AbortController()
    asked.clear()
    rows.value = new Map()
    error.value = null
    void load(0)
  }

  async function load(page: number): Promise<void> {
    const { code, version, filters, q, sort } = ask.value
    if (!code || version === undefined || asked.has(page)) return
    asked.add(page)
    const mine = running
    busy.value = true
    try {
      const found = await api.features(
        code,
        { version, filters, q, sort: sort || undefined, limit: PAGE, offset: page * PAGE, geometry: false },
        mine.signal,
      )
      if (mine !== running) return
      const next = new Map(rows.value)
      found.features.forEach((feature, at) => next.set(page * PAGE + at, feature))
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

/** The first rows as text that a spreadsheet takes: tabs between cells, a line a row. */
export async function asText(ask: Ask, columns: { key: string; title: string }[], most: number): Promise<string> {
  const lines = [columns.map(({ title }) => title).join('\t')]
  for (let offset = 0; offset < most; ) {
    const { code, version, filters, q, sort } = ask
    const page = await api.features(code, { version, filters, q, sort: sort || undefined, limit: 1000, offset, geometry: false })
    for (const { properties } of page.features) {
      lines.push(columns.map(({ key }) => String(properties[key] ?? '').replace(/[\t\r\n]+/g, ' ')).join('\t'))
    }
    offset += page.features.length
    if (page.features.length === 0 || offset >= page.total) break
  }
  return lines.join('\n')
}
