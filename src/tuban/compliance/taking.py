"""Which ground of a layer a site takes: pieces, area, objects; and the slivers that do not count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from tuban.compliance.ground import Layer
from tuban.compliance.policy import Policy
from tuban.compliance.site import Site, moved
from tuban.geo.area import area_m2, length_m
from tuban.geo.overlay import site_shares
from tuban.geo.overlay_result import areal
from tuban.geo.overlay_site import Hit, Layers

# Prepared zones larger than this are asked by themselves: joining copies them.
SMALL_BYTES = 64 * 1024**2
Where = Mapping[str, tuple[str, ...]] | None


@dataclass(frozen=True, slots=True)
class Sliver:
    """A piece of common ground too small or too narrow to be meant; area and mean width on the ellipsoid."""

    layer: str
    area_m2: float
    width_m: float
    objects: tuple[str, ...]
    counted: bool


@dataclass(frozen=True, slots=True)
class Taking:
    """What a site takes of a layer: `ground` in the site's system (None: nothing), area, share, objects."""

    layer: str
    version: str
    sha256: str
    title: tuple[str, str]
    area_m2: float = 0.0
    share: float = 0.0
    objects: tuple[str, ...] = ()
    ground: shapely.Geometry | None = None
    slivers: tuple[Sliver, ...] = ()
    distance_m: float | None = None

    @property
    def nothing(self) -> bool:
        """Say whether it takes no ground that counts."""
        return self.ground is None


