/** Esc closes what was opened last, one thing at a time. */
import { onScopeDispose, watch, type WatchSource } from 'vue'

const open: { close: () => void }[] = []

/** While `isOpen`, Esc calls `close`; what opened later is closed first. */
export function closesOnEscape(isOpen: WatchSource<boolean>, close: () => void): void {
  const entry = { close }
  const remove = (): void => {
    const at = open.indexOf(entry)
    if (at >= 0) open.splice(at, 1)
  }
  watch(
    isOpen,
    (now) => {
      remove()
      if (now) open.push(entry)
    },
    { immediate: true },
  )
  onScopeDispose(remove)
}

/** Close the uppermost; false where nothing was open. */
export function closeUppermost(): boolean {
  const top = open.at(-1)
  top?.close()
  return Boolean(top)
}
