"""Every rule file, by name: importing this list registers the rules."""

from tuban.quality.rules import (
    areas,
    basis,
    completeness,
    completeness_names,
    geometry,
    geometry_size,
    logic,
    logic_hazards,
    logic_plans,
    structure,
    topology,
    topology_borders,
    values,
    values_codes,
)

ALL = (
    areas,
    basis,
    completeness,
    completeness_names,
    geometry,
    geometry_size,
    logic,
    logic_hazards,
    logic_plans,
    structure,
    topology,
    topology_borders,
    values,
    values_codes,
)
