"""The codes of the standards as they leave by HTTP."""

from __future__ import annotations

from typing import Literal

from tuban.service.schemas import FieldOut, Geometry, Group, Model, TextOut


class LandUseClassOut(Model):
    """One land-use class of one edition."""

    code: str
    title: TextOut
    level: int
    parent: str | None
    group: str
    colour: str | None
    edition: str
    confidence: str


class StandardLayerOut(Model):
    """One layer that the profile of the workspace defines, taken in already or not."""

    code: str
    title: TextOut
    group: Group
    geometry: Geometry | Literal["any"]
    required: list[FieldOut]
    """The columns that a file for this layer must bring, in the order of the standard."""
    aliases: list[str]
    """Other codes under which the layer is known."""
    confidence: str
    """How far the definition is verified, and by which source."""
