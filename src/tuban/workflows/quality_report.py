"""The report of an inspection, in the form asked for: PDF, DOCX, XLSX, HTML, JSON, GeoPackage."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import shapely

import tuban
from tuban.domain.progress import Progress, Step, part, quiet
from tuban.errors import DiskFull, Text, TubanError, WrongUse
from tuban.quality.package import Package, open_package
from tuban.quality.result import PROVES_NOT, VERDICTS, Result, RuleRun, Status
from tuban.quality.result import Accepted as Apart
from tuban.quality.tolerance import TITLES, Tolerance
from tuban.reports.inspection import Accepted, InputLine, Inspection, RuleLine, RuleState
from tuban.standards.rulebook import QualityBook
from tuban.store import runs as kept_runs
from tuban.store.runs import Run
from tuban.workflows.intake import profile_of
from tuban.workflows.quality import Checked, check_package, delivery_words, rules_of

if TYPE_CHECKING:
    from tuban.store import Workspace

# Layers under the findings on the map: title, shapes as WKB, their system.
Backdrop = Sequence[tuple[Text, Sequence[bytes], str]]
ReportFormat = Literal["pdf", "docx", "xlsx", "html", "json", "gpkg"]
FORMATS: tuple[ReportFormat, ...] = ("pdf", "docx", "xlsx", "html", "json", "gpkg")
TITLE = Text("规划成果质量检查报告", "Quality inspection of plan results")
STEM = "质检报告"
# A backdrop of more areas would hide the findings.
MOST_BACKDROP = 2000
MEDIA_TYPES: dict[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "gpkg": "application/geopackage+sqlite3",
}
_STATES: dict[Status, RuleState] = {
    "done": "checked",
    "incomplete": "partial",
    "not applicable": "not-applicable",
    "off": "off",
}


def inspection_of(
    result: Result,
    book: QualityBook,
    *,
    run: str = "",
    checked_at: datetime | None = None,
    by: str = "",
    sample: bool = False,
    backdrop: Backdrop = (),
) -> Inspection:
    """Give what a report of `result` says; `run`, `checked_at` and `by` where the run is kept."""
    accepted = [
        Accepted(one.finding, one.by, one.reason, date.fromisoformat(one.until[:10]) if one.until else None)
        for one in result.accepted
    ]
    apart: dict[str, int] = {}
    standing: dict[str, int] = {}
    for one in accepted:
        apart[one.finding.rule] = apart.get(one.finding.rule, 0) + 1
    for finding in result.findings:
        standing[finding.rule] = standing.get(finding.rule, 0) + 1
    lines = [
        RuleLine(
            book[done.rule],
            _STATES[done.status],
            standing.get(done.rule, 0),
            done.reason,
            apart.get(done.rule, 0),
        )
        for done in result.runs
        if done.rule in book
    ]
    shown = result.tolerance.record()
    layers = result.package.get("layers", ())
    return Inspection(
        title=TITLE,
        subject=str(result.package.get("name", "")),
        passed=result.verdict == "pass",
        partial=not result.complete,
        verdict=VERDICTS[result.verdict],
        profile=result.profile,
        rules_version=result.rules_version,
        rules=lines,
        findings=lambda: result.findings,
        accepted=accepted,
        inputs=[
            InputLine(
                layer.get("code") or layer["name"],
                Text(layer["name"], layer["name"]),
                f"{layer.get('database') or ''}/{layer['name']}".lstrip("/"),
                layer.get("rows"),
                layer.get("crs") or "",
            )
            for layer in layers
        ],
        tolerances=[(TITLES[name], f"{value:g}") for name, value in shown.items()],
        unproven=PROVES_NOT,
        hashes=[(Text("成果", "Package"), str(result.package.get("sha256", "")))],
        run=run,
        checked_at=checked_at,
        by=by,
        program=f"tuban {tuban.__version__}",
        sample=sample or _says_sample(result),
        backdrop=backdrop,
    )


def _says_sample(result: Result) -> bool:
    """Say whether the package calls itself a sample (示范), in its own name or its databases'."""
    names = [
        result.package.get("name", ""),
        *(one.get("database") for one in result.package.get("layers", ())),
    ]
    return any("示范" in str(name) for name in names)


