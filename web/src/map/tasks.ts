/** The long works of the workspace: one list for the badge, the panel and every screen that starts one. */
import { computed, shallowRef } from 'vue'

import { api } from '@/api/client'
import { followTask } from '@/api/events'
import type { Task } from '@/api/types'

import { loadStatus } from './catalogue'

/** Newest first. */
export const tasks = shallowRef<Task[]>([])
export const tasksError = shallowRef<unknown>(null)

export const isOver = (task: Task): boolean => ['done', 'failed', 'cancelled'].includes(task.state)

/** How many are waiting or running. */
export const runningTasks = computed(() => tasks.value.filter((task) => !isOver(task)).length)

const followed = new Map<string, () => void>()

/** Load the list and follow what is not over. */
export async function loadTasks(): Promise<void> {
  try {
    tasks.value = await api.tasks()
    tasksError.value = null
  } catch (error) {
    tasksError.value = error
    return
  }
  for (const task of tasks.value) if (!isOver(task)) follow(task.id)
}

function follow(id: string): void {
  if (followed.has(id)) return
  followed.set(
    id,
    followTask(id, (task) => {
      put(task)
      if (isOver(task)) void ended(task)
    }),
  )
}

async function ended(task: Task): Promise<void> {
  followed.delete(task.id)
  // The stream speaks the browser's language; an error must be worded in the one chosen here.
  if (task.error) put(await api.task(task.id))
  // A new version changes the layers, their days and where the workspace lies.
  if (task.state === 'done') await loadStatus()
}

function put(task: Task): void {
  const there = tasks.value.some((one) => one.id === task.id)
  tasks.value = there ? tasks.value.map((one) => (one.id === task.id ? task : one)) : [task, ...tasks.value]
}

/** Take a task that was just started into the list and follow it. */
export async function taskStarted(id: string): Promise<void> {
  put(await api.task(id))
  follow(id)
}

/** Give a task of the list. */
export function taskOf(id: string): Task | undefined {
  return tasks.value.find((one) => one.id === id)
}

/** Ask a task to stop at its next step. */
export async function cancel(id: string): Promise<void> {
  put(await api.cancelTask(id))
}
