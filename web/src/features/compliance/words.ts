/** How verdicts and effects are named and marked; a sign beside every colour. */
import type { Concern, Verdict } from '@/api/compliance'
import { t } from '@/shared/lang'

export const TONES: Record<Verdict, string> = { 符合: 'good', 有条件符合: 'warn', 不符合: 'severe', 无法判定: 'unknown' }
export const SIGNS: Record<Verdict, string> = { 符合: '✓', 有条件符合: '!', 不符合: '✗', 无法判定: '?' }

export function verdictName(verdict: string): string {
  const english: Record<string, string> = {
    符合: 'Conforms',
    有条件符合: 'Conforms on conditions',
    不符合: 'Does not conform',
    无法判定: 'Cannot be determined',
  }
  return t(verdict, english[verdict] ?? verdict)
}

export function effectName(effect: Concern['effect']): string {
  return { prohibit: t('禁止', 'Prohibited'), condition: t('附条件', 'Conditional'), inform: t('告知', 'For information') }[effect]
}

export function divisionName(key: string): string {
  const names: Record<string, string> = {
    town: t('涉及乡镇', 'Towns'),
    class: t('现状地类', 'Present land use'),
    owner: t('权属', 'Owners'),
    zone: t('规划分区', 'Plan zones'),
  }
  return names[key] ?? key
}
