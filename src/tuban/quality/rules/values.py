"""32xx: values in fields: filled, unique, numbered, in range, clean; codes are in `values_codes`."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from tuban.domain.finding import Finding
from tuban.errors import Text
from tuban.quality.case import Case
from tuban.quality.package import PackageLayer
from tuban.quality.register import rule
from tuban.quality.rows import findings_by_row, named, named_en
from tuban.quality.rules.completeness_names import county_codes, units_of
from tuban.quality.rules.structure import defined

_FULL_WIDTH = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\ufeff]|[\r\n\t]")
# What text looks like that was decoded wrongly: the replacement character, its GBK form, UTF-8 read as Latin.
_GARBLED = re.compile(
    "\ufffd|锟斤拷|锘|烫烫|[\u00c0-\u00ff]{2,}|[\u00c2-\u00f4][\u0080-\u00bf]|[\ue000-\uf8ff]"
)


@rule("3201")
def mandatory_filled(case: Case) -> Iterator[Finding]:
    """Find mandatory fields that are null or blank."""
    more, published = case.table("fields"), set(case.words("with_element_code"))
    for layer in defined(case):
        assert layer.spec is not None
        base = re.sub(r"^WH[QH]", "", layer.code or "")
        wanted = {field.name for field in layer.spec.fields if field.required}
        wanted |= {*case.words("always"), *more.get(base, [])}
        for field in layer.spec.fields:
            if field.name not in wanted:
                continue
            series = layer.column(field.name)
            if series is None:
                continue
            blank = _blank(series)
            if field.name == "YSDM" and blank.all() and base not in published:
                continue  # nobody could fill in a code that was never published
            case.tick()
            title = f"{field.name}({field.title.zh})"
            yield from findings_by_row(
                case,
                layer,
                np.flatnonzero(blank),
                lambda row, title=title, layer=layer: Text(
                    f"图层 {layer.name} 的对象({named(layer, row)})必填字段 {title} 为空。请补填。",
                    f"The mandatory field {title} of {named_en(layer, row)} in {layer.name} is empty. Fill it.",
                ),
                lambda many, first, title=title, layer=layer: Text(
                    f"图层 {layer.name} 有 {many} 个对象({first})的必填字段 {title} 为空。请补填。",
                    f"The mandatory field {title} of {many} objects in {layer.name} is empty. Fill it.",
                ),
                observed=f"{field.name} 为空",
                expected=f"{field.name} 有值",
            )


def _blank(series: pd.Series) -> np.ndarray:
    gone = series.isna().to_numpy()
    if pd.api.types.is_numeric_dtype(series) or pd.api.types.is_datetime64_any_dtype(series):
        return gone
    said = series.astype("str").str.strip(" \t\r\n\u3000\x00").to_numpy(dtype=object, na_value="")
    return gone | (said == "")


@rule("3204")
def identifiers_unique(case: Case) -> Iterator[Finding]:
    """Find identifiers that two objects of one database share; maintenance parts are databases of their own."""
    parts = case.words("parts")
    for database in case.databases:
        rooms: dict[str, list[PackageLayer]] = defaultdict(list)
        for layer in database.layers:
            has = (
                layer.spec is not None
                and layer.spec.id_field
                and layer.kind != "table"
                and layer.fault is None
            )
            if has and layer.column(layer.spec.id_field) is not None:  # type: ignore[union-attr]
                part = next((p for p in parts if (layer.code or "").startswith(p)), "")
                # Each maintained layer repeats the identifiers of what it maintains.
                rooms[f"{part}" if part else ""].append(layer)
        for layers in rooms.values():
            yield from _repeated(case, layers)


def _repeated(case: Case, layers: list[PackageLayer]) -> Iterator[Finding]:
    columns = [pd.Series(layer.ids, dtype="object").astype(str).str.strip() for layer in layers]
    sizes = [len(column) for column in columns]
    if not sum(sizes):
        return
    case.tick()
    every = pd.concat(columns, ignore_index=True)
    owner = np.repeat(np.arange(len(layers)), sizes)
    rows = np.concatenate([np.arange(size) for size in sizes])
    again = (every.duplicated(keep=False) & (every != "")).to_numpy()
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for said, whose, row in zip(every[again], owner[again], rows[again], strict=True):
        places[said].append((int(whose), int(row)))
    for said, where in places.items():
        first = layers[where[0][0]]
        listed = "、".join(f"{layers[w].name} 第 {row + 1} 行" for w, row in where[:5])
        listed_en = ", ".join(f"{layers[w].name} row {row + 1}" for w, row in where[:5])
        yield case.finding(
            first,
            f"标识码 {said} 被 {len(where)} 个对象共用({listed})。每个对象应有自己的标识码,请重新编号。",
            f"The identifier {said} belongs to {len(where)} objects ({listed_en}). Number them anew.",
            rows=[row for w, row in where if w == where[0][0]],
            objects=[said],
            observed=f"{len(where)} 个",
            expected="1 个",
        )


@rule("3205")
def identifiers_well_formed(case: Case) -> Iterator[Finding]:
    """Find identifiers of another length, with other characters, or with another county's code in front."""
    length, prefix = int(case.number("length")), int(case.number("prefix"))
    counted = county_codes(case)
    # A unit that but few objects name is a slip of the pen, not one of the package's units.
    several = {code for code, n in counted.items() if n >= 0.02 * max(counted.values())}
    allowed = several | {code for code in _named_codes(case) if code.isdigit()}
    for layer in defined(case):
        if layer.spec is None or not layer.spec.id_field or layer.column(layer.spec.id_field) is None:
            continue
        case.tick()
        ids = pd.Series(layer.ids, dtype="object").astype(str)
        there = ids.str.strip() != ""
        wrong_length = there & ((ids.str.len() != length) | ~ids.str.fullmatch(r"\d+"))
        yield from _ids(
            case,
            layer,
            np.flatnonzero(wrong_length),
            lambda row, ids=ids: Text(
                f"标识码“{ids[row]}”有 {len(ids[row])} 位,应为 {length} 位数字",
                f"the identifier “{ids[row]}” has {len(ids[row])} characters, not {length} digits",
            ),
            f"{length} 位数字",
        )
        if not allowed:
            continue
        foreign = there & ~wrong_length & ~ids.str[:prefix].isin(allowed)
        listed = "、".join(sorted(allowed)[:5])
        yield from _ids(
            case,
            layer,
            np.flatnonzero(foreign),
            lambda row, ids=ids, listed=listed: Text(
                f"标识码 {ids[row]} 的前 {prefix} 位 {ids[row][:prefix]} 不是本行政区代码 {listed}",
                f"the identifier {ids[row]} does not begin with the code of the place, {listed}",
            ),
            f"前 {prefix} 位为 {listed}",
        )


