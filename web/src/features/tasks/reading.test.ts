import { expect, it } from 'vitest'

import { asItSays, formFields } from './reading'

it('an import says only what differs from the usual', () => {
  expect(formFields(asItSays())).toEqual([])
  expect(formFields({ layer: ' 地块 ', crs: 'EPSG:4526', convertTo: '', encoding: 'gb18030', swapAxes: true, keepInvalid: true })).toEqual([
    ['layer', '地块'],
    ['crs', 'EPSG:4526'],
    ['encoding', 'gb18030'],
    ['swap_axes', 'true'],
    ['on_invalid', 'keep'],
  ])
})
