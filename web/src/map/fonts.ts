/** The shipped font for the labels on the map: MapLibre draws them from these files, no glyph server is asked. */
import type { FontFacesSpecification } from 'maplibre-gl'

import ranges from '@fontsource-variable/noto-sans-sc/unicode.json'

/** The name by which label layers ask for the font. */
export const LABEL_FONT = 'Noto Sans SC'

const files = import.meta.glob<string>('/node_modules/@fontsource-variable/noto-sans-sc/files/*-wght-normal.woff2', {
  eager: true,
  query: '?url',
  import: 'default',
})

/** Every file of the font with the characters it covers; a file is fetched when one of them is drawn. */
export function labelFont(): FontFacesSpecification {
  const faces = Object.entries(ranges as Record<string, string>).flatMap(([subset, covered]) => {
    const name = subset.replace(/[[\]]/g, '')
    const url = files[`/node_modules/@fontsource-variable/noto-sans-sc/files/noto-sans-sc-${name}-wght-normal.woff2`]
    return url ? [{ url: new URL(url, location.href).href, 'unicode-range': covered.split(',') }] : []
  })
  return { [LABEL_FONT]: faces }
}
