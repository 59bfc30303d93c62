"""Compliance review of a site (合规性核验) against the layers and rules of one day."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely

from tuban.compliance.ground import Absent, Ground, Layer
from tuban.compliance.policy import Policy
from tuban.compliance.proposal import Counter, propose
from tuban.compliance.result import Override, Review, lonlat
from tuban.compliance.review import review
from tuban.compliance.site import Site, site_of
from tuban.compliance.taking import joined
from tuban.domain.siterule import ATTRIBUTES, DEFAULT_ATTRIBUTES, RulePack
from tuban.domain.unit import in_unit
from tuban.domain.version import LayerVersion
from tuban.errors import BrokenFile, Text, WrongUse
from tuban.geo.boundary_points import read as read_boundary
from tuban.geo.io import read_layer
from tuban.geo.overlay_site import Layers
from tuban.standards.profile import Profile
from tuban.standards.rulepacks import packs, packs_for
from tuban.store import Workspace
from tuban.store.indexes import ZoneIndexes
from tuban.workflows.intake import profile_of

PACKS_SETTING = "compliance.packs"
MOST_JOINED = 16
ABSENT_SETTING = "compliance.absent"
QUOTA_SETTING = "compliance.quotas"
# The largest unit that bounds the data, the first in force counts; and what a site is divided by.
OUTLINES = ("XZQX", "XZQXS", "XZQ")
DIVIDE_BY: dict[str, tuple[tuple[str, ...], str, str]] = {
    "town": (("XZQXZ", "XZQ"), "XZQDM", "XZQMC"),
    "class": (("DLTB",), "DLBM", "DLMC"),
    "owner": (("DLTB",), "QSDWDM", "QSDWMC"),
    "zone": (("GHFQ", "YDYHGHFQ"), "GHFQDM", "GHFQMC"),
}


@dataclass
class Desk:
    """A workspace opened for reviews: layers stay prepared from one review to the next, by their content."""

    ws: Workspace
    indexes: ZoneIndexes

    def __post_init__(self) -> None:
        self._layers: dict[str, Layer] = {}
        self._joined: dict[tuple[str, ...], Layers] = {}
        self.profile: Profile = profile_of(self.ws)

    @classmethod
    def at(cls, ws: Workspace) -> Desk:
        """Give a desk for a workspace."""
        return cls(ws, ws.indexes)

    def ground(self, on: date, known: datetime | None, rule_packs: Iterable[RulePack] = ()) -> Ground:
        """Give the layers in force on a day, as believed at a moment; each is loaded when it is asked for."""
        in_force = self.ws.in_force(on=on, known=known)
        known_codes = set(self.ws.codes())
        needed = {layer.code: layer for pack in rule_packs for layer in pack.layers}
        declared: Mapping[str, Any] = self.ws.settings.get(ABSENT_SETTING) or {}

        def load(code: str) -> Layer | Absent:
            if code in in_force:
                return self._layer(in_force[code])
            if code in declared:
                return _declared(code, declared[code])
            spec = self.profile.find(code)
            title = needed[code].title if code in needed else spec.title if spec else Text(code, code)
            if code in known_codes:
                reason = Text(
                    f"{title.zh}({code})在 {on} 没有有效版本",
                    f"{title.en} ({code}) has no version in force on {on}",
                )
            else:
                reason = Text(f"{title.zh}({code})没有入库", f"{title.en} ({code}) was never imported")
            return Absent(code, reason, needed[code].supplier if code in needed else Text("", ""))

        outline = next((code for code in OUTLINES if code in in_force), OUTLINES[0])
        quotas = {str(k): float(v) for k, v in (self.ws.settings.get(QUOTA_SETTING) or {}).items()}
        return Ground(load, quotas, outline, self._join)

    def _join(self, layers: tuple[Layer, ...]) -> Layers:
        key = tuple(f"{layer.label}:{layer.sha256}" for layer in layers)
        if key not in self._joined:
            # A handful is asked for again and again; another day's layers replace them.
            if len(self._joined) >= MOST_JOINED:
                self._joined.clear()
            self._joined[key] = joined(layers)
        return self._joined[key]

    def _layer(self, version: LayerVersion) -> Layer:
        key = f"{version.code}:{version.number}:{version.sha256}"
        if key not in self._layers:
            spec = self.profile.find(version.code)
            columns = [name for name in version.columns if name != "geometry"]
            polygons = version.area_m2 is not None
            attributes: pa.Table = self.ws.table(version, columns=columns)
            shapes = (
                None if polygons else np.asarray(self.ws.read(version, columns=[]).geometry, dtype=object)
            )
            self._layers[key] = Layer(
                code=version.code,
                title=spec.title if spec else Text(version.code, version.code),
                number=version.number,
                sha256=version.sha256,
                crs=version.crs or "",
                since=version.valid.start,
                attributes=attributes,
                id_field=(spec.id_field if spec else None) or "BSM",
                index=self.indexes.of(version) if polygons else None,
                shapes=shapes,
                source=version.source_name,
            )
        return self._layers[key]

    def packs(self, names: Iterable[str] = ()) -> tuple[RulePack, ...]:
        """Give the rule packs: those named, else those of the workspace, else those of its place."""
        chosen = tuple(names) or tuple(self.ws.settings.get(PACKS_SETTING) or ())
        if chosen:
            return packs(*chosen)
        place = self.ws.settings.get("place_code") or ""
        if not place and (found := self.ws.settings.get("place")) and isinstance(found, Mapping):
            place = found.get("code", "")
        return packs_for(str(place))

    def review(
        self,
        site: Site,
        *,
        on: date | None = None,
        known: datetime | None = None,
        pack_names: Iterable[str] = (),
        policy: Policy | None = None,
        overrides: Iterable[Override] = (),
    ) -> Review:
        """Review one site; see `tuban.compliance.review.review`.

        Raises
        ------
        WrongUse : the site lies outside the county, or the project says what no attribute is.
        """
        on = on or date.today()
        site = _complete(site)
        in_force = self.ws.in_force(on=on, known=known)
        divide = {
            name: (code, *fields)
            for name, (codes, *fields) in DIVIDE_BY.items()
            if (code := next((one for one in codes if one in in_force), None))
        }
        chosen = self.packs(pack_names)
        return review(
            site,
            self.ground(on, known, chosen),
            chosen,
            on=on,
            policy=policy,
            overrides=overrides,
            divide_by={name: (code, key, title) for name, (code, key, title) in divide.items()},
            known=known.isoformat() if known else "",
        )


def propose_for(
    desk: Desk,
    site: Site,
    *,
    within_m: float = 500.0,
    on: date | None = None,
    known: datetime | None = None,
    pack_names: Iterable[str] = (),
    policy: Policy | None = None,
) -> Counter:
    """Find the smallest changes of a site that no rule forbids; see `tuban.compliance.proposal.propose`."""
    on = on or date.today()
    chosen = desk.packs(pack_names)
    ground = desk.ground(on, known, chosen)
    return propose(_complete(site), ground, chosen, on=on, within_m=within_m, policy=policy)


def proposals_of(counter: Counter, lang: str = "zh") -> dict[str, Any]:
    """Give the machine form of a counter-proposal; shapes in degrees."""
    titles = {
        "as it is": Text("无需改动", "as it is"),
        "trim": Text("裁剪", "trim"),
        "move": Text("移动", "move"),
        "move and trim": Text("移动并裁剪", "move and trim"),
    }
    return {
        "within_m": counter.within_m,
        "rules": list(counter.rules),
        "proven": counter.proven,
        "unresolved_m": counter.unresolved_m,
        "examined": counter.examined,
        "proposals": [
            {
                "kind": one.kind,
                "title": titles[one.kind].in_(lang),
                "east_m": round(one.east_m, 2),
                "north_m": round(one.north_m, 2),
                "distance_m": round(one.distance_m, 2),
                "area_ha": float(in_unit(one.site.area_m2, "ha", 4)),
                "given_up_ha": float(in_unit(one.given_up_m2, "ha", 4)),
                "crs": one.site.crs,
                "geometry": json.loads(shapely.to_geojson(one.site.shape)),
                "lonlat": lonlat(one.site.shape, one.site.crs),
            }
            for one in counter.proposals
        ],
    }


def read_site(
    path: str | Path,
    *,
    name: str = "",
    attributes: Mapping[str, Any] | None = None,
    layer: str | None = None,
    crs: str | None = None,
    convert_to: str | None = None,
    encoding: str | None = None,
) -> Site:
    """Read a site from a file: any vector format, or the boundary-point text file of land approval.

    Raises
    ------
    BrokenFile : a boundary-point file whose plots cannot be used; the message names the line.
    What `read_layer` and `site_of` raise.
    """
    path = Path(path)
    if path.suffix.lower() == ".txt" and path.is_file():
        file = read_boundary(path, encoding=encoding)
        if file.errors:
            first = file.errors[0]
            raise BrokenFile(
                Text(
                    f"界址点文件“{path.name}”第 {first.line} 行:{first.text.zh}",
                    f"Boundary file “{path.name}”, line {first.line}: {first.text.en}",
                ),
                Text("请测绘单位改正后再核验。", "Have the surveyor mend it."),
                line=first.line,
                errors=len(file.errors),
            )
        frame = file.frame()
    else:
        read = read_layer(path, layer=layer, crs=crs, convert_to=convert_to, encoding=encoding)
        frame = read.frame
        if not isinstance(frame, gpd.GeoDataFrame):
            raise WrongUse(
                Text(f"“{path.name}”是表格,没有地块图形。", f"“{path.name}” is a table without geometry."),
                Text("请给出地块范围的面图形。", "Give the site as polygons."),
            )
    return site_of(frame, name=name or path.stem, attributes=dict(attributes or {}))


def declare_absent(ws: Workspace, code: str, *, reason: str, by: str) -> None:
    """Record that a county has nothing of a layer, by name and reason: an answer, unlike missing data.

    Raises
    ------
    WrongUse : no reason or no name.
    """
    if not reason.strip() or not by.strip():
        raise WrongUse(
            Text("声明“本地没有”须写明依据和经办人。", "A declaration needs a reason and a name."),
            Text("请补充 --reason 和 --by。", "Pass --reason and --by."),
        )
    said = dict(ws.settings.get(ABSENT_SETTING) or {})
    said[code] = {"reason": reason, "by": by, "on": date.today().isoformat()}
    ws.settings.set(ABSENT_SETTING, said, by=by)


def withdraw_absent(ws: Workspace, code: str, *, by: str) -> None:
    """Take such a declaration back."""
    said = dict(ws.settings.get(ABSENT_SETTING) or {})
    if said.pop(code, None) is not None:
        ws.settings.set(ABSENT_SETTING, said, by=by)


def polygon_of(coordinates: Iterable[tuple[float, float]], crs: str) -> shapely.Polygon:
    """Give a polygon of coordinate pairs (easting or longitude first), closed where it is open.

    Raises
    ------
    WrongUse : fewer than three points.
    """
    points = list(coordinates)
    if len(points) < 3:
        raise WrongUse(
            Text(
                f"地块至少要 3 个点,给出了 {len(points)} 个。",
                f"A site has 3 points at least, not {len(points)}.",
            ),
            Text("请补足界址点。", "Give more points."),
            crs=crs,
        )
    return shapely.Polygon(points)


def _complete(site: Site) -> Site:
    unknown = [name for name in site.attributes if name not in ATTRIBUTES]
    if unknown:
        raise WrongUse(
            Text(f"没有项目属性“{unknown[0]}”。", f"A project has no attribute {unknown[0]!r}."),
            Text(f"可用:{'、'.join(ATTRIBUTES)}。", f"Use one of: {', '.join(ATTRIBUTES)}."),
        )
    missing = {k: v for k, v in DEFAULT_ATTRIBUTES.items() if k not in site.attributes}
    if not missing:
        return site
    said = "、".join(f"{k}={v}" for k, v in missing.items())
    note = Text(
        f"项目没有写明的按通常情形:{said}。", f"Taken as usual where the project does not say: {said}."
    )
    return Site(site.shape, site.crs, site.name, {**missing, **site.attributes}, (*site.notes, note))


def _declared(code: str, said: Mapping[str, Any]) -> Absent:
    reason = Text(
        f"声明本地没有:{said['reason']}({said['by']},{said['on']})",
        f"declared that there is none here: {said['reason']} ({said['by']}, {said['on']})",
    )
    return Absent(code, reason, Text(str(said["by"]), str(said["by"])), declared=True)
