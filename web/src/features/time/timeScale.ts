/** Days on a line: where each stands between the first and the last. */

const DAY_MS = 86_400_000

/** Give the number of a day (days since 1970); dates are plain days, without a time zone. */
export function dayNumber(date: string): number {
  const [year = 1970, month = 1, day = 1] = date.split('-').map(Number)
  return Math.round(Date.UTC(year, month - 1, day) / DAY_MS)
}

/** Give the day (YYYY-MM-DD) with a number. */
export function dayOf(number: number): string {
  return new Date(Math.round(number) * DAY_MS).toISOString().slice(0, 10)
}

/** Whether a text is a day that exists. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && dayOf(dayNumber(text)) === text
}

/** Give the first and last day of the line: around all dates of change and the chosen days, with some air. */
export function span(dates: string[]): { from: number; to: number } {
  const days = dates.map(dayNumber)
  const low = Math.min(...days)
  const high = Math.max(...days)
  const air = Math.max(90, Math.round((high - low) * 0.05))
  return { from: low - air, to: high + air }
}

/** Give the first of January of every year on the line, thinned so that no more than `most` remain. */
export function years({ from, to }: { from: number; to: number }, most: number): { year: number; day: number }[] {
  const first = Number(dayOf(from).slice(0, 4)) + 1
  const last = Number(dayOf(to).slice(0, 4))
  const step = [1, 2, 5, 10, 20, 50].find((one) => (last - first + 1) / one <= most) ?? 100
  const found = []
  for (let year = Math.ceil(first / step) * step; year <= last; year += step) found.push({ year, day: dayNumber(`${year}-01-01`) })
  return found
}
