"""Where a version's file is put, and what is cleared away when a writer was killed half-way.

Before a file gets its place, an *intent* naming that place is left in `tmp/`; it goes when the catalogue has
the version. A writer that comes later and finds an intent without a version removes that file. Files that no
intent names are never removed, whatever the catalogue says: someone may have put an older catalogue back.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from pathlib import Path

from tuban.errors import Text, WrongUse
from tuban.store.disk import make_folder, sync_folder

LAYERS, TMP, CACHE = "layers", "tmp", "cache"

_CODE = re.compile(r"[A-Z0-9_\u3400-\u9fff]{1,64}")
_INTENT = re.compile(r"(?P<code>.+)~(?P<name>[0-9a-f]{16})\.intent")


def check_code(code: str) -> None:
    """Refuse a code that cannot name a folder on every system; raises WrongUse."""
    if not _CODE.fullmatch(code):
        raise WrongUse(
            Text(f"图层代码“{code}”不合规。", f"{code!r} is no layer code."),
            Text(
                "代码只用大写字母、数字、下划线或汉字,不超过64个字符,如 DLTB、QT_ZONE。",
                "Use capital letters, digits, underscore or Chinese characters, 64 at most, such as QT_ZONE.",
            ),
            code=code,
        )


def place_of(code: str, sha256: str) -> str:
    """Give a version's file, relative to the workspace, with forward slashes."""
    return f"{LAYERS}/{code}/{sha256[:16]}.parquet"


class Shelf:
    """The files of one workspace. Whoever calls holds the write lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tmp = folder / TMP

    def draft(self) -> Path:
        """Give a new place to write to, on the same disk."""
        make_folder(self._tmp)
        return self._tmp / f"{uuid.uuid4().hex}.parquet"

    def put(self, draft: Path, code: str, sha256: str) -> str:
        """Move a synced draft to its place; a file of the same content that is already there stays.

        Returns
        -------
        the place, as the catalogue keeps it.
        """
        place = place_of(code, sha256)
        file = self._folder / place
        make_folder(self._folder / LAYERS)
        make_folder(file.parent)
        self._intent(code, sha256).touch()
        sync_folder(self._tmp)
        if not file.exists():
            draft.replace(file)
            sync_folder(file.parent)
        return place

    def settle(self, code: str, sha256: str) -> None:
        """Drop the intent: the catalogue has the version."""
        self._intent(code, sha256).unlink(missing_ok=True)

    def clear(self, is_catalogued: Callable[[str], bool]) -> list[str]:
        """Remove what killed writers left: drafts, and files that were placed but never catalogued.

        Returns
        -------
        the places of the files removed.
        """
        if not self._tmp.is_dir():
            return []
        removed = []
        for left in sorted(self._tmp.iterdir()):
            match = _INTENT.fullmatch(left.name)
            if match:
                place = place_of(match["code"], match["name"])
                file = self._folder / place
                if file.exists() and not is_catalogued(place):
                    file.unlink()
                    sync_folder(file.parent)
                    removed.append(place)
            if left.is_file():
                left.unlink(missing_ok=True)
        return removed

    def stored(self) -> set[str]:
        """Give the places of all files that lie in the layers' folders."""
        files = (self._folder / LAYERS).glob("*/*")
        return {file.relative_to(self._folder).as_posix() for file in files}

    def announced(self) -> set[str]:
        """Give the places that intents name: a writer is, or was, about to use them."""
        matches = [_INTENT.fullmatch(file.name) for file in self._tmp.glob("*.intent")]
        return {place_of(match["code"], match["name"]) for match in matches if match}

    def is_clear(self) -> bool:
        """Say whether no writer left anything behind, and none is at work."""
        return not self._tmp.is_dir() or next(self._tmp.iterdir(), None) is None

    def _intent(self, code: str, sha256: str) -> Path:
        return self._tmp / f"{code}~{sha256[:16]}.intent"
