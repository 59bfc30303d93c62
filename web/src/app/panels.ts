/** The panels at the right of the map, in the order of their buttons. */
import { Histogram, InfoFilled, List, PictureFilled, ScaleToOriginal, Stamp, Tickets, Switch } from '@element-plus/icons-vue'
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
  {
    id: 'statistics',
    title: { zh: '统计', en: 'Statistics' },
    icon: Histogram,
    component: defineAsyncComponent(() => import('@/features/statistics/StatisticsPanel.vue')),
  },
  {
    id: 'measure',
    title: { zh: '量算', en: 'Measure' },
    icon: ScaleToOriginal,
    component: defineAsyncComponent(() => import('@/features/measure/MeasurePanel.vue')),
  },
  {
    id: 'export',
    title: { zh: '出图', en: 'Export' },
    icon: PictureFilled,
    component: defineAsyncComponent(() => import('@/features/export/ExportPanel.vue')),
  },
  {
    id: 'versions',
    title: { zh: '版本', en: 'Versions' },
    icon: Tickets,
    component: defineAsyncComponent(() => import('@/features/trail/VersionsPanel.vue')),
  },
  {
    id: 'trail',
    title: { zh: '留痕', en: 'Trail' },
    icon: Stamp,
    component: defineAsyncComponent(() => import('@/features/trail/TrailPanel.vue')),
  },
  {
    id: 'tasks',
    title: { zh: '任务', en: 'Tasks' },
    icon: List,
    component: defineAsyncComponent(() => import('@/features/tasks/TasksPanel.vue')),
  },
  {
    id: 'compare',
    title: { zh: '对比', en: 'Compare' },
    icon: Switch,
    component: defineAsyncComponent(() => import('@/features/compare/ComparePanel.vue')),
  },
]
