import { describe, expect, it } from 'vitest'

import { area, areaChoices, choicesTold, goTo, MAP, restoreChoices } from './areas'
import { bottomPanel, leftOpen, rightPanel } from './panels'

describe('what an area restores', () => {
  it('is told only where it is not as usual', () => {
    const choices = areaChoices('one', { run: '', sort: 'rule' })
    expect(choicesTold('one')).toEqual({})
    choices.run = '7'
    expect(choicesTold('one')).toEqual({ run: '7' })
  })

  it('is as the link says, and as usual where the link says nothing', () => {
    const choices = areaChoices('two', { run: '', sort: 'rule' })
    choices.sort = 'layer'
    restoreChoices('two', { run: '9' })
    expect(choices).toEqual({ run: '9', sort: 'rule' })
  })

  it('waits for a screen that comes later, without what the screen does not know', () => {
    restoreChoices('three', { run: '4', nonsense: 'x' })
    expect(choicesTold('three')).toEqual({ run: '4', nonsense: 'x' })
    expect(areaChoices('three', { run: '', sort: 'rule' })).toEqual({ run: '4', sort: 'rule' })
    expect(choicesTold('three')).toEqual({ run: '4' })
  })
})

describe('going from area to area', () => {
  it('opens again what was open there', () => {
    area.value = MAP
    rightPanel.value = 'identify'
    leftOpen.value = false
    goTo('one')
    expect([area.value, rightPanel.value, bottomPanel.value, leftOpen.value]).toEqual(['one', '', '', true])
    bottomPanel.value = 'one'
    goTo(MAP)
    expect([rightPanel.value, bottomPanel.value]).toEqual(['identify', ''])
    goTo('one')
    expect(bottomPanel.value).toBe('one')
  })
})
