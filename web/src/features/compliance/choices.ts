/** What of the compliance screen a link restores. */
import { areaChoices } from '@/shared/areas'

export const AREA = 'compliance'

export const PAGES = ['review', 'verdicts', 'absent'] as const
export type Page = (typeof PAGES)[number]

export const choices = areaChoices(AREA, {
  page: 'review',
  /** The kept verdict that is open at the right. */
  verdict: '',
  /** The rule whose ground is shown alone. */
  rule: '',
  /** The task of a recheck. */
  task: '',
})
