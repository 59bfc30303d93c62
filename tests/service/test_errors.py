"""Every error has a status and one shape, in both languages."""

from __future__ import annotations

import pytest

from tuban import errors
from tuban.errors import Text, TubanError
from tuban.service.errors import STATUS, error_body, status_of


def family(kind: type[TubanError]) -> set[type[TubanError]]:
    return {kind}.union(
        *(family(child) for child in kind.__subclasses__() if child.__module__ == errors.__name__)
    )


def test_every_error_class_has_its_status():
    assert family(TubanError) == set(STATUS)


def test_an_error_of_a_user_is_never_a_server_fault():
    assert all(400 <= status < 500 for kind, status in STATUS.items() if kind is not errors.DiskFull)
    assert STATUS[errors.DiskFull] == 507


def test_a_new_child_takes_its_parents_status():
    class Special(errors.Unreadable):
        pass

    assert status_of(Special(Text("坏", "bad"), Text("换", "change"))) == 422


def test_facts_are_what_json_can_say():
    error = errors.WrongUse(
        Text("坏", "bad"), Text("换", "change"), nan=float("nan"), path=errors.Text("a", "b"), n={1}
    )
    assert error_body(error, "en")["error"] == {
        "kind": "WrongUse", "problem": "bad", "fix": "change", "facts": {"nan": "nan", "path": {"zh": "a", "en": "b"}, "n": [1]},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("url", "headers", "word"),
    [
        ("/api/layers/NO/versions?lang=en", {}, "has no layer"),
        ("/api/layers/NO/versions", {"accept-language": "en-US,zh;q=0.5"}, "has no layer"),
        ("/api/layers/NO/versions", {"accept-language": "fr,zh;q=0.5"}, "没有图层"),
        ("/api/layers/NO/versions?lang=zh", {"accept-language": "en"}, "没有图层"),
    ],
)
def test_errors_speak_the_language_of_the_request(client, url, headers, word):
    answer = client.get(url, headers=headers)
    assert answer.status_code == 404
    body = answer.json()["error"]
    assert body.keys() == {"kind", "problem", "fix", "facts"}
    assert body["kind"] == "UnknownLayer"
    assert word in body["problem"]


def test_an_unknown_address_has_the_same_shape(client):
    answer = client.get("/api/nothing/here")
    assert answer.status_code == 404
    assert answer.json()["error"]["kind"] == "NotFound"
    assert client.delete("/api/status").status_code == 405
    assert client.delete("/api/status").json()["error"]["kind"] == "WrongUse"
