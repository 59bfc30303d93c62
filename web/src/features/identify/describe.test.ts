import { describe, expect, it } from 'vitest'

import type { Field, Properties } from '@/api/types'
import { aLayer } from '@/map/given'

import { factsOf, nameOf } from './describe'

const object = (properties: Properties) => ({ fid: 7, properties })
const field = (name: string, kind: Field['kind'], unit?: string): Field => ({ name, title: { zh: `${name}名`, en: name }, kind, unit })

describe('an object in words', () => {
  it('is named by its class, else its label, else a name, else its identifier', () => {
    const colours = [{ value: '0101', colour: '#f5f8dc', title: { zh: '水田', en: 'Paddy field' } }]
    expect(nameOf(object({ DLBM: '0101' }), aLayer('DLTB', { paint: { by: 'DLBM', colours } }))).toBe('0101 水田')
    expect(nameOf(object({ XZQMC: '院岭', XZQDM: '410481' }), aLayer('XZQXZ', { paint: { label: 'XZQMC' } }))).toBe('院岭')
    expect(nameOf(object({ BSM: '1', HXMC: '石漫滩' }), aLayer('STBHHX', { id_field: 'BSM' }))).toBe('石漫滩')
    expect(nameOf(object({ BSM: '1' }), aLayer('CZKFBJ', { id_field: 'BSM' }))).toBe('1')
    expect(nameOf(object({}), undefined)).toBe('#7')
  })

  it('lists what has a value: counts as they are, measures with two decimals, units in the title', () => {
    const layer = aLayer('A', { fields: [field('MJ', 'number', 'm²'), field('RK', 'integer'), field('RQ', 'date')] })
    const facts = factsOf(object({ MJ: 1234.5, RK: 2021, RQ: '2026-11-20T00:00:00', LEER: null, OHNE: '', _x: 1, FREI: 'x' }), layer)
    expect(facts.map(({ title, value }) => [title, value])).toEqual([
      ['MJ名（m²）', '1,234.50'],
      ['RK名', '2021'],
      ['RQ名', '2026-11-20'],
      ['FREI', 'x'],
    ])
  })
})
