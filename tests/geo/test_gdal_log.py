"""GDAL is quiet inside, and talks again when the last one is out."""

from __future__ import annotations

import contextlib
import logging

import pytest

from tuban.geo.gdal_log import quiet_gdal

log = logging.getLogger("pyogrio")


def test_the_last_one_out_gives_the_level_back():
    before = log.level
    first, second = contextlib.ExitStack(), contextlib.ExitStack()
    first.enter_context(quiet_gdal())
    second.enter_context(quiet_gdal())
    first.close()
    assert log.level == logging.CRITICAL  # one is still inside
    second.close()
    assert log.level == before


def test_an_error_goes_through_and_the_level_comes_back():
    before = log.level
    with pytest.raises(ValueError, match="damaged"), quiet_gdal():
        raise ValueError("damaged")
    assert log.level == before
