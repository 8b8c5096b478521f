"""The customer form of the worked example, whole: the ready-made one with rules, a check and a formula of its own."""

from __future__ import annotations

import copy
from typing import Any

from app import gallery
from tests.stories.form_hands import ByKeys, Hand, at

IN_WAN = "registered_capital / 10000"


def intended() -> dict[str, Any]:
    """The body both hands build."""
    body = copy.deepcopy(gallery.read("forms/customer")["body"])
    body["sections"][0]["fields"].append({
        "id": "f_14", "key": "capital_in_wan", "type": "number", "scale": 2, "compute": IN_WAN, "mode": "always",
        "label": {"zh-CN": "注册资本（万元）", "en": "Capital in 10,000 yuan"},
    })  # fmt: skip
    for field in (each for section in body["sections"] for each in section["fields"]):
        field.update({name: str(field[name]) for name in ("min", "max") if name in field})
    body["rules"] = [
        {"id": "r01", "effect": "require", "target": "contact_phone", "when": "payment_days > 0"},
        {"id": "r02", "effect": "options", "target": "currency", "options": ["CNY"],
         "when": 'industry in ("A01", "C13") and payment_days >= 30'},
    ]  # fmt: skip
    body["checks"] = [{
        "id": "c01", "formula": "registered_capital >= 1000000 or payment_days <= 60", "severity": "error",
        "on_null": "pass", "field": "payment_days",
        "message": {"zh-CN": "注册资本不足 100 万元的，信用期限不超过 60 天",
                    "en": "With less than 1 million of capital, payment days are 60 at most"},
    }]  # fmt: skip
    return body


def build(hand: Hand, body: dict[str, Any]) -> None:
    """Everything of `body`, in the order a person reads it."""
    late = [field for section in body["sections"] for field in section["fields"] if "compute" in field]
    for number, section in enumerate(body["sections"]):
        place = f"/body/sections/{number}"
        if number == 0:
            _step_to(hand, place)
            hand.press(f".form-canvas [data-stop]{at(place)}")
        else:
            hand.add("section")
        _section(hand, place, section)
        for index, field in enumerate(each for each in section["fields"] if each not in late):
            if (number, index) == (0, 0):  # the one field an empty form has
                hand.canvas()
                _step_to(hand, f"{place}/fields/0")
                hand.press(f".form-canvas [data-stop]{at(f'{place}/fields/0')}")
            else:
                hand.add(field["type"])
            _field(hand, f"{place}/fields/{index}", field)
        hand.canvas()
    for field in late:
        at_end = len(body["sections"][0]["fields"]) - 1
        _step_to(hand, f"/body/sections/0/fields/{at_end - 1}")
        hand.add(field["type"])
        _field(hand, f"/body/sections/0/fields/{at_end}", field)
        hand.canvas()
    for number, rule in enumerate(body["rules"]):
        _rule(hand, number, rule)
    for number, check in enumerate(body["checks"]):
        _check(hand, number, check)
    hand.part("设置")
    for key in body["summary"]:
        label = next(f["label"]["zh-CN"] for s in body["sections"] for f in s["fields"] if f["key"] == key)
        hand.tick(f".form-ticks .form-check:has(label:text-is('{label}')) input")


def _step_to(hand: Hand, place: str) -> None:
    """To a field further up or down the canvas."""
    stop = f".form-canvas [data-stop]{at(place)}"
    if not isinstance(hand, ByKeys):
        hand.reach(stop)
        return
    hand.reach(".form-canvas [data-stop][tabindex='0']")
    hand.key("Home")
    for _ in range(60):
        if hand.page.evaluate("selector => document.activeElement.matches(selector)", stop):
            return
        hand.key("ArrowDown")
    raise AssertionError(place)


def _labels(hand: Hand, place: str, label: dict[str, str]) -> None:
    for language, words in label.items():
        hand.write(f"input{at(f'{place}/{language}')}", words)


def _section(hand: Hand, place: str, section: dict[str, Any]) -> None:
    _labels(hand, f"{place}/title", section["title"])
    _labels(hand, f"{place}/help", section.get("help", {}))
    if section["columns"] != 2 or place.endswith("/0"):
        hand.choose(f"select{at(f'{place}/columns')}", str(section["columns"]))
    hand.write(f"input{at(f'{place}/key')}", section["key"])


def _field(hand: Hand, place: str, field: dict[str, Any]) -> None:
    _labels(hand, f"{place}/label", field["label"])
    hand.write(f"input{at(f'{place}/key')}", field["key"])
    _labels(hand, f"{place}/help", field.get("help", {}))
    _labels(hand, f"{place}/placeholder", field.get("placeholder", {}))
    for name in ("required", "material", "personal"):
        box = f"input{at(f'{place}/{name}')}"
        if field.get(name, False) != hand.page.locator(box).is_checked():
            hand.tick(box)
    if "unique" in field:
        hand.choose(f"select{at(f'{place}/unique')}", field["unique"])
    for name in ("min", "max", "scale", "min_length", "max_length"):
        if name in field:
            hand.write(f"input{at(f'{place}/{name}')}", str(field[name]))
    if "unit" in field:
        _labels(hand, f"{place}/unit", field["unit"])
    if "options" in field:
        rows = [
            [each["code"], each["label"]["zh-CN"], each["label"]["en"], "", "、".join(each.get("aliases", []))]
            for each in field["options"]
        ]
        hand.paste(f".form-options td{at(f'{place}/options/0/code')} :is(input, span)", rows)
        hand.canvas()
    if "compute" in field:
        hand.press(".form-part.is-computed > summary")
        hand.reach(f"[contenteditable]{at(f'{place}/compute')}")
        hand.text(field["compute"])
        hand.key("Escape", "Escape", "Tab")


def _rule(hand: Hand, number: int, rule: dict[str, Any]) -> None:
    hand.part("规则")
    hand.press(".design-blocks-add button")
    place = f"/body/rules/{number}"
    hand.choose(f"select{at(f'{place}/target')}", rule["target"])
    hand.choose(f"select{at(f'{place}/effect')}", rule["effect"])
    _condition(hand, rule["when"])


def _check(hand: Hand, number: int, check: dict[str, Any]) -> None:
    hand.part("检查")
    hand.press(".design-blocks-add button")
    _condition(hand, check["formula"])
    place = f"/body/checks/{number}"
    _labels(hand, f"{place}/message", check["message"])
    hand.choose(f"select{at(f'{place}/field')}", check["field"])


def _condition(hand: Hand, formula: str) -> None:
    """Chosen term by term, as people do who write no formulas."""
    join = "or" if " or " in formula else "and"
    block = "details[open].design-block:last-of-type"
    for number, term in enumerate(formula.split(f" {join} "), 1):
        name, operator, value = term.split(" ", 2)
        hand.press(f"{block} .form-condition .actions button")
        row = f"{block} [aria-label='条件 {number}']"
        hand.choose(f"{row} select[aria-label$='字段']", name)
        if operator != hand.page.locator(f"{row} select.form-operator").input_value():
            hand.choose(f"{row} select.form-operator", operator)
        if operator == "in":
            for code in value.strip("()").replace('"', "").split(", ")[1:]:
                hand.tick(f"{row} .form-term-many input[value='{code}']")
        else:
            hand.write(f"{row} input[aria-label$='值']", value)
        if number == 2 and join == "or":
            hand.choose(f"{row} select.form-join", "or")
