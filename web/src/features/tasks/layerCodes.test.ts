import { describe, expect, it } from 'vitest'

import type { Layer, StandardLayer } from '@/api/types'

import { findOffers, offers, written } from './layerCodes'

const spec = (code: string, zh: string, more: Partial<StandardLayer> = {}): StandardLayer => ({
  code,
  title: { zh, en: `${code} in English` },
  group: 'plan',
  geometry: 'polygon',
  required: [],
  aliases: [],
  confidence: '',
  ...more,
})
const STANDARD = [
  spec('ZXCQGHFQ', '中心城区规划分区'),
  spec('GHFQ', '规划分区'),
  spec('DLTB', '地类图斑', { required: [{ name: 'BSM', title: { zh: '标识码', en: 'Identifier' }, kind: 'text' }] }),
  spec('YJJBNTBHTB', '永久基本农田保护图斑', { aliases: ['JBNTBHTB'] }),
]
const THERE = [
  { code: 'QT_ZONE', title: { zh: '其他：ZONE', en: 'Other: ZONE' }, group: 'management', geometry: 'line' },
  { code: 'DLTB', title: { zh: '地类图斑', en: 'Land patches' }, group: 'present', geometry: 'polygon' },
] as Layer[]
const all = offers(STANDARD, THERE)
const codes = (asked: string): string[] => findOffers(all, asked).map(({ code }) => code)

describe('layer codes to import under', () => {
  it('are those of the workspace, then every other one of the profile, each once', () => {
    expect(codes('')).toEqual(['QT_ZONE', 'DLTB', 'ZXCQGHFQ', 'GHFQ', 'YJJBNTBHTB'])
    expect(all.map(({ there }) => there)).toEqual([true, true, false, false, false])
  })

  it('say what a file must bring', () => {
    expect(all.find(({ code }) => code === 'DLTB')?.required).toEqual([{ zh: 'BSM 标识码', en: 'BSM Identifier' }])
  })

  it('allow any shape in a free layer, whatever it holds now', () => {
    expect(all.find(({ code }) => code === 'QT_ZONE')?.geometry).toBe('any')
  })

  it('are found by Chinese name, by part of the code in any case, and by alias', () => {
    expect(codes('农田')).toEqual(['YJJBNTBHTB'])
    expect(codes('jbntbhtb')).toEqual(['YJJBNTBHTB', 'JBNTBHTB'])
    expect(codes('图斑 地类')).toEqual(['DLTB'])
  })

  it('put the very code first, then what begins with it', () => {
    expect(codes('ghfq')).toEqual(['GHFQ', 'ZXCQGHFQ'])
  })

  it('take a free code as it is written, in capitals', () => {
    expect(codes('qt_guihua')).toEqual(['QT_GUIHUA'])
    expect(codes('QT_Z')).toEqual(['QT_Z', 'QT_ZONE'])
    expect(codes('qt_zone')).toEqual(['QT_ZONE'])
  })

  it('leave an unknown code to the service, after everything known', () => {
    expect(codes('WHQGHFQ')).toEqual(['WHQGHFQ'])
    expect(written('规划')).toBeNull()
    expect(written('A B')).toBeNull()
    expect(written('../x')).toBeNull()
  })
})
