"""3202, 3203, 3209: codes are in their domain, agree with their names, and belong to one edition."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from tuban.domain.code import CodeTable
from tuban.domain.finding import Finding
from tuban.domain.landuse import LandUseEdition
from tuban.errors import Text
from tuban.quality.case import Case
from tuban.quality.package import PackageLayer
from tuban.quality.register import rule
from tuban.quality.rows import findings_by_row, named, named_en
from tuban.quality.rules.completeness_names import units_of
from tuban.quality.rules.structure import defined
from tuban.standards.codes import land_use_classes

_PLAIN = re.compile(r"[\s()（）、,，·]")


def other_edition(case: Case) -> CodeTable:
    """Give the plan classes of the edition that the profile does not declare."""
    other: LandUseEdition = "2020-trial" if case.profile.land_use_edition == "2023" else "2023"
    return land_use_classes(other)


def said_codes(layer: PackageLayer, name: str) -> pd.Series | None:
    """Give a column of codes as text without blanks, None where the layer lacks it."""
    if layer.column(name) is None:
        return None
    return pd.Series(layer.text(name), dtype="object").astype(str).str.strip()


@rule("3202")
def codes_in_domain(case: Case) -> Iterator[Finding]:
    """Find codes that their code table or value list does not have."""
    lists = case.table("values")
    for layer in defined(case):
        assert layer.spec is not None
        for field in layer.spec.fields:
            table = case.profile.codes_of(field)
            allowed = [str(one) for one in lists.get(field.name, [])]
            if table is None and not allowed and field.name != "XZQDM":
                continue
            said = said_codes(layer, field.name)
            if said is None:
                continue
            case.tick()
            different = [value for value in said.unique() if value]
            if field.name == "XZQDM":
                units = units_of(case)
                bad = {v for v in different if v[:6] not in units and not _above_county(v, units)}
                title = "行政区代码表"
            elif table is not None:
                bad = {value for value in different if table.find(value) is None}
                if field.codes == "land-use":
                    trial = other_edition(case)
                    bad = {value for value in bad if trial.find(value) is None}  # rule 3209 speaks of those
                title = table.title.zh
            else:
                bad = {value for value in different if value not in allowed}
                title = "、".join(allowed)
            if bad:
                yield from _wrong(
                    case, layer, field.name, said, said.isin(bad).to_numpy(), f"{title}中的代码"
                )
    yield from patches(case)


def _above_county(code: str, units: dict[str, str]) -> bool:
    short = code.rstrip("0")
    return any(short == known.rstrip("0") for known in (code[:2], code[:4]) if known in units)


def _wrong(
    case: Case, layer: PackageLayer, name: str, said: pd.Series, bad: np.ndarray, expected: str
) -> Iterator[Finding]:
    yield from findings_by_row(
        case,
        layer,
        np.flatnonzero(bad),
        lambda row: Text(
            f"图层 {layer.name} 的对象({named(layer, row)})的 {name} 是“{said[row]}”,不在值域内,应为{expected}。请改正。",
            f"{name} of {named_en(layer, row)} in {layer.name} is “{said[row]}”, which is not in its domain. Correct it.",
        ),
        lambda many, first: Text(
            f"图层 {layer.name} 有 {many} 个对象({first})的 {name} 不在值域内,应为{expected}。请改正。",
            f"{name} of {many} objects in {layer.name} is not in its domain. Correct it.",
        ),
        observed=lambda row: f"{name}={said[row]}",
        expected=expected,
    )


def patches(case: Case) -> Iterator[Finding]:
    """Find land patches whose attributes their survey class does not allow, or that lack one it asks for."""
    book = case.table("patches")
    if not book:
        return
    for layer in defined(case):
        codes = said_codes(layer, "DLBM")
        if codes is None or layer.kind != "polygon":
            continue
        case.tick()

        def of(*starts: str, codes: pd.Series = codes) -> np.ndarray:
            return codes.str.startswith(tuple(starts)).to_numpy()

        def text(name: str, layer: PackageLayer = layer) -> np.ndarray:
            found = said_codes(layer, name)
            return found.to_numpy() if found is not None else np.full(len(layer.frame), "", dtype=object)

        for name, bad, why in _patch_faults(book, layer, of, text):
            values = text(name)
            yield from findings_by_row(
                case,
                layer,
                np.flatnonzero(bad),
                lambda row, name=name, why=why, values=values, layer=layer, codes=codes: Text(
                    f"图层 {layer.name} 的图斑({named(layer, row)})地类 {codes[row]},{name}“{values[row] or '空'}”:{why.zh}。"
                    "请改正。",
                    f"Patch {named_en(layer, row)} of {layer.name}, class {codes[row]}, {name} “{values[row]}”: {why.en}.",
                ),
                lambda many, first, name=name, why=why, layer=layer: Text(
                    f"图层 {layer.name} 有 {many} 个图斑({first})的 {name} 不合规:{why.zh}。请改正。",
                    f"{name} of {many} patches in {layer.name}: {why.en}. Correct it.",
                ),
                observed=lambda row, name=name, values=values: f"{name}={values[row] or '空'}",
                expected=why.zh,
            )


def _patch_faults(
    book: dict, layer: PackageLayer, of: Callable[..., np.ndarray], text: Callable[[str], np.ndarray]
) -> Iterator[tuple[str, np.ndarray, Text]]:
    deducted = text("KCDLBM")
    filled = deducted != ""
    yield (
        "KCDLBM",
        filled & ~np.isin(deducted, book["deducted_class"]),
        Text("扣除地类只能是 1203", "only 1203 may be deducted"),
    )
    yield (
        "KCDLBM",
        filled & ~of(*book["deducted_only"]),
        Text("只有耕地可扣除田坎", "only cultivated land has a deduction"),
    )
    for name in book["cultivated_fields"]:
        yield (
            name,
            (text(name) != "") & ~of(*book["cultivated"]),
            Text("只有耕地可填", "only cultivated land has it"),
        )
    width = layer.numbers("XZDWKD")
    with np.errstate(invalid="ignore"):
        yield (
            "XZDWKD",
            (width > 0) & ~of(*book["width_only"]),
            Text("该地类不填线状地物宽度", "this class has no width"),
        )
    if layer.column("CZCSXM") is not None:
        place = text("CZCSXM")
        yield (
            "CZCSXM",
            (place == "") & of(*book["settlement_required"]),
            Text("该地类必填城镇村属性码", "this class needs it"),
        )
        for start, wanted in book["settlement_of"].items():
            starts = np.array([str(one).startswith(str(wanted)) for one in place], dtype=bool)
            yield (
                "CZCSXM",
                (place != "") & of(start) & ~starts,
                Text(f"该地类应为 {wanted}", f"this class needs {wanted}"),
            )
    for classes, allowed in book["refined"].items():
        here = of(*classes.split("|"))
        for name, values in allowed.items():
            said = text(name)
            listed = "、".join(one or "空" for one in values)
            yield (
                name,
                here & (said != "") & ~np.isin(said, values),
                Text(f"只能是 {listed}", f"only {listed}"),
            )
    cultivated = of("0101", "0102", "0103")
    refined, planted = text("TBXHDM") != "", text("ZZSXDM")
    bad = cultivated & refined & (planted != "") & ~np.isin(planted, book["refined_planting"])
    listed = "、".join(book["refined_planting"])
    yield (
        "ZZSXDM",
        bad,
        Text(f"耕地已细化时种植属性只能是 {listed}", f"where the land is refined, only {listed}"),
    )


@rule("3203")
def names_agree(case: Case) -> Iterator[Finding]:
    """Find names that are not those of the code beside them."""
    known = _names_in_package(case)
    for layer in defined(case):
        assert layer.spec is not None
        for code_name, name_name in case.table("pairs").items():
            codes, names = said_codes(layer, code_name), said_codes(layer, str(name_name))
            if codes is None or names is None:
                continue
            case.tick()
            field = layer.spec.field(code_name)
            pairs = pd.DataFrame({"code": codes, "name": names}).drop_duplicates()
            wrong: dict[tuple[str, str], str] = {}
            for code, name in zip(pairs["code"], pairs["name"], strict=True):
                if code and name:
                    right = _right_names(case, field, code_name, code, known)
                    if right and not any(_same(name, one, loose=code_name == "XZQDM") for one in right):
                        wrong[code, name] = right[0]
            if not wrong:
                continue
            both = list(zip(codes, names, strict=True))
            bad = np.array([pair in wrong for pair in both], dtype=bool)
            yield from findings_by_row(
                case,
                layer,
                np.flatnonzero(bad),
                lambda row, both=both, wrong=wrong, layer=layer, code_name=code_name: Text(
                    f"图层 {layer.name} 的对象({named(layer, row)})代码 {code_name}={both[row][0]},名称“{both[row][1]}”,"
                    f"该代码的名称是“{wrong[both[row]]}”。请使代码与名称一致。",
                    f"In {layer.name}, {named_en(layer, row)}: code {both[row][0]} is called “{both[row][1]}”, "
                    f"its name is “{wrong[both[row]]}”. Make them agree.",
                ),
                lambda many, first, layer=layer, name_name=name_name, code_name=code_name: Text(
                    f"图层 {layer.name} 有 {many} 个对象({first})的 {name_name} 与 {code_name} 不一致。请使代码与名称一致。",
                    f"{name_name} of {many} objects in {layer.name} disagrees with {code_name}. Make them agree.",
                ),
                observed=lambda row, both=both: f"{both[row][0]} {both[row][1]}",
                expected=lambda row, both=both, wrong=wrong: f"{both[row][0]} {wrong[both[row]]}",
            )


def _right_names(case: Case, field: object, code_name: str, code: str, known: dict[str, str]) -> list[str]:
    if code_name == "XZQDM":
        units = units_of(case)
        return [known[code]] if code in known else [units[code]] if code in units else []
    table = case.profile.codes_of(field)  # type: ignore[arg-type]
    item = table.find(code) if table is not None else None
    if item is None:
        return []
    found = [item.name.zh]
    if getattr(field, "codes", "") == "land-use":
        # Where the other edition calls this very code so, the edition is wrong and not the name: rule 3209.
        there = other_edition(case).find(code)
        found += [there.name.zh] if there is not None else []
    return found


def _names_in_package(case: Case) -> dict[str, str]:
    """Give the names that the administrative layers of the package give to codes no shipped table has."""

    def make() -> dict[str, str]:
        votes: dict[str, Counter[str]] = {}
        for layer in case.package.layers:
            if layer.code in {"XZQ", "XZQXZ", "XZQC", "XZQX", "XZQXS", "XZQDS"} and layer.fault is None:
                for code, name in zip(layer.text("XZQDM"), layer.text("XZQMC"), strict=True):
                    if code and name and len(str(code)) > 6:
                        votes.setdefault(str(code).strip(), Counter())[str(name).strip()] += 1
        return {code: names.most_common(1)[0][0] for code, names in votes.items()}

    return case.once("unit names", make)


def _same(said: str, right: str, *, loose: bool) -> bool:
    a, b = _PLAIN.sub("", said), _PLAIN.sub("", right)
    return a == b or (loose and (a.endswith(b) or b in a))


@rule("3209")
def one_edition(case: Case) -> Iterator[Finding]:
    """Find class codes, or codes with their names, that only the other edition has."""
    declared, trial = case.profile.land_use, other_edition(case)
    judged = False
    for layer in defined(case):
        assert layer.spec is not None
        for field in layer.spec.fields:
            codes = said_codes(layer, field.name) if field.codes == "land-use" else None
            if codes is None:
                continue
            judged = True
            case.tick()
            names = said_codes(layer, field.name.replace("DM", "MC"))
            names = names if names is not None else pd.Series([""] * len(codes), dtype="object")
            pairs = pd.DataFrame({"code": codes, "name": names}).drop_duplicates()
            other: dict[tuple[str, str], str] = {}
            for code, name in zip(pairs["code"], pairs["name"], strict=True):
                here, there = declared.find(code), trial.find(code)
                if not code or there is None:
                    continue
                alien = here is None
                misnamed = here is not None and name and not _same(name, here.name.zh, loose=False)
                if alien or (misnamed and _same(name, there.name.zh, loose=False)):
                    other[code, name] = there.name.zh
            both = list(zip(codes, names, strict=True))
            bad = np.array([pair in other for pair in both], dtype=bool)
            edition, wrong = case.profile.land_use_edition, trial.edition
            yield from findings_by_row(
                case,
                layer,
                np.flatnonzero(bad),
                lambda row, both=both, other=other, layer=layer, edition=edition, wrong=wrong: Text(
                    f"图层 {layer.name} 的对象({named(layer, row)})用了 {wrong} 版分类 {both[row][0]}({other[both[row]]}),"
                    f"本成果声明的是 {edition} 版。请按 {edition} 版转换,不得混用。",
                    f"{named_en(layer, row)} of {layer.name} has the class {both[row][0]} of the edition {wrong}; "
                    f"declared is {edition}. Convert it.",
                ),
                lambda many, first, layer=layer, edition=edition, wrong=wrong: Text(
                    f"图层 {layer.name} 有 {many} 个对象({first})用了 {wrong} 版分类,本成果声明的是 {edition} 版。请转换,不得混用。",
                    f"{many} objects of {layer.name} have classes of the edition {wrong}; declared is {edition}. Convert.",
                ),
                observed=lambda row, both=both, other=other, wrong=wrong: (
                    f"{both[row][0]} {other[both[row]]}({wrong})"
                ),
                expected=f"{edition} 版代码",
            )
    if not judged:
        raise case.skip("没有用地用海分类字段。", "No field holds plan classes.")
