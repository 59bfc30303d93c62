"""1xxx: is everything there, and nothing else?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from tuban.domain.finding import Finding, Severity
from tuban.errors import TubanError
from tuban.quality.case import Case
from tuban.quality.package import Database
from tuban.quality.package_files import PackageFile
from tuban.quality.register import rule

_PARTS = ("WHQ", "WHC", "WHH")
_PART_TITLES = {"WHQ": "维护前", "WHC": "维护层", "WHH": "维护后"}


@rule("1101")
def folders_exist(case: Case) -> Iterator[Finding]:
    """Find folders of a hand-in that are missing."""
    package = case.package
    if package.layout != "delivery":
        raise case.skip(
            "提交的是单个数据库或数据文件,没有成果目录。",
            "A database or loose files were handed in, no folder tree.",
        )
    last = [folder.rsplit("/", 1)[-1] for folder in package.folders]
    for word in case.words("folders"):
        if not any(word in name for name in last):
            yield case.finding(
                word,
                f"成果缺少“{word}”文件夹。请按成果目录补建并放入相应文件。",
                f"The hand-in lacks the folder “{word}”. Add it with its files.",
                observed="无",
                expected=word,
            )


@rule("1102")
def files_exist_and_open(case: Case) -> Iterator[Finding]:
    """Find packages that cannot be opened or have no database, empty files, files that do not open."""
    package = case.package
    if package.layout == "workspace":
        raise case.skip("检查的是工作区的图层,不是文件。", "Layers of a workspace are judged, not files.")
    if package.fault is not None:
        yield from _broken(case, package.name, package.fault)
        return
    prescribed = list(_prescribed(case))
    yield from prescribed
    without = not package.of_kind("gdb", "gpkg", "vector") and not any(
        one.kind != "table" for one in package.layers
    )
    if without and not any("gdb 数据库" in one.expected for one in prescribed):
        yield case.finding(
            package.name,
            f"成果“{package.name}”中没有空间数据库(gdb、gpkg 或 shp)。请放入数据库后重新提交。",
            f"The package “{package.name}” holds no spatial database (gdb, gpkg or shp). Add it.",
            observed="无",
            expected="*.gdb",
        )
    for file in package.files:
        if file.bytes == 0:
            yield case.finding(
                file.name,
                f"文件“{file.name}”是空的(0 字节)。请重新导出或复制。",
                f"The file “{file.name}” is empty (0 bytes). Export or copy it again.",
                observed="0 字节",
                expected="有内容",
            )
        elif file.kind == "archive":
            yield case.finding(
                file.name,
                f"成果中夹有压缩包“{file.name}”,其中内容无法检查。请解压后提交。",
                f"The archive “{file.name}” inside the package cannot be judged. Unpack it.",
                observed="压缩包",
                expected="解压后的文件",
            )
        elif (fault := file.fault or _document_fault(case, file)) is not None:
            yield from _broken(case, file.name, fault)
    for layer in package.layers:
        if layer.fault is None and layer.rows:
            assert layer.frame is not None, "reading finds the faults that the header does not show"
        if layer.fault is not None:
            yield from _broken(case, f"{layer.file}:{layer.name}", layer.fault)
        elif not layer.rows and layer.spec is not None:
            yield case.finding(
                layer,
                f"图层 {layer.name} 没有记录。如确无内容请在说明中写明,否则请补充数据。",
                f"The layer {layer.name} holds no rows. Say so if that is meant; else add them.",
                severity=Severity.WARNING,
                observed="0 条",
                expected="有记录",
            )


def _broken(case: Case, name: str, fault: TubanError) -> Iterator[Finding]:
    yield case.finding(
        name,
        f"“{name}”无法打开:{fault.problem.zh}{fault.fix.zh}",
        f"“{name}” does not open: {fault.problem.en} {fault.fix.en}",
        observed=fault.problem.zh,
        expected="能打开",
    )


def _document_fault(case: Case, file: PackageFile) -> TubanError | None:
    if file.kind not in {"document", "table"}:
        return None
    from tuban.quality.package_texts import document_fault

    return document_fault(case, file)


def _prescribed(case: Case) -> Iterator[Finding]:
    package = case.package
    if package.layout != "delivery":
        return
    for word, kinds in case.table("files").items():
        folders = [one for one in package.folders if word in one.rsplit("/", 1)[-1]]
        inside = [f for f in package.files if any(f.name.startswith(f"{one}/") for one in folders)]
        if folders and not any(file.kind in kinds for file in inside):
            what = "、".join(_KIND_TITLES[kind] for kind in kinds)
            yield case.finding(
                word,
                f"“{folders[0]}”文件夹中没有{what}。请放入规定的文件。",
                f"The folder “{folders[0]}” holds no {' or '.join(kinds)}. Add the prescribed file.",
                observed="无",
                expected=what,
            )


_KIND_TITLES = {
    "document": "文档",
    "picture": "图件",
    "gdb": "gdb 数据库",
    "gpkg": "gpkg 数据库",
    "vector": "矢量数据",
    "table": "表格",
    "metadata": "元数据",
}


@rule("1103")
def no_other_files(case: Case) -> Iterator[Finding]:
    """Find files of kinds that a hand-in does not have."""
    if case.package.layout not in {"delivery", "files"}:
        raise case.skip("提交的是单个数据库。", "A single database was handed in.")
    allowed = set(case.words("suffixes"))
    for file in case.package.files:
        if file.kind not in {"gdb", "archive"} and file.suffix not in allowed:
            yield case.finding(
                file.name,
                f"文件“{file.name}”不属于成果规定的文件类型。请移出,或放入规定格式的文件。",
                f"The file “{file.name}” is of no kind that a hand-in holds. Take it out.",
                observed=file.suffix or file.name,
                expected="规定的文件类型",
            )


@rule("1202")
def layers_complete(case: Case) -> Iterator[Finding]:
    """Find missing required layers and names that are not exactly the standard's."""
    for database in case.databases:
        for layer in database.layers:
            if layer.spec is None or layer.name == layer.code:
                continue
            # A name of another dialect is understood; a change of case or the title is simply not the name.
            dialect = layer.name.upper() != layer.code and layer.name != layer.spec.title.zh
            yield case.finding(
                layer,
                f"图层“{layer.name}”应按标准命名为 {layer.code}({layer.spec.title.zh})。请改名后重新提交。",
                f"The layer “{layer.name}” must be called {layer.code}. Rename it.",
                severity=Severity.GENERAL if dialect else None,
                observed=layer.name,
                expected=layer.code or "",
            )
        if not database.maintenance and _whole(case, database):
            yield from _missing(case, database)
    if not any(layer.spec for layer in case.package.layers):
        raise case.skip("没有标准图层。", "There is no layer of the standard.")


