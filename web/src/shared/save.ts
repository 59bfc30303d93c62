/** Hand a file to the person: the browser's download. */

/** Save a blob under a name. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = fileName(name)
  document.body.append(link)
  link.click()
  link.remove()
  // The browser has taken the blob when the click returned; some read it a little later.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** Make a name that Windows accepts. */
export function fileName(name: string): string {
  return name.replace(/[\\/:*?"<>|\n\r\t]/g, '_').trim()
}
