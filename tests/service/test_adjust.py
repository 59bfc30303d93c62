"""Adjustment over HTTP: exact figures, with version, formula and confidence; as a file; wrong asking refused."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest

PATH = "/api/statistics/adjustment"


def test_the_parcels_sum_to_the_control_area(client):
    said = client.get(PATH, params={"layer": "DLTB", "control": "4.0001", "unit": "ha"}).json()
    assert sum(Decimal(str(row["adjusted_m2"])) for row in said["parcels"]) == 40_001
    assert (said["units"][0]["code"], said["units"][0]["control_m2"], said["units"][0]["count"]) == (
        "",
        40_001.0,
        4,
    )
    assert said["method"]["confidence"] == "verified"
    assert said["sha256"] in client.get("/api/layers/DLTB/versions").text
    assert "TD/T 1055-2019" in said["formula"]["zh"]


def test_the_file_holds_all_parcels(client):
    params = {"layer": "DLTB", "control": "40000", "format": "xlsx", "lang": "en"}
    answer = client.get(f"{PATH}/download", params=params)
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    rows = list(book["Parcels"].iter_rows(min_row=2, values_only=True))
    assert sum(Decimal(str(row[5])) for row in rows) == 40_000


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"layer": "DLTB"}, 400),
        ({"layer": "DLTB", "control": "many"}, 400),
        ({"layer": "DLTB", "control": "nan"}, 400),
        ({"layer": "DLTB", "control": ["1:2", "1:3"]}, 400),
        ({"layer": "DLTB", "control": "1"}, 400),  # four hectares into one square metre
        ({"layer": "QT_ROAD", "control": "1"}, 400),
        ({"layer": "NONE", "control": "1"}, 404),
        ({"layer": "XZQXZ", "control": "40000", "within": "999999"}, 404),
    ],
)
def test_wrong_asking_is_refused_in_words(client, params, status):
    answer = client.get(PATH, params=params)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["fix"]
