"""The colours a version really shows: each stored value with the standard's colour and name."""

from __future__ import annotations

import dataclasses
import threading

import pyarrow.compute as pc

from tuban.domain.layer import LayerSpec, Paint
from tuban.domain.version import LayerVersion
from tuban.errors import Text
from tuban.standards.load import Profile
from tuban.store.workspace import Workspace

UNKNOWN = "#c8c8c8"
MOST_VALUES = 500


class Legends:
    """The paints of the versions asked for so far; safe to ask from several threads."""

    def __init__(self, workspace: Workspace, profile: Profile) -> None:
        self.workspace = workspace
        self.profile = profile
        self._kept: dict[tuple[str, int], Paint] = {}
        self._guard = threading.Lock()

    def paint(self, version: LayerVersion, spec: LayerSpec) -> Paint:
        """Give how a version is drawn: the definition's paint, its colours narrowed to the values there are.

        A value that the code table reads as one of its classes (010000 is 01) gets that class's colour; one
        that it does not know is grey and keeps its own text.
        """
        key = (version.code, version.number)
        with self._guard:
            if key in self._kept:
                return self._kept[key]
        paint = self._narrowed(version, spec)
        with self._guard:
            self._kept[key] = paint
        return paint

    def _narrowed(self, version: LayerVersion, spec: LayerSpec) -> Paint:
        by, label = (name if name in version.columns else None for name in (spec.paint.by, spec.paint.label))
        if by is None or version.rows == 0:
            return dataclasses.replace(spec.paint, by=None, label=label, colours=())
        column = self.workspace.table(version, columns=[by]).column(by)
        stored = [value for value in pc.unique(column).to_pylist() if value is not None]  # pyright: ignore[reportAttributeAccessIssue]
        known = {value: (colour, title) for value, colour, title in spec.paint.colours}
        order = {value: place for place, value in enumerate(known)}
        codes = self.profile.codes_of(spec.field(by))
        rows = []
        for value in stored[:MOST_VALUES]:
            found = codes.find(value) if codes is not None else None
            code = str(value) if found is None or str(value) in known else found.code
            colour, title = known.get(code, (UNKNOWN, Text(str(value), str(value))))
            rows.append((order.get(code, len(order)), str(value), colour, title))
        rows.sort(key=lambda row: (row[0], row[1]))
        colours = tuple((value, colour, title) for _, value, colour, title in rows)
        return dataclasses.replace(spec.paint, label=label, colours=colours)
