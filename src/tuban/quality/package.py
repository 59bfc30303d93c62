"""A package: what was handed in, as it is. Opening one never fails over bad content: that is for the rules.

A package is a FileGDB, a GeoPackage, a single file, a folder or a zip of all these with documents; or layers
that a workspace has. Layers are read when a rule first asks for them.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tuban.domain.layer import LayerSpec
from tuban.errors import Text, TubanError, UnknownCRS
from tuban.geo.crs import Understood, understand
from tuban.geo.io_open import Source
from tuban.geo.io_raw import RawField, RawInfo, RawLayer, kind_of, raw_geometry, raw_info, raw_rows
from tuban.quality.package_files import PackageFile, Tree, has_delivery_folders, look_into
from tuban.standards.profile import Profile

# delivery: the folder tree of a hand-in; database: one .gdb or .gpkg; files: loose data files; workspace: stored.
Layout = Literal["delivery", "database", "files", "workspace"]


class PackageLayer:
    """One layer as it lies in its file; reading waits until a rule asks.

    Attributes
    ----------
    name, code, spec : its name in the file; what the profile calls it, with its definition, or None.
    database, file : names of the database and of the file it lies in, relative to the package.
    info : what the file declares of it. `fault` : why it cannot be read, or None.
    """

    def __init__(
        self,
        name: str,
        spec: LayerSpec | None,
        *,
        database: str,
        file: str,
        source: Source | None = None,
        frame: pd.DataFrame | None = None,
    ) -> None:
        self.name = name
        self.spec = spec
        self.code = spec.code if spec is not None else None
        self.database = database
        self.file = file
        self.source = source
        self.fault: TubanError | None = None
        self.notes: tuple[Text, ...] = ()
        self._label: str | None = None
        self._frame = frame
        self._read: RawLayer | None = None
        self.info = self._describe()

    # -- declared

    @property
    def label(self) -> str:
        """What findings call it: the profile's code, with the database's name where there are several."""
        return self._label or self.code or self.name

    @property
    def rows(self) -> int:
        """How many rows the file promises."""
        return self.info.rows

    @property
    def kind(self) -> str:
        """Its geometry by the file: polygon, line, point, table, or any."""
        said = self.info.geometry
        if said is None:
            return "table"
        return next((kind for kind in ("polygon", "line", "point") if kind in said.lower()), "any")

    @cached_property
    def crs(self) -> Understood | None:
        """The system that the file names, understood; None where it names none."""
        if self.info.crs is None:
            return None
        try:
            return understand(self.info.crs)
        except UnknownCRS:
            return None

    @property
    def crs_code(self) -> str | None:
        """EPSG:n or the system's name; None where the file names none."""
        return self.crs.code if self.crs is not None else None

    def declared(self, name: str) -> RawField | None:
        """Give the column of exactly this name as the file declares it, or None."""
        return next((one for one in self.info.fields if one.name == name), None)

    # -- read

    @property
    def frame(self) -> pd.DataFrame:
        """All attributes, columns and values as in the file; empty where it cannot be read (see `fault`)."""
        return self._rows().frame

    @cached_property
    def _geometry(self) -> tuple[np.ndarray, np.ndarray]:
        read = self._rows()
        if isinstance(self._frame, gpd.GeoDataFrame):
            geoms = np.asarray(self._frame.geometry.array, dtype=object)
            kinds = shapely.get_type_id(geoms).astype(np.int64)
            # shapely counts from 0 and knows rings; WKB counts from 1.
            wkb = np.array([0, 1, 2, 2, 3, 4, 5, 6, 7])[kinds + 1]
            wkb[shapely.is_empty(geoms)] = np.where(
                wkb[shapely.is_empty(geoms)] > 0, wkb[shapely.is_empty(geoms)], 0
            )
            return geoms, wkb
        if read.wkb is None:
            none = np.full(len(read.frame), None, dtype=object)
            return none, np.zeros(len(none), dtype=np.int64)
        return raw_geometry(read.wkb)

    @property
    def geometry(self) -> np.ndarray:
        """n flat geometries by row; None where there is none, or none that can be used (curves)."""
        return self._geometry[0]

    @property
    def types(self) -> np.ndarray:
        """n WKB type numbers: 0 no geometry, -1 not readable, 8 and more curves and surfaces."""
        return self._geometry[1]

    def column(self, name: str | None) -> pd.Series | None:
        """Give a column by the definition's name; other spellings and dialects of it count, None if absent."""
        if name is None:
            return None
        found = self.column_name(name)
        return self.frame[found] if found is not None and found in self.frame.columns else None

    def column_name(self, name: str) -> str | None:
        """Give what the file calls the column `name`: exactly so, else in other case, else by an alias."""
        have = [one.name for one in self.info.fields]
        if name in have:
            return name
        by_case = {one.upper(): one for one in reversed(have)}
        if name.upper() in by_case:
            return by_case[name.upper()]
        known = self.spec.field(name) if self.spec is not None else None
        return next(
            (
                by_case[alias.upper()]
                for alias in (known.aliases if known else ())
                if alias.upper() in by_case
            ),
            None,
        )

    def text(self, name: str | None) -> np.ndarray:
        """Give a column as n pieces of text, "" where empty; all empty where the column is absent."""
        series = self.column(name)
        if series is None:
            return np.full(len(self.frame), "", dtype=object)
        return as_text(series)

    def numbers(self, name: str | None) -> np.ndarray:
        """Give a column as n float64, NaN where empty, absent or no number."""
        series = self.column(name)
        if series is None:
            return np.full(len(self.frame), np.nan)
        return pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)

    @cached_property
    def ids(self) -> np.ndarray:
        """Identifiers (BSM) by row as text, "" where there is none."""
        return self.text(self.spec.id_field if self.spec is not None and self.spec.id_field else "BSM")

    def object_id(self, row: int) -> str:
        """Give the identifier of a row; `#n` (row n from 1) where it has none."""
        ids = self.ids
        said = ids[row] if row < len(ids) else ""
        return said or f"#{row + 1}"

    def release(self) -> None:
        """Let go of what was read; it is read again when asked for."""
        if self.source is not None:
            self._read = None
            self.__dict__.pop("_geometry", None)

    def _describe(self) -> RawInfo:
        if self.source is None:
            return _info_of(self.name, self._frame if self._frame is not None else pd.DataFrame())
        try:
            return raw_info(self.source)
        except TubanError as error:
            self.fault = error
            return RawInfo(self.name, self.source.geometry, 0, None, ())

    def _rows(self) -> RawLayer:
        if self._read is None:
            self._read = self._read_rows()
        return self._read

    def _read_rows(self) -> RawLayer:
        if self._frame is not None:
            plain = self._frame
            if isinstance(plain, gpd.GeoDataFrame):
                plain = pd.DataFrame(plain.drop(columns=plain.geometry.name))
            return RawLayer(plain, None)
        nothing = RawLayer(
            pd.DataFrame({one.name: pd.Series(dtype="object") for one in self.info.fields}), None
        )
        if self.source is None or self.fault is not None:
            return nothing
        try:
            read = raw_rows(self.source)
        except TubanError as error:
            self.fault = error
            return nothing
        self.notes = read.notes
        return read


