"""The attributes of a shapefile as dBASE, each column as wide as the standard's table says."""

from __future__ import annotations

import math
import struct
from typing import Any

import pandas as pd

from tuban.domain.layer import FieldSpec, LayerSpec

_WIDTH = {"integer": (9, 0), "number": (15, 2), "date": (8, 0)}


def dbf(frame: pd.DataFrame, spec: LayerSpec | None) -> bytes:
    """Give the .dbf of a frame, UTF-8; columns of geometry left out."""
    names = [str(name) for name in frame.columns if str(frame[name].dtype) != "geometry"]
    shapes = [_shape(name, spec.field(name) if spec is not None else None, frame[name]) for name in names]
    size = 1 + sum(width for _, width, _ in shapes)
    head = struct.pack("<BBBBIHH20x", 3, 126, 1, 1, len(frame), 33 + 32 * len(names), size)
    for name, (kind, width, decimals) in zip(names, shapes, strict=True):
        head += struct.pack("<11scIBB14x", name.encode()[:10], kind, 0, width, decimals)
    rows = bytearray(head + b"\r")
    columns = [frame[name].tolist() for name in names]
    for row in range(len(frame)):
        rows += b" "
        for values, (kind, width, decimals) in zip(columns, shapes, strict=True):
            rows += _cell(values[row], kind, width, decimals)
    return bytes(rows) + b"\x1a"


def _shape(name: str, field: FieldSpec | None, column: pd.Series) -> tuple[bytes, int, int]:
    if field is None or field.kind == "text":
        longest = max((len(str(value).encode()) for value in column.dropna()), default=1)
        # The standard counts characters, dBASE bytes.
        length = (
            min((field.length or 60) * (1 if field and (field.length or 0) <= 20 else 3), 254)
            if field
            else 60
        )
        return b"C", max(length, longest), 0
    width, decimals = _WIDTH[field.kind]
    if field.kind == "number" and field.length:
        width, decimals = field.length, field.decimals or 0
    if field.kind == "integer" and field.length:
        width = field.length
    return (b"D" if field.kind == "date" else b"N"), width, decimals


def _cell(value: Any, kind: bytes, width: int, decimals: int) -> bytes:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return b" " * width
    if kind == b"N":
        return f"{value:.{decimals}f}".rjust(width).encode()
    if kind == b"D":
        return pd.Timestamp(value).strftime("%Y%m%d").encode()
    return str(value).encode().ljust(width)
