"""`flask dmn`: models become drafts or a reason, Definitions become DMN, and nothing is half done."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select

from app.models.definition import Definition
from app.models.ledger import Entry
from app.services import definitions
from rules.dmn import read_dmn
from tests.builders import House

MODELS = Path(__file__).parents[2] / "rules" / "dmn"


def run(house: House, *words: str) -> Result:
    return house.app.test_cli_runner().invoke(args=["dmn", *words])


def model(name: str) -> str:
    return str(MODELS / f"{name}.dmn")


def drafts(house: House) -> list[tuple[str, str, str]]:
    with house.work() as work:
        rows = work.session.scalars(select(Definition).where(Definition.status == "draft")).all()
        return sorted((row.kind, row.key, row.title["zh-CN"]) for row in rows)


def test_tables_become_drafts_and_the_rest_is_said(house: House) -> None:
    done = run(house, "import", model("hit_policies"), "--as", "zhoumin")
    assert done.exit_code == 0, done.output
    assert "已读取「Hit policies」（DMN 1.5，16 个决策）" in done.output
    assert "「Table in a function」未生成草稿：它的逻辑是上下文，不是决策表" in done.output
    assert "已生成决策表草稿 terms_in_order 第 1 版：Terms in order" in done.output
    found = drafts(house)
    assert len(found) == 16
    assert ("table", "rule_order", "Rule order") in found
    with house.work() as work:
        names = work.session.scalars(select(Entry.actor_name).where(Entry.verb == "definition.created")).all()
    assert names.count("周敏") == 16


def test_a_dry_run_stores_nothing(house: House) -> None:
    done = run(house, "import", model("hit_policies"), "--dry-run", "--lang", "en")
    assert done.exit_code == 0, done.output
    assert "Would make a draft of kind Decision table, terms: Terms" in done.output
    assert 'No draft of "Table in a function": its logic is a context, not a decision table' in done.output
    assert drafts(house) == []


def test_all_drafts_or_none(house: House) -> None:
    with house.work("zhoumin") as work:
        definitions.draft(work, "table", "terms", {"zh-CN": "已有"}, {})
    done = run(house, "import", model("hit_policies"))
    assert done.exit_code == 1
    assert "周敏" in done.output
    assert drafts(house) == [("table", "terms", "已有")]


def test_what_cannot_be_read_or_drafted_ends_with_its_reason(house: House, tmp_path: Path) -> None:
    laughs = tmp_path / "laughs.dmn"
    laughs.write_text('<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>', encoding="utf-8")
    done = run(house, "import", str(laughs))
    assert (done.exit_code, "DOCTYPE" in done.output) == (1, True)
    done = run(house, "import", model("services"))
    assert done.exit_code == 1
    assert "模型中没有可以生成草稿的决策表或评分卡" in done.output
    assert "/definitions/badge[1]: 未带入：元素「badge」不属于 DMN 标准" in done.output
    large = tmp_path / "large.dmn"
    large.write_bytes(b" " * (5 * 1024 * 1024 + 1))
    done = run(house, "import", str(large))
    assert (done.exit_code, "文件最大 5 MB" in done.output) == (1, True)
    done = run(house, "import", model("hit_policies"), "--as", "nobody")
    assert done.exit_code == 1
    assert drafts(house) == []


def test_a_person_without_the_right_makes_no_drafts(house: House) -> None:
    done = run(house, "import", model("hit_policies"), "--as", "lina")
    assert done.exit_code == 1
    assert drafts(house) == []


def test_imports_are_given_beside(house: House) -> None:
    done = run(house, "import", model("importing"), "--dry-run")
    assert "未导入「lib」所引用的模型" in done.output
    done = run(house, "import", model("importing"), "--with", model("library"), "--dry-run")
    assert "未导入" not in done.output.replace("未带入", "")


def test_a_scorecard_goes_out_and_comes_back(house: House, tmp_path: Path) -> None:
    out = tmp_path / "card.dmn"
    done = run(house, "export", "scorecard", "customer_rating", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert "未带出：示例" in done.output
    assert "已写入 card.dmn（第 1 版）" in done.output
    assert read_dmn(out.read_bytes()).version == "1.5"
    done = run(house, "import", str(out))
    assert done.exit_code == 0, done.output
    assert [(kind, key) for kind, key, _ in drafts(house)] == [("scorecard", "customer_rating")]
    with house.work() as work:
        row = definitions.find(work.session, "scorecard", "customer_rating")
        assert (row.version, row.title["zh-CN"]) == (
            2,
            definitions.find(work.session, *row_place(row), 1).title["zh-CN"],
        )


def row_place(row: Definition) -> tuple[str, str]:
    return row.kind, row.key


def test_export_names_what_is_not_there(house: House, tmp_path: Path) -> None:
    done = run(house, "export", "table", "nowhere")
    assert (done.exit_code, "配置" in done.output) == (1, True)
    with house.work("zhoumin") as work:
        definitions.draft(work, "table", "broken", {"zh-CN": "不完整"}, {"hit_policy": "U"})
    done = run(house, "export", "table", "broken", "--out", str(tmp_path / "x.dmn"))
    assert done.exit_code == 1
    assert "[错误]" in done.output
    assert not (tmp_path / "x.dmn").exists()


def test_files_go_beside_the_command_without_a_name(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(house, "export", "scorecard", "customer_rating")
    assert done.exit_code == 0, done.output
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".dmn"] == ["scorecard.customer_rating.dmn"]
