/** Keeps the address and the state together: a link opened restores the state, a changed state changes the address. */
import { computed, watch } from 'vue'

import { tableCode } from '@/features/layers/state'
import { choices } from '@/features/statistics/choices'
import { catalogue, known, on, status } from '@/map/catalogue'
import { compare, curtain } from '@/map/compare'
import { askedPoint, selection } from '@/map/selection'
import { shown, stated } from '@/map/shown'
import { useMap } from '@/map/useMap'
import { view, wantedView } from '@/map/view'
import { area, choicesTold, restoreChoices } from '@/shared/areas'
import { lang } from '@/shared/lang'
import { bottomPanel, leftOpen, rightPanel, timeOpen } from '@/shared/panels'
import { theme } from '@/shared/theme'

import { readLink, writeLink, type Link } from './link'

const { map } = useMap()

const now = computed<Link>(() => ({
  area: area.value,
  choices: choicesTold(area.value),
  // The day everyone would see anyway is not written: such a link shows what is current when it is opened.
  on: on.value === status.value?.default_on ? '' : on.value,
  known: known.value,
  view: view.value,
  layers: catalogue.value ? shown.value : null,
  chosen: selection.value,
  point: askedPoint.value,
  left: leftOpen.value,
  right: rightPanel.value,
  table: bottomPanel.value === 'table' ? tableCode.value : '',
  below: bottomPanel.value !== '' && bottomPanel.value === area.value,
  time: timeOpen.value,
  mode: compare.mode,
  other: compare.on,
  compared: { code: compare.code, a: compare.a, b: compare.b },
  curtain: curtain.value,
  statistics: choices,
  lang: lang.value,
  theme: theme.value,
}))

function restore(link: Link): void {
  area.value = link.area
  restoreChoices(link.area, link.choices)
  lang.value = link.lang
  theme.value = link.theme
  on.value = link.on || (status.value?.default_on ?? '')
  known.value = link.known
  if (link.layers) stated.value = link.layers
  wantedView.value = link.view
  if (link.view) map.value?.jumpTo({ center: [link.view.lon, link.view.lat], zoom: link.view.zoom, bearing: link.view.bearing })
  selection.value = link.chosen
  askedPoint.value = link.point
  leftOpen.value = link.left
  rightPanel.value = link.right
  tableCode.value = link.table
  bottomPanel.value = link.table ? 'table' : link.below ? link.area : ''
  timeOpen.value = link.time
  Object.assign(compare, { on: link.other, mode: link.mode, ...link.compared })
  curtain.value = link.curtain
  Object.assign(choices, link.statistics)
}

/** Restore what the address says, and from then on keep it up to date. */
export function followAddress(): void {
  restore(readLink(location.search))
  let written = area.value
  addEventListener('popstate', () => {
    restore(readLink(location.search))
    written = area.value
  })
  let timer: ReturnType<typeof setTimeout> | undefined
  const address = (text: string): string => `${location.pathname}${text ? `?${text}` : ''}`
  watch(
    () => [writeLink(now.value), area.value] as const,
    ([text, here], [before, there]) => {
      // What was about to be written belongs to the area that is left: the way back leads to it.
      if (here !== there && timer !== undefined) history.replaceState(null, '', address(before))
      clearTimeout(timer)
      // Browsers refuse more than some hundred changes a minute; a moving map makes more.
      timer = setTimeout(() => {
        timer = undefined
        // The browser's way back leads from one work area to the one before, not through every click.
        if (area.value === written) history.replaceState(null, '', address(text))
        else history.pushState(null, '', address(text))
        written = area.value
      }, 250)
    },
  )
}
