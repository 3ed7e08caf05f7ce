"""LimeSurvey's tab-separated structure, as its manual describes it, out and in."""

import csv
import io
import re

import pytest

from app.surveys.instrument.exchange.imports import import_form
from app.surveys.instrument.exchange.limesurvey_in import read_limesurvey
from app.surveys.instrument.exchange.limesurvey_out import limesurvey
from app.surveys.instrument.exchange.losses import ExchangeError
from tests.unit.instrument.examples import published, small

# The columns of the manual, "Tab Separated Value survey structure", in its order.
DOCUMENTED = [
    *("id", "class", "type/scale", "name", "relevance", "text", "help", "language"),
    *("validation", "mandatory", "other", "default", "same_default"),
]


def rows_of(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), delimiter="\t"))


def test_the_columns_are_those_of_the_manual() -> None:
    rows = rows_of(limesurvey(small())[0])
    assert [head for head in rows[0] if head in DOCUMENTED] == DOCUMENTED
    assert {row["class"] for row in rows} == {"S", "SL", "G", "Q", "SQ", "A"}


def test_every_language_holds_the_same_rows_after_the_first_one() -> None:
    rows = rows_of(limesurvey(published())[0])
    main = [row for row in rows if row["class"] == "S"]
    assert main[0] | {"name": "language", "text": "zh-Hans"} == main[0]
    shapes = {}
    for row in rows:
        if row["class"] in ("G", "Q", "SQ", "A"):
            name = "" if row["class"] == "G" else row["name"]
            shape = (row["id"], row["class"], row["type/scale"], name, row["relevance"])
            shapes.setdefault(row["language"], []).append(shape)
    assert list(shapes) == ["zh-Hans", "zh-Hant-HK", "en"]
    assert shapes["zh-Hans"] == shapes["zh-Hant-HK"] == shapes["en"]


def test_codes_keep_to_the_limits_and_stay_apart() -> None:
    rows = [row for row in rows_of(limesurvey(published())[0]) if row["language"] == "en"]
    questions = [row["name"] for row in rows if row["class"] == "Q"]
    assert len(set(questions)) == len(questions)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,19}", name) for name in questions)
    answers: dict[str, list[str]] = {}
    for row in rows:
        if row["class"] == "A":
            answers.setdefault(row["id"], []).append(row["name"])
    assert all(re.fullmatch(r"[A-Za-z0-9]{1,5}", one) for own in answers.values() for one in own)
    assert all(len(set(own)) == len(own) for own in answers.values())


def test_conditions_limits_and_lone_ticks_go_along_and_come_back() -> None:
    text, _losses = limesurvey(published())
    made = import_form(read_limesurvey(text.encode(), "back"))
    assert made.instrument is not None
    items = {item.code: item for item in made.instrument.items}
    assert items["experience.none"].exclusive
    assert items["relationship.handlingattitude"].show_if == "experience.complaint"
    assert made.instrument.languages == ("zh-Hans", "zh-Hant", "en")
    assert {"role_guessed", "constraint_lost"} <= {one.code for one in made.losses}
    # Titles with breaks come back as they were: the break is invisible there.
    assert made.instrument.title == published().title


def test_braces_and_angle_brackets_become_neither_expressions_nor_markup() -> None:
    header = "class\ttype/scale\tname\ttext\tlanguage\n"
    form = read_limesurvey(
        (header + "G\tG0\tPage\t\ten\nQ\tT\tsay\t<b>More</b> &amp; { more}\ten\n").encode(), "x"
    )
    assert form.pages[0].questions[0].words == {"en": "More & {more}"}


def test_arrays_and_what_has_no_place_here_are_told_apart() -> None:
    rows = [
        "class\ttype/scale\tname\ttext\tlanguage\tmandatory",
        "G\tG0\tPage\t\ten\t",
        "Q\tF\tareas\tHow good are\ten\tN",
        "SQ\t0\tgate\tGate\ten\t",
        "SQ\t0\tlift\tLifts\ten\t",
        *[f"A\t0\t{point}\tpoint {point}\ten\t" for point in (1, 2, 3)],
        "Q\tN\tage\tAge\ten\tY",
    ]
    form = read_limesurvey("\n".join(rows).encode(), "x")
    questions = form.pages[0].questions
    assert [(one.name, one.words["en"]) for one in questions] == [
        ("areas_gate", "Gate"),
        ("areas_lift", "Lifts"),
    ]
    assert questions[0].answers == questions[1].answers
    assert [(one.code, one.place.row) for one in form.losses] == [("type_lost", 9)]


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        (b"class\ttype/scale\tname\ttext\nQ\tT\ta\t\xff\n", "not_utf8", 2),
        (b"class\tname\ttext\n", "no_column", 1),
        (b"class\ttype/scale\tname\ttext\nG\tG0\tonly a group\t\n", "no_questions", 0),
    ],
)
def test_a_file_that_is_no_structure_is_refused_with_its_row(content, code, row) -> None:
    with pytest.raises(ExchangeError) as caught:
        read_limesurvey(content, "x")
    assert (caught.value.losses[0].code, caught.value.losses[0].place.row) == (code, row)
