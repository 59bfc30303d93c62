import { describe, expect, it } from 'vitest'

import { readControls, relative } from './adjust'

describe('control areas as written', () => {
  it('are one number for the whole, thousands marked or not', () => {
    expect(readControls(' 629,324,000.00 ', 'whole')).toEqual({ control: ['629324000.00'], wrong: [] })
    expect(readControls('62932.4', 'whole').control).toEqual(['62932.4'])
  })
  it('are a code and an area a line, as a table, a file or a hand writes them', () => {
    const text = '410481101\t1,000.5\r\n410481102, 2000\n410481103 3000\n410481104：.5\n\n'
    expect(readControls(text, 'township').control).toEqual(['410481101:1000.5', '410481102:2000', '410481103:3000', '410481104:.5'])
  })
  it('name the lines that say no area', () => {
    expect(readControls('many', 'whole')).toEqual({ control: [], wrong: ['many'] })
    expect(readControls('乡镇 面积\n410481101 1', 'township')).toEqual({ control: ['410481101:1'], wrong: ['乡镇 面积'] })
    expect(readControls('-5', 'whole').wrong).toEqual(['-5'])
  })
})

describe('a difference beside the whole', () => {
  it('is one over so many', () => {
    expect(relative(-198.16, 629_324_000)).toBe('1/3,175,838')
    expect(relative(0, 5)).toBe('0')
  })
})
