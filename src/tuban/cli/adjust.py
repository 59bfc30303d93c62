"""`tuban statistics adjust`: parcels' areas adjusted to control areas (平差)."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuban.cli.say import current_language, progress_bar, say, show_json, show_table
from tuban.cli.workspace import open_here
from tuban.errors import Text

if TYPE_CHECKING:
    from tuban.workflows.adjust import Adjustment

DAY = click.DateTime(["%Y-%m-%d"])
MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"])


@click.command("adjust", help="平差:图斑面积调整到控制面积 · adjust parcels' areas to control areas")
@click.option("--layer", required=True, metavar="CODE", help="图层代码,如 DLTB · layer code")
@click.option("--control", type=float, help="控制面积(整体平差)· the control area of the whole")
@click.option(
    "--controls",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV:单元代码,控制面积 · file of unit code and control area",
)
@click.option(
    "--by",
    type=click.Choice(["whole", "township", "village", "island"]),
    default="whole",
    show_default=True,
    help="整体、乡镇、村、陆地与海岛 · what has a control area of its own",
)
@click.option(
    "--unit",
    type=click.Choice(["m2", "ha", "mu"]),
    default="m2",
    show_default=True,
    help="控制面积的单位 · unit of the control areas",
)
@click.option(
    "--rule",
    type=click.Choice(["largest_first", "proportional"]),
    default="largest_first",
    show_default=True,
    help="大图斑优先或按面积比例 · how the difference is shared",
)
@click.option("--within", metavar="CODE", help="只平差该行政区 · only in this unit")
@click.option("--version", "number", type=click.IntRange(1), help="第几版 · number of the version")
@click.option("--on", type=DAY, help="哪一天有效(默认今天)· in force on that day")
@click.option("--known", type=MOMENT, help="以该时刻已入库的为准 · as recorded at that moment")
@click.option(
    "--to", type=click.Path(dir_okay=False, path_type=Path), help="写成 .xlsx 或 .csv · file to write"
)
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def command(obj: dict, layer: str, as_json: bool, to: Path | None, **asked: Any) -> None:
    """Print the units before and after; write the parcels to a file. Nothing is stored."""
    from tuban.workflows.adjust import WHOLE, adjust_areas
    from tuban.workflows.adjust_file import write_adjustment
    from tuban.workflows.intake import profile_of

    controls = _controls(asked["control"], asked["controls"], asked["by"], WHOLE)
    on = asked["on"].date() if asked["on"] else None
    with open_here(obj) as ws, progress_bar(Text("平差", "Adjusting")) as progress:
        standards = profile_of(ws)
        spec = standards.find(layer)
        version = ws.version(
            spec.code if spec else layer, number=asked["number"], on=on, known=asked["known"]
        )
        found = adjust_areas(
            ws,
            version,
            controls,
            by=asked["by"],
            unit=asked["unit"],
            rule=asked["rule"],
            within=asked["within"],
            on=on,
            known=asked["known"],
            standards=standards,
            progress=progress,
        )
        if to is not None:
            write_adjustment(found, to, sample=ws.sample, lang=current_language())
            say(Text(f"已写入 {to}", f"Wrote {to}"))
    if as_json:
        show_json(_json(found))
    elif to is None:
        _show(found)


def _controls(one: float | None, file: Path | None, by: str, whole: str) -> dict[str, float]:
    from tuban.errors import WrongUse

    if (one is None) == (file is None) or (one is not None and by != "whole"):
        raise WrongUse(
            Text("请说明控制面积。", "Say what the control areas are."),
            Text(
                "整体平差用 --control 面积;分单元用 --by 和 --controls 文件(两列:代码,面积)。",
                "Adjust as one by --control AREA; by unit by --by and --controls FILE (two columns: code, area).",
            ),
        )
    if one is not None:
        return {whole: one}
    assert file is not None
    found: dict[str, float] = {}
    for line, row in enumerate(csv.reader(_text_of(file).splitlines()), start=1):
        cells = [cell.strip() for cell in row if cell.strip()]
        if not cells:
            continue
        try:
            code, area = cells[0], float(cells[1].replace(",", ""))
        except (IndexError, ValueError):
            if line == 1:
                continue  # a head
            raise WrongUse(
                Text(
                    f"{file.name} 第 {line} 行不是“代码,面积”:{','.join(row)[:60]}",
                    f"Line {line} of {file.name} is no “code,area”: {','.join(row)[:60]}",
                ),
                Text("每行写单元代码和控制面积,用逗号隔开。", "Write a unit code and an area in every line."),
            ) from None
        if code in found:
            raise WrongUse(
                Text(f"{file.name} 里单元 {code} 出现两次。", f"{file.name} names unit {code} twice."),
                Text("每个单元只写一行。", "Keep one line for each unit."),
            )
        found[code] = area
    return found


def _text_of(file: Path) -> str:
    raw = file.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")  # as a Chinese Excel saves CSV


def _show(found: Adjustment) -> None:
    from tuban.workflows.adjust_file import about, title_of, unit_rows
    from tuban.workflows.statistics_xlsx import printed

    lang = current_language()
    head, *body = unit_rows(found, lang)
    say(title_of(found))
    show_table(
        head, printed([["" if cell is None else cell for cell in row] for row in body]), right=range(2, 8)
    )
    for line in about(found, lang):
        say(Text(line, line))


def _json(found: Adjustment) -> dict[str, Any]:
    version, method = found.version, found.method
    return {
        "layer": version.code,
        "version": version.number,
        "sha256": version.sha256,
        "by": found.by,
        "within": found.within,
        "rule": found.rule,
        "confidence": method.confidence,
        "source": {"zh": method.source.zh, "en": method.source.en},
        "formula": {"zh": found.formula.zh, "en": found.formula.en},
        "notes": [{"zh": note.zh, "en": note.en} for note in found.notes],
        "units": found.units.to_dict("records"),
        "parcels": found.parcels.to_dict("records"),
    }
