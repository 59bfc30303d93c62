/** How long a task still takes, judged by how far it came. */
import type { Task } from '@/api/types'

/** Give the seconds left, or null while too little is known to say. */
export function secondsLeft(task: Pick<Task, 'share' | 'started_at' | 'state'>, now: Date): number | null {
  if (task.state !== 'running' || !task.started_at || task.share < 0.05) return null
  const passed = (now.getTime() - new Date(task.started_at).getTime()) / 1000
  return passed < 2 ? null : (passed / task.share) * (1 - task.share)
}
