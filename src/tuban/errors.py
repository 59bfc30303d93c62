"""Every error that Tuban raises on purpose: what is wrong and how to mend it, in both languages.

TubanError
├── WrongUse                 the call itself cannot be meant (bad option, bad date, bad box)
├── NotFound
│   ├── UnknownLayer         no such layer code in the profile or the workspace
│   ├── UnknownVersion       the layer exists, that version or date does not
│   ├── UnknownCode          a code that no edition of the standard has
│   └── WorkspaceNotFound    no workspace in that folder
├── Unreadable               the file cannot be taken in
│   ├── FormatNotAllowed     a format outside the list
│   ├── UnsafeFile           paths out of the archive, bombs, virtual file systems
│   ├── BrokenFile           truncated, empty, not what its name says
│   ├── UnknownEncoding      nobody can tell how the text is encoded
│   ├── UnknownCRS           no coordinate reference system
│   ├── WrongCRS             the coordinates contradict the named system
│   ├── ForeignCRS           a system that is not CGCS2000
│   ├── EmptyLayer           no rows
│   ├── AmbiguousLayer       several layers in the file and none was chosen
│   ├── MissingField         a mandatory column is absent
│   ├── WrongType            a column holds what its definition does not allow
│   ├── InvalidGeometry      null, curved, self-crossing, wrong kind
│   └── DuplicateId          one identifier, several objects
├── StandardsFault           a standards or profile file contradicts itself
├── StoreFault
│   ├── WorkspaceTooNew      made by a newer Tuban
│   ├── WorkspaceBusy        another process writes to it
│   ├── Damaged              a stored file is missing or not what its hash says
│   ├── TrailBroken          the trail's chain does not close
│   └── DiskFull             no room, or the disk refused
└── Cancelled                the user stopped the work
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One message in both languages of the system."""

    zh: str
    en: str

    def in_(self, lang: str) -> str:
        """Give the message in `lang`; anything but English is Chinese."""
        return self.en if lang == "en" else self.zh


class TubanError(Exception):
    """What is wrong (`problem`) and how to go on (`fix`); `facts` are the values for machines."""

    def __init__(self, problem: Text, fix: Text, **facts: Any) -> None:
        super().__init__(f"{problem.zh} | {problem.en}")
        self.problem = problem
        self.fix = fix
        self.facts = facts

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel whole between processes: a piece that fails on another machine says why here."""
        return _again, (type(self), self.problem, self.fix, self.facts)


def _again(kind: type[TubanError], problem: Text, fix: Text, facts: dict[str, Any]) -> TubanError:
    return kind(problem, fix, **facts)


class WrongUse(TubanError):
    """The call itself cannot be meant."""


class NotFound(TubanError):
    """What was asked for is not there."""


class UnknownLayer(NotFound):
    """No such layer code in the profile or the workspace."""


class UnknownVersion(NotFound):
    """The layer exists; that version or date does not."""


class UnknownCode(NotFound):
    """A code that no edition of the standard has."""


class WorkspaceNotFound(NotFound):
    """No workspace in that folder."""


class Unreadable(TubanError):
    """The file cannot be taken in."""


class FormatNotAllowed(Unreadable):
    """A format outside the list."""


class UnsafeFile(Unreadable):
    """Paths out of the archive, bombs, virtual file systems."""


class BrokenFile(Unreadable):
    """Truncated, empty, or not what its name says."""


class UnknownEncoding(Unreadable):
    """Nobody can tell how the text is encoded."""


class UnknownCRS(Unreadable):
    """No coordinate reference system."""


class WrongCRS(Unreadable):
    """The coordinates contradict the named system."""


class ForeignCRS(Unreadable):
    """A system that is not CGCS2000."""


class EmptyLayer(Unreadable):
    """No rows."""


class AmbiguousLayer(Unreadable):
    """Several layers in the file and none was chosen."""


class MissingField(Unreadable):
    """A mandatory column is absent."""


class WrongType(Unreadable):
    """A column holds what its definition does not allow."""


class InvalidGeometry(Unreadable):
    """Null, curved, self-crossing, or the wrong kind."""


class DuplicateId(Unreadable):
    """One identifier, several objects."""


class StandardsFault(TubanError):
    """A standards or profile file contradicts itself."""


class StoreFault(TubanError):
    """The workspace cannot be used as it is."""


class WorkspaceTooNew(StoreFault):
    """Made by a newer Tuban."""


class WorkspaceBusy(StoreFault):
    """Another process writes to it."""


class Damaged(StoreFault):
    """A stored file is missing or is not what its hash says."""


class TrailBroken(StoreFault):
    """The trail's chain does not close."""


class DiskFull(StoreFault):
    """No room, or the disk refused."""


class Cancelled(TubanError):
    """The user stopped the work."""
