"""Nouns and rows as the models that leave by HTTP."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import shapely

from tuban.domain.layer import FieldSpec, LayerSpec, Paint
from tuban.domain.unit import in_unit
from tuban.domain.version import LayerVersion
from tuban.errors import Lang, Text
from tuban.service import schemas as out
from tuban.service.tables import Rows, to_degrees, to_degrees_boxes
from tuban.service.tasks import Task


def text(value: Text) -> out.TextOut:
    """Give a text in both languages."""
    return out.TextOut(zh=value.zh, en=value.en)


def ha(area_m2: float | None) -> float | None:
    """Give hectares with two decimals."""
    return None if area_m2 is None or math.isnan(area_m2) else float(in_unit(area_m2, "ha"))


def mu(area_m2: float | None) -> float | None:
    """Give mu with two decimals, from the square metres: hectares already rounded would round twice."""
    return None if area_m2 is None or math.isnan(area_m2) else float(in_unit(area_m2, "mu"))


def version(of: LayerVersion) -> out.VersionOut:
    """Present one version."""
    return out.VersionOut(
        number=of.number,
        sha256=of.sha256,
        valid_from=of.valid.start,
        valid_to=of.valid.end,
        act=of.valid.act,
        recorded_at=of.recorded_at,
        recorded_by=of.recorded_by,
        source_name=of.source_name,
        source_sha256=of.source_sha256,
        crs=of.crs,
        rows=of.rows,
        bytes=of.bytes,
        sample=of.sample,
        note=of.note,
        bounds=of.bounds,
        area_ha=ha(of.area_m2),
    )


def paint(of: Paint) -> out.PaintOut:
    """Present how a layer is drawn."""
    return out.PaintOut(
        fill=of.fill,
        fill_opacity=of.fill_opacity,
        line=of.line,
        line_width_px=of.line_width_px,
        dash=list(of.dash),
        casing=of.casing,
        by=of.by,
        colours=[
            out.PaintColourOut(value=value, colour=colour, title=text(title))
            for value, colour, title in of.colours
        ],
        label=of.label,
    )


def field(of: FieldSpec) -> out.FieldOut:
    """Present one column's definition."""
    return out.FieldOut(name=of.name, title=text(of.title), kind=of.kind)


def fields(spec: LayerSpec, columns: Sequence[str]) -> list[out.FieldOut]:
    """Present the columns a version really has, in stored order; undefined ones by their own name."""
    listed = []
    for name in columns:
        if name.startswith("_") or name in {"geometry", "bbox"}:
            continue
        known = spec.field(name)
        listed.append(field(known or FieldSpec(name, Text(name, name), "text")))
    return listed


def layer(
    spec: LayerSpec,
    drawn: Paint,
    chosen: LayerVersion | None,
    latest: LayerVersion,
    versions: int,
    *,
    detail_zoom: int | None,
) -> out.LayerOut:
    """Present one layer with the version in force, if any; `latest` tells its kind where none is."""
    shown = chosen or latest
    return out.LayerOut(
        code=latest.code,
        title=text(spec.title),
        group=spec.group,
        geometry=shown.geometry,  # pyright: ignore[reportArgumentType]
        rows=chosen.rows if chosen else 0,
        area_ha=ha(chosen.area_m2) if chosen else None,
        bounds=chosen.bounds if chosen else None,
        order=spec.order,
        paint=paint(drawn),
        version=version(chosen) if chosen else None,
        versions=versions,
        fields=fields(spec, shown.columns),
        id_field=_present(spec.id_field, shown),
        class_field=_present(spec.class_field, shown),
        unit_field=_present(spec.unit_field, shown),
        detail_zoom=detail_zoom,
        confidence=spec.confidence,
    )


def value(of: Any) -> str | int | float | bool | None:
    """Give one cell as JSON has it: dates as text, not-a-number as missing."""
    if of is None or isinstance(of, str | bool | int):
        return of
    if isinstance(of, float):
        return of if math.isfinite(of) else None
    if isinstance(of, date | datetime):
        return of.isoformat()
    return str(of)


