"""The difference of two versions, as it is shown."""

from __future__ import annotations

import numpy as np

from tuban.domain.version import LayerVersion
from tuban.service import present
from tuban.service import schemas as out
from tuban.service.compare import Difference, compare
from tuban.service.state import State
from tuban.service.tables import Rows


def comparison(state: State, a: LayerVersion, b: LayerVersion, limit: int, offset: int) -> out.CompareOut:
    """Compare two versions and present one page of each list."""
    rows_a, rows_b = state.rows_of(a), state.rows_of(b)
    spec = state.spec(a.code)
    found = compare(rows_a, rows_b, spec.id_field, spec.area_field)
    page = slice(offset, offset + limit)
    change_m2 = None if a.area_m2 is None or b.area_m2 is None else b.area_m2 - a.area_m2
    return out.CompareOut(
        code=a.code,
        a=present.version(a),
        b=present.version(b),
        key=found.key,
        added=_one_sided(rows_b, found.added[page], found.key),
        removed=_one_sided(rows_a, found.removed[page], found.key),
        changed=_changed(rows_a, rows_b, found, page),
        counts=out.CompareCountsOut(
            added=len(found.added), removed=len(found.removed), changed=len(found.changed_a), same=found.same
        ),
        area_a_ha=present.ha(a.area_m2),
        area_b_ha=present.ha(b.area_m2),
        change_ha=present.ha(change_m2),
        limit=limit,
        offset=offset,
    )


def _one_sided(rows: Rows, fids: np.ndarray, key: str) -> list[out.CompareFeatureOut]:
    return [
        out.CompareFeatureOut(
            fid=int(fid),
            id=str(row.get(key, fid)),
            bounds=bounds,
            area_ha=_area(rows, fid),
            properties=present.properties(row),
        )
        for fid, row, bounds in zip(fids, rows.properties(fids), present.bounds_of(rows, fids), strict=True)
    ]


def _changed(a: Rows, b: Rows, found: Difference, page: slice) -> list[out.ChangedFeatureOut]:
    fids_a, fids_b = found.changed_a[page], found.changed_b[page]
    values_a, values_b = a.properties(fids_a), b.properties(fids_b)
    bounds = present.bounds_of(b, fids_b)
    return [
        out.ChangedFeatureOut(
            fid_a=int(fids_a[i]),
            fid_b=int(fids_b[i]),
            id=str(values_b[i].get(found.key, fids_b[i])),
            bounds=bounds[i],
            area_a_ha=_area(a, fids_a[i]),
            area_b_ha=_area(b, fids_b[i]),
            geometry_changed=bool(found.geometry_changed[page][i]),
            changes=[
                out.ChangedValueOut(
                    field=name, a=present.value(values_a[i][name]), b=present.value(values_b[i][name])
                )
                for name, differs in found.fields.items()
                if differs[page][i]
            ],
        )
        for i in range(len(fids_a))
    ]


def _area(rows: Rows, fid: int) -> float | None:
    return None if rows.area_m2 is None else present.ha(float(rows.area_m2[fid]))
