"""1xxx: is everything there, under its right name?"""

from __future__ import annotations

from collections.abc import Iterator

from tuban.domain.finding import Finding
from tuban.quality.case import Case
from tuban.quality.package import Database
from tuban.quality.register import rule


@rule("1202")
def layers_complete(case: Case) -> Iterator[Finding]:
    """Find missing required layers and names that are not exactly the standard's."""
    judged = False
    for database in case.databases:
        for layer in database.layers:
            if layer.spec is not None and layer.name != layer.code:
                judged = True
                yield case.finding(
                    layer,
                    f"图层“{layer.name}”应按标准命名为 {layer.code}({layer.spec.title.zh})。请改名后重新提交。",
                    f"The layer “{layer.name}” must be called {layer.code}. Rename it.",
                    observed=layer.name,
                    expected=layer.code or "",
                )
        if not database.maintenance and _whole(case, database):
            judged = True
            yield from _missing(case, database)
    if not judged and not any(layer.spec for layer in case.package.layers):
        raise case.skip("没有标准图层。", "There is no layer of the standard.")


def _groups(case: Case) -> list[list[str]]:
    return [group.split("|") for group in case.words("groups")]


def _whole(case: Case, database: Database) -> bool:
    """Say whether a database is meant to be a whole plan database, and not a selection of layers."""
    if case.package.layout == "workspace":
        return False
    have = database.codes()
    held = sum(any(code in have for code in group) for group in _groups(case))
    named = any(word in database.name for word in case.words("whole_words"))
    return bool(have) and (named or case.package.layout == "delivery" or held >= case.number("whole_from"))


def _missing(case: Case, database: Database) -> Iterator[Finding]:
    have = database.codes()
    for group in _groups(case):
        if any(code in have for code in group):
            continue
        spec = case.profile.find(group[0])
        title = spec.title if spec is not None else None
        named = "、".join(group)
        yield case.finding(
            group[0],
            f"数据库“{database.name}”缺少必选图层 {' 或 '.join(group)}({title.zh if title else ''})。请补充该图层。",
            f"The database “{database.name}” lacks the required layer {' or '.join(group)}. Add it.",
            observed="无",
            expected=named,
        )
