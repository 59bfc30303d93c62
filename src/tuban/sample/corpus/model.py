"""What a package of the corpus is: a tiny plan, the fault put into it, and what an inspection must say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from tuban.errors import Text

# How a package is handed in: one database file, a folder of loose shapefiles, a folder of
# databases, the folder tree of a hand-in.
Container = Literal["gpkg", "gdb", "gdb.zip", "shp", "files", "delivery", "delivery.zip"]
Frame = gpd.GeoDataFrame | pd.DataFrame


@dataclass(frozen=True, slots=True, order=True)
class Expect:
    """One finding that must come: rule, layer as the finding names it, the objects, in any order."""

    rule: str
    layer: str
    objects: tuple[str, ...] = ()


@dataclass
class World:
    """A tiny plan before it is written.

    Attributes
    ----------
    layers : name in the database → rows, with or without geometry.
    files : path in the hand-in → its bytes, besides the database.
    database : name of the database file without ending.
    """

    layers: dict[str, Frame]
    files: dict[str, bytes] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    database: str = ""
    root: str = ""
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """One package of the corpus.

    `fault` changes the good world and gives what must be found; `rules` are the ids it is there for.
    `profile` is the YAML of the locality whose rules apply, `public` whether the package is meant for the public.
    """

    id: str
    title: Text
    container: Container
    rules: tuple[str, ...]
    fault: Callable[[World], list[Expect]]
    base: Literal["database", "delivery"] = "database"
    profile: str = ""
    public: bool = False
