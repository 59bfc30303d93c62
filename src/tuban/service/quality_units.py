"""Names of the towns and villages that findings lie in, from the workspace's own administrative layers."""

from __future__ import annotations

from functools import lru_cache

from tuban.domain.version import LayerVersion
from tuban.errors import Text
from tuban.service.state import State

# Layer → its columns of code and name; the smaller unit last.
_LAYERS = {
    "XZQX": ("XZQDM", "XZQMC"),
    "XZQ": ("XZQDM", "XZQMC"),
    "XZQXZ": ("XZQDM", "XZQMC"),
    "XZQC": ("XZQDM", "XZQMC"),
}


def unit_titles(state: State) -> dict[str, Text]:
    """Give the name of each administrative unit that the workspace has today, by its code."""
    found: dict[str, Text] = {}
    in_force = state.workspace.in_force()
    for code, (unit, name) in _LAYERS.items():
        version = in_force.get(code)
        if version is not None and {unit, name} <= set(version.columns):
            found |= _names(_Asked(state, version), unit, name)
    return found


def town_of(unit: str) -> str:
    """Give the town that a unit lies in: its first nine digits; a larger unit is its own."""
    return unit[:9] if unit.isdigit() else unit


def title_of_unit(units: dict[str, Text], unit: str) -> Text | None:
    """Give the name of a unit, else of the village, town or county that it lies in; None where none is known."""
    # Village codes of nineteen digits end in zeros that the administrative layers do not have.
    return next((units[unit[:digits]] for digits in (len(unit), 12, 9, 6) if unit[:digits] in units), None)


class _Asked:
    """A version as a key of the cache: it never changes."""

    def __init__(self, state: State, version: LayerVersion) -> None:
        self.state, self.version = state, version

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and other.version.sha256 == self.version.sha256

    def __hash__(self) -> int:
        return hash(self.version.sha256)


@lru_cache(maxsize=16)
def _names(asked: _Asked, unit: str, name: str) -> dict[str, Text]:
    rows = asked.state.workspace.read(asked.version, columns=[unit, name])
    pairs = zip(rows[unit].astype(str), rows[name].astype(str), strict=True)
    return {code: Text(title, title) for code, title in pairs}
