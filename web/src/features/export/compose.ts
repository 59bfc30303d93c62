/** Draws the sheet: title, map, legend, scale bar, north arrow, footer. The only file that paints a canvas. */
import type { Printed } from '@/map/print'

import { flow, linesPerColumn, type LegendLine, type Swatch } from './legend'
import { groundMetres, scaleBar, scaleRatio, type LengthUnits } from './scale'
import type { Box, Sheet } from './sheet'

export interface SheetText {
  title: string
  subtitle: string
  legend: string
  /** Left part of the footer, one or two lines. */
  notes: string[]
  /** "示范数据", or '' for real data. */
  mark: string
  scale: string
  north: string
  units: LengthUnits
  more: (left: number) => string
}

const FONT = '"Noto Sans SC Variable", "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif'
const INK = '#1d2625'
const SOFT = '#55605e'
const PAPER = '#ffffff'

/** Draw everything on a canvas of the sheet's size. */
export function compose(sheet: Sheet, printed: Printed, lines: LegendLine[], text: SheetText): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = sheet.width
  canvas.height = sheet.height
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('This browser cannot draw pictures.')
  const px = (css: number): number => css * sheet.ratio
  pen.fillStyle = PAPER
  pen.fillRect(0, 0, sheet.width, sheet.height)
  pen.textBaseline = 'middle'

  drawTitle(pen, sheet, text, px)
  const { map } = sheet
  pen.drawImage(printed.canvas, map.x, map.y, map.width, map.height)
  const metresAPixel = groundMetres(...printed.across) / map.width
  drawNorth(pen, map, printed.bearing, text.north, px)
  drawScaleBar(pen, map, metresAPixel, text.units, px)
  if (text.mark) drawMark(pen, map, text.mark, px)
  frame(pen, map, px(1))
  drawLegend(pen, sheet, lines, text, px)
  drawFooter(pen, sheet, text, `${text.scale} ${scaleRatio(metresAPixel, sheet.dotsPerInch)}`, px)
  return canvas
}

type Pen = CanvasRenderingContext2D
type Px = (css: number) => number

function write(pen: Pen, words: string, x: number, y: number, sizePx: number, how: { bold?: boolean; colour?: string; most?: number; align?: CanvasTextAlign } = {}): void {
  pen.font = `${how.bold ? 600 : 400} ${sizePx}px ${FONT}`
  pen.fillStyle = how.colour ?? INK
  pen.textAlign = how.align ?? 'left'
  pen.fillText(how.most === undefined ? words : cut(pen, words, how.most), x, y)
}

/** Shorten what is too long, visibly. */
function cut(pen: Pen, words: string, mostPx: number): string {
  if (pen.measureText(words).width <= mostPx) return words
  let short = words
  while (short.length > 1 && pen.measureText(`${short}…`).width > mostPx) short = short.slice(0, -1)
  return `${short}…`
}

function frame(pen: Pen, box: Box, width: number): void {
  pen.strokeStyle = INK
  pen.lineWidth = width
  pen.setLineDash([])
  pen.strokeRect(box.x, box.y, box.width, box.height)
}

function drawTitle(pen: Pen, { title }: Sheet, text: SheetText, px: Px): void {
  const middle = title.x + title.width / 2
  write(pen, text.title, middle, title.y + px(16), px(24), { bold: true, most: title.width, align: 'center' })
  write(pen, text.subtitle, middle, title.y + px(39), px(13), { colour: SOFT, most: title.width, align: 'center' })
}

function drawNorth(pen: Pen, map: Box, bearing: number, word: string, px: Px): void {
  pen.save()
  pen.translate(map.x + map.width - px(34), map.y + px(42))
  plate(pen, -px(22), -px(32), px(44), px(64))
  pen.rotate((-bearing * Math.PI) / 180)
  for (const [side, colour] of [[-1, INK], [1, PAPER]] as const) {
    pen.beginPath()
    pen.moveTo(0, -px(12))
    pen.lineTo(side * px(9), px(22))
    pen.lineTo(0, px(15))
    pen.closePath()
    pen.fillStyle = colour
    pen.fill()
    pen.strokeStyle = INK
    pen.lineWidth = px(1)
    pen.stroke()
  }
  write(pen, word, 0, -px(21), px(13), { bold: true, align: 'center' })
  pen.restore()
}

function plate(pen: Pen, x: number, y: number, width: number, height: number): void {
  pen.fillStyle = 'rgba(255,255,255,0.82)'
  pen.fillRect(x, y, width, height)
}

