"""Administrative codes: the table that ships (down to counties, 2023), or one that the user brings."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tuban.domain.plan import AdminUnit, admin_level, parent_admin_code, short_admin_code
from tuban.errors import Text
from tuban.standards.tables import fault, read_csv

# The header spellings under which a table of administrative codes arrives.
_ADMIN_HEADS = (("code", "name"), ("XZQDM", "XZQMC"), ("代码", "名称"))


# Provinces, prefectures and counties as of 2023-06-30 (统计用区划代码), see NOTICE.
SHIPPED = Path(__file__).parent / "codes" / "admin-2023.csv"


def admin_codes(path: Path | None = None) -> dict[str, AdminUnit]:
    """Read a table of administrative codes: code → unit, in the order of the file.

    Without `path` the table that ships: provinces, prefectures and counties of 2023. Divisions change
    every year; for another year, or for townships and villages, bring a table. A CSV in UTF-8 with the columns code and name (or XZQDM, XZQMC; 代码, 名称) is
    enough. Filled codes (410000) are read as what they mean; a parent that the table lacks is
    still named by the structure of the code.
    """
    return dict(_shipped()) if path is None else _read(path)


@cache
def _shipped() -> dict[str, AdminUnit]:
    return _read(SHIPPED)


def _read(path: Path) -> dict[str, AdminUnit]:
    rows = read_csv(path, "")
    if not rows:
        return {}
    head = next((pair for pair in _ADMIN_HEADS if pair[0] in rows[0] and pair[1] in rows[0]), None)
    if head is None:
        raise fault(
            path.name,
            1,
            Text("缺少列 code 和 name。", "The columns code and name are missing."),
            Text(
                "表头可用 code,name 或 XZQDM,XZQMC 或 代码,名称。",
                "Use code,name or XZQDM,XZQMC or 代码,名称.",
            ),
        )
    units: dict[str, AdminUnit] = {}
    for row in rows:
        level = admin_level(row[head[0]])
        if level is None:
            raise row.fault(
                Text(
                    f"“{row[head[0]]}”不是行政区代码（应为 2、4、6、9 或 12 位数字）。",
                    f"{row[head[0]]!r} is no administrative code (2, 4, 6, 9 or 12 digits).",
                )
            )
        short = short_admin_code(row[head[0]])
        if short in units:
            raise row.fault(Text(f"代码“{short}”重复。", f"The code {short!r} is there twice."))
        units[short] = AdminUnit(short, row[head[1]], level, parent_admin_code(short))
    return units