def _named_codes(case: Case) -> set[str]:
    names = [case.package.name, *(file.name.rsplit("/", 1)[-1] for file in case.package.files)]
    found = {match[1] for name in names if (match := re.match(r"(\d{6})", name))}
    return {code for code in found if code in units_of(case)}


def _ids(
    case: Case, layer: PackageLayer, rows: np.ndarray, what: Callable[[int], Text], expected: str
) -> Iterator[Finding]:
    ids = layer.ids

    def each(row: int) -> Text:
        said = what(row)
        return Text(
            f"图层 {layer.name} 第 {row + 1} 行的{said.zh}。请重新编号。",
            f"In {layer.name}, row {row + 1}, {said.en}. Number it anew.",
        )

    def every(many: int, first: str) -> Text:
        return Text(
            f"图层 {layer.name} 有 {many} 个标识码不合规({first}):{what(int(rows[0])).zh}。请重新编号。",
            f"{many} identifiers of {layer.name} are malformed: {what(int(rows[0])).en}. Number them anew.",
        )

    yield from findings_by_row(
        case, layer, rows, each, every, observed=lambda row: str(ids[row]), expected=expected
    )


@rule("3206")
def element_codes(case: Case) -> Iterator[Finding]:
    """Find YSDM that are not the layer's code, or differ inside a layer whose code nobody published."""
    known, length = case.table("codes"), int(case.number("length"))
    for layer in defined(case):
        base = re.sub(r"^WH[QCH]", "", layer.code or "")
        if (layer.code or "").startswith("WHC") or layer.column("YSDM") is None:
            continue
        case.tick()
        said = pd.Series(layer.text("YSDM"), dtype="object").astype(str).str.strip()
        there = said[said != ""]
        if not len(there):
            continue
        right = [str(code) for code in known.get(base, [])]
        if not right:
            usual = Counter(there).most_common(1)[0][0]
            right = [usual] if len(usual) == length and usual.isdigit() else []
        wrong = (said != "") & ~said.isin(right)
        expected = "、".join(right) or f"{length} 位数字"
        yield from findings_by_row(
            case,
            layer,
            np.flatnonzero(wrong),
            lambda row, said=said, layer=layer, expected=expected: Text(
                f"图层 {layer.name} 的对象({named(layer, row)})要素代码是 {said[row]},应为 {expected}。请改正。",
                f"YSDM of {named_en(layer, row)} in {layer.name} is {said[row]}, not {expected}. Correct it.",
            ),
            lambda many, first, layer=layer, expected=expected: Text(
                f"图层 {layer.name} 有 {many} 个对象({first})的要素代码不是 {expected}。请改正。",
                f"YSDM of {many} objects in {layer.name} is not {expected}. Correct it.",
            ),
            observed=lambda row, said=said: said[row],
            expected=expected,
        )


