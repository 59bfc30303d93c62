"""Open a document: TXT, Markdown, DOCX, PDF; everything else is refused with what to do instead."""

from __future__ import annotations

from pathlib import Path

from tuban.documents.document import Document
from tuban.domain.progress import Progress, quiet
from tuban.errors import BrokenFile, FormatNotAllowed, NotFound, Text, Unreadable

SUFFIXES = (".txt", ".md", ".markdown", ".docx", ".pdf")
MOST_BYTES = 300_000_000


def read(path: str | Path, progress: Progress = quiet) -> Document:
    """Read a document; what it is is told by its bytes, its name must agree.

    Raises
    ------
    NotFound : there is no such file.
    FormatNotAllowed : neither text, DOCX nor PDF.
    BrokenFile : empty, damaged, or not what its name says.
    Unreadable : encrypted, or a scan without text.
    UnknownEncoding : text whose encoding nobody can tell.
    """
    path = Path(path)
    try:
        if not path.is_file():
            raise NotFound(
                Text(f"找不到文件“{path.name}”。", f"There is no file {path.name!r}."),
                Text("请核对路径。", "Check the path."),
                file=str(path),
            )
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise Unreadable(
                Text(
                    f"“{path.name}”有 {size // 1_000_000} MB，超过 {MOST_BYTES // 1_000_000} MB。",
                    f"{path.name!r} has {size // 1_000_000} MB, more than {MOST_BYTES // 1_000_000} MB.",
                ),
                Text("请去掉图片后另存，或分卷检查。", "Save it without pictures, or check it in parts."),
            )
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(
            Text(f"读不了“{path.name}”：{error.strerror}。", f"Cannot read {path.name!r}: {error.strerror}."),
            Text("请检查文件权限。", "Check the permissions of the file."),
        ) from error
    return read_bytes(data, path.name, progress)


def read_bytes(data: bytes, name: str, progress: Progress = quiet) -> Document:
    """Read a document from memory; `name` is its file name. Raises as `read` does."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        old = suffix in {".doc", ".wps", ".rtf", ".odt", ".wpt"}
        raise FormatNotAllowed(
            Text(
                f"不支持“{suffix or name}”格式的文档。",
                f"Documents of the format {suffix or name!r} are not read.",
            ),
            Text("请用 Word 或 WPS 另存为 .docx。", "Save it as .docx with Word or WPS.")
            if old
            else Text("可用 TXT、MD、DOCX、PDF。", "Give TXT, MD, DOCX or PDF."),
            file=name,
        )
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise BrokenFile(
            Text(f"“{name}”是空的。", f"{name!r} is empty."),
            Text("请核对所给的文件。", "Check which file was given."),
            file=name,
        )
    real = _kind_by_bytes(data)
    said = "docx" if suffix == ".docx" else "pdf" if suffix == ".pdf" else "text"
    if real == "ole":
        raise Unreadable(
            Text(
                f"“{name}”是加密的 Word 文件或旧版 .doc 文件。",
                f"{name!r} is an encrypted Word file, or an old .doc file.",
            ),
            Text("请去掉密码，另存为 .docx。", "Remove the password and save it as .docx."),
            file=name,
        )
    if real not in (said, ""):
        raise BrokenFile(
            Text(f"“{name}”的内容不是{suffix}文件。", f"What is in {name!r} is no {suffix} file."),
            Text(
                f"它看来是 {real} 文件：请改正扩展名。",
                f"It seems to be a {real} file: correct the name's ending.",
            ),
            file=name,
        )
    if said == "docx":
        from tuban.documents.read_docx import read_docx

        return read_docx(data, name, progress)
    if said == "pdf":
        from tuban.documents.read_pdf import read_pdf

        return read_pdf(data, name, progress)
    from tuban.documents.read_text import read_text

    return read_text(data, name)


def _kind_by_bytes(data: bytes) -> str:
    if data.startswith(b"PK\x03\x04"):
        return "docx"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "ole"
    return ""
