"""Compliance review (合规性核验): sites, verdicts, certificates, rechecks, and what a county has none of."""

from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Path, Query, Response, UploadFile

from tuban.service import compliance
from tuban.service import schemas_compliance as out
from tuban.service.deps import Language, LayerCode, Limit, Offset, OpenState
from tuban.service.schemas import TaskStartedOut

router = APIRouter(prefix="/compliance", tags=["compliance"])
VerdictNumber = Annotated[int, Path(ge=1, le=2**31 - 1, description="the verdict's number")]
MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}


@router.post("/sites")
def read_site(
    state: OpenState,
    file: Annotated[UploadFile, File(description="a vector file, or a boundary-point file (TXT)")],
    crs: Annotated[str | None, Form(max_length=40)] = None,
    convert_to: Annotated[str | None, Form(max_length=40)] = None,
) -> out.SiteOut:
    """Read a site from a file, to be looked at before it is reviewed."""
    return compliance.read_upload(state, file, crs, convert_to)


@router.post("/reviews")
def review_site(state: OpenState, lang: Language, wanted: out.ReviewIn) -> out.ReviewOut:
    """Review a site by the plan and the rules of a day; with `keep` the verdict is kept."""
    return compliance.review(state, wanted, lang)


@router.post("/proposals")
def propose_changes(state: OpenState, lang: Language, wanted: out.ProposalIn) -> out.ProposalsOut:
    """Find the smallest changes of a site (trim, move) that no rule forbids, or the proof that no move is one."""
    return compliance.propose(state, wanted, lang)


@router.get("/verdicts")
def list_verdicts(
    state: OpenState,
    limit: Limit,
    offset: Offset = 0,
    project: Annotated[str | None, Query(max_length=64)] = None,
    verdict: Annotated[Literal["符合", "有条件符合", "不符合", "无法判定"] | None, Query()] = None,
) -> out.VerdictsOut:
    """List kept verdicts, newest first."""
    return compliance.verdicts(state, project, verdict, limit, offset)


@router.get("/verdicts/{number}")
def read_verdict(state: OpenState, number: VerdictNumber) -> out.VerdictDetailOut:
    """Give a kept verdict whole."""
    return compliance.verdict(state, number)


@router.get(
    "/verdicts/{number}/certificate",
    response_class=Response,
    responses={200: {"content": {media: {} for media in MEDIA.values()}}},
)
def read_certificate(
    state: OpenState,
    lang: Language,
    number: VerdictNumber,
    format_: Annotated[Literal["pdf", "docx", "json"], Query(alias="format")] = "pdf",
) -> Response:
    """Give the certificate of a kept verdict."""
    from tuban.workflows.compliance_certificate import certificate

    data = certificate(state.workspace, number, format_, lang=lang)
    name = f"verdict-{number}.{format_}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=MEDIA[format_], headers=headers)


@router.post("/verdicts/{number}/again")
def reach_again(state: OpenState, number: VerdictNumber) -> out.AgainOut:
    """Reach a kept verdict again by the layers and the knowledge of its moment."""
    return compliance.again(state, number)


@router.post("/recheck", status_code=202)
def recheck_verdicts(state: OpenState) -> TaskStartedOut:
    """Queue a recheck of all standing verdicts by today's layers and rules; follow it at /api/tasks."""
    return TaskStartedOut(task=compliance.recheck(state).id)


@router.get("/attributes")
def list_attributes() -> list[out.AttributeOut]:
    """List what a project may say of itself."""
    return compliance.attributes()


@router.get("/packs")
def list_packs(state: OpenState) -> list[out.PackOut]:
    """List the rule packs."""
    return compliance.rule_packs(state)


@router.get("/absent")
def list_absent(state: OpenState) -> list[out.AbsentOut]:
    """List the layers of which a county has declared to have nothing."""
    return compliance.absences(state)


@router.put("/absent/{code}")
def declare_absent(state: OpenState, code: LayerCode, wanted: out.AbsentIn) -> list[out.AbsentOut]:
    """Declare that there is none of a layer here."""
    from tuban.workflows.compliance import declare_absent as declare

    declare(state.workspace, code, reason=wanted.reason, by=wanted.by)
    return compliance.absences(state)


@router.delete("/absent/{code}")
def withdraw_absent(
    state: OpenState, code: LayerCode, by: Annotated[str, Query(min_length=1, max_length=100)]
) -> list[out.AbsentOut]:
    """Take such a declaration back."""
    from tuban.workflows.compliance import withdraw_absent as withdraw

    withdraw(state.workspace, code, by=by)
    return compliance.absences(state)
