"""Models of our own as files: each decision has the expected value, before and after it is written and read again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rules import Invalid, Scope, compile_formula
from rules.dmn import Drg, Model, compile_documents, evaluate, evaluate_all, read_dmn, write_dmn
from rules.dmn.tree import Import
from rules.feel.operate import same
from rules.feel.values import Function

NOW = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)
FOLDER = Path(__file__).with_name("dmn")
MODELS = sorted(path.stem for path in FOLDER.glob("*.dmn"))
EXPECTED = sorted(path.stem for path in FOLDER.glob("*.json"))
NOT_OF_THE_SCHEMA = {"faults"}
"""Written as faulty as it was read: two elements of one id, a hit policy that does not exist."""


def document(name: str) -> Drg:
    return read_dmn((FOLDER / f"{name}.dmn").read_bytes()).drg


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def value(text: str) -> Any:
    """The value of a formula without names."""
    outcome = compile_formula(text, Scope.any_of(())).evaluate({}, NOW)
    assert not outcome.causes, text
    return outcome.value


def compiled(name: str, again: bool = False) -> Model:
    """The model of a file with its imports; `again`: written and read once more before."""
    trees = [document(name), *(document(Path(file).stem) for file in expected(name).get("imports", ()))]
    if again:
        trees = [read_dmn(write_dmn(tree)).drg for tree in trees]
    models, problems = compile_documents(trees)
    assert problems == ()
    return models[trees[0].namespace]


def cases(name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    found = expected(name)
    rows = [found, *found.get("more", ())]
    return [
        (
            {key: value(text) for key, text in row["inputs"].items()},
            {key: value(text) for key, text in row["expect"].items()},
        )
        for row in rows
    ]


@pytest.mark.parametrize("again", [False, True], ids=["read", "read again"])
@pytest.mark.parametrize("name", EXPECTED)
def test_decisions_have_their_values(name: str, again: bool) -> None:
    model = compiled(name, again)
    wrong = {}
    for number, (inputs, expect) in enumerate(cases(name)):
        for decision, wanted in expect.items():
            found = evaluate(model, decision, inputs, NOW)
            if same(found.value, wanted) is not True:
                wrong[number, decision] = (found, wanted)
    assert wrong == {}


@pytest.mark.parametrize("name", EXPECTED)
def test_all_decisions_at_once_are_each_by_itself(name: str) -> None:
    model = compiled(name)
    for inputs, _ in cases(name):
        whole = evaluate_all(model, inputs, NOW)
        assert list(whole) == [model.nodes[key].name for key in model.order if model.nodes[key].name in whole]
        for decision, outcome in whole.items():
            alone = evaluate(model, decision, inputs, NOW)
            assert isinstance(outcome.value, Function) or same(outcome.value, alone.value) is True
            assert outcome.causes == alone.causes


@pytest.mark.parametrize("name", EXPECTED)
def test_a_null_that_nobody_wrote_has_a_cause(name: str) -> None:
    """Nulls of these models are faults, absences and failed types; those written by hand stand in `written`."""
    model, written = compiled(name), expected(name).get("written", [])
    for inputs, expect in cases(name):
        for decision, wanted in expect.items():
            if wanted is None and decision not in written:
                assert evaluate(model, decision, inputs, NOW).causes, decision


@pytest.mark.parametrize("name", MODELS)
def test_writing_and_reading_gives_the_same_tree(name: str) -> None:
    tree = document(name)
    text = write_dmn(tree)
    reading = read_dmn(text)
    assert reading.drg == tree
    assert (reading.version, reading.problems) == ("1.5", ())
    assert write_dmn(reading.drg) == text


@pytest.mark.parametrize("name", EXPECTED)
def test_findings_are_named_with_their_places(name: str) -> None:
    wanted = expected(name)
    reading = read_dmn((FOLDER / f"{name}.dmn").read_bytes())
    assert [[p.code, p.path] for p in reading.problems] == wanted.get("reading", [])
    assert [[p.code, p.path] for p in compiled(name).problems] == wanted["problems"]


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(set(MODELS) - NOT_OF_THE_SCHEMA))
def test_documents_follow_the_published_schema(name: str, tmp_path: Path) -> None:
    follows_schema(write_dmn(document(name)), tmp_path)


def follows_schema(text: bytes, folder: Path) -> None:
    """Holds a document against the schema that DMN_XSD names; without one, or without xmllint, it is skipped."""
    schema, linter = os.environ.get("DMN_XSD"), shutil.which("xmllint")
    if not schema or linter is None:
        pytest.skip("set DMN_XSD to a copy of the published DMN15.xsd, and have xmllint installed")
    path = folder / "written.dmn"
    path.write_bytes(text)
    run = subprocess.run(
        [linter, "--noout", "--nonet", "--schema", schema, str(path)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


def test_an_unknown_decision_is_refused() -> None:
    model = compiled("boxes")
    for name in ("Nowhere", "interest on", "Invoices"):
        with pytest.raises(Invalid) as caught:
            evaluate(model, name, {}, NOW)
        assert [(p.code, p.params["name"]) for p in caught.value.problems] == [("dmn.unknown_decision", name)]


def test_only_so_many_documents_are_read_at_once() -> None:
    models, problems = compile_documents([replace(document("library"), namespace=f"urn:{n}") for n in range(60)])
    assert (len(models), [p.code for p in problems]) == (50, ["dmn.documents"])


def test_an_import_of_the_oldest_version_is_named_by_its_prefix() -> None:
    text = """<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd" xmlns:lib="urn:credence:test:library"
      xmlns:feel="http://www.omg.org/spec/FEEL/20140401" name="n" namespace="urn:n">
      <import namespace="urn:credence:test:library" importType="http://www.omg.org/spec/DMN/20151101/dmn.xsd"/>
      <import namespace="http://example.test/other/Model" importType="urn:x"/>
      <decision name="d"><variable name="d" typeRef="lib:tCompany"/>
        <informationRequirement><requiredInput href="urn:credence:test:library#company"/></informationRequirement>
        <literalExpression><text>lib.Company</text></literalExpression></decision></definitions>"""
    drg = read_dmn(text.encode()).drg
    assert [each.name for each in drg.imports] == ["lib", "Model"]
    models, _ = compile_documents([drg, document("library")])
    found = evaluate(models["urn:n"], "d", {"lib": {"Company": {"debt": 1, "total assets": 2}}}, NOW)
    assert found.value == {"debt": 1, "total assets": 2}


def test_an_import_without_a_name_brings_its_elements_as_they_are() -> None:
    text = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="n" namespace="urn:n">
      <import name="" namespace="urn:credence:test:library" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>
      <decision name="d"><variable name="d" typeRef="number"/>
        <informationRequirement><requiredDecision href="urn:credence:test:library#ratio"/></informationRequirement>
        <knowledgeRequirement><requiredKnowledge href="urn:credence:test:library#score"/></knowledgeRequirement>
        <literalExpression><text>score of(Debt ratio)</text></literalExpression></decision></definitions>"""
    models, _ = compile_documents([read_dmn(text.encode()).drg, document("library")])
    assert evaluate(models["urn:n"], "d", {"Company": {"debt": 30, "total assets": 120}}, NOW).value == 75


def test_documents_that_import_each_other_are_named() -> None:
    library, importing = document("library"), document("importing")
    back = Import("up", importing.namespace, "https://www.omg.org/spec/DMN/20230324/MODEL/")
    models, problems = compile_documents([importing, replace(library, imports=(back,)), library])
    assert [p.code for p in problems] == ["dmn.namespace_twice", "dmn.import_cycle"]
    assert set(models) == {importing.namespace, library.namespace}
