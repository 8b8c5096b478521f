"""Pages hold no inline style, no inline handler, no words of their own, and no colour outside the tokens."""

from __future__ import annotations

import re

from tests.house.tree import files, product, read

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_no_inline_style_or_handler() -> None:
    found = [
        f"{path}:{number}"
        for path in files(".html")
        if path.parts[0] == "app" and "mail" not in path.parts and "report" not in path.parts
        for number, line in enumerate(read(path).splitlines(), 1)
        if re.search(r"\sstyle=|\son[a-z]+=|javascript:|hx-on|hx-vals=.?js:", line)
    ]
    assert not found, "the Content-Security-Policy would refuse it"


def test_no_words_in_templates() -> None:
    found = []
    for path in files(".html"):
        if path.parts[0] != "app":
            continue
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->|<script.*?</script>", " ", read(path), flags=re.S)
        for words in re.findall(r">([^<]*[A-Za-z\u4e00-\u9fff]{3,}[^<]*)<", text):
            if words.strip() and words.strip() not in ALLOWED:
                found.append(f"{path}: {words.strip()[:60]}")
    assert not found, "texts come from the catalogue"


ALLOWED = {
    "Credence 信衡", "Credence", "信衡", "EN", "English", "中文", "Esc", "Ctrl", "Shift", "Alt", "Enter",
    "&nbsp;", "&middot;", "&hellip;", "&rarr;", "&times;",
}  # fmt: skip


def test_no_chinese_in_code() -> None:
    """Sentences come from the catalogue; data of the demo and words of the trade may be Chinese."""
    data = (
        "app/gallery", "app/jobs/demo_cases.py", "app/services/imports", "app/services/form_proposal",
        "app/edge/locale.py", "config.py", "forms/", "credit/", "rules/", "ledger/",
    )  # fmt: skip
    found = []
    for path in product(".py", ".ts", ".tsx"):
        if str(path).startswith(data):
            continue
        for number, line in enumerate(read(path).splitlines(), 1):
            code = line.split("#")[0]
            if CHINESE.search(re.sub(r'""".*?"""', "", code)) and re.search(r"[\"'].*[\u4e00-\u9fff].*[\"']", code):
                if '"""' in code or "信衡" in code:
                    continue
                found.append(f"{path}:{number} {line.strip()[:70]}")
    assert not found, found


def test_colours_stand_in_the_tokens_only() -> None:
    found = [
        f"{path}:{number}"
        for path in files(".css")
        if path.name != "tokens.css"
        for number, line in enumerate(read(path).splitlines(), 1)
        if re.search(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|\brgba?\(|\bhsla?\(", line)
    ]
    assert not found