def _groups(case: Case) -> list[list[str]]:
    return [group.split("|") for group in case.words("groups")]


def _whole(case: Case, database: Database) -> bool:
    """Say whether a database is meant to be a whole plan database, and not a selection of layers."""
    if case.package.layout == "workspace" or (
        database.format == "files" and case.package.layout != "delivery"
    ):
        have = database.codes()
        return sum(any(code in have for code in group) for group in _groups(case)) >= case.number(
            "whole_from"
        )
    have = database.codes()
    held = sum(any(code in have for code in group) for group in _groups(case))
    named = any(word in database.name for word in case.words("whole_words"))
    alone = len([one for one in case.databases if not one.maintenance and one.codes()]) == 1
    delivered = case.package.layout == "delivery" and alone
    return bool(have) and (named or delivered or held >= case.number("whole_from"))


def _missing(case: Case, database: Database) -> Iterator[Finding]:
    have = database.codes()
    for group in _groups(case):
        if any(code in have for code in group):
            continue
        spec = case.profile.find(group[0])
        title = spec.title.zh if spec is not None else group[0]
        yield case.finding(
            group[0],
            f"数据库“{database.name}”缺少必选图层 {' 或 '.join(group)}({title})。请补充该图层。",
            f"The database “{database.name}” lacks the required layer {' or '.join(group)}. Add it.",
            observed="无",
            expected="、".join(group),
        )


@rule("1203")
def no_other_layers(case: Case) -> Iterator[Finding]:
    """Find layers that the profile does not know."""
    for layer in case.package.layers:
        if layer.spec is None and layer.fault is None:
            near = case.profile.near(layer.name)
            hint = f"是否应为 {near[0]}?" if near else ""
            hint_en = f"Is {near[0]} meant? " if near else ""
            yield case.finding(
                layer,
                f"图层“{layer.name}”不在数据库标准里。{hint}请改为标准图层名,或以 QT_ 开头作为自备图层。",
                f"The layer “{layer.name}” is not in the standard. {hint_en}Rename it, or begin its name with QT_.",
                observed=layer.name,
                expected=near[0] if near else "标准图层",
            )


@rule("1401")
def triples_complete(case: Case) -> Iterator[Finding]:
    """Find maintained layers that lack their before, change or after layer."""
    optional = set(case.words("before_optional"))
    found = False
    for database in case.databases:
        have: dict[str, set[str]] = defaultdict(set)
        for layer in database.layers:
            match = re.fullmatch(r"(WH[QCH])(\w+)", layer.code or "")
            if match:
                have[match[2]].add(match[1])
        for base, parts in sorted(have.items()):
            found = True
            for part in _PARTS:
                if part in parts or (part == "WHQ" and base in optional):
                    continue
                there = "、".join(f"{one}{base}" for one in _PARTS if one in parts)
                yield case.finding(
                    f"{part}{base}",
                    f"维护数据库“{database.name}”有 {there},缺少{_PART_TITLES[part]}图层 {part}{base}。请补充。",
                    f"The maintenance database “{database.name}” has {there} but lacks {part}{base}. Add it.",
                    observed=there,
                    expected=f"{part}{base}",
                )
    if not found:
        raise case.skip("没有动态维护图层。", "There are no maintenance layers.")
