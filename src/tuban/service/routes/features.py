"""The objects of a layer: by box, column, text; one by its id."""

from typing import Annotated

from fastapi import APIRouter, Query

from tuban.errors import NotFound, Text
from tuban.service import present
from tuban.service.deps import Fid, Filters, InBox, Limit, Offset, OpenState, SearchText, Version
from tuban.service.schemas import FeatureDetailOut, FeaturesOut

router = APIRouter(tags=["features"])


@router.get("/layers/{code}/features")
def list_features(
    state: OpenState,
    version: Version,
    bbox: InBox,
    filters: Filters,
    limit: Limit,
    q: SearchText = "",
    sort: Annotated[
        str | None, Query(max_length=80, description="column; `-` before it: largest first")
    ] = None,
    offset: Offset = 0,
    geometry: bool = False,
) -> FeaturesOut:
    """Give one page of the objects that meet all conditions."""
    rows = state.rows_of(version)
    fids = rows.select(filters=filters, q=q, bbox=bbox, sort=sort)
    page = present.features(rows, fids[offset : offset + limit], with_geometry=geometry)
    return FeaturesOut(
        code=version.code, version=version.number, total=len(fids), limit=limit, offset=offset, features=page
    )


@router.get("/layers/{code}/features/{fid}")
def read_feature(state: OpenState, version: Version, fid: Fid) -> FeatureDetailOut:
    """Give one object with its geometry and its size on the ellipsoid."""
    rows = state.rows_of(version)
    if fid >= rows.table.num_rows:
        raise NotFound(
            Text(f"{version.code} 第 {version.number} 版没有第 {fid} 号对象。",
                 f"Version {version.number} of {version.code} has no object {fid}."),
            Text(f"序号从 0 到 {rows.table.num_rows - 1}。", f"Ids run from 0 to {rows.table.num_rows - 1}."),
            fid=fid,
        )  # fmt: skip
    return present.feature(rows, fid)
