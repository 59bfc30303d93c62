/** The map of the screen once more, at another size and sharpness, as a picture. */
import type { Map as MapLibre } from 'maplibre-gl'

import { valuesInView } from './inView'
import { visibleLayers } from './shown'
import { createMap, useMap } from './useMap'

export interface Printed {
  canvas: HTMLCanvasElement
  /** Left and right end of the picture's middle line, longitude and latitude. */
  across: [[number, number], [number, number]]
  /** Clockwise from north, in degrees. */
  bearing: number
  /** By layer: the values of its colour column that are in the picture. */
  values: Map<string, Set<string>>
}

/** Give the map exactly as it is on the screen. */
export async function asOnScreen(): Promise<Printed> {
  const { map, snapshot } = useMap()
  const canvas = await snapshot()
  if (!map.value) throw new Error('There is no map yet.')
  return { canvas, ...facts(map.value) }
}

function facts(one: MapLibre): Omit<Printed, 'canvas'> {
  const { clientWidth: width, clientHeight: height } = one.getContainer()
  const left = one.unproject([0, height / 2])
  const right = one.unproject([width, height / 2])
  return {
    across: [
      [left.lng, left.lat],
      [right.lng, right.lat],
    ],
    bearing: one.getBearing(),
    values: new Map(visibleLayers.value.map(({ code, layer }) => [code, valuesInView(layer, one)])),
  }
}

/**
 * Draw what the screen shows into `width` × `height` pixels, lines and letters `ratio` times as large as on the screen.
 *
 * All of the screen's view is in the picture; where its shape differs there is more around it. The map made
 * for it lives only as long as the drawing.
 */
export async function atSize(width: number, height: number, ratio: number): Promise<Printed> {
  const { map } = useMap()
  const screen = map.value
  if (!screen) throw new Error('There is no map yet.')
  const frame = document.createElement('div')
  frame.setAttribute('aria-hidden', 'true')
  // Off the page, but laid out: a map of no size draws nothing.
  frame.style.cssText = `position:fixed;left:-100000px;top:0;width:${width / ratio}px;height:${height / ratio}px`
  document.body.append(frame)
  const copy = createMap(frame, screen.getStyle())
  try {
    copy.setPixelRatio(ratio)
    copy.setBearing(screen.getBearing())
    const { clientWidth, clientHeight } = screen.getContainer()
    const fit = Math.log2(Math.min(width / ratio / clientWidth, height / ratio / clientHeight))
    copy.jumpTo({ center: screen.getCenter(), zoom: screen.getZoom() + fit })
    await new Promise((done) => copy.once('idle', done))
    const canvas = await new Promise<HTMLCanvasElement>((done) => {
      copy.once('render', () => {
        const from = copy.getCanvas()
        const kept = document.createElement('canvas')
        kept.width = width
        kept.height = height
        kept.getContext('2d')?.drawImage(from, 0, 0, width, height)
        done(kept)
      })
      copy.triggerRepaint()
    })
    return { canvas, ...facts(copy) }
  } finally {
    copy.remove()
    frame.remove()
  }
}