def write_reports(
    result: Result,
    book: QualityBook,
    folder: Path,
    formats: Collection[str],
    *,
    lang: str = "zh",
    run: str = "",
    checked_at: datetime | None = None,
    by: str = "",
    sample: bool = False,
    backdrop: Backdrop = (),
    stem: str = STEM,
    progress: Progress = quiet,
) -> list[Path]:
    """Write the reports of a result into a folder as `质检报告.pdf` and so on; give their paths.

    Without `checked_at` two reports of one result are equal byte for byte.

    Raises
    ------
    WrongUse : a format that there is not. DiskFull : a file cannot be written.
    """
    asked = [_known(one) for one in formats]
    inspection = inspection_of(
        result, book, run=run, checked_at=checked_at, by=by, sample=sample, backdrop=backdrop
    )
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, one in enumerate(asked):
            progress(Step(number / len(asked), Text(f"编写 {one} 报告", f"Writing the {one} report")))
            path = folder / f"{stem}.{one}"
            _write(one, inspection, result, path, lang)
            written.append(path)
    except OSError as error:
        raise DiskFull(
            Text(f"报告没有写到“{folder.name}”:{error}", f"No report was written to {folder.name}: {error}"),
            Text(
                "请清理磁盘空间或换一个可写的位置。",
                "Free some space, or choose a place that can be written.",
            ),
            path=str(folder),
        ) from error
    return written


def _known(name: str) -> str:
    if name in MEDIA_TYPES:
        return name
    raise WrongUse(
        Text(f"没有“{name}”这种报告格式。", f"There is no report format {name!r}."),
        Text(f"可选:{'、'.join(FORMATS)}。", f"Choose of {', '.join(FORMATS)}."),
        format=name,
    )


def _write(one: str, inspection: Inspection, result: Result, path: Path, lang: str) -> None:
    # Imported where they are needed: matplotlib and Typst take half a second.
    match one:
        case "pdf":
            from tuban.reports.findings_pdf import findings_pdf

            path.write_bytes(findings_pdf(inspection, lang=lang))
        case "docx":
            from tuban.reports.findings_docx import findings_docx

            path.write_bytes(findings_docx(inspection, lang=lang))
        case "xlsx":
            from tuban.reports.findings_xlsx import write_findings_xlsx

            write_findings_xlsx(inspection, path, lang=lang)
        case "html":
            from tuban.reports.findings_html import write_findings_html

            write_findings_html(inspection, path, lang=lang)
        case "gpkg":
            from tuban.reports.findings_gpkg import write_findings_gpkg

            write_findings_gpkg(inspection, path, lang=lang)
        case "json":
            with path.open("w", encoding="utf-8", newline="\n") as out:
                out.writelines(result.json_parts())


def backdrop_of(package: Package) -> Backdrop:
    """Give the administrative areas of an open package, to lie under the findings; nothing where there are none."""
    for code in ("XZQX", "XZQ", "XZQXZ"):
        for layer in package.layers:
            crs = layer.crs_code
            if layer.code == code and layer.fault is None and crs and 0 < layer.rows <= MOST_BACKDROP:
                shapes = [shape for shape in layer.geometry if shape is not None]
                title = layer.spec.title if layer.spec is not None else Text(code, code)
                return [(title, [shapely.to_wkb(shape) for shape in shapes], crs)]
    return []