@dataclass
class Asking:
    """One site and one policy, asking layer after layer; what was worked out is kept for the next rule."""

    site: Site
    policy: Policy
    join: Callable[[tuple[Layer, ...]], Layers] | None = None

    def __post_init__(self) -> None:
        self._rows: dict[str, NDArray[np.int64]] = {}
        self._taken: dict[Any, Taking] = {}
        self._holders: set[str] = set()

    def prepare(self, layers: list[Layer]) -> None:
        """Ask all polygon layers of one system at once which of their objects the site has ground in."""
        by_crs: dict[str, list[Layer]] = {}
        for layer in layers:
            if layer.index is not None and layer.code not in self._rows:
                by_crs.setdefault(layer.crs, []).append(layer)
        for crs, some in by_crs.items():
            held: dict[str, list[int]] = {layer.code: [] for layer in some}
            for hit in self._hits(self.site.in_(crs), some):
                held[hit.layer].append(hit.zone)
                # One object that holds the whole site: nothing of it can lie outside.
                if hit.share >= 1.0:
                    self._holders.add(hit.layer)
            self._rows |= {code: np.array(zones, dtype=np.int64) for code, zones in held.items()}

    def _hits(self, shape: Any, layers: list[Layer]) -> list[Hit]:
        """Ask layers of one system: the small ones joined, in one call; a large one is not copied for that."""
        small = tuple(
            layer for layer in layers if layer.index is not None and layer.index.nbytes <= SMALL_BYTES
        )
        large = [layer for layer in layers if layer not in small]
        area = (
            self.site.area_m2
        )  # only which zones are hit is used of the shares, and the whole is near enough
        found = list((self.join or joined)(small).shares(shape, site_m2=area)) if small else []
        for layer in large:
            assert layer.index is not None  # lines and points were left out before
            series = gpd.GeoSeries([shape], crs=layer.crs)
            table = site_shares(series, {layer.code: layer.index}, site_m2=area)
            found += [Hit(*row) for row in table.itertuples(index=False)]
        return found

    def rows(self, layer: Layer) -> NDArray[np.int64]:
        """Give the objects that the site has ground in (or, for lines and points, meets)."""
        if layer.index is None:
            found = layer.tree.query(self.site.in_(layer.crs), predicate="intersects")
            return np.sort(np.asarray(found, dtype=np.int64))
        self.prepare([layer])
        return self._rows[layer.code]

    def near(self, layer: Layer, distance_m: float) -> NDArray[np.int64]:
        """Give the objects within a distance of the site, and perhaps some a little beyond."""
        crs = self.site.plane_crs
        around = shapely.buffer(self.site.in_(crs), distance_m * 1.002 + 1, quad_segs=8)
        shape = moved(np.array([around], dtype=object), crs, layer.crs)[0]
        if layer.index is None:
            return np.sort(np.asarray(layer.tree.query(shape, predicate="intersects"), dtype=np.int64))
        return np.array([hit.zone for hit in self._hits(shape, [layer])], dtype=np.int64)

    def taking(self, layer: Layer, where: Where = None) -> Taking:
        """Work out what the site takes of a layer."""
        key = (layer.code, None if where is None else tuple(sorted(where.items())))
        if key not in self._taken:
            rows = layer.chosen(self.rows(layer), where)
            if not len(rows):
                self._taken[key] = self.none(layer)
            elif layer.index is None:
                self._taken[key] = Taking(*_of(layer), objects=layer.ids(rows), ground=self.site.shape)
            else:
                shape = self.site.in_(layer.crs)
                pieces = areal(shapely.intersection(layer.at(rows), shape))
                self._taken[key] = self.counted(layer, rows, pieces)
        return self._taken[key]

    def outside(self, layer: Layer, where: Where = None) -> Taking:
        """Work out what of the site lies outside a layer."""
        rows = layer.chosen(self.rows(layer), where)
        if where is None and layer.code in self._holders:
            return self.none(layer)
        shape = self.site.in_(layer.crs)
        if not len(rows):
            return self.counted(layer, rows, np.array([shape], dtype=object))
        rest = shapely.difference(shape, shapely.union_all(layer.at(rows)))
        return self.counted(layer, np.empty(0, np.int64), areal(np.array([rest], dtype=object)))

    def none(self, layer: Layer) -> Taking:
        """Give that the site takes nothing."""
        return Taking(*_of(layer))

    def counted(
        self, layer: Layer, rows: NDArray[np.int64], pieces: NDArray[Any], crs: str | None = None
    ) -> Taking:
        """Put pieces of ground together, set slivers apart, measure what is left.

        `pieces` belong to `rows` one by one, or are of the site alone (`rows` empty), in the layer's system
        or in `crs`.
        """
        crs = crs or layer.crs
        parts = shapely.get_parts(shapely.union_all(pieces))
        parts = parts[shapely.get_dimensions(parts) == 2]
        if not len(parts):
            return self.none(layer)
        areas = area_m2(parts, crs, rounding="none")
        widths = 2 * areas / np.maximum(length_m(shapely.boundary(parts), crs), 1e-9)
        policy = self.policy
        thin = (areas < policy.sliver_m2) | (widths < policy.sliver_width_m)
        # A site smaller than the limits is not a sliver of itself.
        thin &= areas < 0.5 * self.site.area_m2
        together = bool(areas[thin].sum() > policy.slivers_together_m2)
        owners = [_owners(layer, rows, pieces, part) for part in parts[thin]]
        order = np.lexsort((widths[thin], -areas[thin]))
        slivers = tuple(
            Sliver(layer.code, float(areas[thin][i]), float(widths[thin][i]), owners[i], together)
            for i in order
        )
        kept = parts if together else parts[~thin]
        if not len(kept):
            return Taking(*_of(layer), slivers=slivers)
        # Unrounded: each part would be rounded to 0.01 m², and a site may take many.
        taken = float(area_m2(kept, crs, rounding="none").sum())
        meant = shapely.union_all(kept)
        shape = moved(np.array([meant], dtype=object), crs, self.site.crs)[0]
        some = rows
        if len(rows):
            common = shapely.area(shapely.intersection(pieces, meant))
            some = rows[common > 0]
        return Taking(
            *_of(layer),
            area_m2=taken,
            share=min(1.0, taken / self.site.area_m2),
            objects=layer.ids(some) if len(some) else (),
            ground=shape,
            slivers=slivers,
        )


def joined(layers: tuple[Layer, ...]) -> Layers:
    """Join layers for one question; whoever asks many keeps what this gives."""
    return Layers.of({layer.code: layer.index for layer in layers if layer.index is not None})


def _of(layer: Layer) -> tuple[str, str, str, tuple[str, str]]:
    return layer.code, layer.label, layer.sha256, (layer.title.zh, layer.title.en)


def _owners(
    layer: Layer, rows: NDArray[np.int64], pieces: NDArray[Any], part: shapely.Geometry
) -> tuple[str, ...]:
    if not len(rows):
        return ()
    return layer.ids(rows[shapely.area(shapely.intersection(pieces, part)) > 0])
