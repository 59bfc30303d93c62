"""Path and query parsed once into typed values: routes never see raw text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Depends, Path, Query, Request

from tuban.domain.version import LayerVersion
from tuban.errors import Lang, Text, WrongUse
from tuban.service.errors import language_of
from tuban.service.filters import Filter, parse_filter
from tuban.settings import Settings
from tuban.store.workspace import Workspace

if TYPE_CHECKING:
    from tuban.service.state import State

Box = tuple[float, float, float, float]


def state_of(request: Request) -> State:
    """Give what the running service holds: workspace, settings, tables, tiles, tasks."""
    return request.app.state.tuban


def workspace_of(request: Request) -> Workspace:
    """Give the open workspace."""
    return request.app.state.tuban.workspace


def settings_of(request: Request) -> Settings:
    """Give the settings the service was started with."""
    return request.app.state.tuban.settings


def box_of(
    bbox: Annotated[
        str | None, Query(description="west,south,east,north in degrees", examples=["113.3,33.1,113.6,33.4"])
    ] = None,
) -> Box | None:
    """Read a box in degrees.

    Raises
    ------
    WrongUse : not four numbers, out of the globe, or sides exchanged.
    """
    if bbox is None or not bbox.strip():
        return None
    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
        ok = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    except ValueError:
        ok = False
        west = south = east = north = math.nan
    if not ok:
        raise WrongUse(
            Text(f"范围“{bbox[:80]}”无法使用。", f"The box “{bbox[:80]}” cannot be used."),
            Text("写法:西,南,东,北,单位为度,例如 113.3,33.1,113.6,33.4。",
                 "Write west,south,east,north in degrees, for example 113.3,33.1,113.6,33.4."),
            parameter="bbox",
        )  # fmt: skip
    return west, south, east, north


@dataclass(frozen=True, slots=True)
class Moment:
    """On which day something applies (`on`), as believed when (`known`)."""

    on: date
    known: datetime | None


def moment_of(
    on: Annotated[date | None, Query(description="in force on this day; default today")] = None,
    known: Annotated[
        datetime | None,
        Query(description="as recorded up to this moment; default now; without a zone: local"),
    ] = None,
) -> Moment:
    """Read the day and the moment of knowledge."""
    if known is not None and known.tzinfo is None:
        try:
            known = known.astimezone()
        except (OverflowError, ValueError, OSError):
            raise WrongUse(
                Text(f"时刻“{known}”无法使用。", f"The moment “{known}” cannot be used."),
                Text("写法:2026-11-20T08:00:00+08:00。", "Write 2026-11-20T08:00:00+08:00."),
                parameter="known",
            ) from None
    return Moment(on or date.today(), known)


LayerCode = Annotated[
    str, Path(pattern=r"^\w[\w\-]{0,63}$", description="the layer's code", examples=["DLTB"])
]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
OptionalNumber = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="version; overrides the day")]
Fid = Annotated[int, Path(ge=0, le=2**53)]
Offset = Annotated[int, Query(ge=0, le=2**31 - 1)]
SearchText = Annotated[str, Query(max_length=200)]

OpenState = Annotated["State", Depends(state_of)]
OpenStore = Annotated[Workspace, Depends(workspace_of)]
OpenSettings = Annotated[Settings, Depends(settings_of)]
InBox = Annotated[Box | None, Depends(box_of)]
At = Annotated[Moment, Depends(moment_of)]
Language = Annotated[Lang, Depends(language_of)]


def language_choice(
    lang: Annotated[
        Literal["zh", "en"] | None, Query(description="language; default: Accept-Language, then zh")
    ] = None,
) -> None:
    """Declare `?lang=` for every address; what it says is read by `language_of`."""


def version_of(code: LayerCode, store: OpenStore, at: At, version: OptionalNumber = None) -> LayerVersion:
    """Find the version asked for: by number, else by day and knowledge."""
    return store.version(code, number=version, on=at.on, known=at.known)


def filters_of(
    filter_: Annotated[
        list[str] | None,
        Query(
            alias="filter",
            max_length=20,
            description="FIELD:op:value; op: eq ne lt le gt ge like in; repeatable",
        ),
    ] = None,
) -> tuple[Filter, ...]:
    """Read the filters; whether the layer has such columns is checked where they are applied."""
    return tuple(parse_filter(text) for text in filter_ or ())


def limit_of(settings: OpenSettings, limit: Annotated[int, Query(ge=0, le=2**31 - 1)] = 100) -> int:
    """Read the page size, never above the setting."""
    return min(limit, settings.max_page)


Version = Annotated[LayerVersion, Depends(version_of)]
Filters = Annotated[tuple[Filter, ...], Depends(filters_of)]
Limit = Annotated[int, Depends(limit_of)]
