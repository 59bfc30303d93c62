"""The look of findings in QGIS: one colour for each severity, as a QML document."""

from __future__ import annotations

from tuban.domain.finding import Severity
from tuban.domain.layer import GeometryKind
from tuban.reports.words import COLOURS, ORDER


def style(kind: GeometryKind) -> str:
    """Give the QML of a layer whose column `severity` holds the severity's Chinese or English name."""
    named = [(severity, severity.label.in_(lang)) for severity in ORDER for lang in ("zh", "en")]
    made = [(number, severity, name) for number, (severity, name) in enumerate(named)]
    categories = "".join(
        f'<category symbol="{number}" value="{name}" label="{name}" render="true" type="string"/>'
        for number, _, name in made
    )
    symbols = "".join(
        f'<symbol name="{number}" {_symbol(kind, severity)}</symbol>' for number, severity, _ in made
    )
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM">'
        '<qgis version="3.28.0" styleCategories="Symbology">'
        '<renderer-v2 type="categorizedSymbol" attr="severity" enableorderby="0" symbollevels="0">'
        f"<categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2></qgis>"
    )


def _symbol(kind: GeometryKind, severity: Severity) -> str:
    red, green, blue = (int(COLOURS[severity][at : at + 2], 16) for at in (1, 3, 5))
    full, pale = f"{red},{green},{blue},255", f"{red},{green},{blue},90"
    if kind == "polygon":
        layer, sort = "SimpleFill", "fill"
        options = {"color": pale, "outline_color": full, "outline_width": "0.6", "style": "solid"}
    elif kind == "line":
        layer, sort = "SimpleLine", "line"
        options = {"line_color": full, "line_width": "0.8"}
    else:
        layer, sort = "SimpleMarker", "marker"
        options = {"color": pale, "outline_color": full, "name": "circle", "size": "3"}
    items = "".join(
        f'<Option type="QString" name="{name}" value="{value}"/>' for name, value in options.items()
    )
    return (
        f'type="{sort}" alpha="1" clip_to_extent="1"><layer class="{layer}" enabled="1" pass="0" locked="0">'
        f'<Option type="Map">{items}</Option></layer>'
    )
