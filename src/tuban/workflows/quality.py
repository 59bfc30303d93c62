"""Quality inspection (成果质检): a package or stored versions through the rules; runs and exceptions kept.

`check_package` and `check_versions` judge; with a workspace the run is kept, its exceptions applied. `accept`
and `withdraw` keep the register of exceptions. What is stored is asked of `store.runs` and `store.exceptions`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tuban.domain.finding import Finding
from tuban.domain.progress import Progress, Step, part, quiet
from tuban.domain.version import LayerVersion
from tuban.errors import NotFound, Text
from tuban.quality.check import Budget, check
from tuban.quality.identity import boxes_of, contents_of
from tuban.quality.package import Package, open_package, package_of
from tuban.quality.result import Result
from tuban.standards.profile import Profile
from tuban.standards.rulebook import Change, QualityBook, compare_books, quality_rules
from tuban.store import Workspace
from tuban.store import exceptions as register
from tuban.store import runs as kept_runs
from tuban.store.exceptions import Acceptance
from tuban.store.runs import Run
from tuban.workflows.intake import OWN_PROFILE, profile_of
from tuban.workflows.quality_shapes import keep_shapes

KIND = "quality"


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check; `run` is how the workspace keeps it, None where it was not kept."""

    result: Result
    run: Run | None = None


@dataclass(frozen=True, slots=True)
class Stricter:
    """What a profile rejects that another one passes: findings of `after` alone, and of `before` alone."""

    before: Result
    after: Result
    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]


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
    name: str | None = None,
    keep: bool = True,
    by: str = "",
    progress: Progress = quiet,
) -> Checked:
    """Judge what lies at `path` (FileGDB, GeoPackage, file, folder, zip) by the rules of a profile.

    Parameters
    ----------
    ws : a workspace whose profile and exceptions count, and where the run is kept unless `keep` is False.
    only : ids of the rules to run. public : meant for the public, so rules about persons and secrets apply.
    name : what the package is called, where `path` is but a temporary place.

    Raises
    ------
    NotFound, UnsafeFile : there is nothing at that path. StandardsFault : the profile contradicts itself.
    """
    definitions, book = rules_of(ws, profile)
    progress(Step(0.0, Text("打开成果", "Opening the package")))
    with open_package(path, definitions, delivery=delivery_words(book)) as package:
        if name is not None:
            package.name = name
        inner = part(progress, 0.02, 0.95)
        result = check(package, definitions, book, only=only, budget=budget, public=public, progress=inner)
        return _settle(ws, package, result, package.name, keep=keep, by=by)


def check_versions(
    ws: Workspace,
    versions: Sequence[LayerVersion] | None = None,
    *,
    profile: str | None = None,
    only: Collection[str] | None = None,
    budget: Budget | None = None,
    public: bool = False,
    keep: bool = True,
    by: str = "",
    progress: Progress = quiet,
) -> Checked:
    """Judge stored versions together, as one database; without `versions` those in force today.

    Raises
    ------
    NotFound : the workspace has no version. Damaged : a stored file is not what its hash says.
    """
    definitions, book = rules_of(ws, profile)
    chosen = list(versions) if versions is not None else list(ws.in_force().values())
    if not chosen:
        raise NotFound(
            Text("工作区里没有可检查的版本。", "The workspace has no version to check."),
            Text("先用 tuban layers import 入库。", "Take one in with `tuban layers import` first."),
        )
    layers = []
    for number, version in enumerate(chosen):
        words = Text(f"读取 {version.code}", f"Reading {version.code}")
        progress(Step(0.3 * number / len(chosen), words))
        frame = ws.read(version)
        frame = frame.drop(columns=[c for c in frame.columns if str(c).startswith("_")])
        layers.append((version.code, definitions.layer(version.code), frame))
    subject = "、".join(f"{version.code}/{version.number}" for version in chosen)
    digest = "+".join(version.sha256[:16] for version in chosen)
    package = package_of(layers, subject, digest)
    inner = part(progress, 0.3, 0.95)
    result = check(package, definitions, book, only=only, budget=budget, public=public, progress=inner)
    return _settle(ws, package, result, subject, keep=keep, by=by)


def accept(
    ws: Workspace, run: int, key: str, *, person: str, reason: str, until: date, by: str
) -> Acceptance:
    """Accept a finding of a run in a person's name until the end of a day (例外); the next run sets it apart.

    Raises
    ------
    NotFound : no such run or finding. WrongUse : no person, no reason, a day that has passed.
    """
    found = kept_runs.run_of(ws, run)
    kept = kept_runs.finding_of(ws, found, key)
    return register.accept(ws, found, kept, person=person, reason=reason, until=until, on=date.today(), by=by)


def withdraw(ws: Workspace, number: int, *, reason: str, by: str) -> Acceptance:
    """Take an exception back; raises NotFound, WrongUse."""
    return register.withdraw(ws, number, reason=reason, by=by)


def compare(ws: Workspace, before: int, after: int) -> kept_runs.Comparison:
    """Say what is new, gone and unchanged from one kept run to another; raises NotFound."""
    return kept_runs.compare_runs(ws, kept_runs.run_of(ws, before), kept_runs.run_of(ws, after))


def profile_changes(before: str, after: str) -> list[Change]:
    """List how the quality rules of two profiles differ (shipped names or YAML files)."""
    return compare_books(rules_of(None, before)[1], rules_of(None, after)[1])


def stricter(path: str | Path, before: str, after: str, *, progress: Progress = quiet) -> Stricter:
    """Judge one package by two profiles: what a new edition would reject in an old plan, and what it forgives."""
    old = check_package(path, profile=before, progress=part(progress, 0.0, 0.5)).result
    new = check_package(path, profile=after, progress=part(progress, 0.5, 1.0)).result
    had, has = {f.key for f in old.findings}, {f.key for f in new.findings}
    return Stricter(
        old,
        new,
        tuple(f for f in new.findings if f.key not in had),
        tuple(f for f in old.findings if f.key not in has),
    )


def delivery_words(book: QualityBook) -> list[str]:
    """Give the words that the folders of a hand-in have in their names."""
    return [str(word) for word in book["1101"].parameters.get("folders", [])] if "1101" in book else []


def keep_result(ws: Workspace, package: Package, result: Result, subject: str, *, by: str) -> Checked:
    """Set accepted findings apart and keep the run; `package` is still open."""
    return _settle(ws, package, result, subject, keep=True, by=by)


def _settle(
    ws: Workspace | None, package: Package, result: Result, subject: str, *, keep: bool, by: str
) -> Checked:
    """Set accepted findings apart, and keep the run."""
    if ws is None:
        return Checked(result)
    contents = contents_of(package, result.findings)
    holding = {
        one.key: one for one in reversed(register.list_exceptions(ws, kind=KIND, in_force_on=date.today()))
    }
    whole = result.findings
    lapsed = {
        finding.key
        for finding, content in zip(whole, contents, strict=True)
        if finding.key in holding and holding[finding.key].content != content
    }
    apart = {key: one for key, one in holding.items() if key not in lapsed}
    result = result.without(
        {key: (one.person, one.reason, one.until.isoformat()) for key, one in apart.items()}
    )
    if not keep:
        return Checked(result)
    run = kept_runs.add_run(
        ws, KIND, subject, whole,
        profile=result.profile,
        rules_version=result.rules_version,
        verdict=result.verdict,
        counts=result.counts,
        head=result.head(),
        by=by,
        contents=contents,
        places=boxes_of(package, whole),
        accepted={key: one.number for key, one in apart.items()},
    )  # fmt: skip
    keep_shapes(ws, run, package, whole)
    return Checked(result, run)
