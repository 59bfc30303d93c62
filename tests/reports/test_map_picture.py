import io
import math

import numpy as np
import pytest
import shapely
from PIL import Image
from pyproj import Geod

from tuban.reports.map_layer import MapLayer
from tuban.reports.map_picture import map_picture, metres_per_unit
from tuban.reports.map_side import nice_length_m, wrapped

RED, WHITE = (255, 0, 0), (255, 255, 255)


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def is_red(image: np.ndarray) -> np.ndarray:
    return (image[..., 0] > 200) & (image[..., 1] < 60) & (image[..., 2] < 60)


def square(x=38_400_000.0, y=3_900_000.0, side=1000.0):
    return shapely.box(x, y, x + side, y + side)


def test_a_square_on_the_ground_is_a_square_on_the_map():
    layer = MapLayer("方", [square()], fill="#ff0000", fill_opacity=1, line=None, legend=False)
    for title in ("", "有标题"):
        rows, columns = np.nonzero(is_red(pixels(map_picture([layer], "EPSG:4526", title=title))))
        assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=2)


def test_a_square_in_degrees_is_drawn_as_it_lies_on_the_ground():
    lat, high = 35.0, 0.01
    wide = high / math.cos(math.radians(lat))
    shape = shapely.box(113, lat - high / 2, 113 + wide, lat + high / 2)
    layer = MapLayer("方", [shape], fill="#ff0000", fill_opacity=1, line=None, legend=False)
    rows, columns = np.nonzero(is_red(pixels(map_picture([layer], "EPSG:4490"))))
    assert np.ptp(rows) == pytest.approx(np.ptp(columns), rel=0.01)


def test_holes_stay_open():
    ring = square().difference(square(38_400_250, 3_900_250, 500))
    layer = MapLayer("环", [ring], fill="#ff0000", fill_opacity=1, line=None, legend=False)
    red = is_red(pixels(map_picture([layer], "EPSG:4526")))
    rows, columns = np.nonzero(red)
    middle = red[(rows.min() + rows.max()) // 2, (columns.min() + columns.max()) // 2]
    assert not middle
    assert red.sum() / (np.ptp(rows) * np.ptp(columns)) == pytest.approx(0.75, abs=0.01)


def test_the_same_layers_give_the_same_bytes():
    layer = MapLayer("红线", [square().wkb], fill="#ff0000", labels=["甲"])
    assert map_picture([layer], "EPSG:4526", sample=True) == map_picture([layer], "EPSG:4526", sample=True)


def test_no_layer_and_empty_shapes_make_a_map_all_the_same():
    assert map_picture([], "EPSG:4526")
    assert map_picture([MapLayer("空", [None, shapely.Polygon()])], "EPSG:4490")


def test_a_degree_of_longitude_is_as_long_as_the_geodesic_says():
    for lat in (0.0, 35.0, 52.0):
        true = Geod(a=6378137.0, rf=298.257222101).inv(113, lat, 113.001, lat)[2]
        assert metres_per_unit((112, lat - 1, 114, lat + 1), "EPSG:4490") * 0.001 == pytest.approx(
            true, rel=1e-6
        )


@pytest.mark.parametrize(("most", "nice"), [(999, 500), (1000, 1000), (1999, 1000), (2000, 2000), (0.7, 0.5)])
def test_scale_bars_are_one_two_or_five(most, nice):
    assert nice_length_m(most) == pytest.approx(nice)


def test_long_titles_break_into_three_lines_at_most():
    assert wrapped("永久基本农田", 9) == ["永久基本农田"]
    assert len(wrapped("图" * 100, 9)) == 3
