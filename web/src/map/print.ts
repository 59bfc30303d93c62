/** The map of the screen once more, at another size and sharpness, as a picture. */
import type { Bounds } from '@/api/types'

import { createMap, useMap } from './useMap'

export interface Printed {
  canvas: HTMLCanvasElement
  /** What the picture shows: west, south, east, north. */
  bounds: Bounds
  /** Clockwise from north, in degrees. */
  bearing: number
}

/** Give the map exactly as it is on the screen. */
export async function asOnScreen(): Promise<Printed> {
  const { map, snapshot } = useMap()
  const canvas = await snapshot()
  const box = map.value?.getBounds()
  if (!box) throw new Error('There is no map yet.')
  return {
    canvas,
    bounds: [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()],
    bearing: map.value?.getBearing() ?? 0,
  }
}

/**
 * Draw what the screen shows into `width` × `height` pixels, lines and letters `ratio` times as large as on the screen.
 *
 * All of the screen's view is in the picture; where its shape differs there is more around it. The map made
 * for it lives only as long as the drawing.
 */
export async function atSize(width: number, height: number, ratio: number): Promise<Printed> {
  const { map, boundsInView } = useMap()
  const screen = map.value
  const view = boundsInView()
  if (!screen || !view) throw new Error('There is no map yet.')
  const frame = document.createElement('div')
  frame.setAttribute('aria-hidden', 'true')
  // Off the page, but laid out: a map of no size draws nothing.
  frame.style.cssText = `position:fixed;left:-100000px;top:0;width:${width / ratio}px;height:${height / ratio}px`
  document.body.append(frame)
  const copy = createMap(frame, screen.getStyle())
  try {
    copy.setPixelRatio(ratio)
    copy.setBearing(screen.getBearing())
    const fit = Math.log2(Math.min(width / ratio / screen.getContainer().clientWidth, height / ratio / screen.getContainer().clientHeight))
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
    const box = copy.getBounds()
    return { canvas, bounds: [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()], bearing: copy.getBearing() }
  } finally {
    copy.remove()
    frame.remove()
  }
}
