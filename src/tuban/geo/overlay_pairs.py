"""Which parcels and zones share how much ground: the kernel over many rows, in threads, as arrays."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuban.domain.progress import Progress, Step, quiet
from tuban.errors import Text
from tuban.geo.coords import Rings, refused
from tuban.geo.kernel_area import EVERY, Out, overlay_rows
from tuban.geo.kernel_room import room_for
from tuban.geo.overlay_sound import PARCEL, must_be_sound, must_be_valid
from tuban.geo.plane import NOISE_M2, NOISE_SHARE, Measure, plane_of
from tuban.geo.zone_index import ZoneIndex

Array = NDArray[np.float64]

_ROWS_AT_ONCE = 5_000
_FEW_ROWS = 2_000  # below this, threads cost more than they bring


@dataclass(frozen=True, slots=True)
class Pairs:
    """Parcels and zones that share ground, sorted by parcel and zone.

    `common_m2` and `own_m2` (of the parcel) are unrounded areas on the ellipsoid by the same integral, so
    their ratio is the share; it is exactly 1 where the parcel is wholly inside. `outline` is an upper bound of
    the outline of what they share, in the unit of the layer's plane. `near` are the parcels that the outline
    of some zone comes near to: only their own outline was reckoned with.
    """

    parcel: NDArray[np.int64]
    zone: NDArray[np.int64]
    common_m2: Array
    own_m2: Array
    outline: Array
    near: NDArray[np.int64]

    @property
    def share(self) -> Array:
        """Give the part of the parcel that lies in the zone, 0–1."""
        return self.common_m2 / self.own_m2


def threads_for(rows: int, threads: int | None = None) -> int:
    """Give how many threads are worth it for so many rows."""
    if threads is not None:
        return max(threads, 1)
    return 1 if rows < _FEW_ROWS else min(2, os.cpu_count() or 1)


def measure_pairs(
    parcels: Rings,
    index: ZoneIndex,
    *,
    measure: Measure = "ellipsoid",
    threads: int | None = None,
    first_row: int = 0,
    progress: Progress = quiet,
) -> Pairs:
    """Give all pairs that share ground beyond the noise of arithmetic.

    Parameters
    ----------
    parcels : n polygons in the system of `index`.
    measure : on the ellipsoid; or `plane`, in the layer's own plane, to compare with other engines.
    first_row : number of the first parcel, in the result and in messages.

    Raises
    ------
    InvalidGeometry : a parcel of which more, or less than nothing, lies in a zone: it crosses itself.
    """
    found = raw_pairs(parcels, index, measure=measure, threads=threads, progress=progress)
    if not len(found.row):
        return _no_pairs()
    zone = index.part_zone[found.part]
    return _settled(
        found.row, zone, found.common, found.cut, found.outline, found.own, index.single, first_row
    )


def must_hold(
    parcels: Rings,
    crs: Any,
    found: Pairs,
    shapes: Callable[[NDArray[np.int64]], NDArray[Any]] | None,
    first_row: int = 0,
) -> None:
    """Refuse parcels whose areas cannot be trusted.

    Parameters
    ----------
    shapes : gives some rows as geometries: then every fault of those near an outline is refused, and what would
        make an area wrong in all others that lie in a zone. Left out, what would make one wrong near an outline.
        The other rows have a share of 0 or 1 whatever their outline does.
    first_row : the number in `found` of the first parcel.

    Raises
    ------
    InvalidGeometry : the first of them.
    """
    near = found.near - first_row
    if shapes is None:
        must_be_sound(parcels, crs, PARCEL, near, first_row)
        return
    must_be_valid(shapes(near), PARCEL, found.near)
    inside = np.setdiff1d(found.parcel - first_row, near)
    must_be_sound(parcels, crs, PARCEL, inside, first_row)


class Raw(NamedTuple):
    """Each row and zone part whose boxes share ground, as the kernel measures them; `own` for each row."""

    row: NDArray[np.int64]
    part: NDArray[np.int64]
    common: Array
    cut: NDArray[np.bool_]
    outline: Array
    own: Array


def raw_pairs(
    parcels: Rings,
    index: ZoneIndex,
    *,
    measure: Measure = "ellipsoid",
    which: int = EVERY,
    threads: int | None = None,
    progress: Progress = quiet,
) -> Raw:
    """Give what the kernel measures, nothing settled: rows in the order of the parcels."""
    kind, false_easting = plane_of(index.crs, measure)
    count = threads_for(len(parcels), threads)

    own_m2 = np.zeros(len(parcels))
    row_box, most = parcels.row_box, parcels.most_points

    def work(first: int) -> list[tuple[Array, ...]]:
        last = min(first + _ROWS_AT_ONCE, len(parcels))
        scratch = room_for(most, len(index.part_zone), 2 * index.most_edges)
        done = []
        room = 2 * (last - first) + 64
        while first < last:
            out = _out(room, own_m2)
            first, pairs, need = overlay_rows(
                parcels.xy,
                parcels.ring_off,
                parcels.part_off,
                parcels.row_off,
                row_box,
                first,
                last,
                index.arrays,
                index.part_zone,
                which,
                kind,
                false_easting,
                scratch,
                out,
            )
            done.append(
                (
                    out.row[:pairs],
                    out.part[:pairs],
                    out.common_m2[:pairs],
                    out.cut[:pairs],
                    out.outline[:pairs],
                )
            )
            if not pairs:
                room = len(index.part_zone) + 64  # one row may have to do with them all
            if need:
                scratch = scratch._replace(listed=np.empty(need, np.int64))
        return done

    starts = range(0, len(parcels), _ROWS_AT_ONCE)
    done: list[tuple[Array, ...]] = []
    with ThreadPoolExecutor(count) if count > 1 and len(starts) > 1 else _Here() as pool:
        try:
            for result in pool.map(work, starts):
                done += result
                share = len(done) / max(len(starts), len(done))
                progress(Step(share, Text("量算交叠面积", "Measuring what is shared")))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    if not done:
        done = [_nothing(_out(0, own_m2))]
    columns = [c[0] if len(c) == 1 else np.concatenate(c) for c in zip(*done, strict=True)]
    row, part, common, cut, outline = columns
    return Raw(row, part, common, cut, outline, own_m2)


def _nothing(out: Out) -> tuple[Array, ...]:
    return out.row, out.part, out.common_m2, out.cut, out.outline


def _out(pairs: int, own_m2: Array) -> Out:
    return Out(
        row=np.empty(pairs, np.int64),
        part=np.empty(pairs, np.int64),
        common_m2=np.empty(pairs),
        cut=np.empty(pairs, np.bool_),
        outline=np.empty(pairs),
        own_m2=own_m2,
    )


class _Here:
    """Do the work in this thread, as a pool of none."""

    map = staticmethod(map)

    def shutdown(self, *, cancel_futures: bool) -> None:
        """Stop nothing: no thread was started."""

    def __enter__(self) -> _Here:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""


def _no_pairs() -> Pairs:
    none, empty = np.empty(0, np.int64), np.empty(0)
    return Pairs(none, none, empty, empty, empty, none)


def _settled(
    row: NDArray[np.int64],
    zone: NDArray[np.int64],
    common: Array,
    cut: NDArray[np.bool_],
    outline: Array,
    own: Array,
    single: bool,
    first_row: int,
) -> Pairs:
    """Sum the parts of each zone, drop what is nothing, and call inside what is."""
    if not len(row):
        return _no_pairs()
    # An outline along the border of two strips passes through neither: then the area shows it.
    partly = (common != 0) & (common != own[row])
    near = np.unique(row[cut | partly | (own[row] <= NOISE_M2)])
    met = cut | (common != 0)  # the rest only has boxes that meet
    row, zone, common, outline = row[met], zone[met], common[met], outline[met]
    order = np.lexsort((zone, row))
    row, zone, common, outline = row[order], zone[order], common[order], outline[order]
    if not single and len(row):
        starts = np.flatnonzero(np.r_[True, (row[1:] != row[:-1]) | (zone[1:] != zone[:-1])])
        row, zone = row[starts], zone[starts]
        common, outline = np.add.reduceat(common, starts), np.add.reduceat(outline, starts)
    whole = own[row]
    noise = NOISE_M2 + NOISE_SHARE * np.abs(whole)
    odd = np.flatnonzero((common < -noise) | (common > whole + noise) | (whole < -noise))
    if len(odd):
        reason = "自相交或洞在外环之外", "it crosses itself, or a hole lies outside"
        raise refused(PARCEL, first_row + int(row[odd[0]]), *reason, count=len(np.unique(row[odd])))
    common = np.where(np.abs(common - whole) <= noise, whole, common)
    kept = (common > noise) | ((common == whole) & (whole > 0))
    return Pairs(
        row[kept] + first_row, zone[kept], common[kept], whole[kept], outline[kept], near + first_row
    )
