"""Checking documents (图数文一致): read, compare, and give what disagrees."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tuban.consistency import check_many
from tuban.documents import Document, read
from tuban.domain.finding import Finding
from tuban.domain.progress import Progress, part, quiet
from tuban.errors import Text, WrongUse


def check_files(paths: Sequence[Path], progress: Progress = quiet) -> tuple[list[Document], list[Finding]]:
    """Read documents and check each and all against one another.

    Raises
    ------
    Unreadable, NotFound : as `tuban.documents.read`; nothing is checked then.
    WrongUse : two files of one name, whose findings could not be told apart.
    """
    documents = read_all(paths, part(progress, 0.0, 0.3))
    return documents, check_many(documents, part(progress, 0.3, 1.0))


def read_all(paths: Sequence[Path], progress: Progress = quiet) -> list[Document]:
    """Read several documents; two of one name are refused."""
    names = [Path(path).name for path in paths]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise WrongUse(
            Text(f"有两个文件都叫“{twice}”。", f"Two files are called {twice!r}."),
            Text("请改名后再检查，结果才分得清。", "Rename one, so that findings can be told apart."),
        )
    share = 1 / max(len(paths), 1)
    return [read(path, part(progress, i * share, (i + 1) * share)) for i, path in enumerate(paths)]


def machine_form(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Give findings as the JSON contract has them."""
    return [
        {
            "rule": finding.rule,
            "severity": finding.judgement.value if finding.judgement else "error",
            "message": finding.message.zh,
            "confidence": finding.confidence,
            "places": [
                {"document": place.document, "line": place.line, "quote": place.quote, "column": place.column}
                | ({"page": place.page} if place.page is not None else {})
                for place in finding.places
            ],
            "message_en": finding.message.en,
            "observed": finding.observed,
            "expected": finding.expected,
            "key": finding.key,
        }
        for finding in findings
    ]
