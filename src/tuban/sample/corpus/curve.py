"""An arc in a GeoPackage, which no library of ours writes: one side of a square becomes part of a circle."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import shapely

_CURVE_POLYGON, _COMPOUND_CURVE, _CIRCULAR_STRING, _LINE_STRING = 10, 9, 8, 2


def bend(file: Path, layer: str, serial: int) -> None:
    """Give the n-th object of a layer the arc; its ends, and so its corners, stay where they are."""
    with closing(sqlite3.connect(file)) as base, base:
        # The triggers of the spatial index ask for these; the box of the object stays the same.
        for name in ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY", "ST_IsEmpty"):
            base.create_function(name, 1, lambda blob, name=name: _answer(blob, name), deterministic=True)
        fid, blob = base.execute(f'SELECT fid, geom FROM "{layer}" ORDER BY fid').fetchall()[serial - 1]
        square = _shape(blob)
        srs = struct.unpack_from("<i", blob, 4)[0]
        new = b"GP\0\1" + struct.pack("<i", srs) + _rounded(square)
        base.execute(f'UPDATE "{layer}" SET geom = ? WHERE fid = ?', (new, fid))


def _shape(blob: bytes) -> shapely.Geometry:
    envelope = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}[(blob[3] >> 1) & 7]
    return shapely.from_wkb(blob[8 + envelope :])


def _answer(blob: bytes, name: str) -> float | int:
    if name == "ST_IsEmpty":
        return 0
    if blob[3] & 0x0E == 0 and struct.unpack_from("<I", blob, 9)[0] == _CURVE_POLYGON:
        points = struct.unpack_from("<6d", blob, len(blob) - 48)
        xs, ys = points[::2], points[1::2]
        return {"ST_MinX": min(xs), "ST_MaxX": max(xs), "ST_MinY": min(ys), "ST_MaxY": max(ys)}[name]
    west, south, east, north = shapely.bounds(_shape(blob)).tolist()
    return {"ST_MinX": west, "ST_MaxX": east, "ST_MinY": south, "ST_MaxY": north}[name]


def _rounded(square: shapely.Geometry) -> bytes:
    west, south, east, north = shapely.bounds(square).tolist()
    lines = [(west, south), (west, north), (east, north), (east, south)]
    # From corner to corner over a point ten metres inside the southern side.
    arc = [(east, south), ((west + east) / 2, south + 10), (west, south)]
    parts = _curve(_LINE_STRING, lines) + _curve(_CIRCULAR_STRING, arc)
    ring = struct.pack("<BII", 1, _COMPOUND_CURVE, 2) + parts
    return struct.pack("<BII", 1, _CURVE_POLYGON, 1) + ring


def _curve(kind: int, points: list[tuple[float, float]]) -> bytes:
    return struct.pack("<BII", 1, kind, len(points)) + b"".join(
        struct.pack("<dd", *point) for point in points
    )