def check_and_report(
    path: str | Path,
    folder: Path,
    formats: Collection[str],
    *,
    ws: Workspace | None = None,
    profile: str | None = None,
    lang: str = "zh",
    progress: Progress = quiet,
    **how: Any,
) -> tuple[Checked, list[Path]]:
    """Judge a package and write the reports into `folder`; `how` as in `check_package`.

    Raises
    ------
    WrongUse : a format that there is not. And what `check_package` raises.
    """
    for one in formats:
        _known(one)
    definitions, book = rules_of(ws, profile)
    checked = check_package(path, ws=ws, profile=profile, progress=part(progress, 0, 0.85), **how)
    if not formats:
        return checked, []
    backdrop: Backdrop = []
    if {"pdf", "docx", "html"} & set(formats):
        with open_package(path, definitions, delivery=delivery_words(book)) as package:
            backdrop = backdrop_of(package)
    written = write_reports(
        checked.result, book, folder, formats, lang=lang, backdrop=backdrop, progress=part(progress, 0.9, 1),
        **_run_facts(ws, checked.run),
    )  # fmt: skip
    return checked, written


def report(ws: Workspace, run: int, format: str, *, lang: str = "zh", progress: Progress = quiet) -> bytes:
    """Give the report of a kept run in one of `FORMATS`; the same run gives the same bytes.

    Raises
    ------
    NotFound : no such run. WrongUse : a format that there is not. Damaged : the findings' file is gone.
    """
    with tempfile.TemporaryDirectory(prefix="tuban-report-") as room:
        (path,) = write_run_reports(ws, run, Path(room), [format], lang=lang, progress=progress)
        return path.read_bytes()


def write_run_reports(
    ws: Workspace,
    run: int,
    folder: Path,
    formats: Collection[str],
    *,
    lang: str = "zh",
    progress: Progress = quiet,
) -> list[Path]:
    """Write the reports of a kept run into a folder, named by its number; give their paths.

    Raises
    ------
    As `report`; DiskFull : a file cannot be written.
    """
    kept = kept_runs.run_of(ws, run)
    return write_reports(
        result_of(ws, kept), _book_of(ws, kept), folder, formats, lang=lang, stem=f"{STEM}-{run}",
        backdrop=_backdrop_in(ws), progress=progress, **_run_facts(ws, kept),
    )  # fmt: skip


def result_of(ws: Workspace, run: Run) -> Result:
    """Give the result of a kept run as it was: verdict, rules, tolerance, findings, accepted ones apart."""
    head: Mapping[str, Any] = run.head
    apart = {one["key"]: one for one in head["accepted"]}
    standing, accepted = [], []
    for kept in kept_runs.findings_of(ws, run, limit=None).items:
        one = apart.get(kept.key) if kept.acceptance is not None else None
        if one is None:
            standing.append(kept.finding)
        else:
            accepted.append(Apart(kept.finding, one["by"], one["reason"], one["until"]))
    runs = tuple(
        RuleRun(
            line["rule"],
            line["status"],
            line["findings"],
            Text(line["reason"]["zh"], line["reason"]["en"]) if line["reason"] else None,
        )
        for line in head["rules"]
    )
    return Result(
        profile=run.profile,
        rules_version=run.rules_version,
        package=head["package"],
        tolerance=Tolerance.of(head["tolerance"]),
        runs=runs,
        findings=tuple(standing),
        accepted=tuple(accepted),
    )


def _book_of(ws: Workspace, run: Run) -> QualityBook:
    """Give the rules of the run's profile; those of the workspace where that profile is gone."""
    try:
        return rules_of(ws, run.profile)[1]
    except TubanError:
        return rules_of(ws)[1]


def _run_facts(ws: Workspace | None, run: Run | None) -> dict[str, Any]:
    if ws is None or run is None:
        return {}
    return {
        "run": str(run.number),
        "checked_at": run.recorded_at,
        "by": run.recorded_by,
        "sample": ws.sample,
    }


def _backdrop_in(ws: Workspace) -> Backdrop:
    """Give the administrative areas in force in the workspace, to lie under the findings."""
    for code in ("XZQX", "XZQ", "XZQXZ"):
        version = ws.in_force().get(code)
        if version is not None and version.rows <= MOST_BACKDROP:
            frame = ws.read(version, columns=["geometry"])
            shapes = [shapely.to_wkb(shape) for shape in frame.geometry if shape is not None]
            return [(profile_of(ws).layer(code).title, shapes, version.crs)] if version.crs else []
    return []
