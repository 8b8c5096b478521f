"""The admin's pages: users, organisation, sessions, settings, rights, as a person clicks through them."""

from __future__ import annotations

import re

import pytest

from app.access import Role, Scope
from app.models.people import User
from app.queries import organisation as queries
from app.services import organisation, people, tokens
from app.services.viewers import viewer_of
from config import Settings
from tests.app.crew import Crew, post
from tests.app.statements import statements
from tests.builders import Clock


def _secret(html: str) -> str:
    found = re.search(r"<pre[^>]*>([^<]+)</pre>", html)
    assert found is not None
    return found[1]


def test_a_new_user_with_roles_signs_in_with_the_password_shown_once(crew: Crew) -> None:
    client = crew.client("boss")
    typed = {
        "username": "Lin.Tao", "name": "林涛", "email": "lin@example.com", "locale": "en",
        "roles": ["sales", "finance"], "scope_sales": "TREE", "scope_finance": "ALL", "scope_risk": "ALL",
    }  # fmt: skip
    answer = post(client, "/admin/users/new", typed)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 201
    secret = _secret(html)
    with crew.work() as work:
        user = work.session.query(User).filter_by(username="lin.tao").one()
        viewer = viewer_of(work.session, user.id)
    assert [(g.role, g.scope) for g in viewer.grants] == [(Role.SALES, Scope.TREE), (Role.FINANCE, Scope.ALL)]
    assert secret not in client.get(f"/admin/users/{user.id}").get_data(as_text=True)
    theirs = crew.app.test_client()
    assert crew.sign_in(theirs, "lin.tao", secret).status_code == 303
    assert theirs.get("/me").location == "/password"


def test_mistakes_stand_at_their_fields_and_nothing_typed_is_lost(crew: Crew) -> None:
    client = crew.client("boss")
    typed = {"username": "boss", "name": "另一位", "email": "broken", "roles": ["risk"], "scope_risk": "OWN"}
    answer = post(client, "/admin/users/new", typed)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "用户名「boss」已被使用" in html
    assert 'aria-describedby="email-errors"' in html
    assert 'value="另一位"' in html
    assert 'value="broken"' in html
    assert re.search(r'id="role-risk"[^>]* checked', html)
    assert re.search(r'name="scope_risk".*?value="OWN" selected', html, re.S)
    assert post(client, "/admin/users/new", {**typed, "roles": ["emperor"]}).status_code == 422
    assert post(client, "/admin/users/new", {}).status_code == 422


def test_change_and_stale_page(crew: Crew) -> None:
    lin = crew.hire("lin", Role.SALES, name="林涛")
    client = crew.client("boss")
    html = client.get(f"/admin/users/{lin}").get_data(as_text=True)
    version = re.search(r'name="row_version"[^>]*value="(\d+)"', html)
    assert version is not None
    typed = {"name": "林小涛", "email": "", "department_id": "", "superior_id": "", "row_version": version[1]}
    assert post(client, f"/admin/users/{lin}", typed).status_code == 303
    answer = post(client, f"/admin/users/{lin}", {**typed, "name": "第三个名字"})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "已由钱立于" in html
    assert 'value="第三个名字"' in html, "what was typed is kept"
    part = client.post(f"/admin/users/{lin}", data={**typed, "csrf_token": _csrf(client)}, headers={"HX-Request": "1"})
    assert part.status_code == 409
    assert "<html" not in part.get_data(as_text=True)
    answer = post(client, f"/admin/users/{lin}", {**typed, "name": " "})
    assert answer.status_code in (409, 422)
    assert post(client, f"/admin/users/{'0' * 32}", typed).status_code == 404


def _csrf(client: object) -> str:
    html = client.get("/password").get_data(as_text=True)  # type: ignore[attr-defined]
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', html)
    assert found is not None
    return found[1]


