"""Verdicts that live on: kept, reached again to the byte, asked again when layers or rules have changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import shapely

from tuban.compliance.policy import Policy
from tuban.compliance.result import Override, Review
from tuban.compliance.site import Site
from tuban.domain.progress import Progress, Step, quiet
from tuban.errors import Text
from tuban.store.verdicts import KeptVerdict, add_verdict, standing_verdicts, verdict_of
from tuban.workflows.compliance import Desk


@dataclass(frozen=True, slots=True)
class Changed:
    """A verdict that would now be another: what it was, what it is, and which rules made the difference."""

    before: KeptVerdict
    after: Review
    added: tuple[str, ...]
    removed: tuple[str, ...]
    because: tuple[str, ...]

    @property
    def turned(self) -> bool:
        """Say whether the overall result is another."""
        return self.before.verdict != self.after.verdict.value

    def as_dict(self, lang: str = "zh") -> dict[str, Any]:
        """Give the machine form."""
        return {
            "number": self.before.number,
            "name": self.before.name,
            "project": self.before.project,
            "was": self.before.verdict,
            "on_was": self.before.on.isoformat(),
            "now": self.after.verdict.value,
            "on": self.after.on.isoformat(),
            "turned": self.turned,
            "added": list(self.added),
            "removed": list(self.removed),
            "because": list(self.because),
        }


def review_and_keep(
    desk: Desk,
    site: Site,
    *,
    by: str,
    on: date | None = None,
    known: datetime | None = None,
    pack_names: Iterable[str] = (),
    policy: Policy | None = None,
    overrides: Iterable[Override] = (),
    project: str | None = None,
    recheck_of: int | None = None,
) -> tuple[KeptVerdict, Review]:
    """Review a site and keep the verdict, with the moment whose knowledge it stands on."""
    known = known or desk.ws.clock()
    policy, overrides, names = policy or Policy(), tuple(overrides), tuple(pack_names)
    found = desk.review(site, on=on, known=known, pack_names=names, policy=policy, overrides=overrides)
    asked = {
        "attributes": dict(site.attributes),
        "packs": list(names),
        "policy": asdict(policy),
        "overrides": [{**asdict(one), "on": one.on.isoformat()} for one in overrides],
    }
    kept = add_verdict(
        desk.ws,
        name=site.name,
        shape=shapely.to_wkb(site.shape),
        crs=site.crs,
        asked=asked,
        on=found.on,
        known=known,
        verdict=found.verdict.value,
        body=found.as_dict(geometry=True),
        by=by,
        project=project,
        recheck_of=recheck_of,
    )
    return kept, found


def again(desk: Desk, number: int) -> tuple[KeptVerdict, Review]:
    """Reach a kept verdict again from what was asked, on its day and with the knowledge of its moment.

    The same layers and rules give the same result hash; where rules were changed since, it differs and says so.

    Raises
    ------
    NotFound : no such verdict.
    """
    kept = verdict_of(desk.ws, number)
    return kept, _ask(desk, kept, kept.on, kept.known)


def recheck(desk: Desk, *, on: date | None = None, progress: Progress = quiet) -> tuple[list[Changed], int]:
    """Ask every standing verdict again by the layers and rules of a day, where any of them changed.

    Returns
    -------
    the verdicts that now differ, and how many were affected by a change at all.
    """
    on = on or date.today()
    in_force = desk.ws.in_force(on=on)
    changed: list[Changed] = []
    affected = 0
    standing = standing_verdicts(desk.ws)
    for at, kept in enumerate(standing):
        progress(
            Step(
                at / len(standing), Text(f"复核第 {kept.number} 号结论", f"rechecking verdict {kept.number}")
            )
        )
        reasons = _what_changed(desk, kept, in_force)
        if not reasons:
            continue
        affected += 1
        after = _ask(desk, kept, on, None)
        was, now = _rules(kept.body), _rules(after.as_dict())
        if was == now and kept.verdict == after.verdict.value:
            continue
        changed.append(
            Changed(kept, after, tuple(sorted(now - was)), tuple(sorted(was - now)), tuple(reasons))
        )
    progress(Step(1.0, Text("复核完成", "rechecked")))
    return changed, affected


def _ask(desk: Desk, kept: KeptVerdict, on: date, known: datetime | None) -> Review:
    asked = kept.asked
    site = Site(shapely.from_wkb(kept.shape), kept.crs, kept.name, dict(asked["attributes"]))
    overrides = [Override(**{**one, "on": date.fromisoformat(one["on"])}) for one in asked["overrides"]]
    return desk.review(
        site,
        on=on,
        known=known,
        pack_names=asked["packs"],
        policy=Policy(**asked["policy"]),
        overrides=overrides,
    )


def _what_changed(desk: Desk, kept: KeptVerdict, in_force: Mapping[str, Any]) -> list[str]:
    """Say which layers and packs are no longer those that the verdict stood on."""
    held: Mapping[str, str] = kept.body["layers"]
    reasons = []
    for version, sha256 in held.items():
        code = version.rpartition("@")[0]
        now = in_force.get(code)
        if now is None:
            reasons.append(f"{version} → –")
        elif now.sha256 != sha256:
            reasons.append(f"{version} → {code}@{now.number}")
    # A layer that rules read and that was not there then, by its day or by its import.
    had = {version.rpartition("@")[0] for version in held}
    chosen = desk.packs(kept.asked["packs"])
    read = {code for pack in chosen for rule in pack.rules for codes in rule.when.layers() for code in codes}
    reasons += [
        f"– → {code}@{in_force[code].number}"
        for code in sorted((read - had) & set(in_force))
        if in_force[code].recorded_at > kept.known or in_force[code].valid.start > kept.on
    ]
    packs = {f"{pack.name}@{pack.version}": pack.sha256 for pack in chosen}
    for name in sorted(packs.keys() | kept.body["packs"].keys()):
        if packs.get(name) != kept.body["packs"].get(name):
            reasons.append(name)
    return reasons


def _rules(body: Mapping[str, Any]) -> set[str]:
    return {
        f"{one['rule']}:{one['layer']}" if one["layer"] else str(one["rule"])
        for one in body["concerned"]
        if one["override"] is None and not one["stricter"]
    }
