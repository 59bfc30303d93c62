/**
 * The work areas, in the order of the top bar. A new one is one entry here.
 *
 * Its screen uses `areaChoices(id, …)` for what a link restores, sets `rightPanel` and `bottomPanel` to the
 * area's id to open its own panels there, and draws on the one map by `useMap().overlay`.
 */
import { Stamp, Warning } from '@element-plus/icons-vue'
import { defineAsyncComponent, type Component } from 'vue'

import LayerPanel from '@/features/layers/LayerPanel.vue'
import { MAP } from '@/shared/areas'
import type { Bilingual } from '@/shared/lang'

import type { Panel } from './panels'

export interface Area {
  /** The one word of the area: folder, command, route, and `area=` in the address. */
  id: string
  title: Bilingual
  /** The work, at the left. */
  left: { title: Bilingual; component: Component }
  /** The chosen object, at the right; its id is the area's. */
  right?: Panel
  /** The table below the map, shown while `bottomPanel` is the area's id. */
  bottom?: Component
}

export const areas: Area[] = [
  {
    id: MAP,
    title: { zh: '一张图', en: 'One Map' },
    left: { title: { zh: '图层', en: 'Layers' }, component: LayerPanel },
  },
  {
    id: 'quality',
    title: { zh: '成果质检', en: 'Quality' },
    left: {
      title: { zh: '成果质检', en: 'Quality inspection' },
      component: defineAsyncComponent(() => import('@/features/quality/QualityPanel.vue')),
    },
    right: {
      id: 'quality',
      title: { zh: '问题', en: 'Finding' },
      icon: Warning,
      component: defineAsyncComponent(() => import('@/features/quality/FindingPanel.vue')),
    },
    bottom: defineAsyncComponent(() => import('@/features/quality/FindingTable.vue')),
  },
  {
    id: 'compliance',
    title: { zh: '合规审查', en: 'Compliance' },
    left: {
      title: { zh: '合规审查', en: 'Compliance review' },
      component: defineAsyncComponent(() => import('@/features/compliance/CompliancePanel.vue')),
    },
    right: {
      id: 'compliance',
      title: { zh: '核验结论', en: 'Verdict' },
      icon: Stamp,
      component: defineAsyncComponent(() => import('@/features/compliance/VerdictPanel.vue')),
    },
  },
]
