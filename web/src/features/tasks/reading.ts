/** How a file is to be read where it does not say so itself, or says it wrongly. */

export interface Reading {
  /** Layer in the file, or '' where it has one. */
  layer: string
  crs: string
  convertTo: string
  /** Encoding of the text, or '' to find out. */
  encoding: string
  swapAxes: boolean
  keepInvalid: boolean
}

/** Read the file as it says itself. */
export const asItSays = (): Reading => ({ layer: '', crs: '', convertTo: '', encoding: '', swapAxes: false, keepInvalid: false })

/** Give the fields of the import's form; what is as usual is left out. */
export function formFields(reading: Reading): [string, string][] {
  const fields: [string, string][] = [
    ['layer', reading.layer.trim()],
    ['crs', reading.crs.trim()],
    ['convert_to', reading.convertTo.trim()],
    ['encoding', reading.encoding.trim()],
    ['swap_axes', reading.swapAxes ? 'true' : ''],
    ['on_invalid', reading.keepInvalid ? 'keep' : ''],
  ]
  return fields.filter(([, value]) => value !== '')
}
