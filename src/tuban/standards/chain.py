"""The files that make up a profile, from the one everything builds on to the county's own."""

from __future__ import annotations

from pathlib import Path

from tuban.domain.landuse import THREE_CLASS_TITLES
from tuban.errors import NotFound, Text
from tuban.standards.layertables import known_books
from tuban.standards.tables import HERE
from tuban.standards.yamldoc import YamlDoc, read_yaml

TOP_KEYS = {
    "name", "title", "extends", "edition", "land_use_edition", "zone_variant", "books", "roles",
    "three_class", "classes", "layers", "maintenance", "note", "quality",
}  # fmt: skip

# How the three layers of a maintained layer may be named; whichever is the rule, all are understood.
NAMINGS = ("{part}{layer}", "{layer}{part}", "{layer}{part}X")


def shipped_profiles() -> tuple[str, ...]:
    """List the names of the profiles in the package."""
    return tuple(sorted(path.stem for path in (HERE / "profiles").glob("*.yaml")))


def chain(name: str, overlay: Path | None) -> list[YamlDoc]:
    """Give the files of a profile, base first; `overlay` comes last and may name its own base."""
    docs: list[YamlDoc] = []
    seen: list[Path] = []
    path: Path | None = overlay.resolve() if overlay else _shipped(name)
    while path is not None:
        doc = read_yaml(path)
        if path in seen:
            raise doc.fault(
                ("extends",), Text("extends 互相引用成环。", "The profiles extend one another in a circle.")
            )
        seen.append(path)
        docs.append(doc)
        path = _base(doc, path, name)
    for doc in docs:
        _check_top(doc)
    return docs[::-1]


def _shipped(name: str) -> Path:
    path = HERE / "profiles" / f"{name}.yaml"
    if name not in shipped_profiles():
        have = shipped_profiles()
        raise NotFound(
            Text(f"没有名为“{name}”的标准配置。", f"There is no profile {name!r}."),
            Text(
                f"现有：{'、'.join(have)}。自有配置请给出 YAML 文件。",
                f"There are: {', '.join(have)}; or give a YAML file.",
            ),
            profile=name,
        )
    return path


def _base(doc: YamlDoc, path: Path, asked: str) -> Path | None:
    """Give the file that `doc` builds on: what it says, else what was asked for; the first has none."""
    ours = path.parent == HERE / "profiles"
    said = doc.whole().get("extends")
    if said is None:
        return None if ours else _shipped(asked)
    if not isinstance(said, str):
        raise doc.fault(
            ("extends",),
            Text("extends 应为配置名或 YAML 文件名。", "`extends` names a profile or a YAML file."),
        )
    if said.endswith((".yaml", ".yml")):
        near = path.parent / said
        if not near.is_file():
            raise doc.fault(
                ("extends",), Text(f"找不到“{said}”。", f"There is no {said!r} beside this file.")
            )
        return near.resolve()
    if said not in shipped_profiles():
        raise doc.fault(
            ("extends",),
            Text(f"没有名为“{said}”的标准配置。", f"There is no profile {said!r}."),
            Text(f"现有：{'、'.join(shipped_profiles())}。", f"There are: {', '.join(shipped_profiles())}."),
        )
    if not ours and asked not in ("national-2021", said):
        raise doc.fault(
            ("extends",),
            Text(
                f"该配置以 {said} 为基础，与所选的 {asked} 矛盾。",
                f"This profile extends {said}, but {asked} was asked for.",
            ),
            Text("请去掉 extends,或改选其基础配置。", "Drop `extends`, or ask for the profile it extends."),
        )
    return _shipped(said)


def _check_top(doc: YamlDoc) -> None:
    for key in doc.whole():
        if key not in TOP_KEYS:
            raise doc.fault(
                (key,),
                Text(f"配置中没有“{key}”这一项。", f"A profile has no key {key!r}."),
                Text(f"可用：{'、'.join(sorted(TOP_KEYS))}。", f"Use one of: {', '.join(sorted(TOP_KEYS))}."),
            )
    for key in ("roles", "three_class", "classes", "layers", "quality"):
        if not isinstance(doc.whole().get(key, {}), dict):
            raise doc.fault((key,), Text(f"{key} 应为“键: 值”。", f"`{key}` must be a mapping."))
    naming = doc.whole().get("maintenance", NAMINGS[0])
    if naming not in NAMINGS:
        raise doc.fault(
            ("maintenance",),
            Text("维护图层的命名写法不认识。", "This naming of maintenance layers is not known."),
            Text(f"可用：{'、'.join(NAMINGS)}。", f"Use one of: {', '.join(NAMINGS)}."),
        )
    books = doc.whole().get("books", [])
    if not isinstance(books, list) or not all(isinstance(book, str) for book in books):
        raise doc.fault(("books",), Text("books 应为列表。", "`books` must be a list."))
    for book in books:
        if book not in known_books():
            raise doc.fault(
                ("books",),
                Text(f"没有字段表“{book}”。", f"There is no book of field tables {book!r}."),
                Text(f"可用：{'、'.join(known_books())}。", f"Use of: {', '.join(known_books())}."),
            )


def text_of(doc: YamlDoc, path: tuple[str, ...], value: object) -> Text:
    """Read a title: {zh: …, en: …}, or one word for both languages."""
    if isinstance(value, str) and value:
        return Text(value, value)
    if (
        isinstance(value, dict)
        and set(value) == {"zh", "en"}
        and all(isinstance(v, str) and v for v in value.values())
    ):
        return Text(value["zh"], value["en"])
    raise doc.fault(path, Text("名称应写作 {zh: 中文, en: English}。", "Write a title as {zh: …, en: …}."))


def three_class_of(doc: YamlDoc, path: tuple[str, ...], value: object) -> str:
    """Read one of the three great classes by its key or its Chinese name."""
    by_name = {title.zh: key for key, title in THREE_CLASS_TITLES.items()}
    found = by_name.get(str(value), str(value))
    if found not in THREE_CLASS_TITLES:
        raise doc.fault(
            path,
            Text(f"“{value}”不是三大类。", f"{value!r} is none of the three classes."),
            Text("可用：农用地、建设用地、未利用地。", "Use agricultural, construction or unused."),
        )
    return found