def test_roles_disable_enable_reset(crew: Crew) -> None:
    lin = crew.hire("lin", Role.SALES, name="林涛")
    client, theirs = crew.client("boss"), crew.client("lin")
    assert theirs.get("/admin/users").status_code == 403
    old = _version(client.get(f"/admin/users/{lin}").get_data(as_text=True))
    typed = {"roles": ["auditor"], "scope_auditor": "ALL", "row_version": old}
    post(client, f"/admin/users/{lin}/roles", typed)
    assert theirs.get("/admin/users").status_code == 200, "at once"
    page = client.get(f"/admin/users/{lin}").get_data(as_text=True)
    assert "角色已更新，立即生效" in page
    answer = post(client, f"/admin/users/{lin}/roles", {**typed, "roles": ["sales", "auditor"], "scope_sales": "ALL"})
    assert answer.status_code == 409, "an older page gives back nothing"
    assert "钱立" in answer.get_data(as_text=True), "who was first"

    post(client, f"/admin/users/{lin}/disable")
    assert theirs.get("/me").status_code == 303
    assert "账号已停用，退出登录 1 个" in client.get(f"/admin/users/{lin}").get_data(as_text=True)
    assert crew.sign_in(crew.app.test_client(), "lin").status_code == 422
    post(client, f"/admin/users/{lin}/enable")
    theirs = crew.client("lin")

    answer = post(client, f"/admin/users/{lin}/reset-password")
    assert theirs.get("/me").status_code == 303
    assert crew.sign_in(crew.app.test_client(), "lin").status_code == 422
    assert crew.sign_in(crew.app.test_client(), "lin", _secret(answer.get_data(as_text=True))).status_code == 303


@pytest.mark.parametrize("act", ["disable", "reset-password"])
def test_admins_cannot_lock_themselves_out(crew: Crew, act: str) -> None:
    client = crew.client("boss")
    assert post(client, f"/admin/users/{crew.ids['boss']}/{act}").status_code == 422
    version = _version(client.get(f"/admin/users/{crew.ids['boss']}").get_data(as_text=True))
    answer = post(client, f"/admin/users/{crew.ids['boss']}/roles", {"roles": ["sales"], "row_version": version})
    assert answer.status_code == 422
    assert "最后一位启用的系统管理员" in answer.get_data(as_text=True)
    assert client.get("/admin/users").status_code == 200


def test_list_search_filters_and_pages(crew: Crew) -> None:
    for n in range(120):
        crew.hire(f"person{n:03}", Role.SALES, name=f"人员{n:03}")
    crew.hire("zhou", Role.RISK, name="周玲")
    client = crew.client("boss")
    seen: list[str] = []
    address: str | None = "/admin/users?role=sales"
    forward = 0
    while address:
        html = client.get(address).get_data(as_text=True)
        seen += re.findall(r"<td>(person\d+)</td>", html)
        found = re.search(r'href="([^"]+)" rel="next"', html)
        address = found[1].replace("&amp;", "&") if found else None
        forward += 1
    assert seen == [f"person{n:03}" for n in range(120)]
    assert forward == 3
    back = re.search(r'href="([^"]+)" rel="prev"', html)
    assert back is not None
    html = client.get(back[1].replace("&amp;", "&")).get_data(as_text=True)
    assert re.findall(r"<td>(person\d+)</td>", html) == [f"person{n:03}" for n in range(50, 100)]
    for search in ("周", "zl", "zhou ling", "ZHOU"):
        html = client.get("/admin/users", query_string={"q": search}).get_data(as_text=True)
        assert "周玲" in html
        assert "person001" not in html
    for search in ("%", "_", "'; DROP", "x" * 500):
        html = client.get("/admin/users", query_string={"q": search}).get_data(as_text=True)
        assert "没有符合条件" in html or "person" not in html
    for odd in ("status=nonsense&role=nonsense", "after=nonsense", "before=nonsense"):
        assert client.get(f"/admin/users?{odd}").status_code == 200


def test_the_list_takes_a_handful_of_queries_however_long(crew: Crew) -> None:
    for n in range(30):
        crew.hire(f"person{n:03}", Role.SALES)
    client = crew.client("boss")
    client.get("/admin/users")
    with statements(crew.instance.database.read) as seen:
        client.get("/admin/users")
    assert len(seen) <= 12, seen  # the session, the frame with its counts, the list itself


