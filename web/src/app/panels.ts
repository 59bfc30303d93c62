/** The panels at the right of the map, in the order of their buttons. */
import { InfoFilled } from '@element-plus/icons-vue'
import { defineAsyncComponent, type Component } from 'vue'

import type { Bilingual } from '@/shared/lang'

export interface Panel {
  id: string
  title: Bilingual
  icon: Component
  component: Component
}

export const panels: Panel[] = [
  {
    id: 'identify',
    title: { zh: '点查', en: 'Identify' },
    icon: InfoFilled,
    component: defineAsyncComponent(() => import('@/features/identify/IdentifyPanel.vue')),
  },
]
