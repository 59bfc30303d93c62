/** The statistics as a file: XLSX or CSV, with where the numbers come from in the last lines. */
import { csv } from '@/shared/csv'
import { unitName } from '@/shared/formats'
import { lang, t } from '@/shared/lang'
import { saveBlob } from '@/shared/save'
import { workbook } from '@/shared/xlsx'

import { cells, type Figure, type Unit } from './figures'

export interface Saved {
  figures: Figure[]
  unit: Unit
  /** The day compared with, or ''. */
  other: string
  caption: string
  /** Where the numbers come from, one line each. */
  notes: string[]
  /** Mark of sample data, or ''. */
  mark: string
}

export async function saveTable(kind: 'xlsx' | 'csv', { figures, unit, other, caption, notes, mark }: Saved): Promise<void> {
  const unitText = unitName(unit, lang.value)
  const heads = {
    code: t('代码', 'Code'),
    title: t('名称', 'Name'),
    area: t(`面积（${unitText}）`, `Area (${unitText})`),
    share: t('占比（%）', 'Share (%)'),
    count: t('个数', 'Count'),
    before: t(`${other} 面积（${unitText}）`, `Area on ${other} (${unitText})`),
    change: t(`变化（${unitText}）`, `Change (${unitText})`),
    total: t('合计', 'Total'),
  }
  const lines = [[caption, ...notes.slice(0, 1), mark].filter(Boolean).join(t('；', '; ')), ...notes.slice(1)]
  const rows = [...cells(figures, heads, unit, lang.value, Boolean(other)), [], ...lines.map((line) => [line])]
  const name = [caption, mark].filter(Boolean).join(' ')
  if (kind === 'csv') saveBlob(new Blob([csv(rows)], { type: 'text/csv;charset=utf-8' }), `${name}.csv`)
  else saveBlob(await workbook(t('面积统计', 'Areas'), rows), `${name}.xlsx`)
}
