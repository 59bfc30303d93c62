"""A YAML file as plain values that remember their lines, so that a fault can name the line."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tuban.errors import StandardsFault, Text
from tuban.standards.tables import fault

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Path = tuple[str, ...]
_MOST_BYTES = 2_000_000


class YamlDoc:
    """The values of one YAML file; `line(path)` says where a key stands.

    Keys are always text as written: the land-use code 0404 stays 0404, where plain YAML would
    read it as an octal number. The same goes for values that begin with 0.
    """

    def __init__(self, file: str, value: Any, lines: dict[_Path, int]) -> None:
        self.file = file
        self.value = value
        self._lines = lines

    def whole(self) -> dict[str, Any]:
        """Give the whole file, which must be a mapping."""
        if not isinstance(self.value, dict):
            raise self.fault(
                (), Text("文件应为“键: 值”的形式。", "The file must be a mapping of keys to values.")
            )
        return self.value

    def line(self, path: _Path) -> int | None:
        """Give the line of the key at `path`, or of the nearest key above it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path)

    def fault(self, path: _Path, problem: Text, fix: Text | None = None, **facts: Any) -> StandardsFault:
        """Give the error that names the key and its line."""
        return fault(self.file, self.line(path), problem, fix, key=".".join(path), **facts)


def read_yaml(path: Path) -> YamlDoc:
    """Read a YAML file; one that has not changed since is not read again."""
    return _cached(path, path.stat().st_mtime_ns) if path.is_file() else _missing(path)


@cache
def _cached(path: Path, mtime: int) -> YamlDoc:
    if path.stat().st_size > _MOST_BYTES:
        raise fault(
            path.name,
            None,
            Text("文件过大，不是标准配置。", "The file is too large to be a profile."),
            Text("请核对所给的文件。", "Check which file was given."),
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise fault(
            path.name,
            None,
            Text("文件不是 UTF-8 编码。", "The file is not UTF-8."),
            Text("请另存为 UTF-8 编码。", "Save it again in UTF-8."),
        ) from error
    return parse_yaml(text, path.name)


def _missing(path: Path) -> YamlDoc:
    raise fault(
        path.name,
        None,
        Text("找不到该文件。", "There is no such file."),
        Text("请核对路径。", "Check the path."),
        path=str(path),
    )


def parse_yaml(text: str, file: str) -> YamlDoc:
    """Read YAML text; `file` is its name in messages."""
    try:
        # An anchor may hold itself, or unfold a short file into one without end.
        repeated = "&" in text and next(
            (e for e in yaml.parse(text, Loader=_Loader) if isinstance(e, yaml.AliasEvent)), None
        )
        if repeated:
            raise fault(
                file,
                repeated.start_mark.line + 1 if repeated.start_mark else None,
                Text("标准配置中不能用 YAML 锚点。", "A profile may not use YAML anchors."),
                Text("请把内容直接写出。", "Write the values out."),
            )
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or "?"
        raise fault(
            file,
            mark.line + 1 if mark else None,
            Text(f"YAML 格式有误（{said}）。", f"The YAML is malformed ({said})."),
            Text("请检查缩进、冒号和引号。", "Check indentation, colons and quotes."),
        ) from error
    lines: dict[_Path, int] = {}
    value = _value(node, (), lines, file) if node is not None else {}
    return YamlDoc(file, value, lines)


def _value(node: yaml.Node, path: _Path, lines: dict[_Path, int], file: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, item in node.value:
            name = str(key.value)
            here = (*path, name)
            if name in found:
                raise fault(
                    file,
                    key.start_mark.line + 1,
                    Text(
                        f"键“{'.'.join(here)}”重复，第一次在第 {lines[here]} 行。",
                        f"The key {'.'.join(here)!r} is there twice, first on line {lines[here]}.",
                    ),
                )
            lines[here] = key.start_mark.line + 1
            found[name] = _value(item, here, lines, file)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, str(i)), lines, file) for i, item in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    raw = str(node.value)
    kind = str(node.tag).rsplit(":", 1)[-1]
    if kind == "null":
        return None
    if kind == "bool":
        return raw.lower() in ("true", "yes", "on")
    if kind == "int" and raw.isdigit() and (raw == "0" or not raw.startswith("0")):
        return int(raw)
    if kind == "float":
        try:
            return float(raw)
        except ValueError:
            return raw
    return raw
