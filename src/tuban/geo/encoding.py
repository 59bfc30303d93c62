"""How the text of a shapefile or a CSV is encoded: told by evidence, and always said."""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from tuban.errors import BrokenFile, Text, UnknownEncoding

# Language driver byte of a DBF → encoding. 0x57 and 0x03 ("ANSI") are left out: Chinese ArcGIS writes them
# over GBK text.
_LDID = {0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "cp950", 0x78: "cp950", 0x7B: "cp932", 0x79: "cp949"}
_CHINESE = {"gbk", "gb2312", "gb18030", "936", "cp936", "ansi936", "oem936"}
_ROWS_AT_ONCE = 50_000
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")


def of_shapefile(dbf: Path, said: str | None = None) -> tuple[str, tuple[Text, ...]]:
    """Tell the encoding of a DBF; also what to tell the user about it.

    Asked in this order: the caller, the .cpg, the language byte, the bytes themselves (strict UTF-8,
    then GB 18030 if they pair up as Chinese does). Whatever is chosen must decode every value.

    Raises
    ------
    UnknownEncoding : the bytes fit none, or contradict what the caller or the .cpg says.
    BrokenFile : no valid DBF.
    """
    texts = _Texts(tuple(_text_of(dbf)))
    sample = b"\n".join(text for text, _ in texts.lines)
    named, by = None, Text("", "")
    cpg = next((p for p in dbf.parent.glob(f"{_escaped(dbf.stem)}.*") if p.suffix.lower() == ".cpg"), None)
    with dbf.open("rb") as file:
        ldid = file.read(30)[29]
    if said:
        named, by = said, Text("您指定", "your choice")
    elif cpg is not None and (written := cpg.read_text("ascii", errors="replace").strip()):
        named, by = written, Text(".cpg 文件", "the .cpg file")
    elif ldid in _LDID:
        named, by = _LDID[ldid], Text("dbf 文件头的语言标志", "the language byte of the .dbf")
    if named is None:
        encoding, notes = _guess(dbf.name, sample, texts.bad_in)
        return encoding, notes + texts.cut_in(encoding)
    encoding = _known(named, dbf.name)
    if texts.bad_in(encoding) or (not said and encoding in {"latin_1", "cp1252"} and _is_chinese(sample)):
        raise _contradiction(dbf.name, encoding, by, sample, texts.bad_in)
    if encoding == "utf-8" or not _HIGH_RUN.search(sample):
        return encoding, texts.cut_in(encoding)
    return encoding, (
        *texts.cut_in(encoding),
        Text(
            f"属性文字按 {encoding} 读取(依据:{by.zh}),例如“{_example(sample, encoding)}”。",
            f"Text read as {encoding} (by {by.en}), for example “{_example(sample, encoding)}”.",
        ),
    )


def of_text(data: bytes, name: str, said: str | None = None) -> tuple[str, tuple[Text, ...]]:
    """Tell the encoding of a text file (CSV) by its bytes; also what to tell the user about it."""
    if said:
        encoding = _known(said, name)
        if _bad(data, encoding):
            raise _contradiction(name, encoding, Text("您指定", "your choice"), data, partial(_bad, data))
        return ("utf-8-sig" if encoding == "utf-8" else encoding), ()
    marked = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    for mark, encoding in marked.items():
        if data.startswith(mark):
            if _bad(data, encoding):
                by = Text("文件开头的标志", "the mark at its beginning")
                raise _contradiction(name, encoding, by, data, partial(_bad, data))
            return encoding, ()
    return _guess(name, data, partial(_bad, data))


def _guess(name: str, sample: bytes, bad_in: Callable[[str], bool]) -> tuple[str, tuple[Text, ...]]:
    if not bad_in("utf-8"):
        return "utf-8", ()
    if not bad_in("gb18030") and _is_chinese(sample):
        example = _example(sample, "gb18030")
        return "gb18030", (
            Text(
                f"“{name}”没有写明编码,按 GB 18030(GBK)读取,例如“{example}”;若不对请用 --encoding 指明。",
                f"“{name}” names no encoding; read as GB 18030 (GBK), for example “{example}”. "
                "If that is wrong pass --encoding.",
            ),
        )
    western = _example(sample, "latin_1")
    raise UnknownEncoding(
        Text(
            f"无法判断“{name}”的文字编码:既不是 UTF-8,也不像中文 GBK(按西文读作“{western}”)。",
            f"Nobody can tell the encoding of “{name}”: not UTF-8, not GBK (as Latin-1: “{western}”).",
        ),
        Text(
            "请用 --encoding 指明,例如 --encoding cp1252。", "Pass --encoding, for example --encoding cp1252."
        ),
    )


def _known(named: str, name: str) -> str:
    """Give Python's name of an encoding as people, .cpg files and Windows write it."""
    plain = re.sub(r"[\s_-]+", "", named).lower()
    if plain in _CHINESE:
        return "gb18030"
    if plain in {"65001", "utf8", "utf8sig"}:
        return "utf-8"
    if plain.startswith("8859"):
        plain = f"iso8859-{plain[4:]}"
    for candidate in (named.strip(), plain, f"cp{plain.removeprefix('ansi').removeprefix('oem')}"):
        try:
            found = codecs.lookup(candidate)
        except LookupError:
            continue
        if getattr(found, "_is_text_encoding", True):
            return {"utf-8": "utf-8", "iso8859-1": "latin_1"}.get(found.name, found.name)
    raise UnknownEncoding(
        Text(f"“{name}”指明的编码“{named}”没有人认识。", f"Nobody knows the encoding “{named}” of “{name}”."),
        Text("请用 --encoding utf-8 或 --encoding gb18030。", "Pass --encoding utf-8 or --encoding gb18030."),
    )


