"""Does everything still agree? The chain with itself, the catalogue with the chain, the files with both."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from tuban.domain.progress import Progress, Step, quiet
from tuban.domain.version import LayerVersion
from tuban.errors import Text
from tuban.store import tables
from tuban.store.chain import Entry, Fault, TrailReport, check_chain, plain_facts
from tuban.store.disk import sha256_of
from tuban.store.ledger import stored_entries
from tuban.store.records import version_facts, version_of

_NOTHING = "\x00"  # no setting can be this


def verify_trail(connection: Connection, *, head: str | None = None) -> TrailReport:
    """Check the chain, and that the catalogue holds exactly the versions and withdrawals it tells of."""
    entries = list(stored_entries(connection))
    report = check_chain(entries, head=head)
    faults = [*report.faults, *_against_catalogue(connection, {entry.number: entry for entry in entries})]
    faults += _against_settings(connection, entries)
    return replace(report, faults=tuple(faults))


def verify_files(
    folder: Path, versions: list[LayerVersion], told: Mapping[str, str], *, progress: Progress = quiet
) -> tuple[int, list[Fault]]:
    """Hash every stored file again; `told` is the hash that the trail gives for each `code/number`."""
    faults: list[Fault] = []
    hashes: dict[str, str | None] = {}
    for done, version in enumerate(versions):
        subject = f"{version.code}/{version.number}"
        progress(Step(done / len(versions), Text(f"核验 {subject}", f"Checking {subject}")))
        if version.file not in hashes:
            try:
                hashes[version.file] = sha256_of(folder / version.file)
            except OSError:
                hashes[version.file] = None
        found = hashes[version.file]
        if found is None:
            gone = Text(
                f"{subject} 的文件 {version.file} 不见了或读不出。",
                f"The file of {subject} is gone or unreadable.",
            )
            faults.append(Fault("file_missing", gone, subject=subject))
        elif found != version.sha256 or found != told.get(subject, found):
            changed = Text(
                f"{subject} 的文件 {version.file} 被改动过:与登记的哈希不符。",
                f"The file of {subject} was altered: it is not what its hash says.",
            )
            faults.append(Fault("file_altered", changed, subject=subject))
    return len(hashes), faults


def files_of_nobody(names: Iterable[str]) -> list[Fault]:
    """Report stored files that belong to no version."""
    return [
        Fault(
            "file_unknown",
            Text(f"文件 {name} 不属于任何版本。", f"The file {name} belongs to no version."),
            subject=name,
        )
        for name in sorted(names)
    ]


def hashes_told(entries: list[Entry]) -> dict[str, str]:
    """Give the file hash that the trail tells for each `code/number`."""
    return {
        entry.subject: str(entry.facts.get("sha256", ""))
        for entry in entries
        if entry.action == "layer.import"
    }


def _against_catalogue(connection: Connection, entries: Mapping[int, Entry]) -> list[Fault]:
    faults: list[Fault] = []
    told: set[int] = set()
    for row in connection.execute(sa.select(tables.layer_version)).mappings():
        subject = f"{row['code']}/{row['number']}"
        told.add(row["trail_number"])
        expected = version_facts(version_of(row))
        faults += _compare(entries.get(row["trail_number"]), "layer.import", subject, expected, row)
    for row in connection.execute(sa.select(tables.withdrawal)).mappings():
        subject = f"{row['code']}/{row['number']}"
        told.add(row["trail_number"])
        expected = {"reason": row["reason"]}
        faults += _compare(entries.get(row["trail_number"]), "layer.withdraw", subject, expected, row)
    for entry in entries.values():
        if entry.action in ("layer.import", "layer.withdraw") and entry.number not in told:
            lost = Text(
                f"留痕第{entry.number}条登记的 {entry.subject} 在目录库中不存在。",
                f"Entry {entry.number} tells of {entry.subject}, which the catalogue does not have.",
            )
            faults.append(Fault("catalogue_missing", lost, entry.number, entry.subject))
    return faults


def _against_settings(connection: Connection, entries: Iterable[Entry]) -> list[Fault]:
    """Compare the settings with what the trail says they were set to."""
    told: dict[str, Any] = {}
    for entry in entries:
        if entry.action == "workspace.create":
            told = dict(entry.facts)
        elif entry.action == "setting.change":
            told[entry.subject] = entry.facts.get("new")
        elif entry.action == "workspace.upgrade":
            told["tuban_version"] = entry.facts.get("tuban_version")
    stored = {row.key: _loaded(row.value) for row in connection.execute(sa.select(tables.setting))}
    differ = sorted(
        key
        for key in told.keys() | stored.keys()
        if plain_facts(stored.get(key, _NOTHING)) != told.get(key, _NOTHING)
    )
    return [
        Fault(
            "setting_altered",
            Text(
                f"设置“{key}”与留痕不一致。", f"The setting {key} is not what the trail says it was set to."
            ),
            subject=key,
        )
        for key in differ
    ]


def _loaded(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _compare(
    entry: Entry | None, action: str, subject: str, expected: Mapping[str, Any], row: RowMapping
) -> list[Fault]:
    if entry is None or entry.action != action or entry.subject != subject:
        untold = Text(
            f"目录库中的 {subject} 没有对应的留痕。",
            f"The trail does not tell of {subject} in the catalogue.",
        )
        return [Fault("untold", untold, row["trail_number"], subject)]
    differ = [key for key, value in expected.items() if entry.facts.get(key) != value]
    if entry.at != row["recorded_at"]:
        differ.append("recorded_at")
    if entry.by != row["recorded_by"]:
        differ.append("recorded_by")
    if not differ:
        return []
    names = ", ".join(differ)
    changed = Text(
        f"目录库中 {subject} 的 {names} 与留痕第{entry.number}条不一致。",
        f"{names} of {subject} in the catalogue differ from entry {entry.number} of the trail.",
    )
    return [Fault("catalogue_altered", changed, entry.number, subject)]
