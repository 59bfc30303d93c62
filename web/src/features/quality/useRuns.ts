/** The inspections of the workspace, and the one that is open: one state for the three panels. */
import { computed, shallowRef, watch } from 'vue'

import { quality, type Run, type RunDetail } from '@/api/quality'
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
    if (running === mine) run.value = found
  } catch (error) {
    if (mine.signal.aborted) return
    run.value = null
    runError.value = error
  }
}

/** Open a run with its findings below the map. */
export function showRun(id: string): void {
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
