import { expect, it } from 'vitest'

import { actionName, factLines } from './words'

it('names what the system does, and leaves other words alone', () => {
  expect(actionName('layer.import')).toBe('图层入库')
  expect(actionName('plan.bless')).toBe('plan.bless')
})
it('flattens facts and leaves out what is empty', () => {
  expect(factLines({ rows: 3, crs: null, act: '', source: { name: 'a.gdb', tags: ['x', 1] } })).toEqual([
    ['rows', '3'],
    ['source.name', 'a.gdb'],
    ['source.tags', 'x, 1'],
  ])
})
