/** An object in words: its name, its colour, its attributes as the layer's fields title them. */
import type { Layer, Properties, Swatch, Value } from '@/api/types'
import { formatNumber, NO_VALUE } from '@/shared/formats'
import { formatDate } from '@/shared/formatsTime'
import { pick } from '@/shared/lang'

interface Described {
  fid: number
  properties: Properties
}

/** The legend row that colours the object, where its layer is coloured by a column. */
export function swatchOf(object: Described, layer: Layer | undefined): Swatch | undefined {
  const by = layer?.paint.by
  return by ? layer.paint.colours.find((one) => one.value === String(object.properties[by] ?? '')) : undefined
}

/** The object's name: its class where the paint names one, its label, a name (…MC), its identifier. */
export function nameOf(object: Described, layer: Layer | undefined): string {
  const swatch = swatchOf(object, layer)
  if (swatch) return `${swatch.value} ${pick(swatch.title)}`
  const { properties } = object
  const label = layer?.paint.label ? properties[layer.paint.label] : null
  const named = Object.entries(properties).find(([name, value]) => name.endsWith('MC') && value)?.[1]
  const id = layer?.id_field ? properties[layer.id_field] : null
  return String(label || named || id || `#${object.fid}`)
}

export interface Fact {
  name: string
  title: string
  value: string
}

/** The attributes that have a value, as they are to be read. */
export function factsOf(object: Described, layer: Layer | undefined): Fact[] {
  const fields = new Map(layer?.fields.map((field) => [field.name, field]))
  return Object.entries(object.properties).flatMap(([name, value]) => {
    if (name.startsWith('_') || value === null || value === '') return []
    const field = fields.get(name)
    const title = field ? pick(field.title) + (field.unit ? `（${field.unit}）` : '') : name
    return [{ name, title, value: write(value, field?.kind) }]
  })
}

function write(value: Value, kind = 'text'): string {
  if (value === null) return NO_VALUE
  if (typeof value === 'number') return Number.isInteger(value) && kind !== 'number' ? String(value) : formatNumber(value)
  return kind === 'date' ? formatDate(String(value)) : String(value)
}
