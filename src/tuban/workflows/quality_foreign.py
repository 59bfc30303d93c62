"""Inspection by somebody else's model: French documents and tables, German plans in XPlanGML."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from tuban.domain.progress import Progress, quiet
from tuban.quality.foreign import ForeignResult, inspect
from tuban.quality.foreign_gml import Closure, closure, read_gml
from tuban.quality.foreign_model import load_model
from tuban.quality.package import open_package
from tuban.workflows.quality import rules_of


def check_by_model(
    path: str | Path,
    model: str | Path,
    *,
    once: Collection[str] = (),
    flat: bool = False,
    progress: Progress = quiet,
) -> ForeignResult:
    """Judge a folder or zip by a document-and-table model in the French validator's form.

    Parameters
    ----------
    model : its document JSON, or the folder that holds it. once, flat : see `tuban.quality.foreign.inspect`.

    Raises
    ------
    StandardsFault : the model cannot be used. NotFound, UnsafeFile : as for any package.
    """
    document = load_model(model)
    definitions, _ = rules_of(None)
    with open_package(path, definitions) as package:
        return inspect(package, document, once=once, flat=flat, progress=progress)


def check_gml(path: str | Path) -> Closure:
    """Judge closure and scope of a German plan; raises BrokenFile where it is none."""
    return closure(read_gml(path))
