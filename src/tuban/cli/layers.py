"""`tuban layers`: take layers in, list them, look at their versions, export, withdraw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuban.cli.layers_print import area_ha, both, local_time, record_of, show_taken
from tuban.cli.say import current_language, progress_bar, say, show_json, show_table
from tuban.cli.workspace import open_here, open_if_there
from tuban.errors import Text, WrongUse

if TYPE_CHECKING:
    from tuban.standards.profile import Profile
    from tuban.store import Workspace
    from tuban.workflows.intake import Refused

DAY = click.DateTime(["%Y-%m-%d"])
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"])


def _json(function: Callable) -> Callable:
    return click.option("--json", "as_json", is_flag=True, help="以 JSON 输出 · print JSON")(function)


def _by(function: Callable) -> Callable:
    return click.option("--by", help="经办人(默认登录名) · who does it (default: the login name)")(function)


def _which(function: Callable) -> Callable:
    for option in (
        click.option("--known", type=MOMENT, help="按当时的认识(时刻) · as it was believed at that moment"),
        click.option(
            "--on", type=DAY, help="该日有效的版本(默认今天) · the version in force that day (today)"
        ),
    ):
        function = option(function)
    return function


def _number(function: Callable) -> Callable:
    return click.option("--number", type=click.IntRange(1), help="版本号 · version number")(function)


READING = ("crs", "encoding", "swap_axes", "on_invalid")


def _reading(function: Callable) -> Callable:
    for option in (
        click.option(
            "--on-invalid",
            type=click.Choice(["refuse", "keep"]),
            default="refuse",
            help="图形自相交等:拒绝或原样保留 · refuse crossing rings and the like, or keep them",
        ),
        click.option("--swap-axes", is_flag=True, help="交换坐标的两个轴 · exchange the two axes"),
        click.option("--encoding", help="文字编码,如 GBK · encoding of the text"),
        click.option("--crs", help="指明文件的坐标系,如 EPSG:4547 · the file's CRS, where it says none"),
    ):
        function = option(function)
    return function


@click.group("layers", help="图层:入库、列表、版本、导出 · layers: import, list, versions, export")
def command() -> None:
    """Group the verbs."""


@command.command("init", help="在当前(或 --workspace)文件夹新建工作区 · make a workspace in the folder")
@click.option("--name", required=True, help="工作区名称,如“某某县国土空间规划” · what people call it")
@click.option("--sample", is_flag=True, help="示范数据 · all in it is sample data")
@click.option("--database", envvar="TUBAN_DATABASE", help="PostgreSQL 地址(默认 SQLite) · PostgreSQL address")
@click.option("--profile", help="采用的标准配置名或 YAML 文件 · the profile to use, by name or YAML file")
@_by
@_json
@click.pass_obj
def init(obj: dict, name: str, *, profile: str | None, by: str | None, as_json: bool, **asked: Any) -> None:
    """Make a workspace."""
    from tuban.store import create
    from tuban.workflows.intake import keep_profile, profile_of

    if profile:
        profile_of(None, profile)  # a faulty profile is said before anything is made
    with create(obj["workspace"], name=name, by=_who(by), **asked) as ws:
        if profile:
            keep_profile(ws, profile, by=_who(by))
        if as_json:
            show_json({"folder": str(ws.folder), "name": ws.name, "sample": ws.sample, "head": ws.trail.head})
        say(Text(f"已新建工作区“{name}”:{ws.folder}", f"Made the workspace {name}: {ws.folder}"))


@command.command(
    "import", help="入库:读取文件中的图层,存为新版本 · take layers of a file in, as new versions"
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--layer", "code", metavar="CODE", help="图层代码,如 DLTB;其他数据用 QT_ 开头 · the layer's code"
)
@click.option("--all", "all_", is_flag=True, help="文件中所有标准图层 · every layer that the profile knows")
@click.option("--source-layer", metavar="NAME", help="文件中的图层名 · the layer's name in the file")
@click.option("--valid-from", type=DAY, help="生效日期(默认今天) · in force from (default: today)")
@click.option("--valid-to", type=DAY, help="失效日期(不含当日) · first day no longer in force")
@click.option("--act", default="", help="依据文件,如批复文号 · by which act it is in force")
@click.option("--convert-to", metavar="CRS", help="转换到的 CGCS2000 坐标系 · CGCS2000 system to convert to")
@_reading
@click.option("--note", default="", help="备注 · a remark")
@click.option("--profile", help="标准配置名或 YAML 文件 · name of a profile, or a YAML file")
@click.option("--dry-run", is_flag=True, help="只检查,不入库 · check only, store nothing")
@click.option(
    "--check/--no-check",
    default=True,
    show_default=True,
    help="入库前质检,有强制问题则留为草稿 · judge first; a veto keeps it as a draft",
)
@_by
@_json
@click.pass_context
def import_(ctx: click.Context, file: Path, code: str | None, all_: bool, **asked: Any) -> None:
    """Take one layer in, or all that the profile knows; exits 1 if any is held back, 2 if any was refused."""
    from tuban.domain.version import Validity
    from tuban.workflows.intake import only_code, profile_of, take_in, take_in_all
    from tuban.workflows.quality_intake import judge_here

    if all_ and (code or asked["source_layer"]):
        raise WrongUse(
            Text(
                "--all 不能与 --layer、--source-layer 同用。",
                "--all goes with neither --layer nor --source-layer.",
            ),
            Text("去掉其中一个。", "Leave one of them out."),
        )
    start = _day(asked["valid_from"]) or date.today()
    with open_here(ctx.obj) as ws:
        options: dict[str, Any] = {
            "valid": Validity(start, _day(asked["valid_to"]), asked["act"]),
            "by": _who(asked["by"]),
            "profile": profile_of(ws, asked["profile"]),
            **{key: asked[key] for key in (*READING, "convert_to", "note", "dry_run")},
        }
        if asked["check"]:
            options["judge"] = judge_here(ws, by=options["by"], profile=asked["profile"])
        if asked["valid_from"] is None:
            say(Text(f"未指明生效日期,按今天 {start} 计。", f"No --valid-from: taken as today, {start}."))
        refused: list[Refused] = []
        with progress_bar(Text("入库", "Import")) as progress:
            if all_:
                taken, refused, unknown = take_in_all(ws, file, progress=progress, **options)
            else:
                code = code or only_code(file, options["profile"], encoding=asked["encoding"])
                layer = asked["source_layer"]
                taken, unknown = [take_in(ws, file, code, layer=layer, progress=progress, **options)], []
    show_taken(taken, refused, unknown, asked["dry_run"])
    if asked["as_json"]:
        show_json(
            {
                "taken": [
                    {**record_of(v), "new": v.new, "held": v.held, "run": v.run, "notes": [both(n) for n in v.notes]}
                    for v in taken
                ],
                "refused": [
                    {"source_layer": r.source_layer, "code": r.code, "kind": type(r.error).__name__,
                     "problem": both(r.error.problem), "fix": both(r.error.fix)}
                    for r in refused
                ],
                "unknown": unknown,
                "dry_run": asked["dry_run"],
            }
        )  # fmt: skip
    if refused or not taken:
        ctx.exit(2)
    if any(v.held for v in taken):
        ctx.exit(1)


@command.command("inspect", help="查看文件里有什么、坐标系、问题 · what a file holds, its CRS, its faults")
@click.argument("file", type=click.Path(path_type=Path))
@_reading
@click.option("--profile", help="标准配置名或 YAML 文件 · name of a profile, or a YAML file")
@_json
@click.pass_context
def inspect(ctx: click.Context, file: Path, profile: str | None, as_json: bool, **asked: Any) -> None:
    """Read every layer as an import would, and store nothing; exits 1 if any would be refused."""
    from tuban.workflows.inspect import inspect as look
    from tuban.workflows.intake import profile_of

    # Inside a workspace, coordinates are checked against its boundaries; outside it works as well.
    with open_if_there(ctx.obj) as ws:
        book = profile_of(ws, profile)
        with progress_bar(Text("检查文件", "Looking at the file")) as progress:
            seen = look(file, book, ws=ws, progress=progress, **asked)
    lang = current_language()
    if as_json:
        show_json([layer.record() for layer in seen])
    else:
        zh = lang == "zh"
        head = (
            ("图层", "代码", "类型", "行数", "坐标系", "")
            if zh
            else ("layer", "code", "kind", "rows", "CRS", "")
        )
        rows = [
            (x.name, x.code or "—", x.geometry, f"{x.rows:,}", x.crs or "—", "✗" if x.error else "✓")
            for x in seen
        ]
        show_table(head, rows, right=(3,))
        for layer in seen:
            for note in layer.notes:
                click.echo(f"· {layer.name}: {note.in_(lang)}")
            if layer.error is not None:
                click.echo(
                    f"✗ {layer.name}: {layer.error.problem.in_(lang)}\n  → {layer.error.fix.in_(lang)}"
                )
    if any(layer.error for layer in seen):
        ctx.exit(1)


@command.command("list", help="列出某日有效的图层 · list the layers in force on a day")
@_which
@_json
@click.pass_obj
def list_(obj: dict, on: datetime | None, known: datetime | None, as_json: bool) -> None:
    """List the layers and the versions in force."""
    with open_here(obj) as ws:
        found = ws.in_force(on=_day(on), known=known)
        others = [code for code in ws.codes() if code not in found]
        book = _book(ws)
    if as_json:
        show_json({"layers": [record_of(version) for version in found.values()], "not_in_force": others})
        return
    zh = current_language() == "zh"
    head = (
        ("代码", "名称", "版本", "行数", "面积(公顷)", "生效", "依据", "入库时间")
        if zh
        else ("code", "title", "version", "rows", "area (ha)", "from", "act", "recorded")
    )
    rows = [
        (
            v.code,
            _title(book, v.code),
            v.number,
            f"{v.rows:,}",
            area_ha(v),
            v.valid.start,
            v.valid.act,
            local_time(v),
        )
        for v in found.values()
    ]
    show_table(head, rows, right=(2, 3, 4))
    if others:
        listed = ", ".join(others)
        say(Text(f"该日没有有效版本:{listed}", f"No version in force that day: {listed}"))


@command.command("show", help="一个图层版本的全部信息 · all about one version of a layer")
@click.argument("code")
@_number
@_which
@_json
@click.pass_obj
def show(obj: dict, code: str, number: int | None, as_json: bool, **when: datetime | None) -> None:
    """Show one version: by its number, or the one in force."""
    with open_here(obj) as ws:
        version = ws.version(_code(ws, code), number=number, on=_day(when["on"]), known=when["known"])
        undone = ws.withdrawal(version)
        facts = {**record_of(version), "path": str(ws.folder / version.file)}
        if undone is not None:
            facts["withdrawn"] = {"at": undone.recorded_at, "by": undone.recorded_by, "reason": undone.reason}
    if as_json:
        show_json(facts)
        return
    for key, value in facts.items():
        click.echo(f"{key:14} {', '.join(map(str, value)) if isinstance(value, (list, tuple)) else value}")


@command.command(
    "versions", help="一个图层的所有版本,含已撤回 · every version of a layer, withdrawn ones too"
)
@click.argument("code")
@_json
@click.pass_obj
def versions(obj: dict, code: str, as_json: bool) -> None:
    """List the versions of one layer."""
    with open_here(obj) as ws:
        code = _code(ws, code)
        ws.version(code, number=1)  # says which layers there are, if not this one
        found = ws.versions(code, withdrawn=True)
        undone = {v.number: w for v in found if (w := ws.withdrawal(v)) is not None}
    if as_json:
        records = []
        for version in found:
            w = undone.get(version.number)
            gone = {"at": w.recorded_at, "by": w.recorded_by, "reason": w.reason} if w else None
            records.append({**record_of(version), "withdrawn": gone})
        show_json(records)
        return
    zh = current_language() == "zh"
    head = (
        ("版本", "生效", "失效", "依据", "行数", "面积(公顷)", "入库时间", "经办", "来源", "撤回")
        if zh
        else ("version", "from", "to", "act", "rows", "area (ha)", "recorded", "by", "source", "withdrawn")
    )
    rows = [
        (v.number, v.valid.start, v.valid.end or "", v.valid.act, f"{v.rows:,}", area_ha(v), local_time(v), v.recorded_by,
         v.source_name, undone[v.number].reason if v.number in undone else "")
        for v in found
    ]  # fmt: skip
    show_table(head, rows, right=(0, 4, 5))


@command.command("export", help="导出一个版本 · export a version (gpkg, parquet, csv, xlsx, gdb, shp)")
@click.argument("code")
@click.option(
    "--to", "target", required=True, type=click.Path(path_type=Path), help="文件或文件夹 · file or folder"
)
@click.option("--format", "format_", help="格式(默认按文件名) · format (default: by the file's name)")
@_number
@_which
@_by
@_json
@click.pass_obj
def export(
    obj: dict, code: str, target: Path, *, format_: str | None, number: int | None, **asked: Any
) -> None:
    """Write one version to a file."""
    from tuban.workflows.export import file_name, write

    with open_here(obj) as ws:
        version = ws.version(_code(ws, code), number=number, on=_day(asked["on"]), known=asked["known"])
        if target.is_dir() and target.suffix.lower() != ".gdb":
            format_ = format_ or "gpkg"
            target = target / file_name(version, format_)
        written = write(ws, version, target, format_, by=_who(asked["by"]))
    if asked["as_json"]:
        show_json({"file": str(written), "version": record_of(version)})
    say(
        Text(
            f"已导出 {version.code} 第{version.number}版:{written}",
            f"Wrote {version.code} v{version.number}: {written}",
        )
    )


@command.command("withdraw", help="撤回误入库的版本(留痕,不删除) · take a mistaken version out of force")
@click.argument("code")
@click.option("--number", type=click.IntRange(1), required=True, help="版本号 · version number")
@click.option("--reason", required=True, help="撤回理由 · why")
@_by
@_json
@click.pass_obj
def withdraw(obj: dict, code: str, *, number: int, reason: str, by: str | None, as_json: bool) -> None:
    """Record that a version was a mistake."""
    with open_here(obj) as ws:
        version = ws.version(_code(ws, code), number=number)
        done = ws.withdraw(version, reason=reason, by=_who(by))
    if as_json:
        show_json({"code": done.code, "number": done.number, "at": done.recorded_at, "reason": done.reason})
    say(Text(f"已撤回 {done.code} 第{number}版:{reason}", f"Withdrew {done.code} version {number}: {reason}"))


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _who(by: str | None) -> str:
    from tuban.store.lock import user_name

    return by or user_name()


def _book(ws: Workspace) -> Profile:
    from tuban.workflows.intake import profile_of

    return profile_of(ws)


def _code(ws: Workspace, asked: str) -> str:
    """Give the stored code for what was typed: any case, an alias or a Chinese title."""
    if asked in ws.codes():
        return asked
    found = _book(ws).find(asked)
    return found.code if found is not None else asked


def _title(book: Profile, code: str) -> str:
    found = book.find(code)
    return found.title.in_(current_language()) if found is not None else ""
