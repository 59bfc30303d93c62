"""What a review says: three lists, the overall verdict, what it stands on, and its machine form."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import shapely

from tuban.compliance.policy import Policy
from tuban.compliance.site import Site, moved
from tuban.compliance.taking import Sliver, Taking
from tuban.domain.siterule import NOTHING, Effect, SiteRule
from tuban.domain.unit import in_unit
from tuban.errors import Text

SHARE_DECIMALS = 6


class Verdict(StrEnum):
    """The overall result, in the words of the certificate."""

    CONFORMS = "符合"
    CONDITIONAL = "有条件符合"
    FAILS = "不符合"
    UNDETERMINED = "无法判定"

    @property
    def english(self) -> str:
        """Give it in English."""
        return {"符合": "conforms", "有条件符合": "conforms on conditions", "不符合": "does not conform"}.get(
            self.value, "cannot be determined"
        )


@dataclass(frozen=True, slots=True)
class Override:
    """An officer's word that a hit is wrong: who, why, on what evidence. It is printed beside the hit."""

    rule: str
    layer: str
    by: str
    reason: str
    evidence: str
    on: date


@dataclass(frozen=True, slots=True)
class Concern:
    """A rule that applies to the site. `effect` may be milder than the rule's own where a case is exempt."""

    rule: SiteRule
    effect: Effect
    takings: tuple[Taking, ...]
    exempt: bool = False
    override: Override | None = None
    stricter: str = ""

    @property
    def counts(self) -> bool:
        """Say whether it weighs in the verdict."""
        return self.override is None and not self.stricter


