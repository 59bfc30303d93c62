"""Compliance reviews asked and presented; the layers stay prepared while the service runs."""

from __future__ import annotations

import json
import shutil
import threading
import uuid
import weakref
from typing import TYPE_CHECKING, Any

from fastapi import UploadFile

from tuban.domain.siterule import ATTRIBUTES
from tuban.errors import InvalidGeometry, Text
from tuban.service import present
from tuban.service import schemas_compliance as out
from tuban.service.uploading import keep, safe_name

if TYPE_CHECKING:  # the compiled kernels load with the first review
    from tuban.compliance.site import Site
    from tuban.service.state import State
    from tuban.service.tasks import Task
    from tuban.store.verdicts import KeptVerdict
    from tuban.store.workspace import Workspace
    from tuban.workflows.compliance import Desk

_desks: weakref.WeakKeyDictionary[Workspace, Desk] = weakref.WeakKeyDictionary()
_guard = threading.Lock()


def desk_of(state: State) -> Desk:
    """Give the workspace's desk: made with the first review, with layers prepared from then on."""
    from tuban.workflows.compliance import Desk

    with _guard:
        if state.workspace not in _desks:
            _desks[state.workspace] = Desk.at(state.workspace)
        return _desks[state.workspace]


def read_upload(state: State, file: UploadFile, crs: str | None, convert_to: str | None) -> out.SiteOut:
    """Read a site from an uploaded file.

    Raises
    ------
    What `tuban.workflows.compliance.read_site` raises.
    """
    from tuban.compliance.result import lonlat
    from tuban.workflows.compliance import read_site

    folder = state.workspace.cache_dir("uploads") / uuid.uuid4().hex
    try:
        kept = keep(file, folder / safe_name(file.filename or ""), state.settings.max_upload_bytes)
        site = read_site(kept, crs=crs, convert_to=convert_to)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    import shapely

    there = lonlat(site.shape, site.crs)
    return out.SiteOut(
        name=site.name,
        crs=site.crs,
        area_ha=round(site.area_m2 / 10_000, 4),
        geometry=json.loads(shapely.to_geojson(site.shape)),
        lonlat=there,
        bounds=shapely.from_geojson(json.dumps(there)).bounds,
        notes=[present.text(note) for note in site.notes],
    )


def review(state: State, wanted: out.ReviewIn, lang: str) -> out.ReviewOut:
    """Review a site, and keep the verdict where asked.

    Raises
    ------
    What `Desk.review` raises; InvalidGeometry where the coordinates are none.
    """
    from datetime import date

    from tuban.compliance.policy import Policy
    from tuban.compliance.result import Override
    from tuban.workflows.compliance_keep import review_and_keep

    desk, site = desk_of(state), _site(wanted)
    options: dict[str, Any] = {
        "on": wanted.on,
        "pack_names": wanted.packs,
        "policy": Policy(**wanted.policy.model_dump()),
        "overrides": [Override(**one.model_dump(), on=date.today()) for one in wanted.overrides],
    }
    number = None
    if wanted.keep:
        kept, found = review_and_keep(desk, site, by=wanted.by, project=wanted.project, **options)
        number = kept.number
    else:
        found = desk.review(site, **options)
    return out.ReviewOut(
        number=number, sample=state.workspace.sample, result=found.as_dict(lang, geometry=True)
    )


def propose(state: State, wanted: out.ProposalIn, lang: str) -> out.ProposalsOut:
    """Find the smallest changes of a site that no rule forbids."""
    from tuban.compliance.policy import Policy
    from tuban.workflows.compliance import proposals_of, propose_for

    counter = propose_for(
        desk_of(state),
        _site(wanted),
        within_m=wanted.within_m,
        on=wanted.on,
        pack_names=wanted.packs,
        policy=Policy(**wanted.policy.model_dump()),
    )
    return out.ProposalsOut(**proposals_of(counter, lang))


def verdicts(
    state: State, project: str | None, verdict: str | None, limit: int, offset: int
) -> out.VerdictsOut:
    """Give a page of kept verdicts."""
    from tuban.store.verdicts import list_verdicts

    found = list_verdicts(state.workspace, project=project, verdict=verdict, limit=limit, offset=offset)
    return out.VerdictsOut(verdicts=[out.VerdictOut(**_brief(one)) for one in found])


