"""The sample county, from outline and published figures to the folder an institute would hand in."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import shapely

from tuban.domain.progress import Progress, Step, part, quiet
from tuban.errors import Text, WrongUse
from tuban.sample import fabric, handin, landuse, lines, places, skeleton, terrain, urban, zones
from tuban.sample import outline as outlines
from tuban.sample.figures import Figures, load_figures
from tuban.sample.ground import Ground
from tuban.sample.model import County
from tuban.sample.report import SampleReport

LEAST_PARCELS = 1500


def make(
    folder: Path,
    *,
    outline: Path | str | None = None,
    figures: Path | None = None,
    parcels: int = 60_000,
    seed: int = 20260101,
    progress: Progress = quiet,
) -> SampleReport:
    """Make a complete sample plan database in `folder` and say what is in it.

    Parameters
    ----------
    folder : made if absent; files of the same names are replaced.
    outline : a polygon file, `FILE`, `FILE::FIELD=VALUE` or `FILE::LAYER::FIELD=VALUE`; left out, an
        outline is invented.
    figures : a YAML file of published figures; left out, the package's own.
    parcels : about how many land patches (DLTB) to make.
    seed : the same seed gives the same county.

    Raises
    ------
    WrongUse : too few parcels, or a selector that names several outlines.
    NotFound, Unreadable : the outline or figures file.
    DiskFull : no room.
    """
    started = time.monotonic()
    if parcels < LEAST_PARCELS:
        raise WrongUse(
            Text(
                f"图斑数 {parcels} 太少,铺不成一个县。", f"{parcels} parcels are too few to cover a county."
            ),
            Text(f"请用 {LEAST_PARCELS} 以上。", f"Ask for {LEAST_PARCELS} or more."),
            parcels=parcels,
        )
    fig = load_figures(figures)
    county = draw(fig, outline, parcels, seed, part(progress, 0.0, 0.5))
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    layers = handin.write(county, folder, part(progress, 0.5, 1.0))
    progress(Step(1.0, Text("示范县已生成", "The sample county is made")))
    return SampleReport(
        folder=folder,
        name=county.name,
        code=county.code,
        crs=county.crs,
        parcels=county.ground.count,
        area_m2=county.area_m2,
        layers=layers,
        calibration=county.calibration,
        seed=seed,
        seconds=time.monotonic() - started,
    )


def draw(fig: Figures, outline: Path | str | None, parcels: int, seed: int, progress: Progress) -> County:
    """Draw the county: fabric, classes, zones and lines, all as sets of faces of one mesh."""
    rng = np.random.default_rng(seed)
    progress(Step(0.0, Text("读取县域范围", "Reading the outline")))
    rim = outlines.get(outline, fig.total_ha * 1e4, rng)
    progress(Step(0.05, Text("布置山水城镇", "Placing hills, rivers and towns")))
    land = terrain.make_terrain(rim.shape, rng)
    laid = places.lay_out(land, rim.shape, fig, parcels, rng)
    progress(Step(0.15, Text("搭建道路水系骨架", "Building the skeleton of roads and rivers")))
    bones = skeleton.build(laid, rim.shape, shapely.area(rim.shape) / parcels)
    progress(Step(0.35, Text("划分图斑", "Cutting parcels")))
    share = rim.area_m2 / (fig.total_ha * 1e4)
    made = fabric.build(
        bones, laid, land, parcels, fig.village_ha * 1.04e4 * share, fig.cultivated_ha * 1.10e4 * share, rng
    )
    progress(Step(0.6, Text("量算面积", "Measuring areas")))
    ground = Ground(made, rim.crs)
    progress(Step(0.7, Text("按公布数据划定三线与分区", "Drawing lines and zones to the published figures")))
    before = rim.area_m2 / 1e4 / sum(z["before"] for z in fig.zones_ha.values())
    after = rim.area_m2 / 1e4 / sum(z["after"] for z in fig.zones_ha.values())
    # Lines that tile nothing meet their figures exactly, unless the outline is of quite another size.
    free = 1.0 if abs(share - 1) < 0.02 else share
    laid.mines = zones.choose_mines(land, laid, laid.city_radius_m, rng)
    landuse.prepare(ground, land)
    urban.draw_boundary(ground, laid, fig, before, free)
    urban.plan_centre(ground, laid, fig, free, rng)
    urban.maintain(ground, fig, before, free)
    zones.draw_mining(ground, land, laid, fig, before)
    zones.draw_ecology(ground, land, fig, before)
    landuse.settle(ground, fig.village_ha * 1e4 * free)
    landuse.classify(ground, fig.cultivated_ha * 1e4 * free)
    zones.draw_farmland(ground, fig, free)
    zones.draw_farmland_zone(ground, fig, before, after)
    lines.draw_lines(ground, laid, fig, free, rng)
    progress(Step(1.0, Text("图面完成", "The drawing is done")))
    return County(fig=fig, ground=ground, places=laid, terrain=land, outline=rim, free_scale=free, rng=rng)
