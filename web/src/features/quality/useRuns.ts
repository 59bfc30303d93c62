/** The inspections of the workspace, and the one that is open: one state for the three panels. */
import { computed, shallowRef, watch } from 'vue'

import { quality, type Run, type RunDetail } from '@/api/quality'
import type { Bounds } from '@/api/types'
import { useMap } from '@/map/useMap'
import { area } from '@/shared/areas'
import { lang } from '@/shared/lang'
import { bottomPanel } from '@/shared/panels'

import { AREA, choices, openRun } from './choices'

/** Newest first; null until they have come. */
export const runs = shallowRef<Run[] | null>(null)
export const runsError = shallowRef<unknown>(null)

/** The open run with everything its verdict rests on. */
export const run = shallowRef<RunDetail | null>(null)
export const runError = shallowRef<unknown>(null)

/** Grows when an exception was made or withdrawn: what is shown of the run is asked for again. */
export const changes = shallowRef(0)

/** Load the list. */
export async function loadRuns(): Promise<void> {
  try {
    runs.value = await quality.runs()
    runsError.value = null
  } catch (error) {
    runsError.value = error
  }
}

let running = new AbortController()

/** Load the open run. */
export async function loadRun(): Promise<void> {
  running.abort()
  const mine = new AbortController()
  running = mine
  runError.value = null
  if (!choices.run) {
    run.value = null
    return
  }
  try {
    const found = await quality.run(choices.run, mine.signal)
    if (running !== mine) return
    run.value = found
    if (arriving === found.id && found.bounds && !inView(found.bounds)) await useMap().zoomTo(found.bounds)
    arriving = ''
  } catch (error) {
    if (mine.signal.aborted) return
    run.value = null
    runError.value = error
  }
}

// A package may lie anywhere; a link, though, opens where it was made.
let arriving = ''

function inView([west, south, east, north]: Bounds): boolean {
  const view = useMap().boundsInView()
  return view !== null && view[0] <= west && view[1] <= south && view[2] >= east && view[3] >= north
}

/** Open a run with its findings below the map; the map goes there where it does not show them all. */
export function showRun(id: string): void {
  arriving = id
  openRun(id)
  bottomPanel.value = AREA
}

/** Say that an exception was made or withdrawn. */
export function changed(): void {
  changes.value += 1
  void loadRun()
  void loadRuns()
}

watch(
  () => (area.value === AREA ? choices.run : null),
  (id) => {
    if (id !== null && (run.value?.id ?? '') !== id) void loadRun()
  },
  { immediate: true },
)
// Errors are worded by the service in the person's language.
watch(lang, () => {
  if (runError.value) void loadRun()
  if (runsError.value) void loadRuns()
})

/** Runs that the open one can be compared with. */
export const others = computed(() => (runs.value ?? []).filter(({ id }) => id !== choices.run))
