"""Published figures that the sample county is calibrated to: facts of one plan, names taken off."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from tuban.errors import BrokenFile, MissingField, NotFound, Text, WrongType

ZONE_CODES = {
    "生态保护区": 100,
    "生态控制区": 200,
    "农田保护区": 300,
    "城镇发展区": 400,
    "乡村发展区": 500,
    "矿产能源发展区": 700,
}
ECOLOGY, CONTROL, FARMLAND, URBAN, RURAL, MINING = 100, 200, 300, 400, 500, 700
CENTRE_CODES = {
    "居住用地": "07",
    "公共管理与公共服务设施用地": "08",
    "商业服务业用地": "09",
    "工矿用地": "10",
    "仓储用地": "11",
    "交通运输用地": "12",
    "公用设施用地": "13",
    "绿地与开敞空间用地": "14",
    "留白用地": "16",
}


@dataclass(frozen=True)
class Figures:
    """One county's published figures; units in the names. `raw` is the whole file."""

    label: str
    code: str
    streets: tuple[str, ...]
    towns: tuple[str, ...]
    total_ha: float
    centre_extent_ha: float
    cultivated_ha: float
    farmland_after_ha: float
    farmland_in_ha: float
    farmland_out_ha: float
    farmland_reserve_ha: float
    farmland_reported_ha: float
    red_line_ha: float
    boundary_before_ha: float
    boundary_after_ha: float
    moved_out_ha: dict[str, float]
    moved_in_ha: dict[str, float]
    reserved_ha: dict[str, float]
    new_space_ha: float
    flood_ha: float
    green_line_ha: dict[str, float]
    blue_line_ha: dict[str, float]
    tailings_ha: float
    heritage: int
    zones_ha: dict[int, dict[str, float]]
    centre_ha: dict[str, dict[str, float]]
    centre_total_ha: dict[str, float]
    village_ha: float
    resident_persons: float
    urban_persons: float
    centre_persons: float
    projects: dict[str, int]
    indicators: tuple[dict[str, Any], ...]
    source_name: str
    raw: dict[str, Any] = field(repr=False, default_factory=dict)

    @property
    def drawn_after_ha(self) -> float:
        """The boundary as it is drawn after maintenance: what moved out and in, reserves not drawn."""
        return self.boundary_before_ha - sum(self.moved_out_ha.values()) + sum(self.moved_in_ha.values())


def load_figures(path: Path | None = None) -> Figures:
    """Read figures: the package's own, or a file in the same shape (keys: `docs/guide/sample.md`).

    Raises
    ------
    NotFound, BrokenFile, MissingField, WrongType : the file is absent, no YAML, or lacks what is needed.
    """
    if path is None:
        text = resources.files("tuban.sample").joinpath("figures/county.yaml").read_text("utf-8")
        name = "county.yaml"
    else:
        path = Path(path)
        if not path.is_file():
            raise NotFound(
                Text(f"没有这个数据文件:{path}", f"There is no such file of figures: {path}"),
                Text(
                    "检查 --figures 的路径;不写则用自带的数据。",
                    "Check --figures; without it the shipped figures are used.",
                ),
                path=str(path),
            )
        text, name = path.read_text("utf-8", errors="replace"), path.name
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BrokenFile(
            Text(f"{name} 不是可读的 YAML:{error}", f"{name} is no readable YAML: {error}"),
            Text(
                "参照 docs/guide/sample.md 里的例子修改。",
                "Mend it after the example in docs/guide/sample.md.",
            ),
            path=name,
        ) from None
    if not isinstance(data, dict):
        raise BrokenFile(
            Text(f"{name} 里没有数据项。", f"{name} holds no entries."),
            Text(
                "参照 docs/guide/sample.md 里的例子修改。",
                "Mend it after the example in docs/guide/sample.md.",
            ),
            path=name,
        )
    # One county's figures stand alone or under one key.
    if "admin" not in data:
        data = next((part for part in data.values() if isinstance(part, dict) and "admin" in part), data)
    return _understand(_Reader(data, name), name)