def _contradiction(
    name: str, encoding: str, by: Text, sample: bytes, bad_in: Callable[[str], bool]
) -> UnknownEncoding:
    better = next((e for e in ("utf-8", "gb18030") if e != encoding and not bad_in(e)), "gb18030")
    example = _example(sample, better)
    return UnknownEncoding(
        Text(
            f"“{name}”的文字不是 {encoding}(依据:{by.zh}):按它读会成乱码。",
            f"The text of “{name}” is not {encoding} (by {by.en}): it would come out garbled.",
        ),
        Text(
            f"若按 {better} 读作“{example}”是对的,请用 --encoding {better}。",
            f"If “{example}” (read as {better}) is right, pass --encoding {better}.",
        ),
        encoding=encoding,
        suggested=better,
    )


def _bad(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return True
    return False


def _is_chinese(data: bytes) -> bool:
    """Say whether the high bytes come in pairs and read as common Chinese characters (GB 2312, 01-87)."""
    runs = common = 0
    for found in _HIGH_RUN.finditer(data):
        run, runs = found[0], runs + 1
        if len(run) >= 3 and len(run) % 2 and data[found.end() : found.end() + 1] in {b"", b"\n"}:
            # The end of a full field may cut a character in half.
            run = run[:-1]
        try:
            # GB 2312 uses two high bytes; the few rarer characters of GBK have a low second byte.
            run.decode("gb2312")
            common += 1
        except UnicodeDecodeError:
            continue
    return runs > 0 and common >= 0.8 * runs


def _example(data: bytes, encoding: str) -> str:
    """Give the first line with other than ASCII in it, as that encoding reads it."""
    found = _HIGH_RUN.search(data)
    if found is None:
        return ""
    start = data.rfind(b"\n", 0, found.start()) + 1
    end = data.find(b"\n", found.end())
    line = data[start : end if end >= 0 else len(data)]
    return line.decode(encoding, errors="replace").strip()[:24]


def _escaped(stem: str) -> str:
    return re.sub(r"([\[\]*?])", r"[\1]", stem)


@dataclass(frozen=True, slots=True)
class _Texts:
    """The texts of a DBF that are not plain ASCII, each with whether it fills its field."""

    lines: tuple[tuple[bytes, bool], ...]

    def bad_in(self, encoding: str) -> bool:
        """Say whether any text is not of that encoding; a full field may end in half a character."""
        if _bad(b"\n".join(text for text, full in self.lines if not full), encoding):
            return True
        decoder = codecs.getincrementaldecoder(encoding)()
        for text in (text for text, full in self.lines if full):
            decoder.reset()
            try:
                decoder.decode(text)
            except UnicodeDecodeError:
                return True
        return False

    def cut_in(self, encoding: str) -> tuple[Text, ...]:
        """Say how many values lost half a character to the end of their field."""
        decoder = codecs.getincrementaldecoder(encoding)()
        cut = []
        for text in (text for text, full in self.lines if full):
            decoder.reset()
            said = decoder.decode(text)
            if len(said.encode(encoding)) < len(text):
                cut.append(said)
        if not cut:
            return ()
        return (
            Text(
                f"有 {len(cut)} 个文字值被字段宽度截断,例如“{cut[0]}…”。",
                f"{len(cut)} texts are cut off by the width of their field, for example “{cut[0]}…”.",
            ),
        )


def _text_of(dbf: Path) -> Iterator[tuple[bytes, bool]]:
    """Give the field names and values that are not plain ASCII, with whether they fill their field."""
    broken = BrokenFile(
        Text(f"“{dbf.name}”不完整或已损坏。", f"“{dbf.name}” is truncated or damaged."),
        Text("请重新复制整套 Shapefile 文件。", "Copy the whole set of shapefile parts again."),
    )
    size = dbf.stat().st_size
    with dbf.open("rb") as file:
        head = file.read(32)
        if len(head) < 32:
            raise broken
        rows, start, width = struct.unpack("<IHH", head[4:12])
        fields = file.read(max(start - 32, 0))
        if start < 33 or width < 1 or len(fields) < start - 32 or size < start + rows * width:
            raise broken
        columns, offset = [], 1
        for at in range(0, len(fields) - 31, 32):
            if fields[at] == 0x0D:
                break
            name, kind, length = fields[at : at + 11].split(b"\0")[0], fields[at + 11], fields[at + 16]
            if any(byte >= 0x80 for byte in name):
                yield name, len(name) >= 10
            if kind == ord("C"):
                # Long text fields keep the high byte of their length where numbers keep their decimals.
                length += 256 * fields[at + 17]
                columns.append((offset, length))
            offset += length
        if offset > width:
            raise broken
        for first in range(0, rows, _ROWS_AT_ONCE):
            count = min(_ROWS_AT_ONCE, rows - first)
            table = np.frombuffer(file.read(count * width), np.uint8).reshape(count, width)
            for offset, length in columns:
                values = table[:, offset : offset + length]
                high = (values >= 0x80).any(axis=1)
                for value in np.unique(values[high], axis=0) if high.any() else ():
                    text = value.tobytes().rstrip(b" \0")
                    yield text, len(text) == length
