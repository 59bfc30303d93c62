from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
import yaml

from tuban.errors import AmbiguousLayer, BrokenFile, MissingField, NotFound, WrongType, WrongUse
from tuban.sample import outline
from tuban.sample.county import make
from tuban.sample.figures import load_figures

RNG = np.random.default_rng(1)


@pytest.fixture
def two_counties(tmp_path):
    boxes = [shapely.box(113.2, 33.1, 113.5, 33.3), shapely.box(113.5, 33.1, 113.8, 33.3)]
    frame = gpd.GeoDataFrame(
        {"code": ["A1", "B2"], "name": ["甲县", "乙县"]}, geometry=boxes, crs="EPSG:4490"
    )
    path = tmp_path / "two.gpkg"
    frame.to_file(path, layer="counties")
    return path


def test_an_invented_outline_has_the_published_area():
    made = outline.get(None, 6.2932e8, np.random.default_rng(5))
    assert made.area_m2 == pytest.approx(6.2932e8, rel=1e-7)
    assert made.shape.is_valid


def test_one_of_several_outlines_is_chosen_by_column(two_counties):
    chosen = outline.get(f"{two_counties}::name=乙县", 1.0, RNG)
    assert chosen.crs == "EPSG:4547"
    assert shapely.centroid(chosen.shape).x == pytest.approx(
        467_400, abs=600
    )  # 113.65° is 0.35° west of 114°
    assert outline.get(f"{two_counties}::counties::code=B2", 1.0, RNG).shape.equals(chosen.shape)
    assert outline.get(f"{two_counties}::B2", 1.0, RNG).shape.equals(chosen.shape)


def test_several_outlines_and_no_choice_is_an_error_that_lists_them(two_counties):
    with pytest.raises(WrongUse) as error:
        outline.get(two_counties, 1.0, RNG)
    assert "A1" in error.value.problem.zh and "B2" in error.value.problem.en
    assert "::" in error.value.fix.zh


def test_several_layers_and_no_choice_is_an_error_that_lists_them(two_counties):
    gpd.read_file(two_counties).to_file(two_counties, layer="more")
    with pytest.raises(AmbiguousLayer) as error:
        outline.get(f"{two_counties}::code=A1", 1.0, RNG)
    assert "counties" in error.value.problem.en and "more" in error.value.problem.en


@pytest.mark.parametrize(
    ("selector", "kind"),
    [("::code=ZZ", NotFound), ("::nothing=1", WrongUse), ("::a::b::c", WrongUse)],
)
def test_a_selector_that_fits_nothing_says_so(two_counties, selector, kind):
    with pytest.raises(kind):
        outline.get(f"{two_counties}{selector}", 1.0, RNG)


def test_a_missing_outline_file_is_named(tmp_path):
    with pytest.raises(NotFound, match="nowhere"):
        outline.get(tmp_path / "nowhere.gpkg", 1.0, RNG)


def test_the_shipped_figures_are_complete_and_invented_by_name():
    fig = load_figures()
    assert "示范" in fig.label and fig.code.startswith("999")
    assert len(fig.streets) + len(fig.towns) == 14
    assert sum(z["before"] for z in fig.zones_ha.values()) == pytest.approx(fig.total_ha, abs=0.2)
    assert fig.drawn_after_ha == pytest.approx(4023.33, abs=1e-6)  # 4293.87 − 417.67 + 147.13


@pytest.mark.shared
def test_the_shipped_figures_are_the_published_ones(shared):
    published = load_figures(shared / "domain/wugang-figures.yaml")
    own = load_figures()
    for name in ("zones_ha", "centre_ha", "total_ha", "farmland_after_ha", "boundary_before_ha", "flood_ha"):
        assert getattr(own, name) == getattr(published, name)


def changed(tmp_path, **entries):
    data = load_figures().raw | entries
    path = tmp_path / "figures.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    return path


def test_a_figure_that_is_missing_is_named(tmp_path):
    path = changed(tmp_path, zones_ha={})
    with pytest.raises(MissingField, match=r"zones_ha\.生态保护区"):
        load_figures(path)


def test_a_figure_that_is_no_number_is_named(tmp_path):
    path = changed(tmp_path, admin=load_figures().raw["admin"] | {"total_ha": "many"})
    with pytest.raises(WrongType, match=r"admin\.total_ha"):
        load_figures(path)


@pytest.mark.parametrize("text", ["a: [", "just words", ""])
def test_figures_that_are_no_table_are_refused(tmp_path, text):
    path = tmp_path / "figures.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises((BrokenFile, MissingField)):
        load_figures(path)


def test_too_few_parcels_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(WrongUse):
        make(tmp_path / "out", parcels=10)
    assert not (tmp_path / "out").exists()
