"""One term per concept: the glossary's words are the ones in the code and in the Chinese interface."""

from __future__ import annotations

import re

from app.edge.locale import catalogue
from tests.house.tree import ROOT, product, read

BANNED_IN_CHINESE = {
    "流程": "审批流",
    "节点": "环节",
    "待办审批": "待办箱",
    "审计日志": "审计轨迹",
    "打分卡": "评分卡",
    "授信额": None,
    "提交数据": "填报内容",
}
# Nouns that are a function, a package or a value rather than a class, and those whose room is not built yet.
NO_CLASS = {
    "Band", "Headroom", "Ledger", "Error",
    "DecisionTable", "FollowOn", "AlertRule", "Playbook", "Calendar", "Hold", "Connector", "Alert",
}  # fmt: skip
NOT_YET_SHOWN = {"锁单", "放行", "驳回", "重新检查"}


def rows() -> list[tuple[str, str, str]]:
    table = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    lines = [line.strip("|\n") for line in table.splitlines() if line.startswith("|")]
    found = [tuple(cell.strip() for cell in line.split("|")) for line in lines]
    return [row for row in found[2:] if len(row) == 3]  # type: ignore[misc]


def test_the_table_is_read() -> None:
    assert len(rows()) > 20


def test_the_nouns_exist_as_classes() -> None:
    source = "\n".join(read(path) for path in product(".py"))
    nouns = {name for code, _, _ in rows() for name in re.findall(r"\b[A-Z][A-Za-z]+\b", code.replace("JSON", ""))}
    missing = {name for name in nouns - NO_CLASS if not re.search(rf"^class {name}\b|^{name} = ", source, re.M)}
    assert len(nouns) > 40
    assert not missing


def test_the_chinese_interface_says_exactly_these_words() -> None:
    found = []
    for key, text in catalogue("zh-CN").items():
        for bad, good in BANNED_IN_CHINESE.items():
            if good and bad in text and good not in text and not re.search("流程管理员|业务流程|个节点", text):
                found.append(f"{key}: {text[:40]} (say {good})")
    assert not found


def test_the_terms_appear_in_the_interface() -> None:
    """Each Chinese word of the table is the one readers meet."""
    whole = "\n".join(catalogue("zh-CN").values())
    terms = {term for _, chinese, _ in rows() for term in re.findall(r"[\u4e00-\u9fff]+", chinese)}
    assert len(terms) > 60
    assert sorted(term for term in terms - NOT_YET_SHOWN if term not in whole) == []


def test_no_banned_synonym_names_a_class() -> None:
    banned = re.compile(r"^class (Submission|Template|Process|Workflow|AuditLog|Approval(?:Flow|Process))\b", re.M)
    found = [str(path) for path in product(".py") if banned.search(read(path))]
    assert not found
