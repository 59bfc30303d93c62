/** Light first; a dark theme for wall screens. */
import { ref, watchEffect } from 'vue'

export type Theme = 'light' | 'dark'

export const theme = ref<Theme>('light')

watchEffect(() => {
  // Element Plus switches by the same class.
  document.documentElement.classList.toggle('dark', theme.value === 'dark')
})
