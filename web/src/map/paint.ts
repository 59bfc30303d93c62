/** What can be said of a paint without drawing it. */
import type { Paint } from '@/api/types'

/** Whether areas are drawn as borders only: such a layer hides nothing below it. */
export function isOutline(paint: Paint): boolean {
  return !paint.by && (!paint.fill || paint.fill_opacity <= 0.05)
}
