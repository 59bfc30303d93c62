import { expect, it } from 'vitest'

import { actionName, factLines } from './words'

it('names what the system does, and leaves other words alone', () => {
  expect(actionName('layer.import')).toBe('图层入库')
  expect(actionName('plan.bless')).toBe('plan.bless')
})
it('flattens facts and leaves out what is empty', () => {
  expect(factLines({ rows: 3, crs: null, act: '', source: { name: 'a.gdb', tags: ['x', 1] } })).toEqual([
    ['对象数', '3'],
    ['source.name', 'a.gdb'],
    ['source.tags', 'x, 1'],
  ])
})
it('shows what is told in both languages in the one of the screen', () => {
  const note = { zh: '按 GBK 读取', en: 'read as GBK' }
  expect(factLines({ problem: note, read: [note, note] })).toEqual([
    ['问题', '按 GBK 读取'],
    ['读入说明', '按 GBK 读取, 按 GBK 读取'],
  ])
})
