"""How long a document of 200 pages takes: `python benchmarks/consistency.py [PAGES]`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tuban.consistency import check
from tuban.documents import read_bytes

CORPUS = Path(__file__).parent.parent / "tests" / "consistency" / "corpus"
LETTERS_A_PAGE = 500  # a printed page of a plan text with its tables


def long_text(pages: int) -> str:
    """Give the corpus over and over, until it fills that many pages."""
    once = "\n\n".join(path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("clean-*")))
    times = pages * LETTERS_A_PAGE // len(once) + 1
    return (once * times)[: pages * LETTERS_A_PAGE]


def main() -> None:
    """Print seconds of wall and processor time for reading and checking."""
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    data = long_text(pages).encode()
    start, processor = time.perf_counter(), time.process_time()
    document = read_bytes(data, "long.txt")
    findings = check(document)
    print(
        f"{pages} pages, {len(document.lines)} lines: {time.perf_counter() - start:.2f} s wall, "
        f"{time.process_time() - processor:.2f} s processor, {len(findings)} findings"
    )


if __name__ == "__main__":
    main()
