/** Under which layer codes a file can be taken in, and how one finds a code among two hundred. Pure functions. */
import type { Bilingual, GroupId, Layer, StandardLayer } from '@/api/types'

export interface Offer {
  code: string
  title: Bilingual
  group: GroupId | null
  /** Null for a code that only its writer knows yet. */
  geometry: StandardLayer['geometry'] | null
  /** Columns the file must bring. */
  required: Bilingual[]
  aliases: string[]
  /** The workspace has this layer: a file becomes its next version. */
  there: boolean
}

// Data outside the standard: any columns, any shapes.
const FREE = /^QT(_[\p{L}\p{N}_]+)?$/u
const CODE = /^\p{L}[\p{L}\p{N}_]*$/u

/** List what can be chosen: what the workspace has first, then the profile in its own order. */
export function offers(standard: StandardLayer[], layers: Layer[]): Offer[] {
  const defined = new Map(standard.map((one) => [one.code, one]))
  const there = layers.map((one): Offer => {
    const { code, title, group, geometry } = one
    const spec = defined.get(code)
    return { code, title, group, geometry: spec?.geometry ?? (isFree(code) ? 'any' : geometry), required: named(spec), aliases: spec?.aliases ?? [], there: true }
  })
  const had = new Set(there.map(({ code }) => code))
  const rest = standard.filter(({ code }) => !had.has(code)).map((one): Offer => ({ ...one, required: named(one), there: false }))
  return [...there, ...rest]
}

/** Find by code, name in either language or alias: the very code first, then codes that begin so, then the rest. */
export function findOffers(all: Offer[], asked: string): Offer[] {
  const words = asked.trim().toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return all
  const hits = all.filter((one) => {
    const text = [one.code, one.title.zh, one.title.en, ...one.aliases].join('\n').toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const rank = ({ code }: Offer): number => (code.toLowerCase() === words[0] ? 0 : code.toLowerCase().startsWith(words[0]!) ? 1 : 2)
  const found = hits.map((one, at) => ({ one, at })).sort((a, b) => rank(a.one) - rank(b.one) || a.at - b.at).map(({ one }) => one)
  const typed = written(asked)
  if (!typed || all.some(({ code }) => code === typed.code)) return found
  // A free code is meant as it is written; another one may be a layer's maintenance code, or a slip: last.
  return isFree(typed.code) ? [typed, ...found] : [...found, typed]
}

/** Give the offer that a code written by hand makes, or null where no code can look like that. */
export function written(asked: string): Offer | null {
  const code = asked.trim().toUpperCase()
  if (!CODE.test(code) || !/^[\x20-\x7e]/.test(code)) return null
  const free = isFree(code)
  return {
    code,
    title: free ? { zh: '标准外数据', en: 'Data outside the standard' } : { zh: '按此代码', en: 'This code as written' },
    group: free ? 'management' : null,
    geometry: free ? 'any' : null,
    required: [],
    aliases: [],
    there: false,
  }
}

export function isFree(code: string): boolean {
  return FREE.test(code)
}

function named(spec: StandardLayer | undefined): Bilingual[] {
  return (spec?.required ?? []).map(({ name, title }) => ({ zh: `${name} ${title.zh}`, en: `${name} ${title.en}` }))
}
