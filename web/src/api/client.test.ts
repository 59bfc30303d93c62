import { afterEach, describe, expect, it, vi } from 'vitest'

import { lang } from '@/shared/lang'

import { address, api, ApiError } from './client'

const answer = (body: string, status = 200): void => {
  vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(new Response(body, { status }))))
}

afterEach(() => {
  vi.unstubAllGlobals()
  lang.value = 'zh'
})

describe('the address of a question', () => {
  it('leaves out what is empty and repeats lists', () => {
    expect(address('/layers/DLTB/features', { q: '', limit: 10, bbox: undefined, filter: ['A:eq:1', 'B:like:路'] })).toBe(
      '/api/layers/DLTB/features?limit=10&filter=A%3Aeq%3A1&filter=B%3Alike%3A%E8%B7%AF',
    )
  })
})

describe('a refusal', () => {
  it('keeps the words of the service', async () => {
    answer(JSON.stringify({ error: { kind: 'UnknownLayer', problem: '没有图层 DLTX。', fix: '是否指 DLTB?', facts: { code: 'DLTX' } } }), 404)
    const refused = await api.versions('DLTX').catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(ApiError)
    expect(refused).toMatchObject({ message: '没有图层 DLTX。', fix: '是否指 DLTB?', status: 404, kind: 'UnknownLayer' })
  })

  it('is worded here where the answer is not the service’s', async () => {
    answer('<html>Bad gateway</html>', 502)
    await expect(api.status()).rejects.toMatchObject({ status: 502, kind: 'Unexpected' })
    answer('<!doctype html>')
    await expect(api.status()).rejects.toMatchObject({ status: 200, kind: 'Unexpected' })
  })

  it('says in the person’s language that nobody answers', async () => {
    vi.stubGlobal('fetch', vi.fn(() => Promise.reject(new TypeError('Failed to fetch'))))
    lang.value = 'en'
    await expect(api.status()).rejects.toMatchObject({ kind: 'Unreachable', message: 'The service cannot be reached.' })
  })
})