def properties(row: dict) -> dict[str, str | int | float | bool | None]:
    """Give one row's cells as JSON has them."""
    return {name: value(cell) for name, cell in row.items()}


def bounds_of(rows: Rows, fids: np.ndarray) -> list[out.Bounds | None]:
    """Give the box of some rows in degrees; None where there is no geometry."""
    if rows.boxes is None or rows.version.crs is None:
        return [None] * len(fids)
    boxes = to_degrees_boxes(rows.boxes[:, fids].T, rows.version.crs)
    return [(w, s, e, n) if math.isfinite(w) else None for w, s, e, n in boxes.round(8).tolist()]


def geometry(of: Any) -> out.GeometryOut | None:
    """Give a geometry in degrees as GeoJSON, to about a millimetre."""
    if of is None or shapely.is_empty(of):
        return None
    drawn = shapely.transform(of, lambda xy: xy.round(8))
    found = shapely.geometry.mapping(drawn)
    if found["type"] == "GeometryCollection":
        return None
    return out.GeometryOut(type=found["type"], coordinates=_lists(found["coordinates"]))


def features(rows: Rows, fids: np.ndarray, *, with_geometry: bool) -> list[out.FeatureOut]:
    """Present some rows."""
    shapes: Sequence[Any] = [None] * len(fids)
    if with_geometry and rows.version.crs:
        shapes = [geometry(shape) for shape in to_degrees(rows.geometries(fids), rows.version.crs)]
    return [
        out.FeatureOut(fid=int(fid), bounds=bounds, properties=properties(row), geometry=shape)
        for fid, bounds, row, shape in zip(
            fids, bounds_of(rows, fids), rows.properties(fids), shapes, strict=True
        )
    ]


def feature(rows: Rows, fid: int) -> out.FeatureDetailOut:
    """Present one row with its size on the ellipsoid, as it was measured when it was taken in."""
    fids = np.array([fid])
    one = features(rows, fids, with_geometry=True)[0]
    area_m2 = None if rows.area_m2 is None else float(rows.area_m2[fid])
    return out.FeatureDetailOut(
        code=rows.version.code,
        version=rows.version.number,
        fid=fid,
        bounds=one.bounds,
        properties=one.properties,
        geometry=one.geometry,
        area_m2=None if area_m2 is None else round(area_m2, 2),
        area_ha=ha(area_m2),
        area_mu=None if area_m2 is None else float(in_unit(area_m2, "mu")),
        length_m=None if rows.length_m is None else round(float(rows.length_m[fid]), 2),
    )


def task(of: Task, lang: Lang) -> out.TaskOut:
    """Present a task; its error in the language of the request."""
    error = None
    if of.error:
        error = out.TaskErrorOut(
            kind=of.error["kind"],
            problem=of.error["problem"][lang],
            fix=of.error["fix"][lang],
            facts=of.error["facts"],
        )
    return out.TaskOut(
        id=of.id,
        title=text(of.title),
        state=of.state,  # pyright: ignore[reportArgumentType]
        share=round(of.share, 4),
        text=text(of.text),
        created_at=datetime.fromisoformat(of.created_at),
        started_at=datetime.fromisoformat(of.started_at) if of.started_at else None,
        finished_at=datetime.fromisoformat(of.finished_at) if of.finished_at else None,
        result=_made(of.result) if of.result else None,
        error=error,
    )


def _made(result: dict) -> out.TaskResultOut | out.TaskRunOut | out.TaskRecheckOut:
    if "affected" in result:
        return out.TaskRecheckOut(**result)
    return out.TaskRunOut(**result) if "run" in result else out.TaskResultOut(**result)


def _present(name: str | None, of: LayerVersion) -> str | None:
    return name if name in of.columns else None


def _lists(coordinates: Any) -> list[Any]:
    return [_lists(part) if isinstance(part, tuple) else part for part in coordinates]
