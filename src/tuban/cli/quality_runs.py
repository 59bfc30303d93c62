"""`tuban quality`: kept runs, the register of exceptions, the rules and how profiles differ."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuban.cli.say import current_language, progress_bar, say, show_json, show_table
from tuban.cli.workspace import open_here, open_if_there
from tuban.errors import Text

if TYPE_CHECKING:
    from tuban.store.exceptions import Acceptance
    from tuban.store.findings_file import Kept
    from tuban.store.runs import Run

DAY = click.DateTime(formats=["%Y-%m-%d"])
PROFILE = click.option(
    "--profile", metavar="NAME|FILE", help="标准配置名或 YAML 文件 · profile or its YAML file"
)
JSON = click.option("--json", "as_json", is_flag=True, help="JSON")
BY = click.option("--by", default="", metavar="NAME", help="经办人(默认当前用户)· who does it")


def heads(zh: str, en: str) -> list[str]:
    """Give the heads of a table in the language of the command."""
    return (zh if current_language() == "zh" else en).split()


@click.command("version", help="检查工作区中的图层版本 · judge stored versions")
@click.option(
    "--layer", "codes", multiple=True, metavar="CODE", help="只检这些图层(可重复)· only these layers"
)
@click.option("--on", type=DAY, help="哪一天有效(默认今天)· in force on that day")
@click.option("--rule", "rules", multiple=True, metavar="ID", help="只检这些规则(可重复)· only these rules")
@PROFILE
@BY
@JSON
@click.pass_obj
def version_(
    obj: dict,
    codes: tuple[str, ...],
    on: datetime | None,
    rules: tuple[str, ...],
    profile: str | None,
    by: str,
    as_json: bool,
) -> None:
    """Judge the versions in force together; exits 0 passed, 1 not passed."""
    from tuban.cli.quality_print import show_result
    from tuban.workflows.quality import check_versions

    with open_here(obj) as ws, progress_bar(Text("质检", "Inspection")) as progress:
        day = on.date() if on else date.today()
        versions = [ws.version(code, on=day) for code in codes] or list(ws.in_force(on=day).values())
        checked = check_versions(
            ws, versions, profile=profile, only=set(rules) or None, by=by or _user(), progress=progress
        )
    if as_json:
        for piece in checked.result.json_parts():
            click.echo(piece, nl=False)
    else:
        show_result(checked.result)
    raise SystemExit(0 if checked.result.verdict == "pass" else 1)


@click.command("runs", help="列出已做的检查 · list the runs that are kept")
@click.option("--limit", type=click.IntRange(1), default=30, show_default=True, help="条数 · how many")
@JSON
@click.pass_obj
def runs_(obj: dict, limit: int, as_json: bool) -> None:
    """List kept runs, the newest first."""
    from tuban.store.runs import list_runs

    with open_here(obj) as ws:
        found = list_runs(ws, kind="quality", limit=limit)
    if as_json:
        show_json([_run(one) for one in found])
        return
    rows = [
        (r.number, r.recorded_at.astimezone().strftime("%Y-%m-%d %H:%M"), _verdict(r.verdict), r.counts.get("V", 0),
         r.counts.get("G", 0), r.counts.get("W", 0), r.counts.get("accepted", 0), r.profile, r.subject)
        for r in found
    ]  # fmt: skip
    show_table(
        heads(
            "次序 时间 结论 强制 一般 提示 例外 配置 对象",
            "run time verdict veto general warning accepted profile subject",
        ),
        rows,
        right=(0, 3, 4, 5, 6),
    )


@click.command("show", help="查看一次检查的问题 · show the findings of a run")
@click.argument("run", type=click.IntRange(1))
@click.option("--rule", "rules", multiple=True, metavar="ID", help="只看这些规则 · only these rules")
@click.option(
    "--severity",
    "severities",
    multiple=True,
    type=click.Choice(["V", "G", "W"]),
    help="只看这些级别 · weights",
)
@click.option("--layer", "layers", multiple=True, help="只看这些图层 · only these layers")
@click.option("--text", default="", help="问题中含有的文字 · words in the finding")
@click.option("--offset", type=click.IntRange(0), default=0, help="跳过条数 · how many to skip")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="条数 · how many")
@JSON
@click.pass_obj
def show_(
    obj: dict,
    run: int,
    rules: tuple[str, ...],
    severities: tuple[str, ...],
    layers: tuple[str, ...],
    text: str,
    offset: int,
    limit: int,
    as_json: bool,
) -> None:
    """Show a page of the findings of a kept run."""
    from tuban.store.findings_file import Filter
    from tuban.store.runs import findings_of, run_of

    with open_here(obj) as ws:
        found = run_of(ws, run)
        which = Filter(rules=rules, severities=severities, layers=layers, text=text)
        page = findings_of(ws, found, which, offset=offset, limit=limit)
    if as_json:
        show_json(
            {**_run(found), "total": page.total, "offset": offset, "findings": [_kept(k) for k in page.items]}
        )
        return
    lang = current_language()
    rows = [
        (k.key, k.finding.rule, k.finding.severity.label.in_(lang), k.finding.layer, k.finding.message.in_(lang),
         k.acceptance or "")
        for k in page.items
    ]  # fmt: skip
    show_table(heads("编号 规则 级别 图层 问题 例外", "key rule weight layer finding exception"), rows)
    say(Text(f"共 {page.total} 条。", f"{page.total} in all."))


@click.command("compare", help="比较两次检查:新增、消除、未变 · compare two runs")
@click.argument("before", type=click.IntRange(1))
@click.argument("after", type=click.IntRange(1))
@JSON
@click.pass_obj
def compare_(obj: dict, before: int, after: int, as_json: bool) -> None:
    """Compare two kept runs; exits 1 where the later one has new findings."""
    from tuban.store.findings_file import Filter
    from tuban.store.runs import findings_of
    from tuban.workflows.quality import compare

    with open_here(obj) as ws:
        found = compare(ws, before, after)
        sides = {"new": (found.after, found.new), "gone": (found.before, found.gone)}
        kept = {
            name: findings_of(ws, run, Filter(keys=keys), limit=None).items if keys else ()
            for name, (run, keys) in sides.items()
        }
    if as_json:
        show_json(
            {
                "before": before,
                "after": after,
                "new": [_kept(one) for one in kept["new"]],
                "gone": [_kept(one) for one in kept["gone"]],
                "unchanged": len(found.unchanged),
            }
        )
    else:
        lang = current_language()
        titles = {"new": Text("新增", "new"), "gone": Text("消除", "gone")}
        rows = [
            (titles[name].in_(lang), k.finding.rule, k.finding.severity.label.in_(lang), k.finding.layer,
             k.finding.message.in_(lang))
            for name in ("new", "gone")
            for k in kept[name]
        ]  # fmt: skip
        show_table(heads("变化 规则 级别 图层 问题", "change rule weight layer finding"), rows)
        say(
            Text(
                f"新增 {len(found.new)},消除 {len(found.gone)},未变 {len(found.unchanged)}。",
                f"{len(found.new)} new, {len(found.gone)} gone, {len(found.unchanged)} unchanged.",
            )
        )
    raise SystemExit(1 if found.new else 0)


@click.command("accept", help="登记例外:接受一个问题 · accept a finding")
@click.argument("run", type=click.IntRange(1))
@click.argument("key")
@click.option("--person", required=True, metavar="NAME", help="批准人 · who accepts it")
@click.option("--reason", required=True, help="理由 · why")
@click.option("--until", required=True, type=DAY, help="到期日 · last day on which it holds")
@BY
@click.pass_obj
def accept_(obj: dict, run: int, key: str, person: str, reason: str, until: datetime, by: str) -> None:
    """Accept a finding of a run in a person's name; the next run sets it apart."""
    from tuban.workflows.quality import accept

    with open_here(obj) as ws:
        done = accept(ws, run, key, person=person, reason=reason, until=until.date(), by=by or _user())
    say(
        Text(
            f"已登记第 {done.number} 号例外(规则 {done.rule}),有效到 {done.until};对象变化后自动失效。",
            f"Exception {done.number} (rule {done.rule}) holds until {done.until}, or until its object changes.",
        )
    )


