"""What a workspace says no to, in words: the longer messages, apart from the code that uses them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import date

from tuban.domain.version import LayerVersion, Validity
from tuban.errors import Damaged, Text, UnknownLayer, UnknownVersion, WrongUse
from tuban.store.history import Withdrawal


def check_valid(valid: Validity) -> None:
    """Refuse a version that ends before it begins; raises WrongUse."""
    if valid.end is not None and valid.end <= valid.start:
        raise WrongUse(
            Text(
                f"失效日期 {valid.end} 不晚于生效日期 {valid.start}。",
                f"It ends on {valid.end}, which is not after {valid.start}.",
            ),
            Text(
                "失效日期是不再有效的第一天,须晚于生效日期。",
                "The end is the first day on which it no longer holds; give a later one.",
            ),
        )


def wrong_code(code: str, defined: str) -> WrongUse:
    """The code is not the one of the definition that came with it."""
    return WrongUse(
        Text(
            f"代码 {code} 与图层定义 {defined} 不符。", f"The code {code} is not {defined}, which is defined."
        ),
        Text("使用图层定义的代码。", "Use the definition's code."),
    )


def unknown_layer(code: str, codes: Sequence[str]) -> UnknownLayer:
    """No version of that layer at all."""
    near = difflib.get_close_matches(code.upper(), codes, n=3)
    listed = ", ".join(near or codes[:8]) or "—"
    return UnknownLayer(
        Text(f"工作区里没有图层 {code}。", f"The workspace has no layer {code}."),
        Text(
            f"现有图层:{listed}。用 tuban layers import 入库。",
            f"It has: {listed}. `tuban layers import` takes one in.",
        ),
        code=code,
        near=near,
    )


def unknown_number(code: str, number: int, last: int) -> UnknownVersion:
    """The layer exists, a version of that number does not."""
    return UnknownVersion(
        Text(f"图层 {code} 没有第{number}版。", f"The layer {code} has no version {number}."),
        Text(f"现有第1至第{last}版。", f"There are versions 1 to {last}."),
        code=code,
        number=number,
    )


def none_applied(code: str, on: date, believed: Sequence[LayerVersion]) -> UnknownVersion:
    """The layer exists, but none of the versions that were believed applied on that day."""
    if not believed:
        return UnknownVersion(
            Text(f"图层 {code} 的版本当时均未入库或已撤回。", f"No version of {code} stood at that moment."),
            Text(
                f"用 tuban layers versions {code} 查看全部版本。",
                f"`tuban layers versions {code}` lists every version, withdrawn ones too.",
            ),
            code=code,
            on=on.isoformat(),
        )
    starts = ", ".join(str(day) for day in sorted({version.valid.start for version in believed})) or "—"
    return UnknownVersion(
        Text(f"图层 {code} 在 {on} 没有有效的版本。", f"No version of {code} applied on {on}."),
        Text(
            f"各版本的生效日期:{starts}。请换一个日期。",
            f"Versions came into force on: {starts}. Ask for another day.",
        ),
        code=code,
        on=on.isoformat(),
    )


def damaged(version: LayerVersion, *, missing: bool) -> Damaged:
    """A stored file is gone or is not as long as it was."""
    how = Text("不见了", "is missing") if missing else Text("被改动过", "was altered")
    return Damaged(
        Text(
            f"{version.code} 第{version.number}版的文件 {version.file} {how.zh}。",
            f"The file of {version.code} version {version.number}, {version.file}, {how.en}.",
        ),
        Text(
            "从备份恢复该文件,再用 tuban trail verify 核验;或重新入库。",
            "Restore it from a backup and run `tuban trail verify`, or import the layer again.",
        ),
        file=version.file,
    )


def no_reason() -> WrongUse:
    """A withdrawal without its reason."""
    return WrongUse(
        Text("撤回版本须写明理由。", "A withdrawal needs its reason."),
        Text("用 --reason 写明为什么撤回。", "Give it with --reason."),
    )


def withdrawn_already(before: Withdrawal) -> WrongUse:
    """A second withdrawal of the same version."""
    return WrongUse(
        Text(
            f"{before.code} 第{before.number}版已由{before.recorded_by}撤回:{before.reason}",
            f"{before.code} version {before.number} was withdrawn by {before.recorded_by}: {before.reason}",
        ),
        Text("无需再次撤回;要恢复请重新入库。", "There is nothing to do; to restore it, import it again."),
    )
