/** What can be chosen in the statistics panel; a choice that is no longer possible falls back to one that is. */
import { computed, shallowRef, watch } from 'vue'

import { api } from '@/api/client'
import type { StatisticsRow, Version } from '@/api/types'
import { catalogue, layerOf, on, status } from '@/map/catalogue'
import { t } from '@/shared/lang'

import { choices, type By } from './choices'
import { comparable } from './days'
import type { Question } from './useFigures'

// The three classes (农用地/建设用地/未利用地) are groups of land-use classes: of no other class column.
const LAND_USE = /^(DLBM|GHDLBM|YDYHFLDM)$/

export function useChoices() {
  const polygons = computed(() => (catalogue.value?.layers ?? []).filter((one) => one.geometry === 'polygon' && one.version))
  const layer = computed(() => layerOf(choices.layer))
  const ways = computed((): { id: By; text: string }[] => [
    ...(layer.value?.class_field ? [{ id: 'class' as const, text: t('分类', 'Class') }] : []),
    ...(LAND_USE.test(layer.value?.class_field ?? '') ? [{ id: 'three_class' as const, text: t('三大类', 'Three classes') }] : []),
    { id: 'township', text: t('乡镇', 'Township') },
    { id: 'village', text: t('村', 'Village') },
    { id: 'zone', text: t('分区', 'Zone') },
  ])
  const zones = computed(() => polygons.value.filter((one) => one.code !== choices.layer && one.class_field))
  // Only days on which the layer had a version: on another one there is nothing to compare with.
  const versions = shallowRef<Version[]>([])
  const days = computed(() => comparable(status.value?.dates ?? [], versions.value, on.value))
  watch(
    () => [layer.value?.code, layer.value?.versions] as const,
    async ([code]) => {
      let found: Version[] = []
      try {
        if (code) found = await api.versions(code)
      } catch {
        // The panel asks the same service and says what is wrong.
      }
      if (code !== layer.value?.code) return
      versions.value = found
      if (found.length > 0 && choices.other && !days.value.includes(choices.other)) choices.other = ''
    },
    { immediate: true },
  )

  watch(
    [polygons, ways],
    ([all]) => {
      // Before the catalogue has come, nothing can be said about what a link asks for.
      if (all.length === 0) return
      if (!all.some((one) => one.code === choices.layer)) {
        choices.layer = (all.find((one) => one.code === 'DLTB') ?? all.find((one) => one.class_field) ?? all[0])?.code ?? ''
      }
      if (!zones.value.some((one) => one.code === choices.zoneLayer)) {
        choices.zoneLayer = (zones.value.find((one) => one.code === 'GHFQ') ?? zones.value[0])?.code ?? ''
      }
      if (!ways.value.some(({ id }) => id === choices.by)) choices.by = 'township'
    },
    { immediate: true },
  )

  const question = computed((): Question | null =>
    layer.value && on.value
      ? { layer: choices.layer, by: choices.by, on: on.value, other: choices.other, within: choices.within, zoneLayer: choices.zoneLayer }
      : null,
  )

  // The townships to choose from are the rows of the figures by township.
  const townships = shallowRef<StatisticsRow[]>([])
  watch(
    () => [layer.value?.code, on.value] as const,
    async ([code, day]) => {
      if (!code || !day) return
      let rows: StatisticsRow[]
      try {
        rows = (await api.statistics({ layer: code, by: 'township', on: day })).rows
      } catch {
        // The panel asks the same service and says what is wrong.
        rows = []
      }
      if (code !== layer.value?.code || day !== on.value) return
      // What lies in no township has no code: it is a row of the figures, but no place to choose.
      townships.value = rows.filter((row) => row.code !== '')
      if (!townships.value.some((row) => row.code === choices.within)) choices.within = ''
    },
    { immediate: true },
  )

  return { polygons, layer, ways, zones, days, question, townships }
}
