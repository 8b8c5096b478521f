"""Passwords: what is accepted, what is kept, and that nobody learns anything from the time it takes."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from app.access import Conflict
from app.services import passwords
from app.services.passwords import Hasher, check_password

CHEAP = Hasher(64, 1)


@pytest.mark.parametrize(
    ("password", "context", "code"),
    [
        ("abc1234", (), "password.short"),
        ("信衡风控密", (), "password.short"),
        ("x" * 7, (), "password.short"),
        ("lang genug und nicht erraten", (), None),
        ("alle meine entchen " * 6 + "schwimmen", (), None),
        ("a b c d " * 16, (), None),
        ("a b c d " * 16 + "e", (), "password.long"),
        ("password1", (), "password.common"),
        ("PassWord1", (), "password.common"),
        ("Pass-Word-1", (), "password.common"),
        ("11111111111", (), "password.common"),
        ("ababababab", (), "password.common"),
        ("woaini1314", (), "password.common"),
        ("credence2026", (), "password.context"),
        ("wangmin2026", ("wangmin", "王敏"), "password.context"),
        ("王敏王敏2026", ("wangmin", "王敏"), "password.context"),
        ("mein hund heisst wangmin", ("wangmin",), None),
        ("天下兴亡匹夫有责", (), None),
        ("correct horse battery", (), None),
    ],
)
def test_rules(password: str, context: tuple[str, ...], code: str | None) -> None:
    assert [problem.code for problem in check_password(password, context)] == ([code] if code else [])


def test_list_is_worth_its_name() -> None:
    words = passwords._common()
    assert len(words) > 200
    assert all(len(word) >= passwords.SHORTEST for word in words)


def test_same_password_however_composed() -> None:
    stored = CHEAP.hash("ｐａｓｓ−é 密码")
    assert CHEAP.verify(stored, "pass−e\u0301 密码")
    assert not CHEAP.verify(stored, "pass-e 密码")


def test_argon2id_with_the_settings_given() -> None:
    stored = CHEAP.hash("whatever it is")
    assert stored.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert not CHEAP.outdated(stored)
    assert Hasher(128, 2).outdated(stored)


def test_nobody_and_garbage_are_refused_by_hashing_all_the_same() -> None:
    assert not CHEAP.verify(None, "anything at all")
    assert not CHEAP.verify("not a hash", "anything at all")
    assert not CHEAP.verify(CHEAP.hash("x" * 128), "x" * 129)


def test_one_time_passwords_differ_and_pass_the_rules() -> None:
    made = {CHEAP.one_time().password for _ in range(20)}
    assert len(made) == 20
    assert all(not check_password(password) for password in made)
    one = CHEAP.one_time()
    assert CHEAP.verify(one.hash, one.password)


def test_at_most_four_hashes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    most, now = 0, 0
    barrier = Barrier(9)
    real = CHEAP._argon.hash

    def watched(password: str) -> str:
        nonlocal most, now
        now += 1
        most = max(most, now)
        try:
            return real(password)
        finally:
            now -= 1

    def one() -> None:
        barrier.wait()
        for _ in range(20):
            CHEAP.hash("some password")

    monkeypatch.setattr(type(CHEAP._argon), "hash", lambda _self, password: watched(password))
    threads = [Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    barrier.wait()
    for thread in threads:
        thread.join()
    assert 1 <= most <= passwords.AT_ONCE


def test_a_full_gate_says_busy_instead_of_hanging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 0)
    for _ in range(passwords.AT_ONCE):
        assert passwords._gate.acquire(timeout=1)
    try:
        with pytest.raises(Conflict, match=r"sign_in\.busy"):
            CHEAP.hash("some password")
    finally:
        for _ in range(passwords.AT_ONCE):
            passwords._gate.release()