@click.command("exceptions", help="例外登记册;--withdraw 撤销 · the register of exceptions")
@click.option(
    "--withdraw", "number", type=click.IntRange(1), metavar="N", help="撤销第 N 号 · take back number N"
)
@click.option("--reason", default="", help="撤销理由 · why it is taken back")
@BY
@JSON
@click.pass_obj
def exceptions_(obj: dict, number: int | None, reason: str, by: str, as_json: bool) -> None:
    """List the exceptions, or take one back."""
    from tuban.store.exceptions import list_exceptions
    from tuban.workflows.quality import withdraw

    with open_here(obj) as ws:
        if number is not None:
            withdraw(ws, number, reason=reason, by=by or _user())
        found = list_exceptions(ws, kind="quality")
    if as_json:
        show_json([_exception(one) for one in found])
        return
    standing = {
        "in force": Text("有效", "in force"),
        "expired": Text("到期", "expired"),
        "withdrawn": Text("撤销", "withdrawn"),
    }
    lang, today = current_language(), date.today()
    rows = [
        (
            e.number,
            standing[e.standing(today)].in_(lang),
            e.rule,
            e.layer,
            "、".join(e.objects[:3]),
            e.person,
            e.until,
            e.reason,
        )
        for e in found
    ]
    show_table(
        heads(
            "号 状态 规则 图层 对象 批准人 到期 理由", "no. standing rule layer objects person until reason"
        ),
        rows,
    )


