"""SurveyJS JSON: only types and properties that survey-core 2 publishes."""

import json

from app.surveys.instrument.exchange.surveyjs import surveyjs
from tests.unit.instrument.examples import published

# From surveyjs_definition.json of survey-core 2.5.7: what we use of each type.
_COMMON = {"type", "name", "title", "description", "visibleIf", "isRequired"}
PROPERTIES = {
    "rating": _COMMON | {"rateValues", "minRateDescription", "maxRateDescription"},
    "radiogroup": _COMMON | {"choices"},
    "checkbox": _COMMON | {"choices", "maxSelectedChoices"},
    "comment": _COMMON | {"maxLength"},
    "text": _COMMON | {"maxLength"},
    "panel": _COMMON | {"elements"},
}
PAGE = {"name", "title", "description", "visibleIf", "elements"}
SURVEY = {"locale", "title", "showQuestionNumbers", "pages"}


def elements_of(page):
    for element in page["elements"]:
        yield element
        if element["type"] == "panel":
            yield from elements_of(element)


def test_nothing_but_published_types_and_properties_is_written() -> None:
    survey = json.loads(surveyjs(published())[0])
    assert set(survey) == SURVEY
    for page in survey["pages"]:
        assert set(page) <= PAGE
        for element in elements_of(page):
            assert set(element) <= PROPERTIES[element["type"]]
            for choice in element.get("choices", ()):
                is_number = isinstance(choice, int)  # a point without words
                assert is_number or set(choice) <= {"value", "text", "isExclusive"}


def test_every_item_is_asked_once_in_every_language() -> None:
    instrument = published()
    survey = json.loads(surveyjs(instrument)[0])
    asked = [one for page in survey["pages"] for one in elements_of(page) if one["type"] != "panel"]
    names = [one["name"] for one in asked]
    expected = {
        item.code if item.kind.value != "tick" else item.code.partition(".")[0]
        for item in instrument.items
    }
    assert sorted(names) == sorted(expected)
    assert all({"default", "zh-cn", "zh-tw"} <= set(one["title"]) for one in asked)
    assert survey["locale"] == "zh-cn"


def test_conditions_and_limits_go_along() -> None:
    survey = json.loads(surveyjs(published())[0])
    pages = {page["name"]: page for page in survey["pages"]}
    assert pages["handling"]["visibleIf"] == "{experience} contains 'complaint'"
    assert pages["priorities"]["elements"][0]["maxSelectedChoices"] == 3
    ticks = pages["experience"]["elements"][0]["choices"]
    assert [one["value"] for one in ticks if one.get("isExclusive")] == ["none"]