def as_text(series: pd.Series) -> np.ndarray:
    """Give values as text: whole numbers without a fraction, "" where missing."""
    if pd.api.types.is_float_dtype(series):
        values = series.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.array(
            ["" if np.isnan(v) else str(int(v)) if v.is_integer() else repr(v) for v in values.tolist()],
            dtype=object,
        )
    return np.array(
        ["" if gone else str(v) for v, gone in zip(series.tolist(), pd.isna(series), strict=True)],
        dtype=object,
    )


@dataclass(slots=True)
class Database:
    """Layers that belong together: one .gdb or .gpkg, or the loose data files of a package."""

    name: str
    format: str
    layers: list[PackageLayer] = field(default_factory=list)
    fault: TubanError | None = None

    @property
    def maintenance(self) -> bool:
        """Whether it holds before/change/after layers of a maintenance hand-in."""
        return any((layer.code or "").startswith(("WHQ", "WHC", "WHH")) for layer in self.layers)

    def layer(self, code: str) -> PackageLayer | None:
        """Give the layer that the profile calls so, or None."""
        return next((layer for layer in self.layers if layer.code == code), None)

    def codes(self) -> set[str]:
        """Give the codes of the layers that the profile knows."""
        return {layer.code for layer in self.layers if layer.code is not None}


