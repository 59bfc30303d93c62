"""`tuban compliance`: may this be built here, on that day; and which layers a county declares to have none of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuban.cli.say import current_language, say, show_json, show_table
from tuban.cli.workspace import open_here
from tuban.errors import Text, WrongUse

if TYPE_CHECKING:
    from tuban.compliance.result import Review

DAY = click.DateTime(["%Y-%m-%d"])
MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"])


@click.group(help="合规性核验:地块是否符合规划 · may this be built here")
def command() -> None:
    """Group the verbs."""


@command.command("review", help="核验一个地块 · review one site")
@click.argument("site", type=click.Path(path_type=Path))
@click.option("--on", type=DAY, help="以哪一天的规划和规则为准(默认今天)· day of plan and rules")
@click.option("--known", type=MOMENT, help="以该时刻已入库的为准 · as recorded at that moment")
@click.option("--name", default="", help="项目名称 · name of the project")
@click.option(
    "--project",
    "project",
    multiple=True,
    metavar="NAME=VALUE",
    help="项目属性,如 use=industrial · an attribute",
)
@click.option("--pack", "packs", multiple=True, metavar="PACK", help="规则包(默认按所在地)· rule packs")
@click.option("--source-layer", metavar="NAME", help="文件中的图层 · layer of the file")
@click.option("--crs", help="文件的坐标系 · system of the file")
@click.option("--convert-to", help="转换到的 CGCS2000 坐标系 · CGCS2000 system to convert to")
@click.option("--sliver-m2", type=float, help="细碎面面积限值 · sliver limit, m²")
@click.option("--sliver-width-m", type=float, help="细碎面宽度限值 · sliver limit, m")
@click.option("--geometry", is_flag=True, help="JSON 中附占用范围图形 · with the pieces")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def review_(obj: dict, site: Path, as_json: bool, geometry: bool, **asked: Any) -> None:
    """Review one site and print the verdict; exit 0 fits, 1 does not or cannot be told, 2 wrong input."""
    from tuban.compliance.policy import Policy
    from tuban.compliance.result import Verdict
    from tuban.workflows.compliance import Desk, read_site

    limits = {key: asked[key] for key in ("sliver_m2", "sliver_width_m") if asked[key] is not None}
    ground = read_site(
        site,
        name=asked["name"],
        attributes=_attributes(asked["project"]),
        layer=asked["source_layer"],
        crs=asked["crs"],
        convert_to=asked["convert_to"],
    )
    with open_here(obj) as ws:
        found = Desk.at(ws).review(
            ground,
            on=asked["on"].date() if asked["on"] else None,
            known=asked["known"],
            pack_names=asked["packs"],
            policy=Policy(**limits),
        )
        sample = ws.sample
    if as_json:
        show_json(found.as_dict(current_language(), geometry=geometry) | {"sample": sample})
    else:
        _show(found, sample)
    if found.verdict not in {Verdict.CONFORMS, Verdict.CONDITIONAL}:
        raise SystemExit(1)


@command.command("packs", help="规则包一览 · the rule packs")
@click.option("--json", "as_json", is_flag=True, help="JSON")
def packs_(as_json: bool) -> None:
    """List the packs with their regions and numbers of rules."""
    from tuban.standards.rulepacks import pack, shipped_packs

    lang = current_language()
    found = [pack(name) for name in shipped_packs()]
    rows = [
        {
            "pack": one.name,
            "title": one.title.in_(lang),
            "region": one.region,
            "version": one.version,
            "rules": len(one.rules),
            "not_for_sites": len(one.not_for_sites),
            "sha256": one.sha256,
        }
        for one in found
    ]
    if as_json:
        show_json(rows)
        return
    zh = lang == "zh"
    show_table(
        ["规则包", "名称", "区划", "版本", "规则", "不宜核验地块"]
        if zh
        else ["Pack", "Title", "Region", "Version", "Rules", "Not for sites"],
        [[r["pack"], r["title"], r["region"], r["version"], r["rules"], r["not_for_sites"]] for r in rows],
        right=(4, 5),
    )


@command.command("absent", help="声明本地没有某图层的内容 · declare that there is none of a layer here")
@click.argument("layer")
@click.option("--reason", default="", help="依据 · reason")
@click.option("--by", default="", help="经办人 · name")
@click.option("--withdraw", is_flag=True, help="撤回声明 · take it back")
@click.pass_obj
def absent_(obj: dict, layer: str, reason: str, by: str, withdraw: bool) -> None:
    """Record or take back a declaration; it is printed with every verdict that stands on it."""
    from tuban.workflows.compliance import declare_absent, withdraw_absent

    with open_here(obj) as ws:
        if withdraw:
            withdraw_absent(ws, layer, by=by)
            say(Text(f"已撤回对 {layer} 的声明。", f"The declaration about {layer} is withdrawn."))
        else:
            declare_absent(ws, layer, reason=reason, by=by)
            say(Text(f"已声明本地没有 {layer}。", f"Declared: there is no {layer} here."))


def _attributes(said: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in said:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise WrongUse(
                Text(f"项目属性“{one}”应写作 名称=值。", f"Write an attribute as NAME=VALUE, not {one!r}."),
                Text("例如 --project use=industrial。", "For example --project use=industrial."),
            )
        found[name.strip()] = value.strip()
    return found


def _show(found: Review, sample: bool) -> None:
    from tuban.domain.siterule import EFFECT_TITLES

    lang = current_language()
    said = found.as_dict(lang)
    zh = lang == "zh"
    mark = ("(示范数据)" if zh else " (sample data)") if sample else ""
    site = said["site"]
    click.echo(f"{said['verdict'] if zh else said['verdict_en']}{mark}")
    click.echo(
        f"{site['name']} · {site['area_ha']:,.4f} {'公顷' if zh else 'ha'} · {said['on']} · "
        f"{site['centre'][0]:.5f}, {site['centre'][1]:.5f}"
    )
    effects = {effect.value: title.in_(lang) for effect, title in EFFECT_TITLES.items()}
    if said["concerned"]:
        click.echo("\n涉及" if zh else "\nConcerned")
        show_table(
            ["规则", "后果", "内容", "图层", "面积(公顷)", "占比", "依据"]
            if zh
            else ["Rule", "Effect", "Title", "Layer", "Area (ha)", "Share", "Clause"],
            [
                [
                    one["rule"],
                    f"{effects[one['effect']]}{'*' if one['override'] or one['stricter'] else ''}",
                    one["title"],
                    one["layer_version"] or "",
                    "" if one["area_ha"] is None else f"{one['area_ha']:,.4f}",
                    "" if one["share"] is None else f"{one['share']:.2%}",
                    one["clause"],
                ]
                for one in said["concerned"]
            ],
            right=(4, 5),
        )
    for title_zh, title_en, key in (("条件", "Conditions", "conditions"), ("材料", "Documents", "documents")):
        if said[key]:
            click.echo(f"\n{title_zh if zh else title_en}")
            for text in said[key]:
                click.echo(f"  · {text}")
    if said["not_covered"]:
        click.echo("\n没有数据,不能视为符合" if zh else "\nNot covered: no data is not a pass")
        for one in said["not_covered"]:
            rules = "、".join(one["rules"]) if zh else ", ".join(one["rules"])
            supplier = (f",{one['supplier']}" if zh else f", {one['supplier']}") if one["supplier"] else ""
            click.echo(f"  · {one['reason']}{supplier} [{rules}]")
    if said["slivers"]:
        click.echo("\n未计的细碎面" if zh else "\nSlivers")
        for one in said["slivers"]:
            click.echo(f"  · {one['layer']} {one['area_m2']:.2f} m², {one['width_m']:.3f} m")
    click.echo(("\n不涉及 " if zh else "\nNot concerned: ") + f"{len(said['not_concerned'])}")
    click.echo(found.policy.sentence().in_(lang))
