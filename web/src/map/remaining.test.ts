import { expect, it } from 'vitest'

import { secondsLeft } from './remaining'

const start = '2026-11-20T08:00:00Z'
const after = (seconds: number) => new Date(Date.parse(start) + seconds * 1000)

it('goes on at the pace so far', () => {
  expect(secondsLeft({ state: 'running', started_at: start, share: 0.25 }, after(10))).toBe(30)
})
it('says nothing while it cannot know', () => {
  expect(secondsLeft({ state: 'running', started_at: start, share: 0.01 }, after(10))).toBeNull()
  expect(secondsLeft({ state: 'running', started_at: start, share: 0.5 }, after(1))).toBeNull()
  expect(secondsLeft({ state: 'waiting', started_at: null, share: 0 }, after(10))).toBeNull()
  expect(secondsLeft({ state: 'done', started_at: start, share: 1 }, after(10))).toBeNull()
})
