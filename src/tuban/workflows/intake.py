"""Taking a layer in (入库): read it as its definition wants it, store it, tell the trail either way."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd

from tuban.domain.layer import LayerSpec
from tuban.domain.progress import Progress, Step, part, quiet
from tuban.domain.version import LayerVersion, Validity
from tuban.errors import AmbiguousLayer, Cancelled, StoreFault, Text, TubanError, UnknownLayer
from tuban.geo.io import OnInvalid, ReadLayer, layers_in, read_layer
from tuban.standards.load import DEFAULT_PROFILE, user_profile
from tuban.standards.load import profile as shipped_profile
from tuban.standards.profile import Profile
from tuban.store import Workspace
from tuban.store.arrange import RESERVED
from tuban.store.disk import write_whole

OWN_PROFILE = "profile.yaml"  # in the workspace's folder
# Administrative areas, largest first: the outline against which coordinates are checked.
_OUTLINES = ("XZQX", "XZQXS", "XZQXZ", "XZQ")


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of judging a layer before it comes into force.

    `hold` is why it may not, "" where it may; `run` is the inspection, None where nobody judges such layers.
    """

    hold: str
    run: int | None


# Judges a layer that was read (`quality_intake.judge_of` makes one).
Judge = Callable[[LayerSpec, ReadLayer, Progress], Judged]


