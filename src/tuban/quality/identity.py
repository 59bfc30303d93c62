"""What an object was when something was found in it: a hash that changes whenever the object does."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import shapely

from tuban.domain.finding import Finding
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


def _content(layer: PackageLayer, row: int) -> bytes:
    if row >= len(layer.frame):
        return b""
    values = "\x1f".join(f"{name}={value}" for name, value in layer.frame.iloc[row].items())
    digest = hashlib.sha256(values.encode("utf-8", "backslashreplace"))
    shape = layer.geometry[row] if row < len(layer.geometry) else None
    digest.update(shapely.to_wkb(shape) if shape is not None else b"")
    return digest.digest()
