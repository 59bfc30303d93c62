"""Quality inspection (成果质检): a package or stored versions through the rules; runs and exceptions kept."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from tuban.domain.progress import Progress, part, quiet
from tuban.quality.check import Budget, check
from tuban.quality.package import open_package
from tuban.quality.result import Result
from tuban.standards.profile import Profile
from tuban.standards.rulebook import QualityBook, quality_rules
from tuban.store import Workspace
from tuban.workflows.intake import OWN_PROFILE, profile_of


def rules_of(ws: Workspace | None, profile: str | None = None) -> tuple[Profile, QualityBook]:
    """Give the definitions and the quality rules of a profile: the one asked for, else the workspace's own.

    `profile` is a shipped name or a YAML file.
    """
    if not profile and ws is not None and (own := ws.settings.get("profile")):
        profile = str(ws.folder / own) if own == OWN_PROFILE else str(own)
    definitions = profile_of(ws, profile)
    if profile and Path(profile).suffix.lower() in (".yaml", ".yml"):
        return definitions, quality_rules(overlay=Path(profile))
    return definitions, quality_rules(profile or definitions.name)


def check_package(
    path: str | Path,
    *,
    ws: Workspace | None = None,
    profile: str | None = None,
    only: Collection[str] | None = None,
    budget: Budget | None = None,
    public: bool = False,
    progress: Progress = quiet,
) -> Result:
    """Judge what lies at `path` (FileGDB, GeoPackage, file, folder, zip) by the rules of a profile.

    Raises
    ------
    NotFound, UnsafeFile : there is nothing at that path. StandardsFault : the profile contradicts itself.
    """
    definitions, book = rules_of(ws, profile)
    with open_package(path, definitions, delivery=delivery_words(book)) as package:
        return check(
            package,
            definitions,
            book,
            only=only,
            budget=budget,
            public=public,
            progress=part(progress, 0.02, 1.0),
        )


def delivery_words(book: QualityBook) -> list[str]:
    """Give the words that the folders of a hand-in have in their names."""
    return [str(word) for word in book["1101"].parameters.get("folders", [])] if "1101" in book else []
