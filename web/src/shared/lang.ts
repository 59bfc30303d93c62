/** The language of the screen: Chinese first, English by a switch. Text stands where it is used, in both. */
import { ref, watchEffect } from 'vue'

import type { Lang } from './formats'

export type { Lang }

/** A text in both languages, as the service sends titles. */
export interface Bilingual {
  zh: string
  en: string
}

/** The language in use; change it and every text on the screen follows. */
export const lang = ref<Lang>('zh')

/** Give the text in the language in use: `t('图层', 'Layers')`. */
export function t(zh: string, en: string): string {
  return lang.value === 'zh' ? zh : en
}

/** Give a title sent by the service in the language in use, the other one where it is missing. */
export function pick(text: Bilingual | null | undefined): string {
  if (!text) return ''
  return text[lang.value] || text.zh || text.en
}

watchEffect(() => {
  document.documentElement.lang = lang.value === 'zh' ? 'zh-CN' : 'en'
})
