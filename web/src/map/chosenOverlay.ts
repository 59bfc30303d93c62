/** The chosen object and the asked point, drawn over everything until something else is chosen. */
import { computed } from 'vue'

import { theme } from '@/shared/theme'

import { askedPoint, selected } from './selection'
import type { Overlay } from './style'
import { COLOURS } from './theme'

export const chosenOverlays = computed<Record<string, Overlay>>(() => {
  const colours = COLOURS[theme.value]
  const made: Record<string, Overlay> = {}
  const geometry = selected.value?.geometry
  if (geometry) {
    const isPoint = geometry.type === 'Point' || geometry.type === 'MultiPoint'
    made.chosen = {
      data: { type: 'Feature', geometry, properties: {} },
      layers: isPoint
        ? [
            {
              id: 'chosen-ring',
              type: 'circle',
              paint: {
                'circle-radius': 10,
                'circle-color': 'rgba(0,0,0,0)',
                'circle-stroke-color': colours.chosen,
                'circle-stroke-width': 3,
              },
            },
          ]
        : [
            { id: 'chosen-halo', type: 'line', layout: { 'line-join': 'round' }, paint: { 'line-color': colours.halo, 'line-width': 6 } },
            { id: 'chosen-line', type: 'line', layout: { 'line-join': 'round' }, paint: { 'line-color': colours.chosen, 'line-width': 2.5 } },
          ],
    }
  }
  if (askedPoint.value) {
    const { lon, lat } = askedPoint.value
    made.asked = {
      data: { type: 'Feature', geometry: { type: 'Point', coordinates: [lon, lat] }, properties: {} },
      layers: [
        {
          id: 'asked-point',
          type: 'circle',
          paint: {
            'circle-radius': 5,
            'circle-color': colours.asked,
            'circle-stroke-color': colours.halo,
            'circle-stroke-width': 2,
          },
        },
      ],
    }
  }
  return made
})
