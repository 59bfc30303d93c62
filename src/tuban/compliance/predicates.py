"""The closed set of predicates: each gives yes, no or cannot be told, and the ground that made it so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.compliance.ground import Absent, Ground, Layer
from tuban.compliance.site import moved
from tuban.compliance.taking import Asking, Taking
from tuban.domain.siterule import JOINERS, PREDICATES, Predicate
from tuban.domain.unit import convert
from tuban.errors import Text
from tuban.geo.directional import one_side
from tuban.geo.overlay_result import areal


@dataclass(frozen=True, slots=True)
class Answer:
    """`holds` is None where it cannot be told: a layer is `absent`, or the project does not say (`asks`)."""

    holds: bool | None
    takings: tuple[Taking, ...] = ()
    absent: tuple[Absent, ...] = ()
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """All that a predicate may look at."""

    asking: Asking
    ground: Ground
    on: date


def answer(predicate: Predicate, question: Question) -> Answer:
    """Ask one predicate, or several joined: unknown parts stay unknown unless the others decide."""
    if predicate.name in JOINERS:
        return _joined(predicate, [answer(part, question) for part in predicate.parts])
    return _WORK[predicate.name](predicate.arguments, question)


def _joined(predicate: Predicate, answers: list[Answer]) -> Answer:
    absent = tuple(dict.fromkeys(a for one in answers for a in one.absent))
    asks = tuple(dict.fromkeys(a for one in answers for a in one.asks))
    takings = tuple(t for one in answers for t in one.takings)
    values = [one.holds for one in answers]
    if predicate.name == "not":
        value = None if values[0] is None else not values[0]
        return Answer(value, takings, absent, asks)
    decides = predicate.name == "any"
    if decides in values:
        sure = [one for one in answers if one.holds is decides]
        return Answer(decides, tuple(t for one in (sure if decides else answers) for t in one.takings))
    if None in values:
        return Answer(None, takings, absent, asks)
    return Answer(not decides, takings)


def _on_layer(
    work: Callable[[Layer, dict[str, Any], Question], Answer], *, if_none_here: bool = False
) -> Callable[..., Answer]:
    def asked(arguments: dict[str, Any], question: Question) -> Answer:
        layer = question.ground.first(arguments["layer"])
        if isinstance(layer, Absent):
            # Declared that there is none here: that is an answer, and it stands on the declaration.
            return Answer(if_none_here if layer.declared else None, absent=(layer,))
        return work(layer, arguments, question)

    return asked


def _intersects(layer: Layer, arguments: dict[str, Any], question: Question) -> Answer:
    taking = question.asking.taking(layer, arguments.get("where"))
    return Answer(not taking.nothing, (taking,))


def _area_over(layer: Layer, arguments: dict[str, Any], question: Question) -> Answer:
    taking = question.asking.taking(layer, arguments.get("where"))
    limit_m2 = float(convert(arguments["area_ha"], "ha", "m2"))
    return Answer(taking.area_m2 > limit_m2, (taking,))


def _share_over(layer: Layer, arguments: dict[str, Any], question: Question) -> Answer:
    taking = question.asking.taking(layer, arguments.get("where"))
    return Answer(taking.share > arguments["share"], (taking,))


def _outside(layer: Layer, arguments: dict[str, Any], question: Question) -> Answer:
    taking = question.asking.outside(layer, arguments.get("where"))
    return Answer(not taking.nothing, (taking,))


def _within(layer: Layer, arguments: dict[str, Any], question: Question) -> Answer:
    asking, to_m, from_m = question.asking, arguments["to_m"], arguments.get("from_m", 0.0)
    rows = layer.chosen(asking.near(layer, to_m), arguments.get("where"))
    if not len(rows):
        return Answer(False, (asking.none(layer),))
    crs = asking.site.plane_crs
    shapes = moved(layer.at(rows), layer.crs, crs)
    ground = shapely.buffer(shapes, to_m, quad_segs=32)
    if from_m > 0:
        ground = shapely.difference(ground, shapely.union_all(shapely.buffer(shapes, from_m, quad_segs=32)))
    return _on_ground(layer, rows, ground, shapes, question)


def _within_one_side(arguments: dict[str, Any], question: Question) -> Answer:
    found = [question.ground.first(arguments[key]) for key in ("layer", "away_from")]
    gone = tuple(one for one in found if isinstance(one, Absent))
    if gone:
        return Answer(False if any(one.declared for one in gone) else None, absent=gone)
    layer, other = (one for one in found if isinstance(one, Layer))
    asking, to_m = question.asking, arguments["to_m"]
    rows = layer.chosen(asking.near(layer, to_m), arguments.get("where"))
    crs = asking.site.plane_crs
    # The pond or river may lie on the far side of the line, as far from the site again.
    beside = moved(other.at(asking.near(other, 2 * to_m + _NEAR_M)), other.crs, crs)
    if not len(rows):
        return Answer(False, (asking.none(layer),))
    if not len(beside):
        where = f"{other.code}"
        reason = Text(
            f"{layer.title.zh}旁没有{other.title.zh}({where}),分不出是哪一侧",
            f"no {other.title.en} ({where}) beside {layer.title.en}: its sides cannot be told",
        )
        return Answer(None, absent=(Absent(other.code, reason),))
    shapes = moved(layer.at(rows), layer.crs, crs)
    away = shapely.union_all(beside)
    lines = shapely.boundary(shapes) if layer.index is not None else shapes
    ground = np.array(
        [one_side(line, away, to_m=to_m, from_m=arguments.get("from_m", 0.0)) for line in lines], dtype=object
    )
    return _on_ground(layer, rows, ground, shapes, question)


_NEAR_M = 2_000.0


def _on_ground(
    layer: Layer, rows: NDArray[np.int64], ground: NDArray[Any], shapes: NDArray[Any], question: Question
) -> Answer:
    asking = question.asking
    crs = asking.site.plane_crs
    site = asking.site.in_(crs)
    pieces = areal(shapely.intersection(ground, site))
    taking = asking.counted(layer, rows, pieces, crs)
    if not taking.nothing:
        taking = replace(taking, distance_m=float(shapely.distance(shapes, site).min()))
    return Answer(not taking.nothing, (taking,))


def _nearest_over(layer: Layer, arguments: dict[str, Any], question: Question) -> Answer:
    rows = _reached(layer, arguments, question)
    return Answer(not len(rows), (question.asking.none(layer),))


def _count_under(layer: Layer, arguments: dict[str, Any], question: Question) -> Answer:
    rows = _reached(layer, arguments, question)
    return Answer(len(rows) < arguments["count"], (question.asking.none(layer),))


def _reached(layer: Layer, arguments: dict[str, Any], question: Question) -> NDArray[np.int64]:
    asking = question.asking
    rows = layer.chosen(asking.near(layer, arguments["distance_m"]), arguments.get("where"))
    if not len(rows):
        return rows
    crs = asking.site.plane_crs
    shapes = moved(layer.at(rows), layer.crs, crs)
    return rows[shapely.distance(shapes, asking.site.in_(crs)) <= arguments["distance_m"]]


def _attribute(arguments: dict[str, Any], question: Question) -> Answer:
    said = question.asking.site.attributes.get(arguments["name"])
    if said is None or said == "":
        return Answer(None, asks=(arguments["name"],))
    many = said if isinstance(said, list | tuple | set) else [said]
    return Answer(any(_word(one) in arguments["values"] for one in many))


def _word(said: Any) -> str:
    return {True: "true", False: "false"}.get(said, str(said)) if isinstance(said, bool) else str(said)


def _limit(over: bool) -> Callable[..., Answer]:
    def asked(arguments: dict[str, Any], question: Question) -> Answer:
        try:
            said = float(question.asking.site.attributes[arguments["name"]])
        except (KeyError, TypeError, ValueError):
            return Answer(None, asks=(arguments["name"],))
        return Answer(said > arguments["limit"] if over else said < arguments["limit"])

    return asked


def _quota_short(arguments: dict[str, Any], question: Question) -> Answer:
    left_ha = question.ground.quotas.get(arguments["account"])
    if left_ha is None:
        account = arguments["account"]
        reason = Text(f"没有指标账户“{account}”的余额", f"nothing is known of the quota account {account!r}")
        return Answer(None, absent=(Absent(f"quota:{account}", reason),))
    need_ha = float(convert(question.asking.site.area_m2, "m2", "ha"))
    return Answer(left_ha < need_ha)


def _decided_before(arguments: dict[str, Any], question: Question) -> Answer:
    return Answer(question.on < arguments["day"])


_WORK: dict[str, Callable[[dict[str, Any], Question], Answer]] = {
    "intersects": _on_layer(_intersects),
    "area_over": _on_layer(_area_over),
    "share_over": _on_layer(_share_over),
    "outside": _on_layer(_outside, if_none_here=True),
    "within": _on_layer(_within),
    "within_one_side": _within_one_side,
    "nearest_over": _on_layer(_nearest_over, if_none_here=True),
    "count_under": _on_layer(_count_under, if_none_here=True),
    "attribute": _attribute,
    "attribute_over": _limit(True),
    "attribute_under": _limit(False),
    "quota_short": _quota_short,
    "decided_before": _decided_before,
}
if missing := set(PREDICATES) ^ set(_WORK):  # a predicate without work must not wait for its first site
    raise RuntimeError(f"predicates without work, or work without predicate: {sorted(missing)}")
