import { afterEach, describe, expect, it } from 'vitest'

import { lang } from '@/shared/lang'

import { countsText, SIGNS, TONES, verdictName, verdictSentence } from './words'

const counts = (veto: number, general = 0, warning = 0, accepted = 0) => ({ veto, general, warning, accepted })

afterEach(() => (lang.value = 'zh'))

describe('a verdict', () => {
  it('fails over a veto finding, and says how many', () => {
    const run = { verdict: 'fail', complete: true, counts: counts(1200) } as const
    expect(verdictName(run)).toBe('不通过')
    expect(verdictSentence(run)).toContain('1,200')
  })

  it('never reads as passed where a rule did not finish', () => {
    for (const verdict of ['fail', 'partial'] as const) {
      const run = { verdict, complete: false, counts: counts(verdict === 'fail' ? 1 : 0) }
      expect(verdictName(run)).toContain('未检完')
      expect(verdictSentence(run)).toContain('已检部分')
    }
  })

  it('is told in English too', () => {
    lang.value = 'en'
    expect(verdictName({ verdict: 'pass', complete: true })).toBe('Passed')
  })
})

describe('counts', () => {
  it('leave out what there is none of', () => {
    expect(countsText(counts(3, 0, 1))).toBe('强制 3 · 提示 1')
    expect(countsText(counts(0, 0, 0, 2))).toBe('例外 2')
    expect(countsText(counts(0))).toBe('没有问题')
  })
})

it('every weight has a sign beside its colour, each its own', () => {
  expect(new Set(Object.values(SIGNS)).size).toBe(3)
  expect(Object.keys(SIGNS)).toEqual(Object.keys(TONES))
})
