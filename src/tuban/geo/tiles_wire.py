"""The wire format of a vector tile (MVT 2.1, Protocol Buffers), byte by byte, compiled.

A tile is one message `Tile { layers }`; a layer holds its features, then the names (keys) and values that the
features' tags point to by number. Only what this system writes is here.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit

EXTENT = 4096
MOVE_TO, LINE_TO, CLOSE = 1, 2, 7
POINT, LINE, POLYGON = 1, 2, 3


@njit(cache=True, nogil=True)
def put_varint(out, at, value):
    """Write an unsigned number, seven bits a byte; gives the place after it."""
    while value > 0x7F:
        out[at] = (value & 0x7F) | 0x80
        value >>= 7
        at += 1
    out[at] = value
    return at + 1


@njit(cache=True, nogil=True)
def put_delta(out, at, value):
    """Write a signed number so that small ones of either sign stay short (zigzag)."""
    return put_varint(out, at, value << 1 if value >= 0 else ((-value) << 1) - 1)


@njit(cache=True, nogil=True)
def put_bytes(out, at, source, start, end):
    """Copy bytes; gives the place after them."""
    for i in range(start, end):
        out[at] = source[i]
        at += 1
    return at


def varint(value: int) -> bytes:
    """Write an unsigned number."""
    out = bytearray()
    while value > 0x7F:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(tag: int, body: bytes) -> bytes:
    """Write a field that holds bytes."""
    return bytes([tag]) + varint(len(body)) + body


def value_entry(value: Any) -> bytes:
    """Write one value of a layer's table: text, whole number, number or truth."""
    if isinstance(value, bool | np.bool_):
        body = b"\x38" + (b"\x01" if value else b"\x00")
    elif isinstance(value, int | np.integer):
        number = int(value)
        body = b"\x20" + varint(number) if number >= 0 else b"\x30" + varint((-number << 1) - 1)
    elif isinstance(value, float | np.floating):
        body = b"\x19" + struct.pack("<d", float(value))
    else:
        body = field(0x0A, str(value).encode())
    return field(0x22, body)


def layer(name: str, features: bytes, keys: Sequence[str], values: bytes) -> bytes:
    """Write a tile of one layer from its features and values, which are written already."""
    body = b"\x78\x02" + field(0x0A, name.encode()) + features
    body += b"".join(field(0x1A, key.encode()) for key in keys) + values
    body += b"\x28" + varint(EXTENT)
    return field(0x1A, body)
