/** The legend of an exported map: which lines it has and how they flow into the space there is. */
import type { Box } from './sheet'

export interface Swatch {
  fill: string | null
  fillOpacity: number
  line: string | null
  lineWidthPx: number
  dash: readonly number[]
  casing: string | null
  geometry: 'polygon' | 'line' | 'point'
}

export type LegendLine =
  | { kind: 'heading'; text: string }
  | { kind: 'swatch'; text: string; swatch: Swatch }
  | { kind: 'more'; text: string }

export interface LegendLayer {
  title: string
  swatch: Swatch
  /** One swatch a value, in the order of the standard; empty: the layer is drawn alike everywhere. */
  classes: { text: string; colour: string; value: string }[]
}

/** List the legend's lines, top layer first; `present` limits classes to those on the map. */
export function legendLines(layers: LegendLayer[], present: (layer: LegendLayer, value: string) => boolean): LegendLine[] {
  return layers.flatMap((layer): LegendLine[] => {
    if (layer.classes.length === 0) return [{ kind: 'swatch', text: layer.title, swatch: layer.swatch }]
    const shown = layer.classes.filter(({ value }) => present(layer, value))
    if (shown.length === 0) return []
    return [
      { kind: 'heading', text: layer.title },
      ...shown.map(({ text, colour }): LegendLine => ({
        kind: 'swatch',
        text,
        swatch: { ...layer.swatch, fill: layer.swatch.fill === null ? null : colour, line: lineColour(layer.swatch, colour) },
      })),
    ]
  })
}

function lineColour(swatch: Swatch, colour: string): string | null {
  return swatch.geometry === 'polygon' ? swatch.line : colour
}

export interface PlacedLine {
  line: LegendLine
  x: number
  y: number
  width: number
}

/** Give how many lines fit below each other. */
export function linesPerColumn(heightPx: number, lineHeight: number): number {
  return Math.max(1, Math.floor(heightPx / lineHeight))
}

/**
 * Place the lines in columns, top to bottom, left to right: one column, or two when one is too short.
 *
 * What does not fit even then is counted in a last line by `more`; nothing is left out silently. A
 * heading never ends a column.
 */
export function flow(lines: LegendLine[], box: Box, lineHeight: number, more: (left: number) => string): PlacedLine[] {
  const perColumn = linesPerColumn(box.height, lineHeight)
  const columns = lines.length > perColumn ? 2 : 1
  const width = box.width / columns
  const placed: PlacedLine[] = []
  let slot = 0
  for (const [index, line] of lines.entries()) {
    const last = slot % perColumn === perColumn - 1
    if (line.kind === 'heading' && last && perColumn > 1) slot += 1
    if (slot >= perColumn * columns) return cutShort(placed, lines.length - index, more)
    placed.push({ line, ...place(slot) })
    slot += 1
  }
  return placed

  function place(at: number): { x: number; y: number; width: number } {
    const column = Math.floor(at / perColumn)
    return { x: box.x + column * width, y: box.y + (at % perColumn) * lineHeight, width }
  }
}

function cutShort(placed: PlacedLine[], left: number, more: (left: number) => string): PlacedLine[] {
  const last = placed.at(-1)
  if (!last) return placed
  const text = more(left + 1)
  return [...placed.slice(0, -1), { ...last, line: { kind: 'more', text } }]
}
