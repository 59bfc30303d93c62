import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'

import { PAGE, usePages } from './pages'

const TOTAL = 100_000
const row = (ask: string, at: number): string => `${ask}${at}`

function list(ask = ref<string | null>('a')) {
  const fetch = vi.fn(async (what: string, { limit, offset }: { limit: number; offset: number }) => ({
    total: TOTAL,
    rows: Array.from({ length: limit }, (_, at) => row(what, offset + at)),
  }))
  const scope = effectScope()
  const made = scope.run(() => usePages(ask, fetch))!
  return { ask, fetch, made, scope }
}

describe('a hundred thousand rows', () => {
  it('come a page at a time, each page once', async () => {
    const { fetch, made, scope } = list()
    await flushPromises()
    expect(made.total.value).toBe(TOTAL)
    expect(made.rowAt.value(0)).toBe('a0')
    expect(made.rowAt.value(PAGE)).toBeUndefined()
    made.need(50_000, 50_030)
    made.need(50_010, 50_040)
    await flushPromises()
    expect(made.rowAt.value(50_000)).toBe('a50000')
    expect(fetch).toHaveBeenCalledTimes(2)
    scope.stop()
  })

  it('start again where something else is asked for; a late answer to the old question is dropped', async () => {
    const { ask, made, scope } = list()
    ask.value = 'b'
    await nextTick()
    await flushPromises()
    expect(made.rowAt.value(0)).toBe('b0')
    ask.value = null
    await flushPromises()
    expect([made.total.value, made.rowAt.value(0), made.busy.value]).toEqual([0, undefined, false])
    scope.stop()
  })

  it('say why they did not come', async () => {
    const scope = effectScope()
    const refused = new Error('no')
    const made = scope.run(() => usePages(ref('a'), () => Promise.reject(refused)))!
    await flushPromises()
    expect(made.error.value).toBe(refused)
    expect(made.busy.value).toBe(false)
    scope.stop()
  })
})
