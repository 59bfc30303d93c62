"""What is here."""

from typing import Annotated

from fastapi import APIRouter, Query

from tuban.service.deps import At, OpenState
from tuban.service.identify import identify
from tuban.service.schemas import IdentifyOut

router = APIRouter(tags=["identify"])
Lon = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)]


@router.get("/identify")
def identify_point(
    state: OpenState,
    at: At,
    lon: Lon,
    lat: Lat,
    tolerance_m: Annotated[float, Query(ge=0, le=5000, description="reach for lines and points")] = 10.0,
) -> IdentifyOut:
    """Give every layer's answer at one point, with the version that says so and since when."""
    return IdentifyOut(lon=lon, lat=lat, on=at.on, layers=identify(state, lon, lat, at, tolerance_m))
