"""31xx: fields: there, of the right type and length, and no others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tuban.domain.finding import Finding
from tuban.domain.layer import FieldSpec
from tuban.errors import Text
from tuban.geo.io_raw import RawField
from tuban.quality.case import Case
from tuban.quality.package import PackageLayer
from tuban.quality.register import rule
from tuban.quality.rows import findings_by_row, named, named_en

_KIND_TITLES = {
    "text": Text("文本", "text"),
    "integer": Text("整数", "integer"),
    "number": Text("小数", "number"),
    "date": Text("日期", "date"),
    "other": Text("其他", "other"),
}
# A shapefile's column of this width was made by a program, not by a standard.
_DBF_LOOSE = 80
_DBF_NAME = 10


def defined(case: Case) -> list[PackageLayer]:
    """Give the layers whose fields the profile defines and that could be opened."""
    found = [
        layer
        for layer in case.layers()
        if layer.spec is not None and layer.spec.fields and layer.fault is None
    ]
    found = [layer for layer in found if not (layer.code or "").startswith("QT")]
    if not found:
        raise case.skip("没有标准图层。", "There is no layer of the standard.")
    return found


@rule("3101")
def required_fields_exist(case: Case) -> Iterator[Finding]:
    """Find required fields that are missing, or there under another name."""
    if case.package.layout == "workspace":
        raise case.skip("入库时已按标准字段整理。", "Stored layers have the standard's fields.")
    for layer in defined(case):
        spec = layer.spec
        assert spec is not None
        always = {*case.words("always"), *case.words("names")}
        roles = {spec.id_field, spec.class_field, spec.area_field}
        for field in spec.fields:
            if not (field.required or field.name in always or field.name in roles):
                continue
            found = layer.column_name(field.name)
            if found == field.name or _cut(layer, field.name):
                continue
            if found is None:
                yield case.finding(
                    layer,
                    f"图层 {layer.name} 缺少字段 {field.name}({field.title.zh})。请补充该字段并赋值。",
                    f"The layer {layer.name} lacks the field {field.name} ({field.title.en}). Add and fill it.",
                    observed="无",
                    expected=field.name,
                )
            elif found.upper() == field.name:
                yield case.finding(
                    layer,
                    f"图层 {layer.name} 的字段“{found}”应写作 {field.name}({field.title.zh})。请改名。",
                    f"The field “{found}” of {layer.name} must be written {field.name}. Rename it.",
                    observed=found,
                    expected=field.name,
                )


def _cut(layer: PackageLayer, name: str) -> bool:
    """Say whether a shapefile has the field under as much of its name as it can hold."""
    shapefile = layer.source is not None and layer.source.format == "shp"
    return shapefile and len(name) > _DBF_NAME and layer.declared(name[:_DBF_NAME]) is not None


@rule("3102")
def fields_as_specified(case: Case) -> Iterator[Finding]:
    """Find fields whose type, length or decimals are not the standard's."""
    if case.package.layout == "workspace":
        raise case.skip("入库时已按标准字段整理。", "Stored layers have the standard's fields.")
    for layer in defined(case):
        assert layer.spec is not None
        if layer.source is not None and layer.source.format in {"csv", "xlsx", "geojson"}:
            continue  # these declare no types
        for field in layer.spec.fields:
            have = layer.column_name(field.name)
            said = layer.declared(have) if have is not None else None
            if said is None:
                continue
            case.tick()
            found = _type(layer, field, said)
            if found is not None:
                observed, expected = found
                yield case.finding(
                    layer,
                    f"图层 {layer.name} 的字段 {field.name}({field.title.zh})是{observed.zh},应为{expected.zh}。"
                    "请按标准重建该字段。",
                    f"The field {field.name} of {layer.name} is {observed.en}, not {expected.en}. Make it anew.",
                    observed=observed.zh,
                    expected=expected.zh,
                )
            elif field.kind == "text" and said.length is None and field.length:
                yield from _too_long(case, layer, field)


