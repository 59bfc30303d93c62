/** Dates and times as 2026-11-20 and 2026-11-20 08:30, in the person's time zone. */
import { NO_VALUE, type Lang } from './formats'

const two = (n: number): string => String(n).padStart(2, '0')

/** Write a day; a plain date stays as it is, a moment becomes the local day. */
export function formatDate(value: string | Date | null | undefined): string {
  if (!value) return NO_VALUE
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) return value
  const moment = new Date(value)
  if (Number.isNaN(moment.getTime())) return NO_VALUE
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`
}

/** Write a moment to the minute, local time. */
export function formatMoment(value: string | Date | null | undefined): string {
  if (!value) return NO_VALUE
  const moment = new Date(value)
  if (Number.isNaN(moment.getTime())) return NO_VALUE
  return `${formatDate(moment)} ${two(moment.getHours())}:${two(moment.getMinutes())}`
}

/** Write the days on which something is in force: "2021-01-01 起", "2021-01-01 至 2026-06-30". */
export function formatValidity(from: string, to: string | null | undefined, lang: Lang): string {
  if (!to) return lang === 'zh' ? `${formatDate(from)} 起` : `from ${formatDate(from)}`
  const last = lastDay(to)
  return lang === 'zh' ? `${formatDate(from)} 至 ${last}` : `${formatDate(from)} to ${last}`
}

/** Give the last day in force: `to` is the first day that is not (half-open interval). */
export function lastDay(to: string): string {
  const [year = 0, month = 1, day = 1] = to.slice(0, 10).split('-').map(Number)
  const before = new Date(Date.UTC(year, month - 1, day - 1))
  return before.toISOString().slice(0, 10)
}

/** Write a duration: "8 秒", "2 分 05 秒", "1 小时 10 分". */
export function formatDuration(seconds: number, lang: Lang): string {
  const whole = Math.max(0, Math.round(seconds))
  const minutes = Math.floor(whole / 60)
  if (minutes === 0) return lang === 'zh' ? `${whole} 秒` : `${whole} s`
  if (minutes >= 60) {
    const [hours, rest] = [Math.floor(minutes / 60), two(minutes % 60)]
    return lang === 'zh' ? `${hours} 小时 ${rest} 分` : `${hours} h ${rest} min`
  }
  return lang === 'zh' ? `${minutes} 分 ${two(whole % 60)} 秒` : `${minutes} min ${two(whole % 60)} s`
}
