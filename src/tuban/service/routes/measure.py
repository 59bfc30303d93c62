"""Measuring a drawing on the ellipsoid."""

from fastapi import APIRouter

from tuban.service.measuring import measure
from tuban.service.schemas import MeasureIn, MeasureOut

router = APIRouter(tags=["measure"])


@router.post("/measure")
def measure_drawing(drawing: MeasureIn) -> MeasureOut:
    """Measure a drawn line or ring on the CGCS2000 ellipsoid."""
    return measure(drawing)
