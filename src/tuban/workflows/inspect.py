"""Looking into a file before anything is taken in: its layers, what they would become, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuban.domain.progress import Progress, Step, part, quiet
from tuban.errors import Cancelled, Text, TubanError
from tuban.geo.io import FREE, OnInvalid, layers_in, read_layer
from tuban.standards.profile import Profile
from tuban.store import Workspace
from tuban.store.arrange import arrange
from tuban.workflows.intake import outline_of, without_our_columns


@dataclass(frozen=True, slots=True)
class Seen:
    """One layer of a file; `code` is None where the profile does not know its name, `error` if it is sound."""

    name: str
    code: str | None
    geometry: str
    rows: int
    crs: str | None
    fields: tuple[str, ...]
    area_m2: float | None
    notes: tuple[Text, ...]
    error: TubanError | None

    def record(self) -> dict[str, Any]:
        """Give it as values for machines."""
        fault = None
        if self.error is not None:
            fault = {
                "kind": type(self.error).__name__,
                "problem": {"zh": self.error.problem.zh, "en": self.error.problem.en},
                "fix": {"zh": self.error.fix.zh, "en": self.error.fix.en},
            }
        return {
            "name": self.name,
            "code": self.code,
            "geometry": self.geometry,
            "rows": self.rows,
            "crs": self.crs,
            "fields": self.fields,
            "area_m2": self.area_m2,
            "notes": [{"zh": note.zh, "en": note.en} for note in self.notes],
            "error": fault,
        }


def inspect(
    path: str | Path,
    profile: Profile,
    *,
    ws: Workspace | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    swap_axes: bool = False,
    on_invalid: OnInvalid = "refuse",
    progress: Progress = quiet,
) -> list[Seen]:
    """Read every layer of a file as `take_in` would, and say what came of it; nothing is stored.

    Parameters
    ----------
    ws : a workspace whose boundaries the coordinates are checked against.
    crs, encoding, swap_axes, on_invalid : as `read_layer` takes them.

    Raises
    ------
    Unreadable and its children : the file as a whole cannot be opened.
    """
    found = layers_in(path, encoding=encoding)
    seen = []
    for number, layer in enumerate(found):
        progress(Step(number / len(found), Text(f"检查 {layer.name}", f"Looking at {layer.name}")))
        spec = profile.find(layer.name)
        notes: tuple[Text, ...] = ()
        area_m2, error = None, None
        try:
            read = read_layer(
                path,
                spec or FREE,
                layer=layer.name,
                crs=crs,
                encoding=encoding,
                swap_axes=swap_axes,
                on_invalid=on_invalid,
                reference=outline_of(ws, spec.code if spec else "") if ws is not None else None,
                progress=part(progress, number / len(found), (number + 0.5) / len(found)),
            )
            frame, notes = without_our_columns(read)
            area_m2 = arrange(frame).area_m2
        except Cancelled:
            raise
        except TubanError as refused:
            error = refused
        code = spec.code if spec is not None else None
        seen.append(
            Seen(layer.name, code, layer.geometry, layer.rows, layer.crs, layer.fields, area_m2, notes, error)
        )
    progress(Step(1.0, Text("检查完成", "Looked at")))
    return seen