@dataclass(frozen=True)
class TakenIn(LayerVersion):
    """Which version a file became; `new` is False where it was there already, `notes` say how it was read.

    `held` is why it is kept as a draft and not in force, "" where it is; `run` is the inspection that says so.
    """

    new: bool = True
    notes: tuple[Text, ...] = ()
    held: str = ""
    run: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A layer of a file that was not taken in, and why."""

    source_layer: str
    code: str
    error: TubanError


def take_in(
    ws: Workspace,
    path: str | Path,
    code: str,
    *,
    valid: Validity,
    by: str,
    layer: str | None = None,
    crs: str | None = None,
    convert_to: str | None = None,
    encoding: str | None = None,
    swap_axes: bool = False,
    on_invalid: OnInvalid = "refuse",
    profile: Profile | str | None = None,
    note: str = "",
    judge: Judge | None = None,
    dry_run: bool = False,
    progress: Progress = quiet,
) -> TakenIn:
    """Read one layer of a file and store it as the next version of the layer `code`.

    The same content and validity as a version that stands stores nothing and gives that version.

    Parameters
    ----------
    path : a file or folder in any format of `geo.formats`. layer : its layer, where it has several.
    valid : in force from when to when, by which act.
    crs, convert_to, encoding, swap_axes, on_invalid : as `read_layer` takes them.
    profile : the definitions, or their name; None for the workspace's own, else the shipped one.
    judge : judges the layer before it is stored; what it holds back is kept as a draft that is not in force.
    dry_run : read, check and measure only: nothing is stored, nothing told.

    Raises
    ------
    what `read_layer` and `Workspace.add_version` raise. A refusal is told to the trail, with its reason.
    """
    path = Path(path)
    asked = {
        "layer": layer,
        "crs": crs,
        "convert_to": convert_to,
        "encoding": encoding,
        "swap_axes": swap_axes,
        "on_invalid": None if on_invalid == "refuse" else on_invalid,
    }
    asked = {key: value for key, value in asked.items() if value}
    try:
        spec = profile_of(ws, profile).layer(code)
        read = read_layer(
            path,
            spec,
            layer=layer,
            crs=crs,
            convert_to=convert_to,
            encoding=encoding,
            swap_axes=swap_axes,
            on_invalid=on_invalid,
            reference=outline_of(ws, spec.code),
            progress=part(progress, 0.0, 0.5),
        )
        frame, notes = without_our_columns(read)
        judged = judge(spec, read, part(progress, 0.5, 0.7)) if judge is not None and not dry_run else None
        before = {version.number for version in ws.versions(spec.code, withdrawn=True)}
        version = ws.add_version(
            spec.code,
            frame,
            spec=spec,
            source_name=read.source_name,
            source_sha256=read.source_sha256,
            valid=valid,
            by=by,
            note=note,
            facts={"read": list(notes), "asked": asked, "edition": spec.edition},
            hold=judged.hold if judged is not None else "",
            dry_run=dry_run,
            progress=part(progress, 0.5 if judged is None else 0.7, 1.0),
        )
    except (Cancelled, StoreFault):
        raise
    except TubanError as error:
        if not dry_run:
            _tell_refusal(ws, path, code, error, by=by, asked=asked)
        raise
    fields = {field.name: getattr(version, field.name) for field in dataclasses.fields(version)}
    held = judged.hold if judged is not None and ws.withdrawal(version) is not None else ""
    return TakenIn(
        **fields,
        new=version.number not in before,
        notes=(*notes, _kept_as_draft(held)) if held else notes,
        held=held,
        run=judged.run if judged is not None else None,
    )


def _kept_as_draft(held: str) -> Text:
    return Text(
        f"留为草稿,未生效:{held}。整改后重新入库;确可接受的问题登记例外后重新入库。",
        f"Kept as a draft, not in force: {held}. Mend it and import again, or accept the findings and import again.",
    )


def take_in_all(
    ws: Workspace,
    path: str | Path,
    *,
    valid: Validity,
    by: str,
    crs: str | None = None,
    convert_to: str | None = None,
    encoding: str | None = None,
    swap_axes: bool = False,
    on_invalid: OnInvalid = "refuse",
    profile: Profile | str | None = None,
    note: str = "",
    judge: Judge | None = None,
    dry_run: bool = False,
    progress: Progress = quiet,
) -> tuple[list[TakenIn], list[Refused], list[str]]:
    """Take in every layer of a file whose name the profile knows; one refused layer does not stop the others.

    Returns
    -------
    what was taken in, what was refused and why, and the names that the profile does not know.
    """
    book = profile_of(ws, profile)
    named = layers_of(path, book, encoding=encoding)
    unknown = [name for name, spec in named if spec is None]
    # Boundaries first: the other layers' coordinates are checked against them.
    known = sorted(
        ((name, spec) for name, spec in named if spec is not None),
        key=lambda pair: _OUTLINES.index(pair[1].code) if pair[1].code in _OUTLINES else len(_OUTLINES),
    )
    taken: list[TakenIn] = []
    refused: list[Refused] = []
    done: dict[str, str] = {}
    for number, (name, spec) in enumerate(known):
        step = part(progress, number / len(known), (number + 1) / len(known))
        try:
            if spec.code in done:
                raise _twice(name, done[spec.code], spec)
            done[spec.code] = name
            step(Step(0.0, Text(f"{name} → {spec.title.zh}", f"{name} → {spec.title.en}")))
            version = take_in(
                ws, path, spec.code, valid=valid, by=by, layer=name, crs=crs, convert_to=convert_to,
                encoding=encoding, swap_axes=swap_axes, on_invalid=on_invalid, profile=book, note=note,
                judge=judge, dry_run=dry_run, progress=step,
            )  # fmt: skip
            taken.append(version)
        except (Cancelled, StoreFault):
            raise
        except TubanError as error:
            refused.append(Refused(name, spec.code, error))
    return taken, refused, unknown


def layers_of(
    path: str | Path, profile: Profile, *, encoding: str | None = None
) -> list[tuple[str, LayerSpec | None]]:
    """List the layers of a file, each with the definition that its name stands for, or None."""
    return [(layer.name, profile.find(layer.name)) for layer in layers_in(path, encoding=encoding)]


def only_code(path: str | Path, profile: Profile, *, encoding: str | None = None) -> str:
    """Give the code of the one layer of a file that the profile knows.

    Raises
    ------
    UnknownLayer : it knows none. AmbiguousLayer : it knows several.
    """
    named = layers_of(path, profile, encoding=encoding)
    known = [(name, spec) for name, spec in named if spec is not None]
    if len(known) == 1:
        return known[0][1].code
    listed = "、".join(name for name, _ in (known or named)[:20])
    if not known:
        raise UnknownLayer(
            Text(
                f"文件中的图层({listed})不在数据库标准里。",
                f"The profile knows no layer of this file ({listed}).",
            ),
            Text(
                "用 --layer 指明图层代码;标准以外的数据用 QT_ 开头的代码,如 --layer QT_ZONE。",
                "Name the code with --layer; for other data one that begins with QT_, such as QT_ZONE.",
            ),
            layers=[name for name, _ in named],
        )
    raise AmbiguousLayer(
        Text(f"文件中有多个标准图层:{listed}。", f"The file has several layers of the profile: {listed}."),
        Text(
            "用 --layer 指明一个,或用 --all 全部入库。", "Name one with --layer, or take in all with --all."
        ),
        layers=[name for name, _ in known],
    )


def profile_of(ws: Workspace | None, profile: Profile | str | None = None) -> Profile:
    """Give the definitions: those asked for, else the workspace's own, else the shipped ones."""
    if isinstance(profile, Profile):
        return profile
    if not profile and ws is not None and (own := ws.settings.get("profile")):
        return user_profile(ws.folder / own) if own == OWN_PROFILE else shipped_profile(own)
    name = profile or DEFAULT_PROFILE
    return user_profile(Path(name)) if _is_yaml(name) else shipped_profile(name)


