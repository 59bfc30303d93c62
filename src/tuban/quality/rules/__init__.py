"""Every rule file, by name: importing this list registers the rules."""

from tuban.quality.rules import (
    areas,
    basis,
    completeness,
    geometry,
    geometry_size,
    logic,
    logic_hazards,
    logic_plans,
    topology,
    topology_borders,
    values,
)

ALL = (
    areas,
    basis,
    completeness,
    geometry,
    geometry_size,
    logic,
    logic_hazards,
    logic_plans,
    topology,
    topology_borders,
    values,
)
