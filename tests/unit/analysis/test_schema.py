"""The published schema of results: it is current, and real results keep to it."""

import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.analysis.data.cells import make_cells
from app.analysis.plan import StudyPlan
from app.analysis.results.canonical import from_json, to_json
from app.analysis.results.schema import described_fields, json_schema
from app.analysis.results.study import StudyResult
from app.analysis.scales.model import ModelPlan
from app.analysis.simulation.simulate import make_truth, simulate_dataset
from app.analysis.study import run_study

HERE = Path(__file__).parent
PUBLISHED = HERE.parents[2] / "docs" / "study.schema.json"
FIRST_VERSION = HERE / "study-1.json"  # written by the last code that wrote version 1

KINDS = {"string": str, "boolean": bool, "array": list, "object": dict, "null": type(None)}


def complaints(
    schema: dict[str, Any], data: Any, root: dict[str, Any], at: str = ""
) -> Iterator[str]:
    """Check the keywords that our schema uses; an unknown keyword is a complaint, too."""
    unknown = schema.keys() - {
        "$schema", "$id", "$defs", "$ref", "title", "description", "type", "properties", "required",
        "additionalProperties", "items", "prefixItems", "minItems", "maxItems", "anyOf", "const",
    }  # fmt: skip
    yield from (f"{at}: keyword {word}" for word in sorted(unknown))
    if "$ref" in schema:
        yield from complaints(root["$defs"][schema["$ref"].rpartition("/")[2]], data, root, at)
    if "anyOf" in schema and all(any(complaints(one, data, root)) for one in schema["anyOf"]):
        yield f"{at}: none of anyOf"
    if "const" in schema and data != schema["const"]:
        yield f"{at}: const"
    named = schema.get("type", [])
    kinds = [named] if isinstance(named, str) else named
    if kinds and not any(_is(kind, data) for kind in kinds):
        yield f"{at}: {data!r} is no {kinds}"
    if isinstance(data, dict):
        yield from _of_object(schema, data, root, at)
    if isinstance(data, list):
        places = schema.get("prefixItems", [])
        if not schema.get("minItems", 0) <= len(data) <= schema.get("maxItems", len(data)):
            yield f"{at}: length"
        for k, one in enumerate(data):
            kind = places[k] if k < len(places) else schema.get("items", {})
            yield from complaints(kind, one, root, f"{at}[{k}]")


def _of_object(
    schema: dict[str, Any], data: dict[str, Any], root: dict[str, Any], at: str
) -> Iterator[str]:
    known, other = schema.get("properties", {}), schema.get("additionalProperties", {})
    yield from (f"{at}.{name}: missing" for name in schema.get("required", []) if name not in data)
    for name, one in data.items():
        if name in known or other is not False:
            yield from complaints(known.get(name, other), one, root, f"{at}.{name}")
        else:
            yield f"{at}.{name}: not allowed"


def _is(kind: str, data: object) -> bool:
    if kind in ("integer", "number"):
        allowed = (int,) if kind == "integer" else (int, float)
        return isinstance(data, allowed) and not isinstance(data, bool)
    return isinstance(data, KINDS[kind])


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    rng = np.random.default_rng(5)
    areas = {"security": ("gate", "patrol"), "cleaning": ("stairs",), "repairs": ("speed",)}
    data = simulate_dataset(rng, make_truth(rng, areas), 240)
    plan = StudyPlan(
        headline=tuple(areas),
        zones=tuple(areas),
        gaps=True,
        boxes=True,
        drivers=True,
        attribute_drivers=True,
        compare_communities=True,
        segments=("community",),
        scales=True,
        contrast=True,
        box_drivers=True,
        ordinal=True,
        factors=True,
        model=ModelPlan(
            (("areas", tuple(f"area.{area}" for area in areas)), ("overall", ("overall",))),
            (("areas", "overall"),),
        ),
        pictures=True,
    )
    result = run_study(make_cells(data), plan, rows=data)
    made: dict[str, Any] = json.loads(to_json(result))
    return made


def test_the_published_schema_is_the_one_the_code_makes() -> None:
    assert json.loads(PUBLISHED.read_text("utf-8")) == json_schema()


def test_a_study_of_every_section_keeps_to_the_schema(result: dict[str, Any]) -> None:
    filled = {name for name, value in result.items() if value not in (None, [], "")}
    assert filled >= {"items", "zones", "attributes", "gaps", "sensitivity", "boxes", "drivers"}
    assert filled >= {"attribute_drivers", "communities", "segments", "zone_crosshair"}
    assert filled >= {"scales", "contrast", "box_drivers", "ordinal", "factors", "pictures"}
    assert result["contrast"]["items"]
    assert result["ordinal"][0]["terms"]
    assert list(complaints(json_schema(), result, json_schema())) == []


@pytest.mark.skipif(
    importlib.util.find_spec("jsonschema") is None, reason="the package jsonschema is absent"
)
def test_an_independent_validator_agrees(result: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(json_schema())
    jsonschema.Draft202012Validator(json_schema()).validate(result)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"n": "many"}, ".n: 'many' is no ['integer']"),
        ({"surprise": 1}, ".surprise: not allowed"),
        ({"schema": "linsheng-study/1"}, ".schema: const"),
        ({"overall": 3}, ".overall: none of anyOf"),
    ],
)
def test_what_is_no_result_does_not_keep_to_the_schema(
    result: dict[str, Any], change: dict[str, Any], complaint: str
) -> None:
    assert list(complaints(json_schema(), {**result, **change}, json_schema())) == [complaint]
    rest = {name: value for name, value in result.items() if name != "index"}
    assert list(complaints(json_schema(), rest, json_schema())) == [".index: missing"]


def test_a_stored_result_of_version_1_is_read_with_the_later_sections_empty() -> None:
    text = FIRST_VERSION.read_text("utf-8")
    old = json.loads(text)
    assert old["schema"] == "linsheng-study/1"
    read = from_json(text)
    assert read.schema == "linsheng-study/2"
    assert (read.index.value, read.n) == (old["index"]["value"], old["n"])
    assert [item.pfi for item in read.items] == [item["pfi"] for item in old["items"]]
    assert [zone.status for zone in read.zones] == [zone["status"] for zone in old["zones"]]
    assert (read.drivers, read.trend, read.communities) == (None, None, ())
    assert (read.items[0].flags, read.items[0].companions) == ((), None)
    again = json.loads(to_json(read))
    assert list(complaints(json_schema(), again, json_schema())) == []
    assert {name: again[name] for name in old if name not in ("schema", "items", "zones")} == {
        name: value for name, value in old.items() if name not in ("schema", "items", "zones")
    }


def test_every_field_of_a_result_is_described() -> None:
    said = described_fields(StudyResult)
    assert set(StudyResult.__dataclass_fields__) - said.keys() == set()


def test_every_field_of_a_result_stands_in_the_documentation() -> None:
    text = (PUBLISHED.parent / "study-json.md").read_text("utf-8")
    assert [name for name in StudyResult.__dataclass_fields__ if f"`{name}`" not in text] == []


def test_descriptions_follow_lists_of_names_and_lines_that_go_on() -> None:
    @dataclass
    class Example:
        """First line.

        Attributes:
            low, high: Limits of
                the interval.
            n: Answers.

        Nothing: more.
        """

    assert described_fields(Example) == {
        "low": "Limits of the interval.",
        "high": "Limits of the interval.",
        "n": "Answers.",
    }
