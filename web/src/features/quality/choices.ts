/** What of the quality screen a link restores. */
import { areaChoices } from '@/shared/areas'

export const AREA = 'quality'

export const PAGES = ['runs', 'start', 'rules', 'exceptions'] as const
export type Page = (typeof PAGES)[number]

export const choices = areaChoices(AREA, {
  /** What the left panel shows, unless a run is open. */
  page: 'runs',
  /** The open run, and the task that makes the next one. */
  run: '',
  task: '',
  /** The chosen finding's number, in `run` or in the other run (`from`). */
  finding: '',
  from: '',
  /** Filters and order of the findings. */
  rule: '',
  severity: '',
  layer: '',
  unit: '',
  mender: '',
  q: '',
  sort: '',
  /** Groups of the verdict page. */
  by: 'rule',
  /** The run it is compared with, and the side of the comparison that the table lists. */
  with: '',
  side: 'new',
  /** Whether the repairs of the open run are shown instead of its verdict. */
  repair: '',
})

export const FILTERS = ['rule', 'severity', 'layer', 'unit', 'mender'] as const
export type FilterName = (typeof FILTERS)[number]

/** Ask for all findings again. */
export function clearFilters(): void {
  for (const name of FILTERS) choices[name] = ''
  choices.q = ''
}

/** Open a run: all its findings, none chosen. */
export function openRun(id: string): void {
  clearFilters()
  Object.assign(choices, { run: id, finding: '', from: '', with: '', side: 'new', sort: '', repair: '' })
}
