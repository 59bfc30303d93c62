import { describe, expect, it } from 'vitest'

import type { Version } from '@/api/types'

import { comparable } from './days'

const version = (valid_from: string, valid_to: string | null) => ({ valid_from, valid_to }) as Version

describe('the days to compare with', () => {
  const days = ['2021-01-01', '2024-03-28', '2024-12-31', '2026-05-20', '2026-11-20']
  it('are those on which the layer was in force', () => {
    expect(comparable(days, [version('2024-03-28', '2026-05-20'), version('2026-05-20', null)], '2026-11-20')).toEqual(['2024-03-28', '2024-12-31', '2026-05-20'])
  })
  it('leave out the day on which a validity ended, and the day that is shown', () => {
    expect(comparable(days, [version('2021-01-01', '2024-12-31')], '2021-01-01')).toEqual(['2024-03-28'])
    expect(comparable(days, [], '2026-11-20')).toEqual([])
  })
})
