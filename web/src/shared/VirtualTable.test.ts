import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { nextTick } from 'vue'

import VirtualTable from './VirtualTable.vue'

interface Row {
  id: number
}

const TOTAL = 100_000

function table(rowAt: (index: number) => Row | undefined = (id) => ({ id })) {
  return mount(VirtualTable<Row>, {
    props: {
      label: 'rows',
      columns: [{ key: 'id', title: 'Id', width: 100, number: true }],
      total: TOTAL,
      rowAt,
      cell: (row: Row, key: string) => `${key} ${row.id}`,
      sort: '-id',
    },
  })
}

describe('a table of a hundred thousand rows', () => {
  it('holds only the rows in view, and tells how many there are', () => {
    const made = table()
    expect(made.findAll('.row').length).toBeLessThan(60)
    expect(made.attributes('aria-rowcount')).toBe(String(TOTAL + 1))
    expect(made.find('.row').text()).toBe('id 0')
  })

  it('asks for the rows it needs when it is scrolled', async () => {
    const made = table(() => undefined)
    expect(made.emitted('need')?.[0]?.[0]).toBe(0)
    expect(made.find('.row').text()).toBe('…')
    made.element.scrollTop = 26 * 50_000
    await made.trigger('scroll')
    const [from, to] = made.emitted('need')!.at(-1) as [number, number]
    expect(from).toBeLessThanOrEqual(50_000)
    expect(to).toBeGreaterThan(50_000)
  })

  it('gives the row of a click, and of the arrows and Enter', async () => {
    const made = table()
    await made.findAll('.row')[3]!.trigger('click')
    await made.trigger('keydown', { key: 'ArrowDown' })
    await made.trigger('keydown', { key: 'Enter' })
    expect(made.emitted('take')).toEqual([[{ id: 3 }], [{ id: 4 }]])
  })

  it('goes to the last row with End and says how it is sorted', async () => {
    const made = table()
    await made.trigger('keydown', { key: 'End' })
    await nextTick()
    expect(made.attributes('aria-activedescendant')).toBe(`rows-${TOTAL - 1}`)
    expect(made.find('[role=columnheader]').attributes('aria-sort')).toBe('descending')
  })
})
