/** Which panels are open: one at the left, one at the right, one below the map; and how wide they are. */
import { ref, watch, type Ref } from 'vue'

/** Id of the panel at the right (see app/panels.ts), or '' for none. */
export const rightPanel = ref('')

/** Id of the panel below the map, or '' for none. */
export const bottomPanel = ref('')

/** Whether the time line is open. */
export const timeOpen = ref(false)

/** Whether the panel at the left is open. */
export const leftOpen = ref(true)

/** Open the panel at the right, or close it where it is the one already open. */
export function toggleRight(id: string): void {
  rightPanel.value = rightPanel.value === id ? '' : id
}

/** A number that this browser remembers (the width of a panel, say), kept within its limits. */
export function remembered(key: string, initial: number, low: number, high: number): Ref<number> {
  const within = (value: number): number => Math.min(high, Math.max(low, value))
  const stored = Number(read(key) ?? Number.NaN)
  const value = ref(Number.isFinite(stored) ? within(stored) : initial)
  watch(value, (now) => {
    if (within(now) !== now) value.value = within(now)
    else write(key, String(now))
  })
  return value
}

// Storage may be closed to the page (private window): then nothing is remembered, and nothing breaks.
function read(key: string): string | null {
  try {
    return localStorage.getItem(`tuban.${key}`)
  } catch {
    return null
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(`tuban.${key}`, value)
  } catch {
    // See read().
  }
}
