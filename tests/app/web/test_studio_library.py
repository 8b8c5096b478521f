"""The library of fields beside the designer: offered, put in, kept, replaced, taken out; who may, and what it says."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import gallery
from app.models.field_set import FieldSet
from app.models.ledger import Entry
from app.services import definitions, field_library
from forms import compile_form
from tests.app.web.test_studio_design import ask
from tests.builders import House

DESIGN = "/studio/form/credit_request/2/design"
BODY: dict[str, Any] = gallery.read("forms/credit_request")["body"]


@pytest.fixture
def client(house: House) -> FlaskClient:
    """The business admin, with a draft of the request open."""
    with house.work("zhoumin") as work:
        definitions.restore(work, definitions.find(work.session, "form", "credit_request"))
    return house.client("zhoumin")


def sets(client: FlaskClient, own: bool = True) -> list[dict[str, Any]]:
    answer = client.get(f"{DESIGN}/library")
    assert answer.status_code == 200, answer.text
    return [each for each in answer.get_json()["sets"] if each["own"] is own]


def keep(
    client: FlaskClient, zh: str = "担保", *, places: Any = ((1,),), replace: bool = False, **more: Any
) -> TestResponse:
    sent = {"body": BODY, "places": places, "name": {"zh-CN": zh, "en": "Security"}, "replace": replace, **more}
    return ask(client, "library/keep", sent, at=DESIGN)


def problems(answer: TestResponse) -> list[str]:
    found = answer.get_json()
    return [each["code"] for each in found.get("problems", ())] or [found.get("code", "")]


def test_what_is_offered_and_put_in(client: FlaskClient) -> None:
    offered = sets(client, own=False)
    assert len(offered) >= 8
    assert sets(client) == []
    figures = next(each for each in offered if each["id"] == "figures")
    assert (figures["whole"], len(figures["fields"]), figures["rules"]) == (True, 15, 4)
    sent = {"body": BODY, "set": "figures", "at": [1], "taken": ["f_40"]}
    answer = ask(client, "library/put", sent, at=DESIGN)
    assert answer.status_code == 200, answer.text
    found = answer.get_json()
    assert found["at"] == [1]
    assert found["body"]["sections"][1]["fields"][0]["id"] == "f_41"
    compile_form(found["body"])


def test_kept_offered_used_replaced_and_taken_out(client: FlaskClient, house: House) -> None:
    assert keep(client).status_code == 200
    (one,) = sets(client)
    assert (one["name"]["en"], one["whole"], len(one["fields"])) == ("Security", True, 2)
    assert one["kept"].startswith("周敏存于")
    answer = ask(client, "library/put", {"body": BODY, "set": one["id"], "at": [1], "taken": []}, at=DESIGN)
    sections = answer.get_json()["body"]["sections"]
    assert [each["key"] for each in sections] == ["request", "security_2", "security", "opinions"]
    taken = keep(client, places=[[1, 0]])
    assert (taken.status_code, "字段库里已有「担保」" in str(taken.get_json())) == (409, True)
    assert keep(client, places=[[1, 0]], replace=True).status_code == 200
    (two,) = sets(client)
    assert (two["id"] != one["id"], two["whole"], len(two["fields"])) == (True, False, 1)
    assert keep(client, "两处的", places=[[1, 1], [1, 0], [0, 1]]).status_code == 200
    several = next(each for each in sets(client) if each["id"] != two["id"])
    assert (several["whole"], len(several["fields"])) == (False, 3), "the sum may come along with what it adds up"
    assert ask(client, f"library/{several['id']}/end", {}, at=DESIGN).status_code == 200
    gone = ask(client, f"library/{two['id']}/end", {}, at=DESIGN)
    assert gone.status_code == 200
    assert sets(client) == []
    assert ask(client, f"library/{two['id']}/end", {}, at=DESIGN).status_code == 404
    again = ask(client, "library/put", {"body": BODY, "set": one["id"], "at": [0], "taken": []}, at=DESIGN)
    assert again.status_code == 404
    with house.work() as work:
        rows = work.session.scalars(select(FieldSet).order_by(FieldSet.kept_at, FieldSet.id)).all()
        assert [row.ended_at is not None for row in rows] == [True] * 3, "what was once offered can still be read"
        entries = select(Entry.verb).where(Entry.subject_type == "field_set").order_by(Entry.id)
        assert work.session.scalars(entries).all() == ["field_set.kept"] * 3 + ["field_set.ended"] * 2
    trail = house.client("hanxue").get("/trail?group=definition").text
    assert "周敏把「担保」（2 个字段）存入字段库" in trail
    assert "周敏从字段库移除了「担保」（1 个字段）" in trail


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"places": [[1, 1]]}, 422, None),  # a sum without what it adds up
        ({"places": [[9]]}, 422, "form.no_such_field"),
        ({"places": [[0, 1, 0]]}, 422, "form.no_such_field"),
        ({"places": [["0"]]}, 422, "form.no_such_field"),
        ({"places": [[-1]]}, 422, "form.no_such_field"),
        ({"places": []}, 422, "form.no_such_field"),
        ({"places": [[0], [1]]}, 422, "form.no_such_field"),
        ({"places": [[0], [1, 0]]}, 422, "form.no_such_field"),
        ({"places": [[0, 0], 1]}, 422, "form.no_such_field"),
        ({"name": {"zh-CN": "  "}}, 422, "library.name"),
        ({"name": {"zh-CN": "长" * 61}}, 422, "library.name_long"),
        ({"name": {"zh-CN": "好", "en": 3}}, 422, "library.name_long"),
        ({"body": {"sections": [{"key": "a"}]}, "places": [[0]]}, 422, "form.member_missing"),
        ({"body": {"sections": "x"}, "places": [[0]]}, 422, "form.no_such_field"),
        ({"replace": "yes"}, 422, "definition.member_type"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept(client: FlaskClient, more: dict[str, Any], status: int, code: str | None) -> None:
    answer = keep(client, **{"places": [[1]], **more})
    assert answer.status_code == status, answer.text
    assert code is None or problems(answer) == [code]
    assert sets(client) == []


def test_what_cannot_be_put_in(client: FlaskClient) -> None:
    for sent, status in (
        ({"set": "nothing", "at": [0]}, 404), ({"set": "contact", "at": [7, 0]}, 422),
        ({"set": "contact", "at": []}, 422), ({"set": 3, "at": [0]}, 422),
        ({"set": "contact", "at": [0]}, 422), ({"set": "contact", "at": [0, 0], "body": {"sections": [3]}}, 422),
    ):  # fmt: skip
        answer = ask(client, "library/put", {"body": BODY, "taken": [], **sent}, at=DESIGN)
        assert answer.status_code == status, (sent, answer.text)


def test_the_library_has_an_end(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_library, "MOST", 2)
    assert [keep(client, f"第{n}组").status_code for n in range(3)] == [200, 200, 409]
    assert keep(client, "第0组", replace=True).status_code == 200


@pytest.mark.usefixtures("client")
def test_only_who_writes_definitions(house: House) -> None:
    for username in ("lina", "hanxue", "chenan"):
        other = house.client(username)
        assert other.get(f"{DESIGN}/library").status_code == 403
        assert keep(other).status_code == 403