def _type(layer: PackageLayer, field: FieldSpec, said: RawField) -> tuple[Text, Text] | None:
    """Give what a column is and what it should be; None where that agrees."""
    if said.kind != field.kind:
        if field.kind == "integer" and said.kind == "number":
            values = layer.numbers(field.name)
            whole = values[np.isfinite(values)]
            if (whole == np.round(whole)).all():
                return None
        elif field.kind == "number" and said.kind == "integer" and not field.decimals:
            return None
        series = layer.column(field.name)
        if series is None or series.isna().all() or (series.astype(str).str.strip() == "").all():
            return None
        return _KIND_TITLES[said.kind], _spelled(field)
    if field.kind == "text" and field.length and said.length is not None and said.length != field.length:
        shapefile = layer.source is not None and layer.source.format == "shp"
        if shapefile and said.length >= _DBF_LOOSE:
            return None
        return Text(f"文本,长度 {said.length}", f"text of length {said.length}"), _spelled(field)
    if field.kind == "number" and said.decimals is not None and field.decimals:
        if said.decimals < field.decimals:
            return Text(f"{said.decimals} 位小数", f"a number with {said.decimals} decimals"), _spelled(field)
        if said.length and field.length and said.length < field.length:
            return Text(f"数值,长度 {said.length}", f"a number of length {said.length}"), _spelled(field)
    return None


def _spelled(field: FieldSpec) -> Text:
    kind = _KIND_TITLES[field.kind]
    if field.kind == "text" and field.length:
        return Text(f"文本,长度 {field.length}", f"text of length {field.length}")
    if field.kind == "number" and field.length and field.decimals is not None:
        return Text(f"数值({field.length},{field.decimals})", f"a number ({field.length},{field.decimals})")
    return kind


def _too_long(case: Case, layer: PackageLayer, field: FieldSpec) -> Iterator[Finding]:
    series = layer.column(field.name)
    if series is None or not field.length or pd.api.types.is_numeric_dtype(series):
        return
    sizes = series.astype("str").str.len().where(series.notna(), 0).to_numpy(dtype=float, na_value=0)
    rows = np.flatnonzero(sizes > field.length)
    yield from findings_by_row(
        case,
        layer,
        rows,
        lambda row: Text(
            f"图层 {layer.name}({named(layer, row)})的 {field.name} 有 {int(sizes[row])} 个字符,"
            f"标准长度是 {field.length}。请缩短。",
            f"{field.name} of {named_en(layer, row)} in {layer.name} has {int(sizes[row])} characters, not {field.length}.",
        ),
        lambda many, first: Text(
            f"图层 {layer.name} 有 {many} 个对象({first})的 {field.name} 超过标准长度 {field.length}。请缩短。",
            f"{field.name} of {many} objects in {layer.name} is longer than {field.length}. Shorten it.",
        ),
        observed=lambda row: f"{int(sizes[row])} 个字符",
        expected=f"不超过 {field.length} 个字符",
    )


@rule("3103")
def no_extra_fields(case: Case) -> Iterator[Finding]:
    """Find fields that the standard does not have."""
    if case.package.layout == "workspace":
        raise case.skip("入库时已按标准字段整理。", "Stored layers have the standard's fields.")
    system = {name.upper() for name in case.words("system")}
    for layer in defined(case):
        spec = layer.spec
        assert spec is not None
        known = {field.name for field in (*spec.fields, *spec.others)}
        known |= {alias.upper() for field in (*spec.fields, *spec.others) for alias in field.aliases}
        cut = {name[:_DBF_NAME] for name in known}
        extra = [
            one.name
            for one in layer.info.fields
            if one.name.upper() not in known
            and one.name.upper() not in system
            and not (layer.source is not None and layer.source.format == "shp" and one.name.upper() in cut)
        ]
        if extra:
            listed = "、".join(extra[:20])
            yield case.finding(
                layer,
                f"图层 {layer.name} 有标准以外的字段:{listed}。请删去,或在说明中写明用途。",
                f"The layer {layer.name} has fields outside the standard: {', '.join(extra[:20])}. Remove them.",
                observed=listed,
                expected="标准字段",
            )
