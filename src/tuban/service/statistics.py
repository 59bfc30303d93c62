"""Areas by class, unit and zone, as they are shown."""

from __future__ import annotations

from tuban.domain.version import LayerVersion
from tuban.service import present
from tuban.service import schemas as out
from tuban.service.deps import Moment
from tuban.service.state import State
from tuban.workflows.statistics import area_table


def statistics(
    state: State,
    version: LayerVersion,
    by: out.StatisticsBy,
    within: str | None,
    zone_layer: str | None,
    at: Moment,
) -> out.StatisticsOut:
    """Have the areas worked out (or taken from the cache) and present them."""
    if by not in ("class", "three_class"):
        state.kernels.wait("overlay")
    table = area_table(
        state.workspace,
        version,
        by,
        within=within,
        zone_layer=zone_layer,
        on=at.on,
        known=at.known,
        standards=state.profile,
    )
    rows = [
        out.StatisticsRowOut(
            code=row["code"],
            title=out.TextOut(zh=row["title_zh"], en=row["title_en"]),
            colour=row["colour"],
            area_ha=row["area_ha"],
            area_mu=row["area_mu"],
            area_wan_mu=row["area_wan_mu"],
            area_km2=row["area_km2"],
            share=row["share"],
            count=row["count"],
        )
        for row in table.frame.to_dict("records")
    ]
    return out.StatisticsOut(
        layer=version.code,
        version=version.number,
        by=by,
        within=within,
        zone_layer=zone_layer,
        unit="ha",
        rows=rows,
        total_ha=table.total_ha,
        total_mu=table.total_mu,
        total_wan_mu=table.total_wan_mu,
        total_km2=table.total_km2,
        formula=present.text(table.formula),
        notes=[present.text(note) for note in table.notes],
        adjusted=table.adjusted,
    )
