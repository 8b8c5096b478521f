"""XML from strangers: whatever it tries, it ends in a Problem, soon, and nothing is fetched."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from rules import Invalid
from rules.dmn import read_dmn, write_dmn
from rules.dmn.expressions import LiteralExpression
from rules.dmn.tree import Decision, Drg
from rules.dmn.xml import MOST_BYTES, MOST_DEPTH, MOST_ELEMENTS, Element, read_xml, write_xml

MODEL = "https://www.omg.org/spec/DMN/20230324/MODEL/"
HEAD = f'<definitions xmlns="{MODEL}" name="n" namespace="urn:n">'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("the reader must not open a connection")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


def problems_of(data: bytes) -> list[tuple[str, str]]:
    began = time.perf_counter()
    with pytest.raises(Invalid) as caught:
        read_dmn(data)
    assert time.perf_counter() - began < 20
    return [(problem.code, problem.path) for problem in caught.value.problems]


def hostile(secret: Path) -> Iterator[tuple[str, str, str]]:
    """(document, code, path) of each attempt."""
    yield f'<!DOCTYPE d [<!ENTITY l0 "ha">{LAUGHS}]>{HEAD}&l11;</definitions>', "dmn.xml_doctype", ""
    yield f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]>{HEAD}&x;</definitions>', "dmn.xml_doctype", ""
    yield f'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd">{HEAD}</definitions>', "dmn.xml_doctype", ""
    yield f'<!DOCTYPE d [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>{HEAD}</definitions>', "dmn.xml_doctype", ""
    yield f"<!DOCTYPE definitions>{HEAD}</definitions>", "dmn.xml_doctype", ""
    yield f"{HEAD}&undeclared;</definitions>", "dmn.xml", ""
    deep = "/definitions" + "/list" * (MOST_DEPTH - 1)
    yield f"{HEAD}{'<list>' * 5_000}", "dmn.xml_limit", deep
    yield f"{HEAD}{'<a/>' * (MOST_ELEMENTS + 1)}</definitions>", "dmn.xml_limit", "/definitions"
    yield f'{HEAD}<decision name="{"x" * 30_000}"/></definitions>', "dmn.xml_limit", "/definitions"
    many = " ".join(f'a{n}="1"' for n in range(1_000))
    yield f"{HEAD}<decision {many}/></definitions>", "dmn.xml_limit", "/definitions"
    spaces = " ".join(f'xmlns:a{n}="urn:{n}"' for n in range(1_000))
    yield f"{HEAD}<decision {spaces}/></definitions>", "dmn.xml_limit", "/definitions"
    yield f'{HEAD}<decision a="1" a="2"/></definitions>', "dmn.xml", ""
    yield f"{HEAD}<decision></definitions>", "dmn.xml", ""
    yield f"{HEAD}<p:decision/></definitions>", "dmn.xml", ""
    yield f"{HEAD}\x00</definitions>", "dmn.xml", ""
    yield f"{HEAD}</definitions>{HEAD}</definitions>", "dmn.xml", ""
    yield "", "dmn.xml", ""
    yield "not xml at all", "dmn.xml", ""
    yield '<?xml version="1.0" encoding="klingon"?><definitions/>', "dmn.xml", ""
    yield "<definitions/>", "dmn.namespace", ""
    yield '<definitions xmlns="urn:other"/>', "dmn.namespace", ""
    yield f'<decision xmlns="{MODEL}"/>', "dmn.root", ""


def test_each_attempt_is_a_problem(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("not for you", encoding="utf-8")
    tried = [(text, problems_of(text.encode("utf-8")), (code, path)) for text, code, path in hostile(secret)]
    assert len(tried) > 20
    assert [(text[:200], found) for text, found, wanted in tried if found != [wanted]] == []


def test_size_is_looked_at_before_anything_else() -> None:
    assert problems_of(b" " * (MOST_BYTES + 1)) == [("dmn.xml_limit", "")]
    with pytest.raises(Invalid) as caught:
        read_xml(b"<" * (MOST_BYTES + 1))
    params = caught.value.problems[0].params
    assert (params["name"], params["max"]) == ("bytes", MOST_BYTES)


def test_a_fault_of_the_text_is_told_with_its_line_and_column() -> None:
    with pytest.raises(Invalid) as caught:
        read_dmn(f"{HEAD}\n  <decision>\n</definitions>".encode())
    assert caught.value.problems[0].params == {"line": 3, "column": 3}


def test_the_largest_sound_document_is_read() -> None:
    rows = "".join(f'<decision id="d{n}" name="Decision {n}"/>' for n in range(50_000))
    assert len(read_dmn(f"{HEAD}{rows}</definitions>".encode()).drg.decisions) == 50_000


def test_depth_just_within_its_limit_is_read() -> None:
    inner = MOST_DEPTH - 2
    boxes = "<list>" * inner + "</list>" * inner
    tree = read_dmn(f'{HEAD}<decision name="d">{boxes}</decision></definitions>'.encode()).drg
    assert read_dmn(write_dmn(tree)).drg == tree


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "us-ascii"])
def test_encodings_of_xml_are_read(encoding: str) -> None:
    name = "Limit" if encoding in ("iso-8859-1", "us-ascii") else "授信额度"
    declared = encoding.replace("-sig", "")
    text = f'<?xml version="1.0" encoding="{declared}"?>{HEAD}<decision name="{name}"/></definitions>'
    assert read_dmn(text.encode(encoding)).drg.decisions[0].name == name


def test_what_xml_cannot_hold_is_refused_when_written() -> None:
    for text in ("a\x0bb", "\ud800", "\ufffe"):
        with pytest.raises(Invalid) as caught:
            write_dmn(Drg("n", "urn:n", (Decision("d", LiteralExpression(text)),)))
        assert caught.value.problems[0].code == "dmn.character"


def test_every_character_survives_writing() -> None:
    text = "<a> & \"b\" 'c' \t\n\r ]]> 授信 \U0001f600"
    root = Element("a", {"x": text}, (Element("b", text=text),))
    assert read_xml(write_xml(root, {"": ("", "urn:a")})).attributes["x"] == text
    assert read_xml(write_xml(root, {"": ("", "urn:a")})).children[0].text == text


def test_what_the_standard_does_not_know_is_named_with_its_path() -> None:
    text = f"""{HEAD.replace("<definitions", '<definitions xmlns:v="urn:v" v:own="1" odd="2"')}stray
      <extensionElements><v:one/><v:two name="x"/></extensionElements>
      <decision name="A" colour="red"><v:three/><literalExpression><text>1</text></literalExpression>
        <literalExpression><text>2</text></literalExpression></decision>
      <unknown/><unknown/>
      <inputData xmlns="urn:v" name="I"/>
      <decision name="B">text<!-- a comment is no content --></decision>
    </definitions>"""
    reading = read_dmn(text.encode())
    assert [(p.code, p.path) for p in reading.problems] == [
        ("dmn.attribute", "/definitions"),
        ("dmn.attribute", "/definitions"),
        ("dmn.text", "/definitions"),
        ("dmn.element", "/definitions/extensionElements[1]/one[1]"),
        ("dmn.element", "/definitions/extensionElements[1]/two[x]"),
        ("dmn.attribute", "/definitions/decision[A]"),
        ("dmn.element", "/definitions/decision[A]/three[1]"),
        ("dmn.repeated", "/definitions/decision[A]/literalExpression"),
        ("dmn.element", "/definitions/unknown[1]"),
        ("dmn.element", "/definitions/unknown[2]"),
        ("dmn.element", "/definitions/inputData[I]"),
        ("dmn.text", "/definitions/decision[B]"),
    ]
    assert {p.severity for p in reading.problems} == {"warning"}
    assert reading.drg.inputs == ()


def test_findings_are_bounded_and_the_rest_is_counted() -> None:
    reading = read_dmn(f"{HEAD}{'<odd/>' * 1_000}</definitions>".encode())
    assert len(reading.problems) == 201
    assert (reading.problems[-1].code, reading.problems[-1].params["count"]) == ("dmn.more", 800)
