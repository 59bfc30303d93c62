"""TXT and Markdown: encoding by evidence, lines as an editor counts them."""

from __future__ import annotations

import codecs
import re

from tuban.documents.document import Document, Line
from tuban.errors import BrokenFile, Text, UnknownEncoding

_LINE_END = re.compile(r"\r\n|\n|\r")
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Control characters that text files do hold: tab, line ends, form feed, vertical tab, end of file of DOS.
_HARMLESS = frozenset("\t\n\r\f\v\x1a\x00")
# How many of the characters beyond ASCII must be the common ones of GB 2312 for GBK to be believed.
_COMMON_SHARE = 0.8
_HEADING = re.compile(r"(#{1,6})[ \t]+\S")


def read_text(data: bytes, name: str) -> Document:
    """Give a text file as lines; CR, LF and CRLF each end one, a form feed begins a page."""
    text, encoding = decode(data, name)
    lines: list[Line] = []
    page = 1
    paged = "\f" in text
    for number, raw in enumerate(_LINE_END.split(text), 1):
        page += raw.count("\f")
        shown = raw.replace("\f", " ").replace("\x00", " ").replace("\x1a", " ")
        mark = _HEADING.match(shown)
        lines.append(Line(number, shown, page if paged else None, len(mark.group(1)) if mark else 0))
    if lines and not lines[-1].text and len(lines) > 1:
        lines.pop()  # the end of the last line begins no further one
    return Document(name, "text", tuple(lines), page if paged else None, encoding)


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Decode by mark, strict UTF-8, UTF-16 without a mark, then GB 18030 if it reads as Chinese.

    Raises
    ------
    BrokenFile : not text at all.
    UnknownEncoding : text, but in none of these.
    """
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            try:
                return _sound(data.decode(encoding), name), encoding
            except UnicodeDecodeError as error:
                raise _unknown(name) from error
    wide = _wide(data)
    for encoding in (wide,) if wide else ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030" and not _reads_as_chinese(text):
            continue
        return _sound(text, name), encoding
    if _control_share(data.decode("latin-1")) > 0.02:
        raise _binary(name)
    raise _unknown(name)


def _wide(data: bytes) -> str:
    """Tell UTF-16 without a mark by the zero bytes of its ASCII half."""
    head = data[:4096]
    if head.count(0) < max(2, len(head) // 50):
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if min(even, odd) * 8 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _reads_as_chinese(text: str) -> bool:
    beyond = [c for c in text[:200_000] if c > "\x7f"]
    if not beyond:
        return True
    # U+4E00–U+9FFF that GB 2312 has, and the full-width marks: chance bytes give rare characters instead.
    common = sum(1 for c in beyond if _in_gb2312(c))
    return common >= _COMMON_SHARE * len(beyond)


def _in_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _control_share(text: str) -> float:
    head = text[:200_000]
    return sum(1 for c in head if (c < " " or "\x7f" <= c < "\xa0") and c not in _HARMLESS) / max(
        len(head), 1
    )


def _sound(text: str, name: str) -> str:
    if _control_share(text) > 0.02 or text.count("\x00") > len(text) // 10:
        raise _binary(name)
    return text


def _binary(name: str) -> BrokenFile:
    return BrokenFile(
        Text(f"“{name}”不是文本文件。", f"{name!r} is no text file."),
        Text("请给出 TXT、MD、DOCX 或 PDF 文档。", "Give a TXT, MD, DOCX or PDF document."),
        file=name,
    )


def _unknown(name: str) -> UnknownEncoding:
    return UnknownEncoding(
        Text(f"无法判断“{name}”的文字编码。", f"Nobody can tell how the text of {name!r} is encoded."),
        Text("请另存为 UTF-8 编码。", "Save it again in UTF-8."),
        file=name,
    )
