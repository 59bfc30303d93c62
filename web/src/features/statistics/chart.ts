/** The bar chart's options: zero-based bars, largest first, labelled directly, in the colours of the map. */
import { formatNumber, formatShare, type Lang } from '@/shared/formats'

import type { Figure, Unit } from './figures'

export interface ChartColours {
  text: string
  soft: string
  line: string
  accent: string
}

export const BAR_HEIGHT_PX = 26

/** Give the height of a chart with so many bars. */
export function chartHeight(bars: number, withBefore: boolean): number {
  return bars * (withBefore ? BAR_HEIGHT_PX + 10 : BAR_HEIGHT_PX) + 12
}

/** Give the options for ECharts; `figures` come largest first. */
export function chartOption(figures: Figure[], unit: Unit, lang: Lang, colours: ChartColours) {
  const names = figures.map((f) => f.title[lang] || f.title.zh)
  const withBefore = figures.some((f) => f.before !== null)
  const now = {
    type: 'bar' as const,
    name: 'now',
    data: figures.map((f) => ({
      value: f.area[unit],
      // What is put together has no colour on the map.
      itemStyle: { color: f.colour ?? (f.code === '' ? colours.line : colours.accent) },
    })),
    barMaxWidth: 16,
    // Pale standard colours need an edge to be seen on white.
    itemStyle: { borderColor: colours.soft, borderWidth: 0.5 },
    label: {
      show: true,
      position: 'right' as const,
      color: colours.text,
      fontSize: 12,
      formatter: ({ dataIndex }: { dataIndex: number }) => label(figures[dataIndex], unit),
    },
  }
  const before = {
    type: 'bar' as const,
    name: 'before',
    data: figures.map((f) => f.before?.[unit] ?? 0),
    barMaxWidth: 8,
    itemStyle: { color: 'transparent', borderColor: colours.text, borderWidth: 1, borderType: 'dashed' as const },
  }
  return {
    animation: false,
    grid: { left: 4, right: 118, top: 4, bottom: 4, containLabel: true },
    xAxis: {
      type: 'value' as const,
      min: 0,
      axisLabel: { show: false },
      splitLine: { show: false },
      axisLine: { show: false },
    },
    yAxis: {
      type: 'category' as const,
      inverse: true,
      data: names,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.line } },
      axisLabel: { color: colours.text, fontSize: 12, width: 108, overflow: 'truncate' as const },
    },
    series: withBefore ? [now, before] : [now],
  }
}

function label(figure: Figure | undefined, unit: Unit): string {
  return figure ? `${formatNumber(figure.area[unit])}  ${formatShare(figure.share, 1)}` : ''
}

/** Say the chart in words, for those who do not see it. */
export function chartWords(figures: Figure[], unit: Unit, lang: Lang): string {
  return figures.map((f) => `${f.title[lang] || f.title.zh} ${formatNumber(f.area[unit])}`).join('; ')
}
