import { describe, expect, it } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'

import { closesOnEscape, closeUppermost } from './escape'

describe('Esc', () => {
  it('closes what was opened last, one at a time', async () => {
    const left = ref(false)
    const right = ref(true)
    const scope = effectScope()
    scope.run(() => {
      closesOnEscape(left, () => (left.value = false))
      closesOnEscape(right, () => (right.value = false))
    })
    left.value = true
    await nextTick()
    expect(closeUppermost()).toBe(true)
    expect([left.value, right.value]).toEqual([false, true])
    await nextTick()
    closeUppermost()
    expect(right.value).toBe(false)
    await nextTick()
    expect(closeUppermost()).toBe(false)
    scope.stop()
  })

  it('forgets what has gone from the screen', async () => {
    const open = ref(true)
    const scope = effectScope()
    scope.run(() => closesOnEscape(open, () => (open.value = false)))
    scope.stop()
    await nextTick()
    expect(closeUppermost()).toBe(false)
  })
})
