"""The control lines: what each is, what it forbids, and in which layers it is delivered."""

from __future__ import annotations

from dataclasses import dataclass

from tuban.errors import Text


@dataclass(frozen=True, slots=True)
class ControlLine:
    """One line or area of control 管控边界.

    `kind` is the family (`three-line`, `city line`, `buffer` …) and, after a semicolon, the force
    (`prohibit`, `limit`, `access`, `guide`). `layers` are codes of the profile; `layer_note` is the
    source's own wording. `confidence` is the overall mark, `confidence_detail` says for which part.
    """

    code: str
    name: Text
    kind: str
    legal_basis: str
    rule: str
    layers: tuple[str, ...]
    layer_note: str
    ysdm: str
    confidence: str
    confidence_detail: str
    note: str = ""

    @property
    def family(self) -> str:
        """The family of the line, without its force."""
        return self.kind.split(";")[0].strip()

    @property
    def force(self) -> str:
        """What the line does: `prohibit`, `limit`, `access`, `guide`, or nothing where no source says."""
        return self.kind.split(";")[1].strip() if ";" in self.kind else ""
