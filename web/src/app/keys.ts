/** The keys that work everywhere. */
import { onBeforeUnmount, onMounted } from 'vue'

import { closeUppermost } from '@/shared/escape'

/** Bind keys to actions while the calling component lives; not while someone is writing, except Esc. */
export function useKeys(actions: Record<string, () => void>): void {
  function pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    if (isWriting(event.target)) return
    const action = actions[event.key.toLowerCase()] ?? actions[keyOf(event)]
    if (!action) return
    event.preventDefault()
    action()
  }
  onMounted(() => {
    addEventListener('keydown', pressed)
    addEventListener('keydown', escaped, true)
  })
  onBeforeUnmount(() => {
    removeEventListener('keydown', pressed)
    removeEventListener('keydown', escaped, true)
  })
}

// Dialogs and lists that hang open close themselves. Asked before they do, or they would be gone already.
const CLOSES_ITSELF = '.el-overlay:not([style*="display: none"]) .el-dialog, .el-popper[aria-hidden="false"]:not([role="tooltip"])'

function escaped(event: KeyboardEvent): void {
  if (event.key === 'Escape' && !document.querySelector(CLOSES_ITSELF)) closeUppermost()
}

// With a Chinese input method on, the slash key does not say “/”: the key itself is asked.
function keyOf(event: KeyboardEvent): string {
  if (event.code === 'Slash') return event.shiftKey ? '?' : '/'
  return /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : ''
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox]):not([type=range]), textarea, select'))
}