def test_departments_and_posts(crew: Crew) -> None:
    lin = crew.hire("lin", Role.SALES, name="林涛")
    client = crew.client("boss")
    assert "还没有部门" in client.get("/admin/departments").get_data(as_text=True)
    assert "还没有岗位" in client.get("/admin/posts").get_data(as_text=True)
    typed = {"key": "east", "name_zh": "华东区", "name_en": "East", "head_id": lin}
    answer = post(client, "/admin/departments/new", typed)
    assert answer.status_code == 303
    html = client.get("/admin/departments").get_data(as_text=True)
    assert "华东区" in html
    found = re.search(r"/admin/departments/([0-9a-f]{32})", html)
    assert found is not None
    east = found[1]
    page = client.get(f"/admin/departments/{east}").get_data(as_text=True)
    assert re.search(rf'value="{lin}" selected', page) or re.search(rf'selected value="{lin}"', page)
    ring = {"key": "east", "name_zh": "华东区", "parent_id": east, "row_version": "1"}
    answer = post(client, f"/admin/departments/{east}", ring)
    assert answer.status_code == 422
    assert "不能把部门放到自己或自己的下级之下" in answer.get_data(as_text=True)
    old = {**ring, "parent_id": "", "row_version": "7", "name_zh": "新名"}
    answer = post(client, f"/admin/departments/{east}", old)
    assert answer.status_code == 409
    assert 'value="新名"' in answer.get_data(as_text=True)

    post(client, "/admin/posts/new", {"key": "credit_manager", "name_zh": "信用经理", "holders": [lin]})
    html = client.get("/admin/posts").get_data(as_text=True)
    assert "信用经理" in html
    assert "林涛" in html
    found = re.search(r"/admin/posts/([0-9a-f]{32})", html)
    assert found is not None
    page = client.get(f"/admin/posts/{found[1]}").get_data(as_text=True)
    assert re.search(r'<input checked class="form-check-input" [^>]*value="' + lin, page) or "checked" in page
    version = _version(page)
    answer = post(client, f"/admin/posts/{found[1]}", {"key": "x", "name_zh": "信用主管", "row_version": version})
    assert answer.status_code == 303
    assert "空缺" in client.get("/admin/posts").get_data(as_text=True)
    assert post(client, "/admin/posts/new", {"key": "Bad Key", "name_zh": ""}).status_code == 422
    assert post(client, f"/admin/departments/{east}/delete").status_code == 303
    assert client.get(f"/admin/departments/{east}").status_code == 404


