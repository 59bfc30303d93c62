"""How much ellipsoid lies under a square unit of the map: what turns an integral in the plane into true area.

An edge of a layer is straight in the plane of that layer, so what cuts what is decided there; only the area is
measured on the ellipsoid, as the integral of this density over the piece. Compiled; see `kernel_area`.
"""

from __future__ import annotations

import math

from tuban.geo.ellipsoid import INVERSE_FLATTENING, SEMI_MAJOR_M
from tuban.geo.kernel import compiled

PLANE, GAUSS, DEGREES = 0, 1, 2  # how a layer's plane is made

_N = 1 / (2 * INVERSE_FLATTENING - 1)
_RECTIFYING_M = SEMI_MAJOR_M / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_C2 = 3 / 2 * _N - 27 / 32 * _N**3
_C4 = 21 / 16 * _N**2
_E2 = (2 - 1 / INVERSE_FLATTENING) / INVERSE_FLATTENING
_A2 = SEMI_MAJOR_M**2 * (1 - _E2)


@compiled
def density(kind, false_easting, x, y):
    """Give r0, r1, r2, s1, s2 of the density r0 + r1·u + r2·u² + s1·v + s2·v² at (x + u, y + v).

    Gauss-Krüger: 1/m² = sech²(X/R) with R² = MN at the latitude of y, to the fourth power of X/R. Degrees:
    M·N·cos B. Good to 1e-10 of the area over 5 km around (x, y), in a 3° zone.
    """
    if kind == PLANE:
        return 1.0, 0.0, 0.0, 0.0, 0.0
    if kind == GAUSS:
        mu = y / _RECTIFYING_M
        lat = mu + _C2 * math.sin(2 * mu) + _C4 * math.sin(4 * mu)
    else:
        lat = math.radians(y)
    sin, cos = math.sin(lat), math.cos(lat)
    w2 = 1 - _E2 * sin * sin
    mn = _A2 / (w2 * w2)
    log_slope = 4 * _E2 * sin * cos / w2  # of M·N by latitude
    if kind == GAUSS:
        u = x - false_easting
        z = u * u / mn
        meridian_m = _A2 / SEMI_MAJOR_M / (w2 * math.sqrt(w2))
        r0 = 1 - z + z * z * (2 / 3)
        r1 = (-2 + z * (8 / 3)) * u / mn
        r2 = (-1 + 4 * z) / mn
        s1 = (1 - z * (4 / 3)) * z * log_slope / meridian_m
        return r0, r1, r2, s1, 0.0
    degree = math.pi / 180
    r0 = mn * cos * degree * degree
    slope = log_slope - sin / cos
    bend = 4 * _E2 * (cos * cos - sin * sin) - 1 / (cos * cos)
    return r0, 0.0, 0.0, r0 * slope * degree, 0.5 * r0 * (slope * slope + bend) * degree * degree
