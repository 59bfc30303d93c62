/** The objects of a layer page by page, as the table comes to need them. */
import { computed, type Ref } from 'vue'

import { api } from '@/api/client'
import type { Filter } from '@/api/types'
import { usePages as pages } from '@/shared/pages'

export interface Ask {
  code: string
  version: number | undefined
  filters: Filter[]
  q: string
  sort: string
}

/** Give the objects that `ask` describes. */
export function usePages(ask: Ref<Ask>) {
  const known = computed(() => (ask.value.code && ask.value.version !== undefined ? ask.value : null))
  return pages(known, async ({ code, version, filters, q, sort }, page, signal) => {
    const found = await api.features(code, { version, filters, q, sort: sort || undefined, ...page, geometry: false }, signal)
    return { total: found.total, rows: found.features }
  })
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
