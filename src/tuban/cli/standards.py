"""`tuban standards`: the layers and codes in force, a profile checked, two profiles compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuban.cli.say import current_language, say, show_json, show_table
from tuban.errors import Text

if TYPE_CHECKING:
    from tuban.domain.code import CodeTable
    from tuban.domain.layer import LayerSpec
    from tuban.domain.plan import AdminUnit
    from tuban.standards.profile import Profile

PROFILE_HELP = "标准配置名或 YAML 文件 · name of a profile, or a YAML file"
TABLES: dict[str, Text] = {
    "layers": Text("图层", "layers"),
    "land-use": Text("用地用海分类(2023)", "plan classes (2023)"),
    "land-use-2020": Text("用地用海分类(2020 试行)", "plan classes (2020 trial)"),
    "survey": Text("三调地类", "survey classes"),
    "zones": Text("规划分区", "plan zones"),
    "settlement": Text("城镇村属性码", "settlement codes"),
    "lines": Text("管控边界", "control lines"),
    "profiles": Text("标准配置", "profiles"),
    "sources": Text("置信标记的来源", "sources of the confidence marks"),
}


@click.group(help="标准与编码 · standards and codes")
def command() -> None:
    """Group the verbs."""


@command.command("list", help="列出图层或编码表 · list the layers or a code table")
@click.argument("table", type=click.Choice(list(TABLES)), default="layers")
@click.option(
    "--group", type=click.Choice(["present", "plan", "management", "socioeconomic"]), help="数据类 · group"
)
@click.option("--profile", "source", default="national-2021", show_default=True, help=PROFILE_HELP)
@click.option("--json", "as_json", is_flag=True, help="JSON")
def list_(table: str, group: str | None, source: str, as_json: bool) -> None:
    """Print one table whole."""
    from tuban.standards.load import shipped_profiles, sources

    if table == "layers":
        layers = [spec for spec in _profile(source).layers if group in (None, spec.group)]
        _show(
            as_json,
            [_layer_row(spec) for spec in layers],
            ("code", "title", "group", "geometry", "confidence"),
        )
    elif table == "profiles":
        rows = [{"name": name, "title": _both(_profile(name).title)} for name in shipped_profiles()]
        _show(as_json, rows, ("name", "title"))
    elif table == "sources":
        rows = [{"key": key, "what": what, "weight": weight} for key, (what, weight) in sources().items()]
        _show(as_json, rows, ("key", "what", "weight"))
    else:
        found = _tables(_profile(source))[table]
        _show(as_json, [_code_row(item) for item in found], _code_columns(found))


@command.command("show", help="显示一个图层或编码 · show one layer or code")
@click.argument("code")
@click.option("--profile", "source", default="national-2021", show_default=True, help=PROFILE_HELP)
@click.option("--json", "as_json", is_flag=True, help="JSON")
def show(code: str, source: str, as_json: bool) -> None:
    """Print a layer with its fields, or what a code means in every table that has it."""
    used = _profile(source)
    spec = used.find(code)
    meanings = [
        {"table": name, **_code_row(item)}
        for name, table in _tables(used).items()
        if (item := table.find(code)) is not None
    ]
    meanings += _places(lambda unit: unit.code == code)
    if spec is None and not meanings:
        used.layer(code)
    if as_json:
        show_json({"layer": _layer_json(used, spec) if spec else None, "codes": meanings})
        return
    if spec is not None:
        _show_layer(used, spec)
    if meanings:
        _show(False, meanings, ("table", "code", "name", "detail", "confidence"))
        if len({m["code"] for m in meanings}) < len(meanings):
            say(
                Text(
                    "同一编码在不同表、不同版本中含义不同，不可混用。",
                    "One code, several tables: never mix them.",
                )
            )


def _places(wanted: Callable[[AdminUnit], bool]) -> list[dict[str, Any]]:
    """Give the administrative units that are wanted, as rows like those of the other tables."""
    from tuban.standards.load import admin_codes

    units = admin_codes()
    return [
        {
            "table": "admin-2023",
            "code": unit.code,
            "name": unit.name,
            "detail": " · ".join(
                units[up].name for up in (unit.code[:2], unit.code[:4]) if up in units and up != unit.code
            ),
            "confidence": "verified:NBS2023",
        }
        for unit in units.values()
        if wanted(unit)
    ]


@command.command("search", help="按名称或编码检索 · find by name or code")
@click.argument("word")
@click.option("--profile", "source", default="national-2021", show_default=True, help=PROFILE_HELP)
@click.option("--json", "as_json", is_flag=True, help="JSON")
def search(word: str, source: str, as_json: bool) -> None:
    """Print the layers and codes that hold the word."""
    used = _profile(source)
    rows: list[dict[str, Any]] = [
        {"table": "layers", "code": spec.code, "name": _both(spec.title), "confidence": spec.confidence}
        for spec in used.search(word)
    ]
    for name, table in _tables(used).items():
        rows.extend({"table": name, **_code_row(item)} for item in table.search(word))
    rows.extend(_places(lambda unit: word in unit.name or word == unit.code))
    _show(as_json, rows, ("table", "code", "name", "confidence"))
    if not rows:
        say(Text(f"没有找到“{word}”。", f"Nothing holds {word!r}."))


@command.command("check", help="检查一份标准配置 · check a profile file")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSON")
def check(file: Path, as_json: bool) -> None:
    """Load a profile file and say what it changes; a fault in it ends the command with its line."""
    from tuban.standards.differ import differences
    from tuban.standards.load import profile, user_profile

    used = user_profile(file)
    base = (
        profile(Path(used.files[-2]).stem)
        if len(used.files) > 1 and used.files[-2] in _shipped()
        else profile()
    )
    changes = differences(base, used)
    if as_json:
        show_json(
            {
                "name": used.name,
                "title": _both(used.title),
                "files": used.files,
                "changes": [_plain(c) for c in changes],
            }
        )
        return
    _show_changes(changes)
    say(
        Text(
            f"{file.name} 可用：{len(used.layers)} 个图层，相对 {base.name} 有 {len(changes)} 处修改。",
            f"{file.name} is sound: {len(used.layers)} layers, {len(changes)} changes to {base.name}.",
        )
    )


@command.command("diff", help="比较两份标准配置 · compare two profiles")
@click.argument("a")
@click.argument("b")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_context
def diff(ctx: click.Context, a: str, b: str, as_json: bool) -> None:
    """Print what B has otherwise than A; exit 1 where they differ."""
    from tuban.standards.differ import differences

    changes = differences(_profile(a), _profile(b))
    if as_json:
        show_json([_plain(change) for change in changes])
    else:
        _show_changes(changes)
        say(Text(f"{len(changes)} 处不同。", f"{len(changes)} differences."))
    ctx.exit(1 if changes else 0)


def _profile(source: str) -> Profile:
    from tuban.standards.load import profile, user_profile

    if source.endswith((".yaml", ".yml")):
        return user_profile(Path(source))
    return profile(source)


def _shipped() -> set[str]:
    from tuban.standards.load import shipped_profiles

    return {f"{name}.yaml" for name in shipped_profiles()}


def _tables(used: Profile) -> dict[str, CodeTable]:
    from tuban.standards.load import control_lines, land_use_classes

    current = used.land_use if used.land_use_edition == "2023" else land_use_classes("2023")
    trial = used.land_use if used.land_use_edition == "2020-trial" else land_use_classes("2020-trial")
    return {
        "land-use": current,
        "land-use-2020": trial,
        "survey": used.survey,
        "zones": used.zones,
        "settlement": used.settlement,
        "lines": control_lines(),
    }


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _plain(change: Any) -> dict[str, str]:
    return {name: getattr(change, name) for name in ("table", "code", "change", "part", "before", "after")}


def _layer_row(spec: LayerSpec) -> dict[str, Any]:
    return {
        "code": spec.code,
        "title": _both(spec.title),
        "group": spec.group,
        "geometry": spec.geometry,
        "fields": len(spec.fields),
        "confidence": spec.confidence,
    }


def _layer_json(used: Profile, spec: LayerSpec) -> dict[str, Any]:
    columns = {role: getattr(spec, f"{role}_field") for role in ("id", "class", "area", "unit")}
    fields = [
        {
            "name": f.name,
            "title": _both(f.title),
            "kind": f.kind,
            "length": f.length,
            "decimals": f.decimals,
            "unit": f.unit,
            "required": f.required,
            "other_dialect": f in spec.others,
            "codes": f.codes,
            "domain": f.domain,
            "personal": f.personal,
            "aliases": f.aliases,
            "note": f.note,
            "confidence": f.confidence,
        }
        for f in (*spec.fields, *spec.others)
    ]
    places = [
        {"level": p.level, "part": p.part, "seq": p.seq, "constraint": p.constraint, "ysdm": p.ysdm}
        for p in used.places(spec.code)
    ]
    more = {"aliases": spec.aliases, "note": spec.note, "edition": spec.edition}
    return {**_layer_row(spec), **more, "columns": columns, "places": places, "fields": fields}


def _code_row(item: Any) -> dict[str, Any]:
    row = {"code": item.code, "name": _both(item.name), "confidence": item.confidence}
    row["detail"] = " ".join(
        filter(
            None,
            (
                getattr(item, "three_class", ""),
                "→ " + "/".join(item.plan_codes) if getattr(item, "plan_codes", ()) else "",
                "→ 2023: " + "/".join(item.successors) if getattr(item, "successors", ()) else "",
                getattr(item, "kind", ""),
            ),
        )
    )
    for name in (
        "level",
        "depth",
        "parent",
        "three_class",
        "colour",
        "plan_codes",
        "successors",
        "layers",
        "note",
    ):
        if hasattr(item, name):
            row[name] = getattr(item, name)
    return row


def _code_columns(table: CodeTable) -> tuple[str, ...]:
    first = next(iter(table), None)
    return tuple(
        column
        for column in ("code", "name", "colour", "detail", "confidence")
        if column != "colour" or hasattr(first, "colour")
    )


def _show(as_json: bool, rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> None:
    if as_json:
        show_json(rows)
        return
    lang = current_language()
    heads = {
        "code": Text("代码", "code"),
        "name": Text("名称", "name"),
        "title": Text("名称", "title"),
        "group": Text("数据类", "group"),
        "geometry": Text("图形", "geometry"),
        "confidence": Text("置信标记", "confidence"),
        "table": Text("表", "table"),
        "colour": Text("颜色", "colour"),
        "detail": Text("说明", "detail"),
        "key": Text("标记", "key"),
        "what": Text("来源", "what"),
        "weight": Text("分量", "weight"),
    }
    cells = [[_cell(row.get(column), column, lang) for column in columns] for row in rows]
    if cells:
        show_table([heads[column].in_(lang) if column in heads else column for column in columns], cells)


def _cell(value: Any, column: str, lang: str) -> str:
    if isinstance(value, dict):
        return value[lang]
    if column == "table" and value in TABLES:
        return TABLES[value].in_(lang)
    return "" if value is None else str(value)


def _show_layer(used: Profile, spec: LayerSpec) -> None:
    from tuban.domain.layer import GROUP_TITLES

    lang = current_language()
    click.echo(
        f"{spec.code}  {spec.title.in_(lang)}  [{GROUP_TITLES[spec.group].in_(lang)} · {spec.geometry}]"
    )
    click.echo(f"  {spec.confidence}" + (f" · {spec.note}" if spec.note else ""))
    for place in used.places(spec.code):
        click.echo(f"  {place.level} {place.part} {place.seq} {place.constraint} {place.ysdm}".rstrip())
    if spec.aliases:
        click.echo("  = " + " ".join(spec.aliases))
    head = ("字段", "名称", "类型", "单位", "必填", "编码表", "置信标记")
    head_en = ("field", "title", "type", "unit", "required", "codes", "confidence")
    rows = [
        (
            f.name,
            f.title.in_(lang),
            f.kind
            + (f"({f.length}{f',{f.decimals}' if f.decimals is not None else ''})" if f.length else ""),
            f.unit,
            "M" if f.required else "~" if f in spec.others else "",
            f.codes or f.domain or "",
            f.confidence,
        )
        for f in (*spec.fields, *spec.others)
    ]
    if rows:
        show_table(head_en if lang == "en" else head, rows)


def _show_changes(changes: Sequence[Any]) -> None:
    lang = current_language()
    words = {
        "added": Text("新增", "added"),
        "removed": Text("删除", "removed"),
        "changed": Text("修改", "changed"),
    }
    rows = [
        (c.table, c.code, words[c.change].in_(lang), c.part, c.before[:60], c.after[:60]) for c in changes
    ]
    head = (
        ("表", "代码", "变化", "项", "原", "现")
        if lang != "en"
        else ("table", "code", "change", "part", "a", "b")
    )
    if rows:
        show_table(head, rows)
