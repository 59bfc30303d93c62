/** A ZIP archive of uncompressed files. */

export interface ZipFile {
  name: string
  bytes: Uint8Array
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})

/** Give the CRC-32 of some bytes. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

// 1980-01-01, the first day a ZIP can name: the same table gives the same bytes.
const DATE = 0x21
const UTF8_NAMES = 0x800

/** Give the bytes of an archive of `files`, stored as they are. */
export function zipStored(files: ZipFile[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder()
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const { name, bytes } of files) {
    const path = encoder.encode(name)
    const common = [
      ...u16(20), ...u16(UTF8_NAMES), ...u16(0), ...u16(0), ...u16(DATE),
      ...u32(crc32(bytes)), ...u32(bytes.length), ...u32(bytes.length), ...u16(path.length), ...u16(0),
    ]
    const local = Uint8Array.from([...u32(0x04034b50), ...common, ...path])
    directory.push(
      Uint8Array.from([
        ...u32(0x02014b50), ...u16(20), ...common, ...u16(0), ...u16(0), ...u16(0), ...u32(0), ...u32(offset), ...path,
      ]),
    )
    parts.push(local, bytes)
    offset += local.length + bytes.length
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0)
  const end = Uint8Array.from([
    ...u32(0x06054b50), ...u16(0), ...u16(0), ...u16(files.length), ...u16(files.length), ...u32(size), ...u32(offset), ...u16(0),
  ])
  return join([...parts, ...directory, end])
}

function join(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function u16(n: number): number[] {
  return [n & 0xff, (n >>> 8) & 0xff]
}

function u32(n: number): number[] {
  return [...u16(n & 0xffff), ...u16(n >>> 16)]
}
