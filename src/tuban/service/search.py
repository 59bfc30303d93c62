"""One box for everything: coordinates, places by name or code, layers, classes, objects."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from tuban.domain.version import LayerVersion
from tuban.errors import Lang
from tuban.service import present
from tuban.service import schemas as out
from tuban.service.deps import Moment
from tuban.service.filters import containing, is_text
from tuban.service.identify import PLACES
from tuban.service.state import State
from tuban.service.tables import Rows

COORDINATE = re.compile(r"^\s*([-+]?\d{1,3}(?:\.\d+)?)\s*[,，;\s]\s*([-+]?\d{1,3}(?:\.\d+)?)\s*$")
NAMES = re.compile(r"(MC|NAME|BSM|BH|DM|LIBELLE)$", re.IGNORECASE)
MOST_A_LAYER = 10
FEWEST_LETTERS = 2


def search(state: State, query: str, at: Moment, limit: int, lang: Lang) -> list[out.SearchResultOut]:
    """Give at most `limit` hits: coordinates first, then places, layers, classes, objects."""
    wanted = query.strip()
    if not wanted:
        return []
    results: list[out.SearchResultOut] = []
    for hit in _hits(state, wanted, at, lang):
        if len(results) >= limit:
            break
        results.append(hit)
    return results


def _hits(state: State, wanted: str, at: Moment, lang: Lang) -> Iterator[out.SearchResultOut]:
    yield from _coordinate(wanted)
    versions = list(state.workspace.in_force(on=at.on, known=at.known).values())
    yield from _places(state, versions, wanted, lang)
    yield from _layers(state, versions, wanted, lang)
    yield from _classes(state, versions, wanted, lang)
    if len(wanted) >= FEWEST_LETTERS:
        for version in versions:
            if version.code not in PLACES:
                yield from _objects(state, version, wanted, lang, "feature")


def _coordinate(wanted: str) -> Iterator[out.SearchResultOut]:
    match = COORDINATE.match(wanted)
    if not match:
        return
    lon, lat = float(match[1]), float(match[2])
    if abs(lon) <= 180 and abs(lat) <= 90:
        yield out.SearchResultOut(
            kind="coordinate", title=f"{lon:g}, {lat:g}", detail="CGCS2000", lon=lon, lat=lat
        )


def _places(
    state: State, versions: list[LayerVersion], wanted: str, lang: Lang
) -> Iterator[out.SearchResultOut]:
    by_code = {version.code: version for version in versions}
    for code in PLACES:
        if code in by_code:
            yield from _objects(state, by_code[code], wanted, lang, "place")


def _layers(
    state: State, versions: list[LayerVersion], wanted: str, lang: Lang
) -> Iterator[out.SearchResultOut]:
    for version in versions:
        title = state.spec(version.code).title
        if any(wanted.lower() in text.lower() for text in (version.code, title.zh, title.en)):
            yield out.SearchResultOut(
                kind="layer",
                title=title.in_(lang),
                detail=version.code,
                code=version.code,
                bounds=version.bounds,
            )


def _classes(
    state: State, versions: list[LayerVersion], wanted: str, lang: Lang
) -> Iterator[out.SearchResultOut]:
    shown: set[tuple[str, str]] = set()
    for version in versions:
        for value, _, title in state.legends.paint(version, state.spec(version.code)).colours:
            names = (title.zh, title.en.lower())
            hit = value == wanted or any(wanted.lower() in name for name in names)
            if hit and (value, title.zh) not in shown:
                shown.add((value, title.zh))
                yield out.SearchResultOut(
                    kind="class",
                    title=title.in_(lang),
                    detail=state.spec(version.code).title.in_(lang),
                    code=value,
                )


def _objects(
    state: State, version: LayerVersion, wanted: str, lang: Lang, kind: str
) -> Iterator[out.SearchResultOut]:
    rows = state.rows_of(version)
    spec = state.spec(version.code)
    named = _named_columns(rows, spec.paint.label, spec.id_field)
    if not named:
        return
    fids = np.flatnonzero(containing(rows.table, named, wanted))
    values = rows.properties(fids[:500], named)
    # A name that is the word itself, then one that begins with it, then the rest.
    ranked = sorted(range(len(values)), key=lambda i: (_rank(values[i], wanted), i))[:MOST_A_LAYER]
    chosen = fids[ranked] if ranked else fids[:0]
    for i, fid, bounds in zip(ranked, chosen, present.bounds_of(rows, chosen), strict=True):
        hit = next(str(v) for v in values[i].values() if v and wanted.lower() in str(v).lower())
        shown = next((str(values[i][n]) for n in named if values[i][n]), hit)
        detail = spec.title.in_(lang) if hit == shown else f"{spec.title.in_(lang)} · {hit}"
        yield out.SearchResultOut(
            kind=kind,  # pyright: ignore[reportArgumentType]
            title=shown,
            detail=detail,
            code=version.code,
            fid=int(fid),
            bounds=bounds,
            lon=None if bounds is None else (bounds[0] + bounds[2]) / 2,
            lat=None if bounds is None else (bounds[1] + bounds[3]) / 2,
        )


def _named_columns(rows: Rows, label: str | None, id_field: str | None) -> list[str]:
    text = [name for name in rows.columns if is_text(rows.table.schema.field(name).type)]
    names = [name for name in text if NAMES.search(name) or name == id_field]
    # The name shown on the map first, then other names, then codes.
    shown = {label} if label in text and label else set[str]()
    return sorted({*names, *shown}, key=lambda n: (n != label, not n.endswith("MC"), n))


def _rank(row: dict, wanted: str) -> int:
    low = wanted.lower()
    values = [str(value).lower() for value in row.values() if value]
    if low in values:
        return 0
    return 1 if any(value.startswith(low) for value in values) else 2