def keep_profile(ws: Workspace, profile: str, *, by: str) -> None:
    """Make a profile the workspace's own: a shipped one by its name, a YAML file by a copy in the folder."""
    profile_of(ws, profile)
    if _is_yaml(profile):
        write_whole(ws.folder / OWN_PROFILE, Path(profile).read_text(encoding="utf-8"))
    ws.settings.set("profile", OWN_PROFILE if _is_yaml(profile) else profile, by=by)


def _is_yaml(name: str) -> bool:
    return Path(name).suffix.lower() in (".yaml", ".yml")


def outline_of(ws: Workspace, code: str = "") -> gpd.GeoSeries | None:
    """Give the administrative areas that the workspace has, to check coordinates by, but not `code` itself."""
    in_force = ws.in_force()
    for outline in _OUTLINES:
        if outline in in_force and outline != code and in_force[outline].geometry == "polygon":
            return ws.read(in_force[outline], columns=[]).geometry
    return None


def without_our_columns(read: ReadLayer) -> tuple[Any, tuple[Text, ...]]:
    """Leave out what an earlier export of ours added: it is measured again."""
    ours = [name for name in RESERVED if name in read.frame.columns]
    if not ours:
        return read.frame, read.notes
    listed = ", ".join(ours)
    note = Text(
        f"字段 {listed} 由系统重新量算,未采用文件中的值。",
        f"The columns {listed} are measured anew; the file's values were left out.",
    )
    return read.frame.drop(columns=ours), (*read.notes, note)


def _tell_refusal(
    ws: Workspace, path: Path, code: str, error: TubanError, *, by: str, asked: dict[str, Any]
) -> None:
    facts = {
        "file": path.name,
        "kind": type(error).__name__,
        "problem": error.problem,
        "fix": error.fix,
        "asked": asked,
    }
    # The reason for the refusal must reach the user even where the trail cannot be written just now.
    with contextlib.suppress(StoreFault):
        ws.trail.append("layer.refuse", code, facts, by)


def _twice(name: str, first: str, spec: LayerSpec) -> AmbiguousLayer:
    return AmbiguousLayer(
        Text(
            f"图层“{name}”与“{first}”都对应 {spec.code}({spec.title.zh})。",
            f"The layers {name} and {first} both stand for {spec.code} ({spec.title.en}).",
        ),
        Text(
            "确认要哪一个,用 --layer 和 --source-layer 单独入库。",
            "Decide which one is meant and take it in with --layer and --source-layer.",
        ),
        layers=[first, name],
    )
