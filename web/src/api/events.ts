/** Follows a task by server-sent events; the other half of the one client. */
import { api } from './client'
import type { Task } from './types'

const ENDED = ['done', 'failed', 'cancelled']

/** Call `receive` each time the task has changed, until it has ended or the returned function is called. */
export function followTask(id: string, receive: (task: Task) => void): () => void {
  const events = new EventSource(api.taskEvents(id))
  events.addEventListener('task', (event) => {
    const task = JSON.parse((event as MessageEvent<string>).data) as Task
    // The service closes the stream after the end; the browser would connect again.
    if (ENDED.includes(task.state)) events.close()
    receive(task)
  })
  return () => events.close()
}