@rule("3207")
def numbers_in_range(case: Case) -> Iterator[Finding]:
    """Find areas that are not above 0, coefficients, years and unit codes out of their range."""
    zero = set(case.words("may_be_zero"))
    for layer in defined(case):
        case.tick()
        for name in case.words("positive"):
            values = layer.numbers(name)
            with np.errstate(invalid="ignore"):
                bad = (values < 0) if name in zero else (values <= 0)
            yield from _out_of(case, layer, name, values, bad, "大于 0" if name not in zero else "不小于 0")
        for name in case.words("at_least_zero"):
            values = layer.numbers(name)
            with np.errstate(invalid="ignore"):
                yield from _out_of(case, layer, name, values, values < 0, "不小于 0")
        for name in case.words("share"):
            values = layer.numbers(name)
            with np.errstate(invalid="ignore"):
                yield from _out_of(case, layer, name, values, (values < 0) | (values >= 1), "0 ≤ 值 < 1")
        for name, span in case.table("years").items():
            values = layer.numbers(name)
            first, last = int(span[0]), int(span[1])
            with np.errstate(invalid="ignore"):
                bad = (values < first) | (values > last)
            yield from _out_of(case, layer, name, values, bad, f"{first}—{last} 年")
        for name, size in case.table("lengths").items():
            spec = layer.spec.field(name) if layer.spec is not None else None
            if spec is None or spec.length != int(size) or layer.column(name) is None:
                continue
            said = pd.Series(layer.text(name), dtype="object").astype(str)
            bad = ((said.str.strip() != "") & (said.str.len() != int(size))).to_numpy()
            yield from _out_of(case, layer, name, said.to_numpy(), bad, f"{size} 位")