@click.command("rules", help="列出质检规则 · list the rules")
@PROFILE
@click.option("--rule", "rule_id", metavar="ID", help="看一条规则的全文 · one rule in full")
@JSON
@click.pass_obj
def rules_(obj: dict, profile: str | None, rule_id: str | None, as_json: bool) -> None:
    """List the rules of a profile with weight, source and confidence."""
    from tuban.errors import NotFound
    from tuban.standards.rulebook import DIMENSIONS, MENDERS
    from tuban.workflows.quality import rules_of

    with open_if_there(obj) as ws:
        _, book = rules_of(ws, profile)
    if rule_id is not None and rule_id not in book:
        raise NotFound(
            Text(f"没有规则 {rule_id}。", f"There is no rule {rule_id}."),
            Text("用 tuban quality rules 查看全部规则。", "`tuban quality rules` lists them all."),
        )
    chosen = [book[rule_id]] if rule_id is not None else list(book)
    if as_json:
        show_json([_rule(rule) for rule in chosen])
        return
    lang = current_language()
    if rule_id is not None:
        for name, value in _rule(chosen[0]).items():
            shown = value[lang] if isinstance(value, dict) and set(value) == {"zh", "en"} else value
            click.echo(f"{name}: {shown}")
        return
    rows = [
        (r.id, r.severity.label.in_(lang), r.title.in_(lang), DIMENSIONS[r.dimension].in_(lang),
         MENDERS[r.mender].in_(lang), r.confidence)
        for r in chosen
    ]  # fmt: skip
    show_table(
        heads("规则 级别 名称 质量元素 整改单位 依据程度", "rule weight title dimension mender confidence"),
        rows,
    )


@click.group("profile", help="比较两套标准配置 · compare two profiles")
def profile_() -> None:
    """Group the verbs on profiles."""


