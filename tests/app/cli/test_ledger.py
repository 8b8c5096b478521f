"""`flask ledger`: the trail verified, signed and exported without the server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from ledger import parse_key, verify_bundle
from ledger.cli import main
from tests.app.desk import answer, apply_for, bring
from tests.app.tamper import as_owner
from tests.builders import House


def _run(app: Flask, *arguments: str) -> Result:
    found: Result = app.test_cli_runner().invoke(args=["ledger", *arguments])
    return found


@pytest.fixture
def case_id(house: House) -> str:
    return apply_for(house, bring(house))


def test_the_key_and_the_checkpoint_are_printed(app: Flask, house: House) -> None:
    key = parse_key(_run(app, "public-key").output)
    assert key.name == house.instance.settings.origin
    done = _run(app, "sign")
    assert (done.exit_code, done.output.splitlines()[0]) == (0, key.name)
    assert _run(app, "sign").output == done.output, "what is signed already is signed once"


def test_an_empty_ledger_has_nothing_to_sign(app: Flask) -> None:
    done = _run(app, "sign")
    assert done.exit_code == 1
    assert "no entries" in done.output


def test_verify_says_intact_and_names_what_was_changed(app: Flask, house: House, case_id: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text(_run(app, "sign").output, "utf-8")
    done = _run(app, "verify", "--anchored", str(kept), "--lang", "en")
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "intact: complete and unaltered")
    as_owner(house.instance.database, f"UPDATE entries SET verb = 'x' WHERE case_id = '{case_id}' AND subject_seq = 2")
    done = _run(app, "verify")
    assert done.exit_code == 1
    assert f"case {case_id} 的第 2 条" in done.output
    assert done.output.splitlines()[-1] == "tampered: 被改动过"
    done = _run(app, "verify", "--lang", "en")
    assert "column verb differs" in done.output


def test_a_case_is_exported_and_verifies_offline(app: Flask, house: House, case_id: str, tmp_path: Path) -> None:
    kept, key, out = tmp_path / "kept.txt", tmp_path / "key.pub", tmp_path / "trail.zip"
    kept.write_text(_run(app, "sign").output, "utf-8")
    key.write_text(_run(app, "public-key").output, "utf-8")
    answer(house, case_id, "wangqiang")
    done = _run(app, "export", "--case", "SX2026000001", "--out", str(out), "--anchored", str(kept), "--lang", "en")
    assert done.exit_code == 0, done.output
    assert main(["verify", str(out), "--key", str(key), "--anchored", str(kept)]) == 0
    data = bytearray(out.read_bytes())
    data[len(data) // 2] ^= 1
    out.write_bytes(data)
    with out.open("rb") as file:
        assert verify_bundle(file).verdict != "intact"


def test_what_cannot_be_done_is_said(app: Flask, house: House, case_id: str, tmp_path: Path) -> None:
    out = str(tmp_path / "trail.zip")
    done = _run(app, "export", "--case", "SX1999", "--out", out)
    assert done.exit_code == 1
    assert "找不到该审批单" in done.output
    odd = tmp_path / "odd.txt"
    odd.write_bytes(os.urandom(40))
    assert _run(app, "export", "--case", "SX2026000001", "--out", out, "--anchored", str(odd)).exit_code == 1
    odd.write_text("no checkpoint", "utf-8")
    refused = _run(app, "export", "--case", "SX2026000001", "--out", out, "--anchored", str(odd))
    assert "not a checkpoint" in refused.output
    assert _run(app, "verify", "--anchored", str(odd)).exit_code == 3
    assert not Path(out).exists()
    _run(app, "sign")
    as_owner(house.instance.database, "DELETE FROM tree_nodes")
    done = _run(app, "sign")
    assert done.exit_code == 1
    assert "已停止签章" in done.output