function drawScaleBar(pen: Pen, map: Box, metresAPixel: number, units: LengthUnits, px: Px): void {
  const bar = scaleBar(metresAPixel, px(150), units)
  const x = map.x + px(20)
  const y = map.y + map.height - px(20)
  plate(pen, x - px(10), y - px(28), bar.widthPx + px(48), px(40))
  const half = bar.widthPx / 2
  pen.lineWidth = px(1)
  pen.strokeStyle = INK
  for (const part of [0, 1]) {
    pen.fillStyle = part === 0 ? INK : PAPER
    pen.fillRect(x + part * half, y - px(5), half, px(6))
    pen.strokeRect(x + part * half, y - px(5), half, px(6))
  }
  write(pen, '0', x, y - px(16), px(12), { align: 'center' })
  write(pen, bar.label, x + bar.widthPx, y - px(16), px(12), { align: 'center' })
}

function drawMark(pen: Pen, map: Box, mark: string, px: Px): void {
  pen.font = `600 ${px(14)}px ${FONT}`
  const width = pen.measureText(mark).width + px(20)
  pen.fillStyle = '#b3261e'
  pen.fillRect(map.x + px(10), map.y + px(10), width, px(26))
  write(pen, mark, map.x + px(20), map.y + px(23.5), px(14), { bold: true, colour: '#ffffff' })
}

const LINE_PX = 21

/** Give the part of the legend's box that its lines may fill. */
function legendSpace(legend: Box, px: Px): Box {
  return { x: legend.x + px(10), y: legend.y + px(36), width: legend.width - px(16), height: legend.height - px(44) }
}

/** Say whether so many lines of legend need a second column on this sheet. */
export function columnsFor(sheet: Sheet, lines: number): 1 | 2 {
  const px = (css: number): number => css * sheet.ratio
  return lines > linesPerColumn(legendSpace(sheet.legend, px).height, px(LINE_PX)) ? 2 : 1
}

function drawLegend(pen: Pen, { legend }: Sheet, lines: LegendLine[], text: SheetText, px: Px): void {
  frame(pen, legend, px(1))
  write(pen, text.legend, legend.x + legend.width / 2, legend.y + px(18), px(15), { bold: true, align: 'center' })
  for (const { line, x, y, width } of flow(lines, legendSpace(legend, px), px(LINE_PX), text.more)) {
    const middle = y + px(10.5)
    if (line.kind === 'swatch') {
      drawSwatch(pen, line.swatch, { x, y: y + px(4), width: px(24), height: px(13) }, px)
      write(pen, line.text, x + px(31), middle, px(12), { most: width - px(35) })
    } else {
      write(pen, line.text, x, middle, px(12), { bold: line.kind === 'heading', colour: line.kind === 'more' ? SOFT : INK, most: width - px(4) })
    }
  }
}

function drawSwatch(pen: Pen, swatch: Swatch, box: Box, px: Px): void {
  const line = (): void => {
    if (swatch.casing) stroke(pen, swatch.casing, px(swatch.lineWidthPx + 2), [])
    if (swatch.line) stroke(pen, swatch.line, px(swatch.lineWidthPx), swatch.dash.map((part) => part * px(swatch.lineWidthPx)))
  }
  pen.beginPath()
  if (swatch.geometry === 'point') {
    pen.arc(box.x + box.width / 2, box.y + box.height / 2, px(4.5), 0, 2 * Math.PI)
  } else if (swatch.geometry === 'line') {
    pen.moveTo(box.x, box.y + box.height / 2)
    pen.lineTo(box.x + box.width, box.y + box.height / 2)
  } else {
    pen.rect(box.x, box.y, box.width, box.height)
  }
  if (swatch.fill && swatch.geometry !== 'line') {
    pen.globalAlpha = swatch.geometry === 'point' ? 1 : swatch.fillOpacity
    pen.fillStyle = swatch.fill
    pen.fill()
    pen.globalAlpha = 1
  }
  line()
}

function stroke(pen: Pen, colour: string, width: number, dash: number[]): void {
  pen.strokeStyle = colour
  pen.lineWidth = width
  pen.setLineDash(dash)
  pen.stroke()
  pen.setLineDash([])
}

function drawFooter(pen: Pen, { footer }: Sheet, text: SheetText, scale: string, px: Px): void {
  const half = footer.width * 0.72
  text.notes.forEach((note, index) => {
    write(pen, note, footer.x, footer.y + px(16 + index * 19), px(12), { colour: SOFT, most: half })
  })
  write(pen, scale, footer.x + footer.width, footer.y + px(16), px(12), { align: 'right' })
}
