"""One site against many layers at once: the question of a review, in one compiled call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuban.errors import Text, WrongUse
from tuban.geo import kernel_tree
from tuban.geo.area import area_m2
from tuban.geo.coords import Rings, from_shapes
from tuban.geo.kernel_area import ZoneArrays
from tuban.geo.overlay_pairs import raw_pairs
from tuban.geo.overlay_sound import PARCEL, must_be_sound
from tuban.geo.plane import NOISE_M2, NOISE_SHARE
from tuban.geo.zone_index import ZoneIndex


class Hit(NamedTuple):
    """A zone that the site has ground in: its layer and position there, the area, and which share of the site."""

    layer: str
    zone: int
    area_m2: float
    share: float


@dataclass(frozen=True)
class Layers:
    """Many layers of zones as one, for questions about single sites; read by many threads at once.

    `index` holds the zones of all layers, one layer after the other; `names` are the layers, `first` the number
    of the first zone of each.
    """

    index: ZoneIndex
    names: tuple[str, ...]
    first: NDArray[np.int64]

    @classmethod
    def of(cls, zones: Mapping[str, ZoneIndex]) -> Layers:
        """Join prepared layers, all for one system; they are copied, so the single ones can be let go.

        Raises
        ------
        WrongUse : no layer, or layers prepared for two systems.
        """
        if len({index.crs for index in zones.values()}) != 1:
            raise WrongUse(
                Text("应至少有一个图层,且坐标系相同。", "At least one layer is needed, all in one system."),
                Text("按同一坐标系重新生成分区索引。", "Prepare the zones for one system."),
            )
        held = list(zones.values())
        count = [len(index.rings) for index in held]
        first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        part_zone = np.concatenate([i.part_zone + at for i, at in zip(held, first, strict=False)])
        return cls(ZoneIndex(held[0].crs, _rings(held), part_zone, _arrays(held)), tuple(zones), first)

    def shares(self, site: Any, *, site_m2: float | None = None) -> list[Hit]:
        """Give how much of one site lies in each zone of every layer, sorted by layer and zone.

        Parameters
        ----------
        site : a polygon of shapely, in the system of the layers.
        site_m2 : its statutory area where it is known already.

        Raises
        ------
        InvalidGeometry : a site that crosses itself.
        """
        rings = from_shapes(np.array([site], dtype=object), PARCEL)
        must_be_sound(rings, self.index.crs, PARCEL)
        found = raw_pairs(rings, self.index, threads=1)
        own = float(found.own[0])
        if own <= 0:
            return []
        noise = NOISE_M2 + NOISE_SHARE * own
        zones = self.index.part_zone[found.part]
        common: dict[int, float] = {}
        for at in np.flatnonzero(found.common).tolist():
            zone = int(zones[at])
            common[zone] = common.get(zone, 0.0) + float(found.common[at])
        kept = sorted((zone, m2) for zone, m2 in common.items() if m2 > noise)
        if not kept:
            return []
        whole = float(area_m2([site], self.index.crs)[0]) if site_m2 is None else site_m2
        layer = np.searchsorted(self.first, [zone for zone, _ in kept], side="right") - 1
        hits = []
        for (zone, m2), at in zip(kept, layer.tolist(), strict=True):
            share = 1.0 if abs(m2 - own) <= noise else m2 / own
            hits.append(Hit(self.names[at], zone - int(self.first[at]), share * whole, share))
        return hits


def _joined(offsets: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Put offsets after one another: each list begins where the last one ended."""
    ends = np.cumsum([0, *(held[-1] for held in offsets[:-1])])
    parts = [held[1:] + at for held, at in zip(offsets, ends, strict=True)]
    return np.concatenate([np.zeros(1, np.int64), *parts]).astype(np.int64)


def _rings(held: list[ZoneIndex]) -> Rings:
    rings = [index.rings for index in held]
    return Rings(
        np.concatenate([r.xy for r in rings]),
        _joined([r.ring_off for r in rings]),
        _joined([r.part_off for r in rings]),
        _joined([r.row_off for r in rings]),
    )


def _arrays(held: list[ZoneIndex]) -> ZoneArrays:
    arrays = [index.arrays for index in held]
    points = np.cumsum([0, *(len(index.rings.xy) for index in held)])
    box = np.concatenate([a.box for a in arrays])
    nodes, level_off, order = kernel_tree.pack(box)
    return ZoneArrays(
        nodes=nodes,
        level_off=level_off,
        order=order,
        box=box,
        counts=np.concatenate([a.counts for a in arrays]),
        cell_base=_joined([a.cell_base for a in arrays]),
        cell_off=_joined([a.cell_off for a in arrays]),
        inside=np.concatenate([a.inside for a in arrays]),
        edge=np.concatenate([a.edge for a in arrays]),
        sign=np.concatenate([a.sign for a in arrays]),
        first_row=np.concatenate([a.first_row for a in arrays]),
        edge_at=np.concatenate(
            [a.edge_at.astype(np.int64) + at for a, at in zip(arrays, points, strict=False)]
        ).astype(np.int32),
    )
