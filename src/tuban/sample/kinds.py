"""What a face of the fabric is before it gets a land class: open ground or a strip of something."""

from __future__ import annotations

OPEN = 0
RIVER = 1
RESERVOIR = 2
HIGHWAY = 3
COUNTY_ROAD = 4
VILLAGE_ROAD = 5
RAILWAY = 6
TRACK = 7
DITCH = 8
STREET = 9
LANE = 10
CANAL = 11

ROADS = (HIGHWAY, COUNTY_ROAD, VILLAGE_ROAD, TRACK, STREET, LANE)
WATER = (RIVER, RESERVOIR, DITCH, CANAL)

# Where a face lies: decided by the rings in the skeleton.
COUNTRY = 0
CITY = 1
TOWN = 2
PARK = 3
