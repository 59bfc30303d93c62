"""How layers and versions are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tuban.cli.say import say, show_error
from tuban.errors import Text

if TYPE_CHECKING:
    from tuban.domain.version import LayerVersion
    from tuban.workflows.intake import Refused, TakenIn


def show_taken(taken: list[TakenIn], refused: list[Refused], unknown: list[str], dry_run: bool) -> None:
    """Say what became of each layer of a file."""
    for v in taken:
        if dry_run:
            did = Text("可以入库(未写入)", "could be taken in (nothing was written)")
        elif v.new:
            did = Text(f"已入库为第{v.number}版", f"taken in as version {v.number}")
        else:
            did = Text(f"内容与有效期同第{v.number}版,未新增", f"same as version {v.number}: nothing added")
        rows = f"{v.rows:,}"
        area = f",{area_ha(v)} 公顷" if v.area_m2 else "", f", {area_ha(v)} ha" if v.area_m2 else ""
        say(
            Text(
                f"✓ {v.code} {did.zh}:{rows} 个对象{area[0]}", f"✓ {v.code} {did.en}: {rows} objects{area[1]}"
            )
        )
        for note in v.notes:
            say(Text(f"  · {note.zh}", f"  · {note.en}"))
    for r in refused:
        say(Text(f"✗ {r.source_layer}({r.code})未入库:", f"✗ {r.source_layer} ({r.code}) was refused:"))
        show_error(r.error)
    if unknown:
        listed = ", ".join(unknown)
        say(Text(f"标准中没有、已跳过的图层:{listed}", f"Not in the profile, left out: {listed}"))


def record_of(version: LayerVersion) -> dict[str, Any]:
    """Give a version as values for machines."""
    return {
        "code": version.code,
        "number": version.number,
        "rows": version.rows,
        "geometry": version.geometry,
        "crs": version.crs,
        "bounds": version.bounds,
        "area_m2": version.area_m2,
        "columns": version.columns,
        "valid_from": version.valid.start,
        "valid_to": version.valid.end,
        "act": version.valid.act,
        "recorded_at": version.recorded_at,
        "recorded_by": version.recorded_by,
        "source_name": version.source_name,
        "source_sha256": version.source_sha256,
        "file": version.file,
        "sha256": version.sha256,
        "bytes": version.bytes,
        "sample": version.sample,
        "note": version.note,
    }


def both(text: Text) -> dict[str, str]:
    """Give a message in both languages, for machines."""
    return {"zh": text.zh, "en": text.en}


def area_ha(version: LayerVersion) -> str:
    """Give a version's area in hectares, to two decimals; nothing where it has none."""
    return "" if version.area_m2 is None else f"{version.area_m2 / 10_000:,.2f}"


def local_time(version: LayerVersion) -> str:
    """Give when a version was recorded, in this machine's time."""
    return version.recorded_at.astimezone().strftime("%Y-%m-%d %H:%M")
