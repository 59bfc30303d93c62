"""The assembled service: headers, tags, pages, its description, and what anyone may throw at it."""

from __future__ import annotations

import dataclasses
import json
import string
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuban.service.app import create_app
from tuban.service.headers import content_policy
from tuban.service.openapi import document, reference
from tuban.settings import Settings


def test_every_answer_carries_the_security_headers(client):
    for url in ("/", "/api/status", "/api/nope", "/api/layers/DLTB/features?limit=-1", "/api/docs"):
        headers = client.get(url).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "access-control-allow-origin" not in headers


def test_only_a_configured_base_map_may_be_fetched_from_outside():
    assert "http" not in content_policy(Settings())
    assert "https://*.tianditu.gov.cn" in content_policy(Settings(tianditu_key="k"))


def test_a_json_answer_is_not_sent_twice(client):
    first = client.get("/api/layers")
    again = client.get("/api/layers", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/api/layers?on=2022-01-01").headers["etag"] != first.headers["etag"]


def test_large_answers_are_compressed(client):
    assert client.get("/api/layers").headers["content-encoding"] == "gzip"


def test_another_site_cannot_write(client):
    body = {"type": "length", "coordinates": [[113, 33], [114, 33]]}
    for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/api/measure", json=body, headers=headers).status_code == 400
    assert client.post("/api/measure", json=body, headers={"origin": "http://testserver"}).status_code == 200


def test_only_names_of_this_machine_are_answered(client):
    assert client.get("/api/status", headers={"host": "evil.example"}).status_code == 400


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<p>front end", encoding="utf-8")
    (tmp_path / "assets" / "a-1.js").write_text("1", encoding="utf-8")
    (tmp_path / ".built-from").write_text("x", encoding="utf-8")
    return tmp_path


def test_every_path_that_is_not_the_apis_is_the_front_end(built):
    client = TestClient(create_app(None, Settings(), built=built))
    for path in ("/", "/map", "/layers/DLTB", "/.built-from", "/%00"):
        assert client.get(path).text == "<p>front end", path
    assert "immutable" in client.get("/assets/a-1.js").headers["cache-control"]
    assert (
        client.get("/assets/a-1.js")
        .headers["content-type"]
        .startswith(("text/javascript", "application/javascript"))
    )
    assert client.get("/assets/missing.js").status_code == 404
    assert client.get("/..%2f..%2fetc%2fpasswd").text == "<p>front end"


def test_without_a_front_end_a_page_says_how_to_build_it(tmp_path):
    client = TestClient(create_app(None, Settings(), built=tmp_path))
    assert "hatch_build.py" in client.get("/").text
    assert client.get("/map").status_code == 404


def test_the_description_is_self_contained_and_current(root):
    described = json.loads(document())

    def references(node) -> list[str]:
        if isinstance(node, dict):
            inner = [found for value in node.values() for found in references(value)]
            return [node["$ref"], *inner] if isinstance(node.get("$ref"), str) else inner
        return [found for value in node for found in references(value)] if isinstance(node, list) else []

    assert all(reference.startswith("#/components/") for reference in references(described))
    ids = [operation["operationId"] for path in described["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))
    written = root / "web" / "openapi.json"
    assert json.loads(written.read_text(encoding="utf-8")) == described, (
        "web/openapi.json is old: python -m tuban.service.openapi > web/openapi.json"
    )


def test_the_reference_is_current(root):
    written = (root / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    assert written == reference(), "python -m tuban.service.openapi --reference > docs/reference/api.md"


def test_every_setting_is_in_the_guide(root):
    guide = (root / "docs" / "guide" / "service.md").read_text(encoding="utf-8")
    names = [f"`TUBAN_{field.name.upper()}`" for field in dataclasses.fields(Settings)]
    assert [name for name in names if name not in guide] == []


def test_the_list_of_addresses_needs_nothing_from_outside(client):
    page = client.get("/api/docs").text
    assert "/api/identify" in page
    assert "http://" not in page
    assert "https://" not in page


ODD = st.one_of(
    st.text(max_size=20),
    st.text(alphabet=string.printable, max_size=20),
    st.integers(-(10**30), 10**30).map(str),
    st.floats().map(str),
    st.sampled_from(["nan", "inf", "1e999", "0001-01-01", "9999-12-31", "2024-02-30", "' OR 1=1 --", "../..", "\x00",
                     "-0", "DLTB", "DLBM:eq:0101", "DLBM:in:" + "|" * 50, "1,2,3,4", "-180,-90,180,90", "XZQXZ"]),
)  # fmt: skip
ADDRESSES = [
    (path, [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"],
     [p["name"] for p in operation.get("parameters", []) if p["in"] == "path"])
    for path, operations in json.loads(document())["paths"].items()
    for method, operation in operations.items()
    if method == "get" and not path.endswith("/events")
]  # fmt: skip
KNOWN = {"code": "DLTB", "version": "2", "fid": "1", "z": "14", "x": "1", "y": "1", "layer": "DLTB", "lon": "114.001",
         "lat": "33.2465", "q": "街道", "a": "1", "b": "2"}  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_a_user_can_send_is_a_server_fault(client, data):
    path, query, parts = data.draw(st.sampled_from(ADDRESSES))
    for name in parts:
        value = data.draw(st.one_of(st.just(KNOWN.get(name, "1")), ODD), label=name)
        path = path.replace("{" + name + "}", _quoted(value))
    chosen = {
        name: data.draw(st.one_of(st.just(KNOWN.get(name, "1")), ODD), label=name)
        for name in query
        if name in {"q", "layer", "lon", "lat", "a", "b"} or data.draw(st.booleans(), label=f"with {name}")
    }
    answer = client.get(
        path, params={name: value.encode("utf-8", "replace") for name, value in chosen.items()}
    )
    assert answer.status_code < 500, (path, chosen, answer.text)
    if answer.status_code >= 400:
        assert answer.json()["error"]["problem"]


def _quoted(value: str) -> str:
    from urllib.parse import quote

    return quote(value.encode("utf-8", "replace"), safe="") or "%20"
