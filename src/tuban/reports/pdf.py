"""PDF from a Typst template and data: the same data give the same bytes, on any machine."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tuban.errors import Text, WrongUse
from tuban.reports.font import FONTS, missing

TEMPLATES = Path(__file__).with_name("templates")
# What a PDF says of its making where the data name no moment: a fixed one, never the clock.
NO_MOMENT = datetime(2020, 1, 1, tzinfo=UTC)


def pdf(
    template: str | Path,
    data: Mapping[str, Any],
    *,
    pictures: Mapping[str, bytes] | None = None,
    made: datetime | None = None,
) -> bytes:
    """Set `data` in a template; give the PDF.

    Parameters
    ----------
    template : name of a shipped template (`inspection`), or the path of a .typ file; its neighbours in the
        folder can be imported by it.
    data : what the template reads as `json("data.json")`; plain JSON values.
    pictures : file name → bytes (PNG or SVG), read by the template as `image("name")`.
    made : the moment that the file says it was made, from the data; never the clock.

    Raises
    ------
    WrongUse : no such template, or the template does not go with the data.
    """
    import typst

    source = Path(template) if str(template).endswith(".typ") else TEMPLATES / f"{template}.typ"
    if not source.is_file():
        raise WrongUse(
            Text(f"没有报告模板“{template}”。", f"There is no report template “{template}”."),
            Text("用程序自带的模板名,或 .typ 文件的路径。", "Name a shipped template or a .typ file."),
            template=str(template),
        )
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    # Rare characters of names are borrowed from the machine's fonts; only then do they matter.
    rare = bool(missing(text))
    fonts = typst.Fonts(include_system_fonts=rare, include_embedded_fonts=True, font_paths=[str(FONTS)])
    with tempfile.TemporaryDirectory(prefix="tuban-pdf-") as made_in:
        room = Path(made_in)
        for neighbour in source.parent.glob("*.typ"):
            shutil.copyfile(neighbour, room / neighbour.name)
        (room / "data.json").write_text(text, encoding="utf-8")
        for name, picture in (pictures or {}).items():
            (room / Path(name).name).write_bytes(picture)
        compiler = typst.Compiler(str(room / source.name), root=str(room), font_paths=fonts)
        try:
            written = compiler.compile(format="pdf", timestamp=_whole_seconds(made))
        except typst.TypstError as error:
            raise WrongUse(
                Text(f"模板“{source.name}”与数据不符:{error}", f"{source.name} does not fit: {error}"),
                Text("请改正模板,或使用自带模板。", "Mend the template, or use the shipped one."),
                template=source.name,
            ) from error
    if not isinstance(written, bytes):  # several documents come only from other formats
        raise TypeError(type(written))
    return written


def _whole_seconds(made: datetime | None) -> datetime:
    """Give the moment as the PDF takes it: whole seconds of UTC."""
    moment = made or NO_MOMENT
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