@dataclass(frozen=True, slots=True)
class Clear:
    """A rule that does not apply, and the layers that say so (or the declaration that there is none)."""

    rule: SiteRule
    layers: tuple[str, ...]
    declared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A layer that has no data, or a fact of the project that nobody gave: no pass can stand on it."""

    layer: str
    reason: Text
    rules: tuple[str, ...]
    supplier: Text = NOTHING
    weighs: bool = True


@dataclass(frozen=True, slots=True)
class Share:
    """Part of the site by town, class or owner."""

    code: str
    name: str
    area_m2: float
    share: float


@dataclass(frozen=True)
class Review:
    """A whole review of one site on one day."""

    site: Site
    on: date
    policy: Policy
    verdict: Verdict
    concerned: tuple[Concern, ...]
    not_concerned: tuple[Clear, ...]
    not_covered: tuple[Uncovered, ...]
    slivers: tuple[Sliver, ...]
    by: dict[str, tuple[Share, ...]]
    layers: dict[str, str]
    packs: dict[str, str]
    notes: tuple[Text, ...] = ()
    asks: tuple[str, ...] = ()
    known: str = ""

    @property
    def conditions(self) -> tuple[Text, ...]:
        """Give every condition that a concerned rule sets, each once."""
        return tuple(dict.fromkeys(t for c in self.concerned if c.counts for t in _asked(c)[0]))

    @property
    def documents(self) -> tuple[Text, ...]:
        """Give every document that a concerned rule asks for, each once."""
        return tuple(dict.fromkeys(t for c in self.concerned if c.counts for t in _asked(c)[1]))

    def hashes(self) -> dict[str, str]:
        """Give what identifies input, rules, layers and result."""
        body = json.dumps(self._body("zh"), ensure_ascii=False, sort_keys=True)
        return {
            "site": self.site.sha256,
            "rules": _digest(self.packs),
            "layers": _digest(self.layers),
            "result": hashlib.sha256(body.encode()).hexdigest(),
        }

    def as_dict(self, lang: str = "zh", *, geometry: bool = False) -> dict[str, Any]:
        """Give the machine form; areas in hectares to 0.0001, shares 0–1."""
        return self._body(lang, geometry) | {"hashes": self.hashes()}

    def _body(self, lang: str, geometry: bool = False) -> dict[str, Any]:
        site = self.site
        lon, lat = site.centre
        return {
            "verdict": self.verdict.value,
            "verdict_en": self.verdict.english,
            "on": self.on.isoformat(),
            "known": self.known,
            "site": {
                "name": site.name,
                "crs": site.crs,
                "area_ha": _ha(site.area_m2),
                "area_m2": round(site.area_m2, 2),
                "centre": [round(lon, 7), round(lat, 7)],
                "attributes": {key: site.attributes[key] for key in sorted(site.attributes)},
            },
            "concerned": [one for c in self.concerned for one in _concern(c, lang, site, geometry)],
            "not_concerned": [
                {
                    "rule": one.rule.id,
                    "title": one.rule.title.in_(lang),
                    "layers": list(one.layers),
                    "declared_absent": list(one.declared),
                    "clause": one.rule.clause,
                    "rule_version": _rule_version(one.rule),
                }
                for one in self.not_concerned
            ],
            "not_covered": [
                {
                    "layer": one.layer,
                    "reason": one.reason.in_(lang),
                    "supplier": one.supplier.in_(lang),
                    "rules": list(one.rules),
                    "weighs": one.weighs,
                }
                for one in self.not_covered
            ],
            "slivers": [
                {
                    "layer": one.layer,
                    "area_m2": round(one.area_m2, 4),
                    "width_m": round(one.width_m, 4),
                    "objects": list(one.objects),
                    "counted": one.counted,
                }
                for one in self.slivers
            ],
            "conditions": [text.in_(lang) for text in self.conditions],
            "documents": [text.in_(lang) for text in self.documents],
            "asks": list(self.asks),
            "by": {
                key: [
                    {"code": s.code, "name": s.name, "area_ha": _ha(s.area_m2), "share": round(s.share, 6)}
                    for s in shares
                ]
                for key, shares in sorted(self.by.items())
            },
            "policy": self.policy.as_dict(),
            "notes": [note.in_(lang) for note in self.notes],
            "layers": dict(sorted(self.layers.items())),
            "packs": dict(sorted(self.packs.items())),
        }


def _concern(concern: Concern, lang: str, site: Site, geometry: bool) -> list[dict[str, Any]]:
    rule = concern.rule
    conditions, documents = _asked(concern)
    common: dict[str, Any] = {
        "rule": rule.id,
        "title": rule.title.in_(lang),
        "effect": concern.effect.value,
        "advice": rule.advice.in_(lang),
        "clause": rule.clause,
        "source": rule.source,
        "confidence": rule.confidence,
        "rule_version": _rule_version(rule),
        "exempt": concern.exempt,
        "exempt_if": [text.in_(lang) for text in rule.exempt],
        "conditions": [text.in_(lang) for text in conditions],
        "documents": [text.in_(lang) for text in documents],
        "stricter": concern.stricter,
        "override": None
        if concern.override is None
        else {
            "by": concern.override.by,
            "reason": concern.override.reason,
            "evidence": concern.override.evidence,
            "on": concern.override.on.isoformat(),
        },
    }
    takings = concern.takings or (None,)
    return [common | _taking(one, site, geometry) for one in takings]


def _taking(taking: Taking | None, site: Site, geometry: bool) -> dict[str, Any]:
    if taking is None:
        return {"layer": None, "area_ha": None, "share": None, "layer_version": None, "objects": []}
    said: dict[str, Any] = {
        "layer": taking.layer,
        "area_ha": _ha(taking.area_m2),
        "area_m2": round(taking.area_m2, 2),
        "share": round(taking.share, SHARE_DECIMALS),
        "layer_version": taking.version,
        "layer_sha256": taking.sha256,
        "objects": list(taking.objects),
        "distance_m": None if taking.distance_m is None else round(taking.distance_m, 2),
    }
    if geometry:
        said["geometry"] = None if taking.ground is None else lonlat(taking.ground, site.crs)
    return said


def lonlat(shape: shapely.Geometry, crs: str) -> dict[str, Any]:
    """Give a shape as GeoJSON in degrees."""
    import numpy as np

    there = moved(np.array([shape], dtype=object), crs, "EPSG:4490")[0]
    return json.loads(shapely.to_geojson(shapely.set_precision(there, 1e-9, mode="pointwise")))


def _asked(concern: Concern) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    if concern.effect is Effect.PROHIBIT:
        return (), ()
    return concern.rule.conditions, concern.rule.documents


def _rule_version(rule: SiteRule) -> str:
    return f"{rule.pack}@{rule.pack_version}/{rule.since.isoformat()}"


def _ha(value_m2: float) -> float:
    return float(in_unit(value_m2, "ha", 4))


def _digest(held: dict[str, str]) -> str:
    said = "\n".join(f"{key}={held[key]}" for key in sorted(held))
    return hashlib.sha256(said.encode()).hexdigest()
