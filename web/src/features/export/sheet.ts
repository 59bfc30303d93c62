/** Where everything stands on the exported picture: pure arithmetic, in pixels of the picture. */

export type Paper = 'screen' | 'a4' | 'a3'

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

export interface Sheet {
  width: number
  height: number
  /** Pixels of the picture for one CSS pixel: fonts, lines and gaps are multiplied by it. */
  ratio: number
  dotsPerInch: number
  title: Box
  map: Box
  legend: Box
  footer: Box
}

const MILLIMETRES: Record<Exclude<Paper, 'screen'>, [number, number]> = { a4: [297, 210], a3: [420, 297] }
const LEGEND_WIDTH = { 1: 240, 2: 400 }
const PRINT_DPI = 200
const CSS_DPI = 96

/**
 * Lay out a sheet: title above, map left, legend right, footer below.
 *
 * "screen" keeps the map at the size it has on the screen and adds the rest around it; A4 and A3
 * are landscape at 200 dots per inch. A legend of two columns gets more room.
 */
export function layOut(paper: Paper, screen: { width: number; height: number; ratio: number }, legendColumns: 1 | 2 = 1): Sheet {
  const ratio = paper === 'screen' ? screen.ratio : PRINT_DPI / CSS_DPI
  const px = (css: number) => Math.round(css * ratio)
  const [gap, titleHeight, footerHeight, legendWidth] = [px(16), px(52), px(48), px(LEGEND_WIDTH[legendColumns])]
  let width: number
  let height: number
  if (paper === 'screen') {
    width = px(screen.width) + legendWidth + 3 * gap
    height = px(screen.height) + titleHeight + footerHeight + 2 * gap
  } else {
    const [wide, high] = MILLIMETRES[paper]
    width = Math.round((wide / 25.4) * PRINT_DPI)
    height = Math.round((high / 25.4) * PRINT_DPI)
  }
  const mapWidth = width - legendWidth - 3 * gap
  const mapHeight = height - titleHeight - footerHeight - 2 * gap
  const top = gap + titleHeight
  return {
    width,
    height,
    ratio,
    dotsPerInch: ratio * CSS_DPI,
    title: { x: gap, y: gap, width: width - 2 * gap, height: titleHeight },
    map: { x: gap, y: top, width: mapWidth, height: mapHeight },
    legend: { x: 2 * gap + mapWidth, y: top, width: legendWidth, height: mapHeight },
    footer: { x: gap, y: top + mapHeight, width: width - 2 * gap, height: footerHeight },
  }
}
