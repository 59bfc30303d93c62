import { afterEach, describe, expect, it } from 'vitest'

import { lang } from '@/shared/lang'

import { countsText, SIGNS, squareMetres, subjectOf, TONES, verdictName, verdictSentence } from './words'

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

it('areas under one square metre keep four decimals', () => {
  expect([squareMetres(5000), squareMetres(0.0123), squareMetres(0), squareMetres(null)]).toEqual(['5,000.00', '0.0123', '0.00', ''])
})

it('layers of the workspace are counted, a package has its name', () => {
  expect(subjectOf({ subject: '交稿.zip', versions: [] })).toBe('交稿.zip')
  expect(subjectOf({ subject: 'DLTB/2', versions: ['DLTB@2'] })).toBe('已入库图层 DLTB@2')
  expect(subjectOf({ subject: 'DLTB/2、GHFQ/1', versions: ['DLTB@2', 'GHFQ@1'] })).toBe('已入库图层 2 个')
})

it('every weight has a sign beside its colour, each its own', () => {
  expect(new Set(Object.values(SIGNS)).size).toBe(3)
  expect(Object.keys(SIGNS)).toEqual(Object.keys(TONES))
})
