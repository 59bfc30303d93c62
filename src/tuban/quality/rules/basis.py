"""2xxx: the mathematical basis: systems, zones, places, datum, grid."""

from __future__ import annotations

from collections.abc import Iterator

from tuban.domain.finding import Finding
from tuban.quality.case import Case
from tuban.quality.register import rule


@rule("2101")
def system_is_cgcs2000(case: Case) -> Iterator[Finding]:
    """Find layers without a system, or with one that is not CGCS2000 as the profile wants it."""
    spatial = [layer for layer in case.package.layers if layer.kind != "table" and layer.fault is None]
    if not spatial:
        raise case.skip("没有空间图层。", "There is no layer with geometry.")
    kinds = set(case.words("kinds"))
    wanted = "CGCS2000 经纬度(EPSG:4490)或 3 度分带高斯—克吕格投影"
    for layer in spatial:
        if layer.crs is None:
            yield case.finding(
                layer,
                f"图层 {layer.name} 没有坐标系定义。请向数据生产单位问清后定义为 CGCS2000。",
                f"The layer {layer.name} names no coordinate system. Ask its producer and define it.",
                observed="无",
                expected=wanted,
            )
        elif layer.crs.kind not in kinds:
            yield case.finding(
                layer,
                f"图层 {layer.name} 的坐标系是 {layer.crs.code}({layer.crs.name}),应为 {wanted}。请转换后重新提交。",
                f"The layer {layer.name} is in {layer.crs.code} ({layer.crs.name}), not in CGCS2000 as asked. Convert it.",
                observed=f"{layer.crs.code} {layer.crs.name}",
                expected=wanted,
            )