@dataclass(slots=True)
class Package:
    """What was handed in.

    Attributes
    ----------
    name : as the user calls it. `folder` : where its files lie while it is open, None for workspace layers.
    layout : which of the completeness rules apply. `sha256` : of the content.
    files : every file with its kind. `folders` : every folder. `databases` : layers, by database.
    fault : why it cannot be opened at all, or None.
    """

    name: str
    layout: Layout
    sha256: str
    folder: Path | None = None
    files: list[PackageFile] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    databases: list[Database] = field(default_factory=list)
    fault: TubanError | None = None

    @property
    def layers(self) -> list[PackageLayer]:
        """Give all layers of all databases."""
        return [layer for database in self.databases for layer in database.layers]

    def of_kind(self, *kinds: str) -> list[PackageFile]:
        """Give the files of some kinds (see `PackageFile.kind`)."""
        return [file for file in self.files if file.kind in kinds]


@contextlib.contextmanager
def open_package(path: str | Path, profile: Profile, *, delivery: Sequence[str] = ()) -> Iterator[Package]:
    """Open what was handed in; what had to be unpacked is deleted at the end.

    `delivery` are words in the names of a hand-in's folders: where there is such a folder, the whole is
    judged as a hand-in; else it is but a database or some files.

    Raises
    ------
    NotFound, UnsafeFile : there is nothing at that path, or it is no path of this machine.
    """
    with (
        tempfile.TemporaryDirectory(prefix="tuban-", ignore_cleanup_errors=True) as room,
        contextlib.ExitStack() as stack,
    ):
        yield _package(look_into(path, Path(room), stack), profile, delivery)


def package_of(layers: Sequence[tuple[str, LayerSpec, pd.DataFrame]], name: str, sha256: str) -> Package:
    """Make a package of frames that are already at hand, such as the versions of a workspace."""
    database = Database(name, "workspace")
    for said, spec, frame in layers:
        database.layers.append(PackageLayer(said, spec, database=name, file=said, frame=frame))
    return Package(name, "workspace", sha256, databases=[database])


def _package(tree: Tree, profile: Profile, delivery: Sequence[str]) -> Package:
    if tree.whole and has_delivery_folders(tree.folders, delivery):
        layout: Layout = "delivery"
    else:
        layout = "files" if tree.whole else "database"
    package = Package(tree.name, layout, tree.sha256, tree.folder, tree.files, tree.folders, fault=tree.fault)
    for found in tree.databases:
        database = Database(found.name, found.format, fault=found.fault)
        for source in found.sources:
            spec = profile.find(source.source.name)
            if spec is None and source.source.format in {"xlsx", "csv"}:
                continue  # a table of the documents, not of the database
            database.layers.append(
                PackageLayer(
                    source.source.name, spec, database=found.name, file=source.file, source=source.source
                )
            )
        if database.layers or found.format != "files":
            package.databases.append(database)
    _tell_apart(package)
    return package


def _tell_apart(package: Package) -> None:
    """Name the database with the layer where two databases have a layer of one code."""
    seen: dict[str, int] = {}
    for layer in package.layers:
        seen[layer.label] = seen.get(layer.label, 0) + 1
    for layer in package.layers:
        if seen[layer.code or layer.name] > 1:
            layer._label = f"{layer.database}/{layer.name}"


def _info_of(name: str, frame: pd.DataFrame) -> RawInfo:
    crs = geometry = None
    plain = frame
    if isinstance(frame, gpd.GeoDataFrame):
        plain = pd.DataFrame(frame.drop(columns=frame.geometry.name))
        crs = frame.crs.to_wkt() if frame.crs is not None else None
        said = [str(one) for one in frame.geom_type.dropna().unique()]
        geometry = max(said, key=len) if said else "Unknown"
    fields = tuple(RawField(str(c), kind_of(plain[c])) for c in plain.columns)
    return RawInfo(name, geometry, len(frame), crs, fields)
