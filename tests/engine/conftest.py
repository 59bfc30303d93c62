"""Both engines under one name; a missing Dask skips, loudly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tuban.engine import Engine, open_engine


@pytest.fixture(scope="session")
def dask_engine() -> Iterator[Engine]:
    """Two worker processes of this machine, for the whole session."""
    pytest.importorskip("distributed", reason="Dask is not installed (extra `cluster`)")
    with open_engine("dask:2") as engine:
        yield engine


@pytest.fixture(params=["local:1", "local:2", "dask:2"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Every engine there is: what holds for one must hold for all."""
    if request.param == "dask:2":
        yield request.getfixturevalue("dask_engine")
        return
    with open_engine(request.param) as made:
        yield made