class _Reader:
    """Values by dotted path, with an error that names the path."""

    def __init__(self, data: dict[str, Any], name: str) -> None:
        self.data, self.name = data, name

    def get(self, path: str, default: Any = None) -> Any:
        here: Any = self.data
        for key in path.split("."):
            if not isinstance(here, dict) or key not in here:
                if default is not None:
                    return default
                raise MissingField(
                    Text(f"{self.name} 缺少“{path}”。", f"{self.name} lacks “{path}”."),
                    Text(
                        "补上这一项,各项含义见 docs/guide/sample.md。",
                        "Add it; docs/guide/sample.md says what it means.",
                    ),
                    path=self.name,
                    field=path,
                )
            here = here[key]
        return here

    def number(self, path: str, default: float | None = None) -> float:
        value = self.get(path, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
            raise WrongType(
                Text(
                    f"{self.name} 的“{path}”应是不小于 0 的数,而不是 {value!r}。",
                    f"“{path}” in {self.name} must be a number of at least 0, not {value!r}.",
                ),
                Text("改成数字,单位见键名。", "Write a number; the key names its unit."),
                path=self.name,
                field=path,
            )
        return float(value)

    def numbers(self, path: str, keys: tuple[str, ...]) -> dict[str, float]:
        return {key: self.number(f"{path}.{key}") for key in keys}


def _understand(r: _Reader, name: str) -> Figures:
    ba = ("before", "after")
    lines = "control_lines"
    pbf = f"{lines}.basic_farmland"
    persons = r.number("population.resident_wan") * 1e4
    urban = persons * r.number("population.urbanisation_pct") / 100
    zones = {code: r.numbers(f"zones_ha.{zone}", ba) for zone, code in ZONE_CODES.items()}
    centre = {code: r.numbers(f"land_use_centre_ha.{use}", ba) for use, code in CENTRE_CODES.items()}
    return Figures(
        label=str(r.get("label")),
        code=str(r.get("code", "999001")),
        streets=tuple(map(str, r.get("admin.streets"))),
        towns=tuple(map(str, r.get("admin.towns"))),
        total_ha=r.number("admin.total_ha"),
        centre_extent_ha=r.number("admin.urban_scope_km2") * 100,
        cultivated_ha=r.number(f"{lines}.farmland_current_wan_mu") * 2000 / 3,
        farmland_after_ha=r.number(f"{pbf}.after_ha"),
        farmland_in_ha=r.number(f"{pbf}.moved_in_ha"),
        farmland_out_ha=r.number(f"{pbf}.moved_out_ha"),
        farmland_reserve_ha=r.number(f"{pbf}.reserve_ha"),
        farmland_reported_ha=r.number(f"{pbf}.reported_2024_wan_mu") * 2000 / 3,
        red_line_ha=r.number(f"{lines}.ecological_red_line_km2") * 100,
        boundary_before_ha=r.number(f"{lines}.growth_boundary.before_ha"),
        boundary_after_ha=r.number(f"{lines}.growth_boundary.after_ha"),
        moved_out_ha=r.numbers("quota_ledger_ha.moved_out", ("stock", "new")),
        moved_in_ha=r.numbers("quota_ledger_ha.moved_in", ("stock", "new")),
        # 预留机动指标: quota that the scheme keeps and does not draw.
        reserved_ha={
            "stock": r.number("quota_ledger_ha.flexible_stock", 0.0),
            "new": r.number("quota_ledger_ha.flexible_new_kept", 0.0),
        },
        new_space_ha=r.number(f"{lines}.growth_boundary.new_space_ha"),
        flood_ha=r.number(f"{lines}.flood_risk_line_km2") * 100,
        green_line_ha=r.numbers(f"{lines}.green_line_ha", ba),
        blue_line_ha=r.numbers(f"{lines}.blue_line_ha", ba),
        tailings_ha=r.number("quota_ledger_ha.tailings_affected_ha"),
        heritage=int(r.number(f"{lines}.heritage_objects")),
        zones_ha=zones,
        centre_ha=centre,
        centre_total_ha=r.numbers("land_use_centre_ha.total", ba),
        village_ha=r.number("checkup_observed.人均村庄建设用地_m2") * (persons - urban) / 1e4,
        resident_persons=persons,
        urban_persons=urban,
        centre_persons=r.number("population.centre_2025_wan") * 1e4,
        projects={k: int(r.number(f"projects.{k}")) for k in ("before", "added", "removed", "after")},
        indicators=tuple(r.get("indicators", [])),
        source_name=name,
        raw=r.data,
    )
