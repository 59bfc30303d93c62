import { describe, expect, it } from 'vitest'

import { untouched } from '@/features/statistics/choices'

import { readLink, writeLink, type Link } from './link'

const plain = readLink('')

describe('the address', () => {
  it('of the opening state is empty', () => {
    expect(writeLink(plain)).toBe('')
  })

  it('restores everything it was written from', () => {
    const link: Link = {
      area: 'quality',
      choices: { run: '3', finding: '0', q: '耕地 & “园地”' },
      on: '2026-11-20',
      known: '2026-11-20T08:00:00Z',
      view: { lon: 113.52123, lat: 33.3, zoom: 11.25, bearing: 12.5 },
      layers: [
        { code: 'XZQXZ', visible: true, opacity: 1, filters: [] },
        { code: 'DLTB', visible: true, opacity: 0.5, filters: [{ field: 'DLBM', op: 'in', value: '0101|0102' }] },
        { code: 'JSYD', visible: false, opacity: 1, filters: [{ field: 'MC', op: 'like', value: '路:二, “三” & 四' }] },
      ],
      chosen: { code: 'DLTB', fid: 0, version: 2 },
      point: { lon: 113.5, lat: 33.25 },
      left: false,
      right: 'identify',
      table: 'DLTB',
      below: true,
      time: true,
      mode: 'swipe',
      other: '2021-01-01',
      compared: { code: 'CZKFBJ', a: 1, b: null },
      curtain: 0.3,
      statistics: untouched(),
      lang: 'en',
      theme: 'dark',
    }
    expect(readLink(writeLink(link))).toEqual(link)
  })

  it('restores what the statistics panel shows, and says it only where the panel is open', () => {
    const statistics = { layer: 'GHFQ', by: 'zone', within: '410481101', other: '2021-01-01', zoneLayer: 'CZKFBJ', view: 'table', unit: 'wan_mu' } as const
    const link: Link = { ...plain, right: 'statistics', statistics }
    const text = writeLink(link)
    expect(text).toBe('panel=statistics&of=GHFQ&by=zone&zones=CZKFBJ&within=410481101&against=2021-01-01&show=table&unit=wan_mu')
    expect(readLink(text)).toEqual(link)
    expect(writeLink({ ...link, right: 'measure' })).toBe('panel=measure')
    expect(readLink('panel=statistics&by=colour&unit=acre&show=pie&against=then').statistics).toEqual(untouched())
  })

  it('tells “no layer shown” from “not said”', () => {
    expect(readLink('layers=').layers).toEqual([])
    expect(readLink('').layers).toBeNull()
    expect(writeLink({ ...plain, layers: [] })).toBe('layers=')
  })

  it('falls back where it says nonsense', () => {
    const link = readLink('on=yesterday&at=1,2&mode=spin&sel=DLTB&here=x,y&curtain=7&layers=DLTB:900&f=DLTB:A:is:1&lang=fr')
    expect(link).toEqual({ ...plain, layers: [{ code: 'DLTB', visible: true, opacity: 1, filters: [] }] })
  })

  it('stays readable', () => {
    const shown = { code: 'DLTB', visible: true, opacity: 0.4, filters: [] }
    expect(writeLink({ ...plain, on: '2026-11-20', layers: [shown] })).toBe('on=2026-11-20&layers=DLTB:40')
  })
})
