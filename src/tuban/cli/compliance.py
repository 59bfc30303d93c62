"""`tuban compliance`: may this be built here, on that day; and which layers a county declares to have none of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuban.cli.say import current_language, progress_bar, say, show_json, show_table
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
@click.option("--keep", is_flag=True, help="登记结论 · keep the verdict")
@click.option("--by", default="", help="核验人 · who reviews")
@click.option("--geometry", is_flag=True, help="JSON 中附占用范围图形 · with the pieces")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def review_(obj: dict, site: Path, as_json: bool, geometry: bool, **asked: Any) -> None:
    """Review one site and print the verdict; exit 0 fits, 1 does not or cannot be told, 2 wrong input."""
    from tuban.compliance.policy import Policy
    from tuban.compliance.result import Verdict
    from tuban.workflows.compliance import Desk, read_site
    from tuban.workflows.compliance_keep import review_and_keep

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
        options: dict[str, Any] = {
            "on": asked["on"].date() if asked["on"] else None,
            "known": asked["known"],
            "pack_names": asked["packs"],
            "policy": Policy(**limits),
        }
        if asked["keep"]:
            kept, found = review_and_keep(Desk.at(ws), ground, by=asked["by"], **options)
            say(Text(f"已登记为第 {kept.number} 号结论。", f"Kept as verdict {kept.number}."))
        else:
            found = Desk.at(ws).review(ground, **options)
        sample = ws.sample
    if as_json:
        show_json(found.as_dict(current_language(), geometry=geometry) | {"sample": sample})
    else:
        _show(found, sample)
    if found.verdict not in {Verdict.CONFORMS, Verdict.CONDITIONAL}:
        raise SystemExit(1)


@command.command("propose", help="怎样改动才不触犯禁止 · the smallest change that no rule forbids")
@click.argument("site", type=click.Path(path_type=Path))
@click.option(
    "--within-m", type=float, default=500.0, show_default=True, help="最多移动 · reach of a move, m"
)
@click.option("--on", type=DAY, help="以哪一天为准(默认今天)· day of plan and rules")
@click.option("--project", "project", multiple=True, metavar="NAME=VALUE", help="项目属性 · an attribute")
@click.option("--pack", "packs", multiple=True, metavar="PACK", help="规则包 · rule packs")
@click.option("--crs", help="文件的坐标系 · system of the file")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def propose_(obj: dict, site: Path, within_m: float, as_json: bool, **asked: Any) -> None:
    """Print ways to trim or move the site, or that none exists; exit 0 where there is one."""
    from tuban.workflows.compliance import Desk, proposals_of, propose_for, read_site

    ground = read_site(site, attributes=_attributes(asked["project"]), crs=asked["crs"])
    with open_here(obj) as ws:
        counter = propose_for(
            Desk.at(ws),
            ground,
            within_m=within_m,
            on=asked["on"].date() if asked["on"] else None,
            pack_names=asked["packs"],
        )
    said = proposals_of(counter, current_language())
    if as_json:
        show_json(said)
    else:
        zh = current_language() == "zh"
        heads = ["办法", "向东(米)", "向北(米)", "距离(米)", "保留(公顷)", "放弃(公顷)"]
        if not zh:
            heads = ["Way", "East (m)", "North (m)", "Distance (m)", "Kept (ha)", "Given up (ha)"]
        keys = ("title", "east_m", "north_m", "distance_m", "area_ha", "given_up_ha")
        show_table(heads, [[one[key] for key in keys] for one in said["proposals"]], right=(1, 2, 3, 4, 5))
        if counter.proven:
            say(
                Text(
                    f"已证明:{within_m:g} 米之内没有整体移动的办法。",
                    f"Proven: no move of the whole site within {within_m:g} m passes.",
                )
            )
        elif counter.unresolved_m is not None:
            say(
                Text(
                    f"没有找到整体移动的办法;小于 {counter.unresolved_m:g} 米的缝隙未能排除。",
                    f"No move was found; gaps finer than {counter.unresolved_m:g} m are not ruled out.",
                )
            )
    if not counter.proposals:
        raise SystemExit(1)


@command.command("list", help="已登记的结论 · verdicts kept")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.pass_obj
def list_(obj: dict, as_json: bool, limit: int) -> None:
    """List the verdicts, the newest first."""
    from tuban.store.verdicts import list_verdicts

    with open_here(obj) as ws:
        found = list_verdicts(ws, limit=limit)
    rows = [
        {
            "number": one.number,
            "name": one.name,
            "project": one.project,
            "on": one.on.isoformat(),
            "verdict": one.verdict,
            "area_ha": one.body["site"]["area_ha"],
            "recheck_of": one.recheck_of,
            "recorded_at": one.recorded_at.isoformat(),
            "recorded_by": one.recorded_by,
            "result_sha256": one.result_sha256,
        }
        for one in found
    ]
    if as_json:
        show_json(rows)
        return
    zh = current_language() == "zh"
    show_table(
        ["编号", "名称", "结论", "面积(公顷)", "以此日为准", "核验人"]
        if zh
        else ["No", "Name", "Verdict", "Area (ha)", "On", "By"],
        [
            [r["number"], r["name"], r["verdict"], f"{r['area_ha']:,.4f}", r["on"], r["recorded_by"]]
            for r in rows
        ],
        right=(0, 3),
    )


@command.command("certificate", help="核验结论书 · the certificate of a kept verdict")
@click.argument("number", type=click.IntRange(1))
@click.option(
    "--format", "form", type=click.Choice(["pdf", "docx", "json"]), default="pdf", show_default=True
)
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写到 · file to write"
)
@click.pass_obj
def certificate_(obj: dict, number: int, form: Any, out: Path) -> None:
    """Write the certificate with its location map."""
    from tuban.workflows.compliance_certificate import certificate

    with open_here(obj) as ws:
        data = certificate(ws, number, form, lang=current_language())
    out.write_bytes(data)
    say(Text(f"已写到 {out}。", f"Written to {out}."))


@command.command("again", help="按原来的条件重新得出结论 · reach a kept verdict again")
@click.argument("number", type=click.IntRange(1))
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def again_(obj: dict, number: int, as_json: bool) -> None:
    """Ask again what was asked, by the layers of that moment; exit 0 where the same result comes out."""
    from tuban.workflows.compliance import Desk
    from tuban.workflows.compliance_keep import again

    with open_here(obj) as ws:
        kept, found = again(Desk.at(ws), number)
    now = found.hashes()["result"]
    same = now == kept.result_sha256
    if as_json:
        show_json({"number": number, "same": same, "was": kept.result_sha256, "is": now})
    elif same:
        click.echo(Text("结果一致,逐字节相同。", "The same result, byte for byte.").in_(current_language()))
    else:
        said = Text(
            f"结果不同:原为“{kept.verdict}”,现为“{found.verdict.value}”。规则包或图层已有变化。",
            f"Another result: it was {kept.verdict}, it is {found.verdict.value}. Rules or layers have changed.",
        )
        click.echo(said.in_(current_language()))
    if not same:
        raise SystemExit(1)


@command.command("recheck", help="图层或规则变化后复核已登记的结论 · ask standing verdicts again")
@click.option("--on", type=DAY, help="以哪一天为准(默认今天)· day of plan and rules")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def recheck_(obj: dict, on: Any, as_json: bool) -> None:
    """Say which verdicts would now be others, and because of what; exit 1 where there are any."""
    from tuban.workflows.compliance import Desk
    from tuban.workflows.compliance_keep import recheck

    with open_here(obj) as ws, progress_bar(Text("复核", "Rechecking")) as progress:
        changed, affected = recheck(Desk.at(ws), on=on.date() if on else None, progress=progress)
    lang = current_language()
    if as_json:
        show_json({"affected": affected, "changed": [one.as_dict(lang) for one in changed]})
    else:
        failing = sum(one.turned and one.after.verdict.value == "不符合" for one in changed)
        said = Text(
            f"{affected} 个结论受变化影响,{len(changed)} 个结果不同,其中 {failing} 个变为不符合。",
            f"{affected} verdicts are affected, {len(changed)} differ; {failing} would now fail.",
        )
        click.echo(said.in_(lang))
        for one in changed:
            now = one.after.verdict.value
            click.echo(f"  {one.before.number} {one.before.name}: {one.before.verdict} → {now}")
            for mark, rules in (("+", one.added), ("−", one.removed)):
                for rule in rules:
                    click.echo(f"      {mark} {rule}")
            click.echo(f"      {'; '.join(one.because)}")
    if changed:
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
