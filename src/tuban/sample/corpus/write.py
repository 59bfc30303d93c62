"""A world as the files of a hand-in: databases, loose shapefiles, the folder tree, zips with fixed moments."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import pyogrio

from tuban.geo.write import write_layer, write_layers
from tuban.sample.corpus.curve import bend
from tuban.sample.corpus.dbf import dbf
from tuban.sample.corpus.model import Container, World
from tuban.standards.load import profile

_MOMENT = (2026, 1, 1, 0, 0, 0)


def write_world(world: World, folder: Path, name: str, container: Container) -> Path:
    """Write a world below `folder`; give the path of the package."""
    folder.mkdir(parents=True, exist_ok=True)
    match container:
        case "gpkg":
            written = write_layers(world.layers, folder / f"{name}.gpkg", format="gpkg")
            if "curve" in world.raw:
                bend(written, *world.raw["curve"])
            return written
        case "files":
            for title, layers in world.raw["databases"].items():
                write_layers(layers, folder / name / f"{title}.gpkg", format="gpkg")
            return folder / name
        case "gdb":
            special: dict[str, dict[str, str]] = world.raw.get("gdb options", {})
            plain = {layer: frame for layer, frame in world.layers.items() if layer not in special}
            made = write_layers(plain, folder / f"{name}.gdb", format="gdb")
            for layer, options in special.items():
                pyogrio.write_dataframe(
                    world.layers[layer], made, layer=layer, driver="OpenFileGDB", use_arrow=True, append=False,
                    layer_options=options,
                )  # fmt: skip
            return made
        case "gdb.zip":
            return write_layers(world.layers, folder / f"{name}.gdb.zip", format="gdb")
        case "shp":
            return _shapefiles(world, folder / name)
        case "delivery":
            return _delivery(world, folder / name)
        case "delivery.zip":
            made = _delivery(world, folder / name)
            target = folder / f"{name}.zip"
            _zip(made, target)
            shutil.rmtree(folder / name)
            return target


def _shapefiles(world: World, folder: Path) -> Path:
    for name, frame in world.layers.items():
        if isinstance(frame, gpd.GeoDataFrame):
            write_layer(frame, folder / f"{name}.shp", format="shp", layer_name=name)
            # GDAL gives every number 24 digits, 15 of them decimals: not what the standard specifies.
            (folder / f"{name}.dbf").write_bytes(dbf(frame, profile().find(name)))
    for place, content in world.files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(content)
    return folder


def _delivery(world: World, folder: Path) -> Path:
    root = folder / world.root
    for inner in world.folders:
        (root / inner).mkdir(parents=True, exist_ok=True)
    for place, content in world.files.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_bytes(content)
    if world.layers and world.database:
        write_layers(
            world.layers, root / world.database, format="gdb" if world.database.endswith(".gdb") else "gpkg"
        )
    return root


def _zip(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            inside = file.relative_to(folder.parent).as_posix()
            entry = zipfile.ZipInfo(inside + "/" if file.is_dir() else inside, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, b"" if file.is_dir() else file.read_bytes())
