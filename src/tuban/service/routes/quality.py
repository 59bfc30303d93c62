"""Quality inspection (成果质检): runs, their findings, exceptions, reports, and the rules themselves."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Path, Query, UploadFile
from fastapi.responses import FileResponse

from tuban.service import quality, quality_exceptions, quality_repairs, quality_rules
from tuban.service import schemas_quality as out
from tuban.service.deps import Language, Limit, Number, Offset, OpenState, SearchText
from tuban.service.quality_filter import FindingFilter
from tuban.service.quality_report import report
from tuban.service.quality_start import start
from tuban.service.schemas import TaskStartedOut

router = APIRouter(prefix="/quality", tags=["quality"])
RunId = Annotated[str, Path(pattern=r"^[1-9]\d{0,8}$", description="the run's number")]
Text100 = Annotated[str, Query(max_length=100)]
Profile = Annotated[str, Query(max_length=100, description="a profile's name; default: the workspace's")]


@router.post("/runs", status_code=202)
def start_inspection(
    state: OpenState,
    file: Annotated[
        UploadFile | None, File(description="a package: a zip of the plan's folder or .gdb, or one file")
    ] = None,
    versions: Annotated[
        list[str] | None, Form(max_length=200, description="layer versions: DLTB (in force), DLTB@2")
    ] = None,
    profile: Annotated[str, Form(max_length=100)] = "",
) -> TaskStartedOut:
    """Queue an inspection of a package, or of layer versions of the workspace; follow it at /api/tasks."""
    return TaskStartedOut(task=start(state, file, versions or [], profile).id)


@router.get("/runs")
def list_inspections(state: OpenState) -> list[out.RunOut]:
    """List the inspections, newest first."""
    return quality.runs(state)


@router.get("/runs/{run}")
def read_inspection(state: OpenState, run: RunId) -> out.RunDetailOut:
    """Give a verdict with all it rests on: counts, tolerances, hashes, what was not checked, what it does not prove."""
    return quality.run(state, run)


@router.get("/runs/{run}/findings")
def list_inspection_findings(
    state: OpenState,
    run: RunId,
    limit: Limit,
    offset: Offset = 0,
    rule: Text100 = "",
    severity: Annotated[str, Query(pattern="^[VGW]?$")] = "",
    layer: Text100 = "",
    unit: Text100 = "",
    mender: Text100 = "",
    q: SearchText = "",
    sort: Annotated[
        str,
        Query(
            max_length=40, description="severity, rule, layer, unit, area_m2, width_m; -name: largest first"
        ),
    ] = "",
) -> out.QualityFindingsOut:
    """Give one page of a run's findings."""
    wanted = FindingFilter(rule, severity, layer, unit, mender, q, sort)
    return quality.findings(state, run, wanted, limit, offset)


@router.get("/runs/{run}/findings/{n}")
def read_inspection_finding(
    state: OpenState, run: RunId, n: Annotated[int, Path(ge=0, le=2**31 - 1)]
) -> out.QualityFindingDetailOut:
    """Give one finding with its true shape and the shapes of the objects it concerns, in degrees."""
    return quality.finding(state, run, n)


@router.get("/runs/{run}/compare")
def compare_inspections(
    state: OpenState,
    run: RunId,
    other: Annotated[str, Query(alias="with", pattern=r"^[1-9]\d{0,8}$")],
    limit: Limit,
    offset: Offset = 0,
    side: out.Side = "new",
) -> out.RunsComparedOut:
    """Say what is new, gone and unchanged against another run, with one page of one side."""
    return quality.compared(state, run, other, side, limit, offset)


@router.post("/runs/{run}/exceptions", status_code=201)
def accept_finding(state: OpenState, run: RunId, wanted: out.AcceptIn) -> out.ExceptionOut:
    """Accept a finding as an exception, by name, with a reason and an expiry."""
    return quality_exceptions.accept(state, run, wanted)


@router.get("/exceptions")
def list_exceptions(state: OpenState) -> list[out.ExceptionOut]:
    """List the register of exceptions (例外), newest first."""
    return quality_exceptions.exceptions(state)


@router.delete("/exceptions/{exception}")
def withdraw_exception(
    state: OpenState,
    exception: Number,
    by: Annotated[str, Query(min_length=1, max_length=100)],
    reason: Annotated[str, Query(min_length=1, max_length=2000)],
) -> out.ExceptionOut:
    """Withdraw an exception; it stays in the register, as withdrawn."""
    return quality_exceptions.withdraw(state, exception, by, reason)


@router.get(
    "/runs/{run}/report",
    response_class=FileResponse,
    responses={
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
    },
)
def download_report(
    state: OpenState, lang: Language, run: RunId, format: out.ReportFormat = "xlsx"
) -> FileResponse:
    """Give the report of a run as a file: for people (XLSX, PDF, DOCX, HTML), for QGIS (GPKG), for machines (JSON)."""
    return report(state, run, format, lang)


@router.post("/runs/{run}/repairs/search", status_code=202)
def search_repairs(state: OpenState, run: RunId) -> TaskStartedOut:
    """Queue the search for safe repairs of what a run inspected; nothing is changed."""
    return TaskStartedOut(task=quality_repairs.search(state, run).id)


@router.get("/runs/{run}/repairs")
def list_repairs(state: OpenState, run: RunId, limit: Limit, offset: Offset = 0) -> out.RepairsOut:
    """Give one page of the repairs that were found, each with the ground it would move."""
    return quality_repairs.repairs(state, run, limit, offset)


@router.post("/runs/{run}/repairs", status_code=202)
def accept_repairs(state: OpenState, run: RunId, wanted: out.AcceptRepairsIn) -> TaskStartedOut:
    """Queue a new database with the accepted repairs, inspected again as a run of its own."""
    return TaskStartedOut(task=quality_repairs.accept(state, run, wanted.ids).id)


@router.get(
    "/runs/{run}/repaired",
    response_class=FileResponse,
    responses={
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
    },
)
def download_repaired(state: OpenState, run: RunId, what: quality_repairs.What = "package") -> FileResponse:
    """Give what accepted repairs made: the new database, the map of the differences, or the record."""
    return quality_repairs.download(state, run, what)


@router.get("/rules")
def list_quality_rules(state: OpenState, profile: Profile = "") -> list[out.QualityRuleOut]:
    """List the rules that a profile inspects by, in the order of their numbers."""
    return quality_rules.rules(state, profile)


@router.get("/profiles")
def list_quality_profiles(state: OpenState) -> list[out.QualityProfileOut]:
    """List the profiles that can be inspected by; the workspace's own is the default."""
    return quality_rules.profiles(state)
