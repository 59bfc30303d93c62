"""The workspace at a glance and the layer tree on a day."""

from __future__ import annotations

from collections import Counter
from datetime import date

import tuban
from tuban.domain.layer import GROUP_TITLES
from tuban.domain.version import LayerVersion
from tuban.service import present
from tuban.service import schemas as out
from tuban.service.deps import Moment
from tuban.service.state import State


def status_of(state: State) -> out.StatusOut:
    """Say which place and data this is, what it covers, and on which days it changes."""
    workspace, settings = state.workspace, state.settings
    versions = workspace.versions()
    systems = Counter(version.crs for version in versions if version.crs)
    key = settings.tianditu_key
    kept = workspace.settings
    return out.StatusOut(
        name=workspace.name,
        sample=workspace.sample or any(version.sample for version in versions),
        place=out.PlaceOut(
            name=str(kept.get("place_name") or workspace.name), code=kept.get("place_code") or None
        ),
        bounds=_around(versions),
        app_version=tuban.__version__,
        dates=_dates(versions),
        base_map=out.BaseMapOut(kind="tianditu", key=key) if key else None,
        default_on=date.today(),
        crs=systems.most_common(1)[0][0] if systems else None,
        max_upload_bytes=settings.max_upload_bytes,
    )


def layers_of(state: State, at: Moment) -> out.LayersOut:
    """List every layer that has versions, each with the one in force on the day."""
    in_force = state.workspace.in_force(on=at.on, known=at.known)
    listed = []
    for code, versions in state.versions_by_code().items():
        chosen = in_force.get(code)
        detail = state.tiles.detail_zoom(chosen) if chosen else None
        spec, latest = state.spec(code), versions[-1]
        paint = state.legends.paint(chosen or latest, spec)
        listed.append(present.layer(spec, paint, chosen, latest, len(versions), detail_zoom=detail))
    groups = [out.GroupOut(id=group, title=present.text(title)) for group, title in GROUP_TITLES.items()]
    listed.sort(key=lambda layer: (list(GROUP_TITLES).index(layer.group), layer.order, layer.code))
    return out.LayersOut(on=at.on, groups=groups, layers=listed)


def _dates(versions: list[LayerVersion]) -> list[date]:
    starts = {version.valid.start for version in versions}
    return sorted(starts | {version.valid.end for version in versions if version.valid.end})


def _around(versions: list[LayerVersion]) -> out.Bounds | None:
    boxes = [version.bounds for version in versions if version.bounds]
    if not boxes:
        return None
    wests, souths, easts, norths = zip(*boxes, strict=True)
    return min(wests), min(souths), max(easts), max(norths)
