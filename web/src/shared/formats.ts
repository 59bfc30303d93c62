/** How numbers, dates and coordinates are written, everywhere on the screen: one quantity, one format. */

export type Lang = 'zh' | 'en'
export type AreaUnit = 'ha' | 'mu' | 'wan_mu' | 'km2' | 'm2'

/** Shown where there is no value; the reason stands beside it or in its tooltip. */
export const NO_VALUE = '—'

const UNIT_NAMES: Record<AreaUnit, Record<Lang, string>> = {
  ha: { zh: '公顷', en: 'ha' },
  mu: { zh: '亩', en: 'mu' },
  wan_mu: { zh: '万亩', en: '10⁴ mu' },
  km2: { zh: '平方公里', en: 'km²' },
  m2: { zh: '平方米', en: 'm²' },
}

/**
 * Write `value` with exactly `decimals` places, rounded half away from zero on its decimal digits.
 *
 * `Number.toFixed` rounds the binary value (1.005 becomes "1.00"); the tables of the bureau round what is
 * written (1.005 becomes 1.01), as the server does.
 */
export function roundHalfUp(value: number, decimals: number): string {
  const [digits, exponent] = digitsOf(Math.abs(value))
  // value = digits × 10^exponent; keep 10^-decimals.
  const shift = exponent + decimals
  let units: bigint
  if (shift >= 0) units = digits * 10n ** BigInt(shift)
  else {
    const divisor = 10n ** BigInt(-shift)
    units = (digits * 2n + divisor) / (divisor * 2n)
  }
  const text = units.toString().padStart(decimals + 1, '0')
  const whole = text.slice(0, text.length - decimals)
  const fraction = decimals > 0 ? `.${text.slice(text.length - decimals)}` : ''
  return (value < 0 && units !== 0n ? '-' : '') + whole + fraction
}

function digitsOf(value: number): [bigint, number] {
  const [mantissa = '0', power = '0'] = String(value).split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  return [BigInt(whole + fraction), Number(power) - fraction.length]
}

/** Write a number with thousands separated by commas: 1234567.5 → "1,234,567.50". */
export function formatNumber(value: number | null | undefined, decimals = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NO_VALUE
  const text = roundHalfUp(value, decimals)
  const [whole = '0', fraction] = text.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** Write a count of things: no decimals. */
export function formatCount(value: number | null | undefined): string {
  return formatNumber(value, 0)
}

/** Give the name of a unit of area. */
export function unitName(unit: AreaUnit, lang: Lang): string {
  return UNIT_NAMES[unit][lang]
}

/**
 * Write an area given in `unit` with the unit's name: "1,234.50 公顷".
 *
 * There is no conversion here: the service gives each unit rounded once from square metres, and hectares
 * already rounded, times fifteen, would be another number of mu.
 */
export function areaWithUnit(area: number | null | undefined, unit: AreaUnit, lang: Lang): string {
  const text = formatNumber(area, 2)
  return text === NO_VALUE ? text : `${text} ${unitName(unit, lang)}`
}

/** Write mu as the service gives them. */
export function muWithUnit(mu: number | null | undefined, lang: Lang): string {
  return areaWithUnit(mu, 'mu', lang)
}

/** Write a difference with its sign: "+12.00", "−3.50", "0.00". */
export function formatChange(value: number | null | undefined, decimals = 2): string {
  const text = formatNumber(value, decimals)
  if (text === NO_VALUE || !/[1-9]/.test(text)) return text
  return text.startsWith('-') ? `−${text.slice(1)}` : `+${text}`
}

/** Write a share of one (0–1) in per cent: 0.12345 → "12.35%". */
export function formatShare(share: number | null | undefined, decimals = 2): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return NO_VALUE
  // Move the point on the digits: 0.28565 × 100 is 28.564999… in binary.
  const [digits, exponent] = digitsOf(Math.abs(share))
  const percent = Number(`${share < 0 ? '-' : ''}${digits}e${exponent + 2}`)
  return `${formatNumber(percent, decimals)}%`
}

/** Write a length in metres, from one kilometre on in kilometres. */
export function formatLength(metres: number | null | undefined, lang: Lang): string {
  if (metres === null || metres === undefined) return NO_VALUE
  if (metres < 1000) return `${formatNumber(metres)} ${lang === 'zh' ? '米' : 'm'}`
  return `${formatNumber(metres / 1000, 3)} ${lang === 'zh' ? '公里' : 'km'}`
}

/** Write the size of a file. */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return NO_VALUE
  const names = ['B', 'KB', 'MB', 'GB']
  let size = bytes
  let step = 0
  while (size >= 1024 && step < names.length - 1) {
    size /= 1024
    step += 1
  }
  return `${formatNumber(size, step === 0 ? 0 : 1)} ${names[step]}`
}