def _out_of(
    case: Case, layer: PackageLayer, name: str, values: np.ndarray, bad: np.ndarray, expected: str
) -> Iterator[Finding]:
    def shown(row: int) -> str:
        value = values[row]
        return str(value) if isinstance(value, str) else f"{value:g}"

    yield from findings_by_row(
        case,
        layer,
        np.flatnonzero(bad),
        lambda row: Text(
            f"图层 {layer.name} 的对象({named(layer, row)})的 {name} 是 {shown(row)},应为{expected}。请核对。",
            f"{name} of {named_en(layer, row)} in {layer.name} is {shown(row)}, out of range ({expected}). Check it.",
        ),
        lambda many, first: Text(
            f"图层 {layer.name} 有 {many} 个对象({first})的 {name} 不在合理范围({expected})。请核对。",
            f"{name} of {many} objects in {layer.name} is out of range ({expected}). Check them.",
        ),
        observed=shown,
        expected=expected,
    )


@rule("3208")
def text_clean(case: Case) -> Iterator[Finding]:
    """Find text with blanks around it, full-width digits and letters, control characters, mojibake."""
    checks: tuple[tuple[Text, Callable[[str], bool]], ...] = (
        (Text("含有乱码", "is garbled"), lambda s: _GARBLED.search(s) is not None),
        (Text("含有控制字符", "holds control characters"), lambda s: _CONTROL.search(s) is not None),
        (
            Text("首尾有空格", "has blanks around it"),
            lambda s: s != s.strip(" \u3000\u00a0") and bool(s.strip()),
        ),
        (
            Text("含有全角数字或字母", "holds full-width digits or letters"),
            lambda s: _FULL_WIDTH.search(s) is not None,
        ),
    )
    for layer in defined(case):
        for name in layer.frame.columns:
            series = layer.frame[name]
            if pd.api.types.is_numeric_dtype(series) or pd.api.types.is_datetime64_any_dtype(series):
                continue
            case.tick()
            said = pd.Series(layer.text(str(name)), dtype="object")
            # Codes and names repeat: each different value is looked at once.
            for what, offends in checks:
                bad = {
                    value for value in said.unique() if isinstance(value, str) and value and offends(value)
                }
                if bad:
                    yield from _unclean(case, layer, str(name), said, said.isin(bad).to_numpy(), what)


def _unclean(
    case: Case, layer: PackageLayer, name: str, said: pd.Series, bad: np.ndarray, what: Text
) -> Iterator[Finding]:
    def shown(row: int) -> str:
        return repr(said[row])[1:-1][:60]

    yield from findings_by_row(
        case,
        layer,
        np.flatnonzero(bad),
        lambda row: Text(
            f"图层 {layer.name} 的对象({named(layer, row)})的 {name}{what.zh}:“{shown(row)}”。请改正。",
            f"{name} of {named_en(layer, row)} in {layer.name} {what.en}: “{shown(row)}”. Correct it.",
        ),
        lambda many, first: Text(
            f"图层 {layer.name} 有 {many} 个对象({first})的 {name}{what.zh}。请改正。",
            f"{name} of {many} objects in {layer.name} {what.en}. Correct it.",
        ),
        observed=lambda row: f"{name}:{shown(row)}",
        expected="规范的文字",
    )


@rule("3210")
def no_personal_data(case: Case) -> Iterator[Finding]:
    """Find filled fields about persons, which must be emptied before anything is published."""
    fields_seen = False
    for layer in defined(case):
        assert layer.spec is not None
        for field in (*layer.spec.fields, *layer.spec.others):
            series = layer.column(field.name) if field.personal else None
            if series is None:
                continue
            fields_seen = True
            rows = np.flatnonzero(~_blank(series))
            if len(rows):
                yield case.finding(
                    layer,
                    f"图层 {layer.name} 的字段 {field.name}({field.title.zh})有 {len(rows)} 条个人信息。对外提供前请清空。",
                    f"The field {field.name} of {layer.name} holds data about persons in {len(rows)} rows. "
                    "Empty it before publishing.",
                    rows=[int(row) for row in rows],
                    observed=f"{len(rows)} 条",
                    expected="空",
                )
    if not fields_seen:
        raise case.skip("没有涉及个人信息的字段。", "No field is about persons.")