@profile_.command("diff", help="两套配置的规则差异 · how the rules of two profiles differ")
@click.argument("before")
@click.argument("after")
@JSON
def diff_(before: str, after: str, as_json: bool) -> None:
    """Show what one profile changes against another; exits 1 where they differ."""
    from tuban.workflows.quality import profile_changes

    changes = profile_changes(before, after)
    if as_json:
        show_json([asdict(change) for change in changes])
    else:
        rows = [(c.rule, c.what, _short(c.before), _short(c.after)) for c in changes]
        show_table(heads("规则 项目 原 新", "rule what before after"), rows)
        say(Text(f"共 {len(changes)} 处不同。", f"{len(changes)} differences."))
    raise SystemExit(1 if changes else 0)


@profile_.command("reject", help="旧成果按新配置会被退回什么 · what a new profile rejects in an old package")
@click.argument("package", type=click.Path(path_type=Path))
@click.option("--from", "before", required=True, metavar="NAME|FILE", help="原配置 · the old profile")
@click.option("--to", "after", required=True, metavar="NAME|FILE", help="新配置 · the new profile")
@JSON
def reject_(package: Path, before: str, after: str, as_json: bool) -> None:
    """Judge one package by two profiles; exits 1 where the new one rejects more."""
    from tuban.quality.result import finding_record
    from tuban.workflows.quality import stricter

    with progress_bar(Text("质检", "Inspection")) as progress:
        found = stricter(package, before, after, progress=progress)
    if as_json:
        show_json(
            {
                "before": {"profile": found.before.profile, "verdict": found.before.verdict},
                "after": {"profile": found.after.profile, "verdict": found.after.verdict},
                "new": [finding_record(one) for one in found.new],
                "gone": [finding_record(one) for one in found.gone],
            }
        )
    else:
        lang = current_language()
        rows = [(f.rule, f.severity.label.in_(lang), f.layer, f.message.in_(lang)) for f in found.new]
        show_table(heads("规则 级别 图层 新增问题", "rule weight layer finding"), rows)
        say(
            Text(
                f"新配置多出 {len(found.new)} 个问题,减少 {len(found.gone)} 个。",
                f"The new profile finds {len(found.new)} more and {len(found.gone)} fewer.",
            )
        )
    raise SystemExit(1 if found.new else 0)


@click.command("gate", help="入库前是否质检:hold 不通过则留为草稿,off 不检查 · are imports judged here")
@click.argument("choice", required=False, type=click.Choice(["hold", "off"]))
@BY
@click.pass_obj
def gate_(obj: dict, choice: str | None, by: str) -> None:
    """Show or set what happens to imports with veto findings."""
    from tuban.workflows.quality_intake import SETTING, set_judging

    with open_here(obj) as ws:
        if choice is not None:
            set_judging(ws, choice, by=by or _user())
        click.echo(ws.settings.get(SETTING, "hold"))


VERBS = (version_, gate_, runs_, show_, compare_, accept_, exceptions_, rules_, profile_)


def _user() -> str:
    from tuban.store.lock import user_name

    return user_name()


def _verdict(verdict: str) -> str:
    from tuban.quality.result import VERDICTS

    return VERDICTS[verdict].in_(current_language()) if verdict in VERDICTS else verdict


def _short(value: Any) -> str:
    said = value.zh if isinstance(value, Text) else "—" if value is None else str(value)
    return said if len(said) <= 60 else said[:59] + "…"


def _run(run: Run) -> dict[str, Any]:
    return {
        "run": run.number,
        "subject": run.subject,
        "profile": run.profile,
        "rules_version": run.rules_version,
        "verdict": run.verdict,
        "counts": dict(run.counts),
        "at": run.recorded_at,
        "by": run.recorded_by,
    }


def _kept(kept: Kept) -> dict[str, Any]:
    from tuban.quality.result import finding_record

    return {**finding_record(kept.finding), "bounds": kept.bounds, "exception": kept.acceptance}


def _exception(one: Acceptance) -> dict[str, Any]:
    said = asdict(one)
    return {**said, "standing": one.standing(date.today())}


def _rule(rule: Any) -> dict[str, Any]:
    said = asdict(rule)
    return {**said, "severity": rule.severity.value}