def verdict(state: State, number: int) -> out.VerdictDetailOut:
    """Give one kept verdict."""
    import shapely

    from tuban.compliance.result import lonlat
    from tuban.store.verdicts import verdict_of

    kept = verdict_of(state.workspace, number)
    return out.VerdictDetailOut(
        **_brief(kept),
        result=dict(kept.body),
        asked=dict(kept.asked),
        lonlat=lonlat(shapely.from_wkb(kept.shape), kept.crs),
    )


def again(state: State, number: int) -> out.AgainOut:
    """Reach a kept verdict again."""
    from tuban.workflows.compliance_keep import again as work

    kept, found = work(desk_of(state), number)
    now = found.hashes()["result"]
    return out.AgainOut(number=number, same=now == kept.result_sha256, was=kept.result_sha256, now=now)


def recheck(state: State) -> Task:
    """Queue a recheck of all standing verdicts."""

    def work(progress: Any) -> dict:
        from tuban.workflows.compliance_keep import recheck as ask

        changed, affected = ask(desk_of(state), progress=progress)
        return {"area": "compliance", "affected": affected, "changed": [one.as_dict() for one in changed]}

    return state.tasks.start(Text("复核已登记的核验结论", "Recheck of kept verdicts"), work)


def attributes() -> list[out.AttributeOut]:
    """Give what a project may say of itself, for the form."""
    return [
        out.AttributeOut(
            name=one.name,
            label=present.text(one.label),
            kind="number" if one.number else "yes_no" if one.yes_or_no else "choice",
            values=[out.ValueOut(value=v, label=present.text(label)) for v, label in one.values.items()],
        )
        for one in ATTRIBUTES.values()
    ]


def rule_packs(state: State) -> list[out.PackOut]:
    """Give the rule packs, and which of them count here."""
    from tuban.standards.rulepacks import pack, shipped_packs

    used = {one.name for one in desk_of(state).packs()}
    return [
        out.PackOut(
            name=one.name,
            title=present.text(one.title),
            region=one.region,
            version=one.version,
            rules=len(one.rules),
            not_for_sites=len(one.not_for_sites),
            sha256=one.sha256,
            used=one.name in used,
        )
        for one in (pack(name) for name in shipped_packs())
    ]


def absences(state: State) -> list[out.AbsentOut]:
    """Give the declarations of absence."""
    from tuban.workflows.compliance import ABSENT_SETTING

    said = state.workspace.settings.get(ABSENT_SETTING) or {}
    return [out.AbsentOut(layer=code, **said[code]) for code in sorted(said)]


def _site(wanted: out.ReviewIn) -> Site:
    import geopandas as gpd
    import shapely

    from tuban.compliance.site import site_of
    from tuban.geo.crs import understand

    try:
        shape = shapely.from_geojson(json.dumps(wanted.geometry.model_dump()))
    except (shapely.GEOSException, ValueError, TypeError):
        raise InvalidGeometry(
            Text("地块坐标不是有效的 GeoJSON 面。", "The coordinates are no GeoJSON polygon."),
            Text(
                "每圈至少 4 个点,首尾相同,每点为两个数。",
                "A ring has 4 points at least, the last as the first.",
            ),
        ) from None
    series = gpd.GeoSeries([shape], crs=understand(wanted.crs).code)
    return site_of(series, name=wanted.name, attributes=dict(wanted.attributes))


def _brief(kept: KeptVerdict) -> dict[str, Any]:
    return {
        "number": kept.number,
        "name": kept.name,
        "project": kept.project,
        "on": kept.on,
        "verdict": kept.verdict,
        "area_ha": kept.body["site"]["area_ha"],
        "centre": tuple(kept.body["site"]["centre"]),
        "recheck_of": kept.recheck_of,
        "recorded_at": kept.recorded_at.isoformat(),
        "recorded_by": kept.recorded_by,
        "result_sha256": kept.result_sha256,
    }
