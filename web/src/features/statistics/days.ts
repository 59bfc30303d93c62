/** On which days a layer can be compared. Pure functions. */
import type { Version } from '@/api/types'

/** Keep the days on which a layer had a version in force, other than `today`: the end of validity is not in it. */
export function comparable(days: string[], versions: Version[], today: string): string[] {
  return days.filter((day) => day !== today && versions.some(({ valid_from, valid_to }) => valid_from <= day && (!valid_to || day < valid_to)))
}
