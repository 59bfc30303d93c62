/** Which work area is open, what of each area a link restores, and which panels it had open. */
import { reactive, ref } from 'vue'

import { bottomPanel, leftOpen, rightPanel } from './panels'

type Choices = Record<string, string>

/** The area that is the map itself. */
export const MAP = 'map'

/** Id of the open work area (see app/areas.ts). */
export const area = ref(MAP)

const held = reactive<Record<string, Choices>>({})
const usuals: Record<string, Choices | undefined> = {}

/**
 * Give what of an area a link restores: texts by name, reactive; change one and the address follows.
 *
 * In the address they read `area.name=text`; what is as usual is left out.
 */
export function areaChoices<K extends string>(id: string, usual: Record<K, string>): Record<K, string> {
  usuals[id] = usual
  // The link was read before the area's screen had come: what it said is taken up now.
  held[id] = { ...usual, ...known(held[id] ?? {}, usual) }
  return held[id] as Record<K, string>
}

/** Give the choices of an area that are not as usual. */
export function choicesTold(id: string): Choices {
  const usual = usuals[id]
  return Object.fromEntries(Object.entries(held[id] ?? {}).filter(([name, text]) => text !== (usual?.[name] ?? '')))
}

/** Make an area's choices what a link says; what it does not say is as usual. */
export function restoreChoices(id: string, told: Choices): void {
  const usual = usuals[id]
  if (usual && held[id]) Object.assign(held[id], usual, known(told, usual))
  else held[id] = { ...told }
}

function known(told: Choices, usual: Choices): Choices {
  return Object.fromEntries(Object.entries(told).filter(([name]) => name in usual))
}

const kept: Record<string, { right: string; bottom: string }> = {}

/** Go to an area; the panels it had open when it was left are open again. */
export function goTo(id: string): void {
  if (id === area.value) return
  kept[area.value] = { right: rightPanel.value, bottom: bottomPanel.value }
  area.value = id
  rightPanel.value = kept[id]?.right ?? ''
  bottomPanel.value = kept[id]?.bottom ?? ''
  leftOpen.value = true
}

/** Open in an area what `told` names (a run, say), with the area's table below the map. */
export function openIn(id: string, told: Choices): void {
  goTo(id)
  restoreChoices(id, told)
  bottomPanel.value = id
}
