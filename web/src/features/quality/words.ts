/** The words of quality inspection in both languages; a weight never stands as a colour alone. */
import type { Counts, Exception, ReportFormat, Run, Severity, Side } from '@/api/quality'
import { formatCount, formatNumber } from '@/shared/formats'
import { t } from '@/shared/lang'

import type { FilterName } from './choices'

export function severityName(severity: string): string {
  const names: Record<Severity, string> = { V: t('强制', 'Veto'), G: t('一般', 'General'), W: t('提示', 'Warning') }
  return names[severity as Severity] ?? severity
}

export const SIGNS: Record<string, string> = { V: '■', G: '▲', W: '●' }
export const TONES: Record<string, string> = { V: 'severe', G: 'warn', W: 'info' }

export const VERDICT_SIGNS: Record<Run['verdict'], string> = { pass: '✓', fail: '✗', partial: '?' }

export function verdictName(run: Pick<Run, 'verdict' | 'complete'>): string {
  const word = { pass: t('通过', 'Passed'), fail: t('不通过', 'Not passed'), partial: t('未检完', 'Not finished') }[run.verdict]
  return run.verdict === 'fail' && !run.complete ? t(`${word}（未检完）`, `${word} (not finished)`) : word
}

/** Say what was inspected: the package's name, or how many layers of the workspace. */
export function subjectOf(run: Pick<Run, 'subject' | 'versions'>): string {
  const [one, ...more] = run.versions
  if (one === undefined) return run.subject
  return more.length === 0 ? t(`已入库图层 ${one}`, `Layer ${one}`) : t(`已入库图层 ${run.versions.length} 个`, `${run.versions.length} layers taken in`)
}

/** Say in a sentence what the verdict means. */
export function verdictSentence(run: Pick<Run, 'verdict' | 'complete' | 'counts'>): string {
  const { veto } = run.counts
  const said =
    run.verdict === 'fail'
      ? t(`有 ${formatCount(veto)} 个强制性问题，成果不得入库，须整改后复检。`, `${formatCount(veto)} veto findings: mend them and inspect again before the result is taken in.`)
      : t('没有未处理的强制性问题。', 'No veto finding is open.')
  return run.complete ? said : said + t('有规则没有检完，结论只对已检部分有效。', ' Some rules did not finish: the verdict holds for what was looked at.')
}

/** List the counts that are not none: "强制 3 · 提示 1". */
export function countsText(counts: Counts): string {
  const parts: [number, string][] = [
    [counts.veto, severityName('V')],
    [counts.general, severityName('G')],
    [counts.warning, severityName('W')],
    [counts.accepted, t('例外', 'accepted')],
  ]
  const told = parts.filter(([count]) => count > 0).map(([count, name]) => `${name} ${formatCount(count)}`)
  return told.length ? told.join(' · ') : t('没有问题', 'no findings')
}

/** Give a profile's name; the workspace's own is a file without one. */
export function profileName(name: string): string {
  return name === 'own' ? t('本工作区的标准配置', 'the workspace’s own profile') : name
}

/** Write a fault's area, m²: of a sliver under one square metre the hundredths say too little. */
export function squareMetres(area: number | null): string {
  return area === null ? '' : formatNumber(area, area !== 0 && Math.abs(area) < 1 ? 4 : 2)
}

export function filterName(name: FilterName): string {
  const names: Record<FilterName, string> = {
    rule: t('规则', 'Rule'),
    severity: t('级别', 'Severity'),
    layer: t('图层', 'Layer'),
    unit: t('乡镇', 'Town'),
    mender: t('整改单位', 'Mender'),
  }
  return names[name]
}

export function sideName(side: Side): string {
  return { new: t('新增', 'New'), gone: t('已消除', 'Gone'), unchanged: t('仍在', 'Unchanged') }[side]
}

export function stateName(state: Exception['state']): string {
  return {
    held: t('有效', 'in force'),
    expired: t('已到期', 'expired'),
    changed: t('对象已变，自动失效', 'lapsed: its object changed'),
    withdrawn: t('已撤回', 'withdrawn'),
  }[state]
}

export function reportName(format: ReportFormat): string {
  return { xlsx: 'Excel', pdf: 'PDF', docx: 'Word', html: t('网页', 'HTML'), gpkg: 'GeoPackage', json: 'JSON' }[format]
}
