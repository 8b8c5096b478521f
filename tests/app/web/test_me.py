"""One's own account: profile, sessions, tokens."""

from __future__ import annotations

import re

from app.access import Role
from app.services import organisation
from tests.app.crew import Crew, post
from tests.builders import Clock


def test_profile_tells_who_one_is_here(crew: Crew) -> None:
    with crew.work() as work:
        east = organisation.save_department(work, None, key="east", name={"zh-CN": "华东区", "en": "East"}).id
    lin = crew.hire("lin", Role.SALES, name="林涛", department_id=east, superior_id=crew.ids["boss"])
    with crew.work() as work:
        held = organisation.save_post(work, None, key="sales_head", label={"zh-CN": "销售主管"})
        organisation.set_holders(work, held.id, [lin])
    html = crew.client("lin").get("/me").get_data(as_text=True)
    for words in ("林涛", "华东区", "钱立", "销售主管", "销售 · 全部", "跟随浏览器"):
        assert words in html


def test_a_token_is_shown_once_and_only_with_own_rights(crew: Crew) -> None:
    crew.hire("lin", Role.SALES)
    client = crew.client("lin")
    html = client.get("/me/tokens").get_data(as_text=True)
    assert "还没有令牌" in html
    assert 'value="customer.read"' in html
    assert 'value="user.write"' not in html
    answer = post(client, "/me/tokens", {"name": "对账", "days": "90", "scopes": ["customer.read", "rating.read"]})
    assert answer.status_code == 201
    found = re.search(r"crd_[\w-]{43}", answer.get_data(as_text=True))
    assert found is not None
    html = client.get("/me/tokens").get_data(as_text=True)
    assert found[0] not in html
    assert found[0][:12] in html
    revoke = re.search(r"/me/tokens/[0-9a-f]{32}/revoke", html)
    assert revoke is not None
    assert post(client, revoke[0]).status_code == 303
    assert "已撤销" in client.get("/me/tokens").get_data(as_text=True)


def test_token_mistakes_keep_what_was_typed(crew: Crew) -> None:
    crew.hire("lin", Role.SALES)
    client = crew.client("lin")
    answer = post(client, "/me/tokens", {"name": "对账", "days": "90"})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请至少选择一项" in html
    assert 'value="对账"' in html
    answer = post(client, "/me/tokens", {"name": "x", "days": "seven", "scopes": ["customer.read"]})
    assert answer.status_code == 422
    assert "有效期只能是 30、90、180、365 天之一" in answer.get_data(as_text=True)
    assert post(client, "/me/tokens", {"name": "x", "days": "30", "scopes": ["user.write"]}).status_code == 422
    assert "crd_" not in client.get("/me/tokens").get_data(as_text=True)


def test_sessions_and_tokens_of_others_are_not_there(crew: Crew, clock: Clock) -> None:
    crew.hire("lin", Role.SALES)
    theirs, mine = crew.client("boss"), crew.client("lin")
    foreign = re.findall(r"/me/sessions/([0-9a-f]{32})/end", theirs.get("/me/sessions").get_data(as_text=True))[0]
    assert post(mine, f"/me/sessions/{foreign}/end").status_code == 404
    assert foreign not in mine.get("/me/sessions").get_data(as_text=True)
    assert theirs.get("/me").status_code == 200
