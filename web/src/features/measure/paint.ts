/** How the shape being measured looks: readable over every land-use colour, in both themes. */
import type { Overlay } from '@/map/style'
import type { Theme } from '@/shared/theme'

const COLOURS: Record<Theme, { line: string; casing: string }> = {
  light: { line: '#b3005e', casing: '#ffffff' },
  dark: { line: '#ff7ac0', casing: '#10181a' },
}

export function shapeLayers(theme: Theme): Overlay['layers'] {
  const { line, casing } = COLOURS[theme]
  return [
    {
      id: 'measure-face',
      type: 'fill',
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': line, 'fill-opacity': 0.12 },
    },
    {
      id: 'measure-casing',
      type: 'line',
      filter: ['!=', ['geometry-type'], 'Point'],
      paint: { 'line-color': casing, 'line-width': 5 },
    },
    {
      id: 'measure-line',
      type: 'line',
      filter: ['!=', ['geometry-type'], 'Point'],
      paint: { 'line-color': line, 'line-width': 2.5 },
    },
    {
      id: 'measure-vertices',
      type: 'circle',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: { 'circle-color': casing, 'circle-radius': 4, 'circle-stroke-color': line, 'circle-stroke-width': 2 },
    },
  ]
}
