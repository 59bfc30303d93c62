import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'

import type { Layer } from '@/api/types'

import { catalogue } from './catalogue'
import { aLayer } from './given'
import { reorder, setVisible, showOnly, shown, stated, visibleLayers } from './shown'

async function open(...layers: Layer[]): Promise<void> {
  catalogue.value = { on: '2026-11-20', groups: [], layers }
  await nextTick()
}

const codes = (): string[] => shown.value.map(({ code }) => code)
const visible = (): string[] => visibleLayers.value.map(({ code }) => code)

beforeEach(async () => {
  catalogue.value = null
  shown.value = []
  stated.value = null
  await nextTick()
})

describe('the layers shown', () => {
  it('open with land use, the three lines and the townships; borders over areas', async () => {
    await open(aLayer('DLTB', { order: 1 }), aLayer('GHFQ', { order: 2 }), aLayer('CZKFBJ', { order: 3 }), aLayer('XZQXZ', { paint: { fill_opacity: 0 } }), aLayer('LX', { geometry: 'line' }))
    expect(codes()).toEqual(['LX', 'XZQXZ', 'CZKFBJ', 'GHFQ', 'DLTB'])
    expect(visible()).toEqual(['XZQXZ', 'CZKFBJ', 'DLTB'])
  })

  it('open with whatever there is where the workspace knows none of these', async () => {
    await open(aLayer('QT_A'), aLayer('QT_B'))
    expect(visible()).toEqual(['QT_A', 'QT_B'])
  })

  it('are those of the link, in its order; the others stand above what they lie over', async () => {
    const state = { visible: true, opacity: 0.5, filters: [] }
    stated.value = [{ code: 'DLTB', ...state }, { code: 'GHFQ', ...state }]
    await open(aLayer('DLTB', { order: 1 }), aLayer('GHFQ', { order: 2 }), aLayer('CZKFBJ', { order: 3 }), aLayer('XZYDYH', { order: 0 }))
    expect(codes()).toEqual(['CZKFBJ', 'DLTB', 'GHFQ', 'XZYDYH'])
    expect(visible()).toEqual(['DLTB', 'GHFQ'])
  })

  it('may be none, if the link says so', async () => {
    stated.value = []
    await open(aLayer('DLTB'))
    expect(visible()).toEqual([])
  })

  it('keep their state when another day brings a new layer', async () => {
    await open(aLayer('DLTB'), aLayer('GHFQ'))
    setVisible('DLTB', false)
    await open(aLayer('DLTB'), aLayer('GHFQ'), aLayer('ZDXM'))
    expect(visible()).toEqual([])
    expect(codes()).toContain('ZDXM')
  })

  it('leave out tables and layers without a version that day', async () => {
    await open(aLayer('DLTB', { version: null }), aLayer('ZBB', { geometry: 'table' }), aLayer('GHFQ'))
    for (const one of shown.value) one.visible = true
    expect(visible()).toEqual(['GHFQ'])
  })

  it('come back after “only this” is asked twice', async () => {
    await open(aLayer('DLTB'), aLayer('XZQXZ'), aLayer('GHFQ'))
    const before = visible()
    showOnly('GHFQ')
    expect(visible()).toEqual(['GHFQ'])
    showOnly('GHFQ')
    expect(visible()).toEqual(before)
  })

  it('move above or below another', async () => {
    await open(aLayer('A', { order: 3 }), aLayer('B', { order: 2 }), aLayer('C', { order: 1 }))
    reorder('C', 'A')
    expect(codes()).toEqual(['C', 'A', 'B'])
    reorder('C', 'B', true)
    expect(codes()).toEqual(['A', 'B', 'C'])
    reorder('A', 'nowhere')
    expect(codes()).toEqual(['A', 'B', 'C'])
  })
})
