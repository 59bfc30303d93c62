"""Looks into PNG pictures with the browser's own decoder: no image library is needed."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from playwright.sync_api import Page

DECODE = """async (data) => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0))
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  pen.drawImage(bitmap, 0, 0)
  window.looked = pen
  return [bitmap.width, bitmap.height]
}"""
COUNT = """([x, y, width, height]) => {
  const { data } = window.looked.getImageData(x, y, width, height)
  const seen = new Map()
  for (let i = 0; i < data.length; i += 4) {
    const key = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2]
    seen.set(key, (seen.get(key) ?? 0) + 1)
  }
  return [...seen].sort((a, b) => b[1] - a[1]).slice(0, 4000)
}"""

Colour = tuple[int, int, int]


@dataclass
class Picture:
    """A decoded picture; lives as long as the page that decoded it."""

    page: Page
    width: int
    height: int

    def colours(self, x: float, y: float, width: float, height: float) -> dict[Colour, int]:
        """Count the pixels of each colour in a box, the most frequent first."""
        counted: list[list[int]] = self.page.evaluate(
            COUNT, [round(x), round(y), round(width), round(height)]
        )
        return {(key >> 16, key >> 8 & 255, key & 255): n for key, n in counted}

    def at(self, x: float, y: float) -> Colour:
        """Give the colour of one pixel."""
        return next(iter(self.colours(x, y, 1, 1)))


def look(page: Page, png: bytes) -> Picture:
    """Decode a picture in a page that fetches nothing."""
    width, height = page.evaluate(DECODE, base64.b64encode(png).decode())
    return Picture(page, width, height)


def rgb(colour: str) -> Colour:
    """Read `#rrggbb`."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def over(top: Colour, opacity: float, ground: Colour) -> Colour:
    """Give the colour that is seen where `top` lies over `ground`."""
    r, g, b = (round(t * opacity + u * (1 - opacity)) for t, u in zip(top, ground, strict=True))
    return r, g, b


def near(a: Colour, b: Colour, by: int = 6) -> bool:
    """Say whether two colours are the same to the eye."""
    return all(abs(x - y) <= by for x, y in zip(a, b, strict=True))
