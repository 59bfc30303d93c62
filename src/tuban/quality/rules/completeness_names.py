"""1201 and 1301: names of files and folders, and what the metadata say of the data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tuban.domain.finding import Finding
from tuban.domain.plan import short_admin_code
from tuban.quality.case import Case
from tuban.quality.register import rule
from tuban.standards.admin import admin_codes

_CODE = re.compile(r"^(\d{6,})(.*)$", re.S)
# A name that begins so is meant to begin with a code; dates and running numbers begin otherwise.
_MEANT = re.compile(r"^\d{6}(?:\d{3}|\d{6})?[\u4e00-\u9fff(（]")
_ELSEWHERE = re.compile(
    r"西安\s*80|xian\s*1980|北京\s*54|beijing\s*1954|WGS[ _-]?(?:19)?84|EPSG[:：]*\s*(\d{4,5})", re.I
)


def units_of(case: Case) -> dict[str, str]:
    """Give the names of administrative units by code, the fictional ones of samples among them."""

    def make() -> dict[str, str]:
        known = {code: unit.name for code, unit in admin_codes().items()}
        book = {str(k): str(v) for k, v in case.table("sample_units").items()} or {"999001": "云栖县"}
        return known | book

    return case.once("units", make)


def county_codes(case: Case) -> Counter[str]:
    """Count the six-digit unit codes that the objects of a package carry."""

    def make() -> Counter[str]:
        found: Counter[str] = Counter()
        for layer in case.package.layers:
            if layer.spec is None or layer.fault is not None:
                continue
            for name in ("XZQDM", "ZLDWDM"):
                if layer.column_name(name) is not None:
                    said = Counter(str(one)[:6] for one in layer.text(name) if str(one)[:6].isdigit())
                    found.update({code: n for code, n in said.items() if len(code) == 6})
        return found

    return case.once("county codes", make)


@rule("1201")
def names_follow(case: Case) -> Iterator[Finding]:
    """Find names that lack code and name of the place, or in which the two disagree."""
    if case.package.layout == "workspace":
        raise case.skip("检查的是工作区的图层,不是文件。", "Layers of a workspace are judged, not files.")
    units_of(case)
    for name, must in _names(case):
        yield from _judge(case, name, must=must)


def _names(case: Case) -> Iterator[tuple[str, bool]]:
    """Give each name to judge, and whether it must begin with a code."""
    package = case.package
    seen = set()
    delivered = package.layout == "delivery"
    plain = re.sub(r"\.(zip|gdb|gpkg)$", "", package.name, flags=re.I)
    if _MEANT.match(plain) or (delivered and ("成果" in plain or "规划" in plain)):
        seen.add(package.name)
        yield package.name, True
    for file in package.files:
        name = file.name.rsplit("/", 1)[-1]
        if name in seen:
            continue
        seen.add(name)
        database = file.kind in {"gdb", "gpkg"}
        says_plan = database and ("国土空间" in name or "总体规划" in name)
        if (database and delivered) or says_plan:
            yield name, True
        elif _MEANT.match(name) and (name[:2] in units_of(case) or name[:6] in units_of(case)):
            yield name, False


def _judge(case: Case, name: str, *, must: bool) -> Iterator[Finding]:
    match = _CODE.match(name)
    if match is None:
        if must:
            yield case.finding(
                name,
                f"“{name}”应以行政区代码和行政区名称开头,如 410481舞钢市…。请改名。",
                f"“{name}” must begin with the administrative code and name, such as 410481舞钢市…. Rename it.",
                observed=name,
                expected="{XZQDM}{XZQMC}…",
            )
        return
    digits, rest = match[1], match[2]
    if len(digits) > 6 and len(digits) not in {9, 12}:
        digits, rest = digits[:6], match[1][6:] + rest
    units = units_of(case)
    code = digits[:6]
    title = units.get(short_admin_code(code) or code) or units.get(code)
    if title is None:
        yield case.finding(
            name,
            f"“{name}”开头的代码 {code} 不在行政区代码表内。请核对行政区代码。",
            f"The code {code} at the start of “{name}” is in no table of administrative codes. Check it.",
            observed=code,
            expected="行政区代码表中的代码",
        )
    elif len(digits) == 6 and title not in rest:
        yield case.finding(
            name,
            f"“{name}”中代码 {code} 是{title},名称却不是。请使代码与名称一致。",
            f"In “{name}” the code {code} is {title}, which is not the name. Make code and name agree.",
            observed=rest[:20],
            expected=title,
        )


@rule("1301")
def metadata_agree(case: Case) -> Iterator[Finding]:
    """Find a hand-in without metadata, and metadata that contradict the data."""
    package = case.package
    files = [
        file for file in package.of_kind("metadata") if not re.search(r"\.\w{3,4}\.xml$", file.name, re.I)
    ]
    if package.layout != "delivery" and not files:
        raise case.skip("提交的是数据库或数据文件,没有元数据文件。", "No metadata file came with the data.")
    if not files:
        yield case.finding(
            package.name,
            "成果中没有元数据文件(*.xml)。请按元数据标准编制并放入数据库文件夹。",
            "The hand-in holds no metadata file (*.xml). Add one to the folder of the database.",
            observed="无",
            expected="元数据.xml",
        )
    systems = {layer.crs.epsg for layer in package.layers if layer.crs is not None and layer.crs.is_cgcs2000}
    codes = county_codes(case)
    for file in files:
        if not file.bytes or file.bytes > 50 * 1024**2:
            continue
        raw = file.path.read_bytes()
        text = raw.decode("utf-8", "ignore") if b"\xef\xbf" not in raw else raw.decode("gb18030", "ignore")
        if "<" not in text:
            yield case.finding(
                file.name,
                f"元数据文件“{file.name}”不是 XML。请重新导出。",
                f"The metadata file “{file.name}” is no XML. Export it again.",
                observed="不是 XML",
                expected="XML",
            )
            continue
        for match in _ELSEWHERE.finditer(text):
            said = match[0]
            if match[1] is not None and (int(match[1]) in systems or int(match[1]) == 5737 or not systems):
                continue
            if not systems:
                continue
            here = "、".join(f"EPSG:{one}" for one in sorted(s for s in systems if s))
            yield case.finding(
                file.name,
                f"元数据“{file.name}”写的坐标系是“{said}”,数据为 {here}。请改正元数据。",
                f"The metadata “{file.name}” say “{said}”, the data are in {here}. Correct the metadata.",
                observed=said,
                expected=here,
            )
            break
        said_codes = {one for one in re.findall(r"(?<!\d)(\d{6})(?!\d)", text) if one in units_of(case)}
        if said_codes and codes and not said_codes & set(codes):
            yield case.finding(
                file.name,
                f"元数据“{file.name}”写的行政区是 {'、'.join(sorted(said_codes))},数据为 {codes.most_common(1)[0][0]}。请改正。",
                f"The metadata “{file.name}” name {', '.join(sorted(said_codes))}, the data {codes.most_common(1)[0][0]}.",
                observed="、".join(sorted(said_codes)),
                expected=codes.most_common(1)[0][0],
            )
