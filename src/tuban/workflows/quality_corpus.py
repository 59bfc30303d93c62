"""The public corpus: written to a folder, and any corpus of that form checked against what it expects."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuban.domain.progress import Progress, Step, quiet
from tuban.errors import BrokenFile, NotFound, Text, WrongUse
from tuban.sample.corpus import about
from tuban.sample.corpus.make import EXPECTED, SAMPLES, write_sample
from tuban.workflows.quality import check_package

Key = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an inspection made of one package: `missing` and `extra` findings as (rule, layer, objects)."""

    id: str
    title: Text
    expected: str
    verdict: str
    missing: tuple[Key, ...]
    extra: tuple[Key, ...]

    @property
    def exact(self) -> bool:
        """Whether verdict and findings are just those expected."""
        return not self.missing and not self.extra and self.expected == self.verdict


def write_corpus(folder: Path, *, progress: Progress = quiet) -> int:
    """Write every package with its `expected.json`, an index, README and licence; give how many.

    Raises
    ------
    WrongUse : the folder exists and is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongUse(
            Text(
                f"“{folder.name}”已存在且不为空,不会被覆盖。",
                f"{folder.name} exists and is not empty; it is left as it is.",
            ),
            Text("用 --out 另选一个空文件夹。", "Choose an empty folder with --out."),
            folder=str(folder),
        )
    folder.mkdir(parents=True, exist_ok=True)
    index = []
    for number, sample in enumerate(SAMPLES):
        progress(
            Step(
                number / len(SAMPLES),
                Text(f"{sample.id} {sample.title.zh}", f"{sample.id} {sample.title.en}"),
            )
        )
        own = write_sample(sample, folder)
        said = json.loads((own / EXPECTED).read_text(encoding="utf-8"))
        index.append({name: said[name] for name in ("id", "title", "package", "rules", "verdict")})
    (folder / "index.json").write_text(
        json.dumps(index, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    (folder / "README.md").write_text(about.README_ZH.format(n=len(SAMPLES)), encoding="utf-8")
    (folder / "README.en.md").write_text(about.README_EN.format(n=len(SAMPLES)), encoding="utf-8")
    (folder / "LICENSE").write_text(about.LICENSE, encoding="utf-8")
    return len(SAMPLES)


def check_corpus(folder: Path, *, progress: Progress = quiet) -> list[Outcome]:
    """Inspect every package of a corpus and compare with what its `expected.json` says, both ways.

    Raises
    ------
    NotFound : the folder holds no `expected.json`. BrokenFile : one of them cannot be read.
    """
    found = sorted(folder.glob(f"*/{EXPECTED}"))
    if not found:
        raise NotFound(
            Text(f"“{folder.name}”里没有样例。", f"{folder.name} holds no samples."),
            Text(
                "先用 tuban quality corpus --out 生成。", "Make them with `tuban quality corpus --out` first."
            ),
            folder=str(folder),
        )
    outcomes = []
    for number, file in enumerate(found):
        progress(Step(number / len(found), Text(f"检查 {file.parent.name}", f"Checking {file.parent.name}")))
        outcomes.append(check_sample(file.parent))
    return outcomes


def check_sample(folder: Path) -> Outcome:
    """Inspect one package of a corpus."""
    said = _read(folder / EXPECTED)
    profile = str(said["profile"])
    result = check_package(
        folder / said["package"],
        profile=str(folder / profile) if profile.endswith(".yaml") else profile,
        public=bool(said["public"]),
        keep=False,
    ).result
    wanted = Counter(_key(one["rule"], one["layer"], one["objects"]) for one in said["findings"])
    got = Counter(_key(one.rule, one.layer, one.objects) for one in result.findings)
    return Outcome(
        said["id"],
        Text(said["title"]["zh"], said["title"]["en"]),
        said["verdict"],
        result.verdict,
        tuple(sorted((wanted - got).elements())),
        tuple(sorted((got - wanted).elements())),
    )


def _key(rule: str, layer: str, objects: Any) -> Key:
    return (str(rule), str(layer), tuple(sorted(map(str, objects))))


def _read(file: Path) -> dict[str, Any]:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        for name in ("id", "title", "package", "profile", "public", "verdict", "findings"):
            said[name]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BrokenFile(
            Text(
                f"“{file.parent.name}/{file.name}”读不懂:{error}", f"{file.parent.name}/{file.name}: {error}"
            ),
            Text("按样例库的 README 改正。", "Mend it as the README of the corpus says."),
            file=str(file),
        ) from error
    return said
