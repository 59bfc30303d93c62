/** Colours of the map itself (not of the data: those come with the layers). */
export type MapTheme = 'light' | 'dark'

interface MapColours {
  ground: string
  text: string
  halo: string
  edge: string
  plain: string
  hover: string
  chosen: string
  asked: string
}

export const COLOURS: Record<MapTheme, MapColours> = {
  light: {
    ground: '#f4f4f1',
    text: '#22302f',
    halo: '#ffffff',
    edge: '#6d7573',
    plain: '#5b6664',
    hover: '#0b5c8e',
    chosen: '#0047ff',
    asked: '#0047ff',
  },
  dark: {
    ground: '#1b2021',
    text: '#eef3f2',
    halo: '#10181a',
    edge: '#8b9694',
    plain: '#a9b4b2',
    hover: '#7fd0ff',
    chosen: '#59c2ff',
    asked: '#59c2ff',
  },
}
