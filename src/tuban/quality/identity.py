"""What an object was when something was found in it, and where: a hash that changes with it, and its box."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import shapely

from tuban.domain.finding import Finding
from tuban.geo.crs import to_lonlat
from tuban.quality.package import Package, PackageLayer


def contents_of(package: Package, findings: Sequence[Finding]) -> list[str]:
    """Give, for each finding, the hash of its objects' attributes and shapes; "" where it is about no object."""
    layers = {layer.label: layer for layer in package.layers}
    known: dict[tuple[str, int], bytes] = {}
    found: list[str] = []
    for finding in findings:
        layer = layers.get(finding.layer)
        if layer is None or not finding.rows:
            found.append("")
            continue
        whole = hashlib.sha256()
        parts = []
        for row in finding.rows:
            key = (layer.label, row)
            if key not in known:
                known[key] = _content(layer, row)
            parts.append(known[key])
        # The order of rows in a file is nobody's property.
        for part in sorted(parts):
            whole.update(part)
        found.append(whole.hexdigest())
    return found


def boxes_of(package: Package, findings: Sequence[Finding]) -> list[tuple[float, float, float, float] | None]:
    """Give, for each finding without a shape of its own, the box of its objects in degrees; None elsewhere."""
    layers = {layer.label: layer for layer in package.layers}
    found: list[tuple[float, float, float, float] | None] = []
    for finding in findings:
        layer = layers.get(finding.layer)
        if finding.geometry is not None or layer is None or layer.crs is None or not finding.rows:
            found.append(None)
            continue
        rows = [row for row in finding.rows if row < len(layer.geometry)]
        west, south, east, north = shapely.total_bounds(layer.geometry[rows])
        x, y = to_lonlat(np.array([west, east]), np.array([south, north]), layer.crs)
        box = (float(x[0]), float(y[0]), float(x[1]), float(y[1]))
        found.append(box if layer.crs.is_cgcs2000 and np.isfinite(box).all() else None)
    return found


def _content(layer: PackageLayer, row: int) -> bytes:
    if row >= len(layer.frame):
        return b""
    values = "\x1f".join(f"{name}={value}" for name, value in layer.frame.iloc[row].items())
    digest = hashlib.sha256(values.encode("utf-8", "backslashreplace"))
    shape = layer.geometry[row] if row < len(layer.geometry) else None
    digest.update(shapely.to_wkb(shape) if shape is not None else b"")
    return digest.digest()
