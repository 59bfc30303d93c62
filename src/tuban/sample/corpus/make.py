"""Every package of the corpus, and how one is made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tuban.domain.finding import Severity
from tuban.sample.corpus import (
    faults_files,
    faults_geometry,
    faults_logic,
    faults_numbers,
    faults_text,
    faults_values,
    ground,
)
from tuban.sample.corpus.delivery import TEXT, delivery
from tuban.sample.corpus.model import Expect, Sample, World
from tuban.sample.corpus.write import write_world
from tuban.standards.rulebook import quality_rules

SAMPLES: tuple[Sample, ...] = tuple(
    sorted(
        (
            *faults_files.SAMPLES,
            *faults_values.SAMPLES,
            *faults_geometry.SAMPLES,
            *faults_logic.SAMPLES,
            *faults_numbers.SAMPLES,
            *faults_text.SAMPLES,
        ),
        key=lambda sample: sample.id,
    )
)
EXPECTED = "expected.json"
PROFILE = "profile.yaml"


def world_of(sample: Sample) -> World:
    """Give the good world that a sample starts from."""
    return delivery() if sample.base == "delivery" else World(ground.layers())


def make_sample(sample: Sample, folder: Path) -> tuple[Path, list[Expect]]:
    """Write one package below `folder`; give its path and what an inspection must find, in order."""
    world = world_of(sample)
    expected = sorted(sample.fault(world))
    if "words" in world.raw and TEXT in world.files:
        world.files[TEXT] = world.raw["words"].docx()
    return write_world(world, folder, sample.id, sample.container), expected


def write_sample(sample: Sample, folder: Path) -> Path:
    """Write one package with its `expected.json` into `folder`/id; give that folder."""
    own = folder / sample.id
    path, expected = make_sample(sample, own)
    if sample.profile:
        (own / PROFILE).write_text(sample.profile, encoding="utf-8")
    text = json.dumps(
        answer(sample, path.relative_to(own).as_posix(), expected), ensure_ascii=False, indent=2
    )
    (own / EXPECTED).write_text(text + "\n", encoding="utf-8")
    return own


def answer(sample: Sample, package: str, expected: list[Expect]) -> dict[str, Any]:
    """Give what `expected.json` says of a package."""
    book = quality_rules()
    veto = any(book[one.rule].severity is Severity.VETO for one in expected)
    return {
        "id": sample.id,
        "title": {"zh": sample.title.zh, "en": sample.title.en},
        "package": package,
        "profile": PROFILE if sample.profile else "national-2021",
        "public": sample.public,
        "rules": list(sample.rules),
        "verdict": "fail" if veto else "pass",
        "findings": [
            {"rule": one.rule, "layer": one.layer, "objects": sorted(one.objects)} for one in expected
        ],
    }