def _version(page: str) -> str:
    found = re.search(r'name="row_version"[^>]* value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_an_older_page_does_not_put_back_who_was_removed_from_a_post(crew: Crew) -> None:
    lin, wu = crew.hire("lin", Role.RISK), crew.hire("wu", Role.RISK)
    client = crew.client("boss")
    typed = {"key": "credit_manager", "name_zh": "信用经理"}
    post(client, "/admin/posts/new", {**typed, "holders": [lin, wu]})
    found = re.search(r"/admin/posts/([0-9a-f]{32})", client.get("/admin/posts").get_data(as_text=True))
    assert found is not None
    address = f"/admin/posts/{found[1]}"
    version = _version(client.get(address).get_data(as_text=True))
    assert post(client, address, {**typed, "holders": [lin], "row_version": version}).status_code == 303
    answer = post(client, address, {**typed, "holders": [lin, wu], "row_version": version})
    assert answer.status_code == 409
    with crew.reading("boss") as view:
        assert [each.id for each in queries.post(view, found[1]).holders] == [lin]


def test_sessions_of_everybody_and_of_one(crew: Crew, clock: Clock) -> None:
    lin = crew.hire("lin", Role.SALES, name="林涛")
    client = crew.client("boss")
    theirs, also = crew.client("lin"), crew.client("lin")
    html = client.get("/admin/sessions").get_data(as_text=True)
    assert html.count("林涛") == 2
    found = re.findall(rf'href="/admin/users/{lin}".*?/admin/sessions/([0-9a-f]{{32}})/end', html, re.S)
    assert len(found) == 2
    post(client, f"/admin/sessions/{found[0]}/end")
    assert sorted([theirs.get("/me").status_code, also.get("/me").status_code]) == [200, 303]
    answer = post(client, f"/admin/sessions/{found[1]}/end", {"back": "user"})
    assert answer.location == f"/admin/users/{lin}"
    again = crew.client("lin")
    post(client, f"/admin/users/{lin}/end-sessions")
    assert again.get("/me").status_code == 303
    assert post(client, f"/admin/sessions/{'0' * 32}/end").status_code == 404
    assert client.get("/admin/sessions?before=nonsense").status_code == 200
    clock.forward(hours=9)
    crew.client("boss")


def test_sessions_page_by_page(crew: Crew, clock: Clock) -> None:
    for n in range(60):
        clock.forward(seconds=1 if n % 3 else 0)
        crew.client("boss")
    client = crew.client("boss")
    first = client.get("/admin/sessions").get_data(as_text=True)
    found = re.search(r'href="([^"]+)" rel="next"', first)
    assert found is not None
    second = client.get(found[1].replace("&amp;", "&")).get_data(as_text=True)
    ids = [re.findall(r"/admin/sessions/([0-9a-f]{32})/end", html) for html in (first, second)]
    assert [len(each) for each in ids] == [50, 11]
    assert len(set(ids[0] + ids[1])) == 61


@pytest.mark.parametrize(("address", "seen"), [
    ("postgresql+psycopg://joe:hunter2@db:5432/credence", "postgresql+psycopg://…@db:5432/credence"),
    ("postgresql://joe:p@ss@db/credence?sslmode=require", "postgresql://…@db/credence"),
    ("postgresql://db/credence?password=hunter2", "postgresql://db/credence"),
    ("sqlite:////srv/credence.db", "sqlite:////srv/credence.db"),
    ("", ""),
])  # fmt: skip
def test_of_a_databases_address_nothing_secret_is_shown(address: str, seen: str) -> None:
    assert Settings(database=address).shown("database") == seen


def test_settings_never_show_a_secret(crew: Crew) -> None:
    html = crew.client("boss").get("/admin/settings").get_data(as_text=True)
    for name in crew.instance.settings.__dataclass_fields__:
        assert f"CREDENCE_{name.upper()}" in html


def test_rights_page_names_roles_scopes_and_holders(crew: Crew) -> None:
    crew.hire("auditor", Role.AUDITOR, name="孙静")
    html = crew.client("auditor").get("/admin/rights").get_data(as_text=True)
    for words in ("业务管理员", "审计员", "本部门及下级", "导出审计轨迹", "孙静", "钱立"):
        assert words in html


def test_auditors_read_but_see_no_buttons(crew: Crew) -> None:
    crew.hire("auditor", Role.AUDITOR)
    lin = crew.hire("lin", Role.SALES)
    client = crew.client("auditor")
    html = client.get(f"/admin/users/{lin}").get_data(as_text=True)
    assert "/disable" not in html
    assert "/roles" not in html
    for act in ("disable", "enable", "reset-password", "roles", "end-sessions"):
        assert post(client, f"/admin/users/{lin}/{act}").status_code == 403
    assert post(client, f"/admin/users/{lin}").status_code == 403


def test_an_admin_revokes_a_token(crew: Crew) -> None:
    lin = crew.hire("lin", Role.SALES)
    with crew.work("lin") as work:
        _, row = tokens.create_token(work, "对账系统", ["customer.read"], 30)
    client = crew.client("boss")
    assert "对账系统" in client.get(f"/admin/users/{lin}").get_data(as_text=True)
    post(client, f"/admin/users/{lin}/tokens/{row.id}/revoke")
    assert "对账系统" not in client.get(f"/admin/users/{lin}").get_data(as_text=True)


def test_pages_speak_english_too(crew: Crew) -> None:
    lin = crew.hire("lin", Role.SALES, locale="en")
    with crew.work() as work:
        people.set_roles(work, lin, [people.Grant(Role.SYSTEM_ADMIN, Scope.ALL)])
        department = organisation.save_department(work, None, key="east", name={"zh-CN": "华东区", "en": "East"})
        held = organisation.save_post(work, None, key="head", label={"zh-CN": "主管", "en": "Head"})
    client = crew.client("lin")
    pages = [
        "/admin/users", "/admin/users/new", f"/admin/users/{lin}", "/admin/departments", "/admin/departments/new",
        f"/admin/departments/{department.id}", "/admin/posts", "/admin/posts/new", f"/admin/posts/{held.id}",
        "/admin/sessions", "/admin/settings", "/admin/rights", "/me", "/me/sessions", "/me/tokens", "/password",
    ]  # fmt: skip
    for page in pages:
        answer = client.get(page)
        html = answer.get_data(as_text=True)
        assert answer.status_code == 200, page
        text = re.sub(r"<[^>]*>", " ", html).replace("钱立", "").replace("信衡", "").replace("中 / EN", "")
        assert not re.search(r"[\u4e00-\u9fff]", text), f"{page}: {re.findall(r'[一-鿿]+', text)}"
