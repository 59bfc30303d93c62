/** Where the map looks: what a link restores and the coordinates line shows. */
import { ref, shallowRef } from 'vue'

export interface View {
  lon: number
  lat: number
  zoom: number
  bearing: number
}

/** Where the map looks now; null until it has been drawn. */
export const view = shallowRef<View | null>(null)

/** Where a link wants it to look at the start, or null. */
export const wantedView = shallowRef<View | null>(null)

/** Where the pointer is, in degrees; null outside the map. */
export const pointer = shallowRef<{ lon: number; lat: number } | null>(null)

/** Ground metres under one screen pixel at the centre. */
export const metresPerPixel = ref(0)
