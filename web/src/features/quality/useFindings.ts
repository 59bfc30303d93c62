/** The findings that the table lists: of the open run as filtered, or one side of its comparison. */
import { computed } from 'vue'

import { quality, type Finding, type FindingQuery, type Side } from '@/api/quality'
import { usePages } from '@/shared/pages'

import { choices } from './choices'
import { changes } from './useRuns'

interface Ask extends FindingQuery {
  run: string
  with: string
  side: Side
  /** Grows when an exception was made: then the rows are asked for again. */
  changes: number
}

const ask = computed<Ask | null>(() => {
  if (!choices.run) return null
  const { run, rule, severity, layer, unit, mender, sort } = choices
  return { run, rule, severity, layer, unit, mender, sort, q: choices.q.trim(), with: choices.with, side: choices.side as Side, changes: changes.value }
})

/** List them page by page while the calling component lives. */
export function useFindings() {
  return usePages<Ask, Finding>(ask, async ({ run, with: other, side, changes: _, ...query }, part, signal) => {
    if (other) {
      const found = await quality.compare(run, other, side, part, signal)
      return { total: found[side], rows: found.findings }
    }
    const found = await quality.findings(run, query, part, signal)
    return { total: found.total, rows: found.findings }
  })
}
