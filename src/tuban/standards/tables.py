"""Rows of the CSV files in this package (and of a user's code table), each with its line for messages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from tuban.errors import StandardsFault, Text

HERE = Path(__file__).resolve().parent


class Row(dict[str, str]):
    """One row: column → text without blanks around it; knows its file and line."""

    def __init__(self, values: dict[str, str], file: str, line: int) -> None:
        super().__init__(values)
        self.file = file
        self.line = line

    def fault(self, problem: Text, fix: Text | None = None, **facts: object) -> StandardsFault:
        """Give the error that names this row."""
        return fault(self.file, self.line, problem, fix, **facts)

    def whole(self, column: str) -> int | None:
        """Give the whole number in a column, None where it is empty."""
        value = self[column]
        if not value:
            return None
        if not value.isdigit():
            raise self.fault(
                Text(
                    f"列 {column} 应为整数，现为“{value}”。",
                    f"Column {column} must be a whole number, is {value!r}.",
                )
            )
        return int(value)

    def one_of(self, column: str, allowed: Iterable[str]) -> str:
        """Give the value of a column, which must be one of the allowed."""
        allowed = tuple(allowed)
        if self[column] not in allowed:
            raise self.fault(
                Text(
                    f"列 {column} 的值“{self[column]}”不在允许范围：{'、'.join(allowed)}。",
                    f"Column {column} holds {self[column]!r}; allowed: {', '.join(allowed)}.",
                )
            )
        return self[column]

    def text(self, column: str = "name") -> Text:
        """Give the two columns `<column>_zh` and `<column>_en` as one text."""
        return Text(self[f"{column}_zh"], self[f"{column}_en"])


def fault(
    file: str, line: int | None, problem: Text, fix: Text | None = None, **facts: object
) -> StandardsFault:
    """Give a `StandardsFault` that begins with file and line."""
    where = f"{file}:{line}" if line else file
    return StandardsFault(
        Text(f"{where}：{problem.zh}", f"{where}: {problem.en}"),
        fix or Text("请改正该文件的这一行后重试。", "Correct that line of the file and try again."),
        file=file,
        line=line,
        **facts,
    )


def read_csv(path: Path, columns: str) -> list[Row]:
    """Read a UTF-8 CSV file with a header that has at least `columns`, named with blanks between."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise fault(
            path.name,
            None,
            Text(f"文件无法读取（{error.strerror}）。", f"The file cannot be read ({error.strerror})."),
            Text("请核对路径和权限。", "Check the path and the permissions."),
        ) from error
    except UnicodeDecodeError as error:
        raise fault(
            path.name,
            None,
            Text("文件不是 UTF-8 编码。", "The file is not UTF-8."),
            Text("请另存为 UTF-8 编码的 CSV。", "Save it again as CSV in UTF-8."),
        ) from error
    return parse_csv(text, path.name, columns)


def parse_csv(text: str, file: str, columns: str) -> list[Row]:
    """Read CSV text; `file` is its name in messages."""
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        head = [name.strip() for name in next(reader, [])]
        missing = [name for name in columns.split() if name not in head]
        if missing:
            raise fault(
                file,
                1,
                Text(f"缺少列：{'、'.join(missing)}。", f"Columns are missing: {', '.join(missing)}."),
            )
        rows: list[Row] = []
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(head):
                raise fault(
                    file,
                    reader.line_num,
                    Text(
                        f"有 {len(cells)} 个值，表头有 {len(head)} 列。",
                        f"There are {len(cells)} values for {len(head)} columns.",
                    ),
                    Text("含逗号的值请加引号。", "Quote values that hold a comma."),
                )
            values = {name: cell.strip() for name, cell in zip(head, cells, strict=True)}
            rows.append(Row(values, file, reader.line_num))
    except csv.Error as error:
        raise fault(
            file, reader.line_num, Text(f"CSV 格式有误（{error}）。", f"The CSV is malformed ({error}).")
        ) from error
    return rows


def shipped(path: str, columns: str) -> list[Row]:
    """Read a CSV file of this package by its path inside it."""
    return read_csv(HERE / path, columns)


def keyed(rows: Iterable[Row], *columns: str) -> None:
    """Refuse two rows with the same values in `columns`."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(row[column] for column in columns)
        if key in seen:
            named = " / ".join(key)
            raise row.fault(
                Text(f"“{named}”与第 {seen[key]} 行重复。", f"{named!r} is already on line {seen[key]}.")
            )
        seen[key] = row.line
