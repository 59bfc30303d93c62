"""32xx: values in fields: filled, in their domain, agreeing, unique, clean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tuban.domain.finding import Finding
from tuban.quality.case import Case
from tuban.quality.package import PackageLayer
from tuban.quality.register import rule


@rule("3204")
def identifiers_unique(case: Case) -> Iterator[Finding]:
    """Find identifiers that two objects of one database share; maintenance parts are databases of their own."""
    parts = case.words("parts")
    for database in case.databases:
        rooms: dict[str, list[PackageLayer]] = defaultdict(list)
        for layer in database.layers:
            if layer.spec is not None and layer.spec.id_field and layer.fault is None:
                part = next((p for p in parts if (layer.code or "").startswith(p)), "")
                rooms[part].append(layer)
        for layers in rooms.values():
            yield from _repeated(case, layers)


def _repeated(case: Case, layers: list[PackageLayer]) -> Iterator[Finding]:
    where: dict[str, list[tuple[PackageLayer, int]]] = defaultdict(list)
    for layer in layers:
        case.tick()
        for row, said in enumerate(layer.ids.tolist()):
            if said.strip():
                where[said].append((layer, row))
    for said, places in where.items():
        if len(places) < 2:
            continue
        first = places[0][0]
        rows = [row for layer, row in places if layer is first]
        listed = "、".join(f"{layer.name} 第 {row + 1} 行" for layer, row in places[:5])
        listed_en = ", ".join(f"{layer.name} row {row + 1}" for layer, row in places[:5])
        yield case.finding(
            first,
            f"标识码 {said} 被 {len(places)} 个对象共用({listed})。每个对象应有自己的标识码,请重新编号。",
            f"The identifier {said} belongs to {len(places)} objects ({listed_en}). Number them anew.",
            rows=rows,
            objects=[said],
            observed=f"{len(places)} 个",
            expected="1 个",
        )
