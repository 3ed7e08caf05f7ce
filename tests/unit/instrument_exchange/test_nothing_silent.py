"""What an XLSForm says and a draft cannot hold is named with its cell, and changes nothing else."""

from dataclasses import replace

import pytest

from app.surveys.instrument.exchange.imports import import_form
from app.surveys.instrument.exchange.limits import read_limits
from app.surveys.instrument.exchange.xlsform_in import read_xlsform
from app.surveys.instrument.exchange.xlsform_out import xlsform
from tests.unit.instrument.examples import published, small

CHOICES = [
    ["list_name", "name", "label::English (en)"],
    ["had", "a", "A complaint"],
    ["had", "b", "A repair"],
    ["yn", "y", "Yes"],
    ["yn", "n", "No"],
    *[["five", str(point), f"point {point}"] for point in range(1, 6)],
]
TICK = ["select_multiple had", "had", "What happened?"]


def form_of(heads, *rows, choices=CHOICES, **sheets):
    """Read a form with these rows behind the usual columns."""
    survey = [["type", "name", "label::English (en)", *heads], *(list(row) for row in rows)]
    return read_xlsform({"survey": survey, "choices": choices, **sheets}, "form")


def losses_of(form):
    """Return what is lost in a draft: code, row, column."""
    made = import_form(form)
    return {(one.code, one.place.row, one.place.column) for one in made.losses}, made


def question(kind, name, *more):
    return [kind, name, f"{name}?", *more]


@pytest.mark.parametrize(
    ("head", "kind", "word"),
    [
        ("choice_filter", "select_one yn", "region=${x}"),
        ("calculation", "text", "1 + 1"),
        ("parameters", "select_one yn", "randomize=true"),
        ("media::image::english (en)", "select_one yn", "gate.png"),
        ("media::audio", "text", "gate.mp3"),
        ("read_only", "text", "yes"),
        ("guidance_hint::english (en)", "select_one yn", "Read aloud"),
        ("required", "select_one yn", "${had} = 'a'"),
        ("required_message::english (en)", "select_one yn", "Please answer"),
        ("constraint", "text", "regex(., 'a+')"),
        ("constraint_message::english (en)", "text", "Only a"),
        ("appearance", "select_one yn", "likert"),
        ("trigger", "text", "${had}"),
        ("x_unknown", "text", "yes"),
        ("any column at all", "text", "something"),
        ("", "text", "below no heading"),
        ("name", "text", "below a heading that is there twice"),
    ],
)
def test_every_cell_of_a_column_that_is_not_taken_is_named(head, kind, word):
    form = form_of([head], [*TICK, ""], question(kind, "q", word))
    column = head if head not in ("", "name") else f"{head} [4]".strip()
    assert ("cell_lost", 3, column) in losses_of(form)[0]


def test_cells_of_choices_settings_groups_and_other_sheets_are_named_too():
    choices = [[*CHOICES[0], "image", "region"], [*CHOICES[1], "a.png", "north"], *CHOICES[2:]]
    settings = [["form_title", "public_key", "style"], ["A form", "abc", "pages theme-grid"]]
    entities = [["list_name"], ["trees"]]
    form = form_of(
        ["hint"],
        ["begin_group", "g", "G", "a hint of a group"],
        [*TICK, ""],
        choices=choices,
        settings=settings,
        entities=entities,
    )
    found = {(one.place.sheet, one.place.column) for one in form.losses if one.code == "cell_lost"}
    assert {("choices", "image"), ("choices", "region"), ("settings", "public_key")} <= found
    assert {("settings", "style"), ("survey", "hint")} <= found
    assert [one.data["word"] for one in form.losses if one.code == "sheet_lost"] == ["entities"]


@pytest.mark.parametrize("make", [published, small])
def test_a_form_of_our_own_loses_no_cell(make):
    form = read_xlsform(xlsform(make())[0], "own")
    lost = {"cell_lost", "sheet_lost", "condition_lost", "condition_halved", "constraint_lost"}
    assert [one for one in form.losses if one.code in lost] == []


def test_a_condition_of_a_group_beside_one_of_its_own_is_named():
    form = form_of(
        ["relevant"],
        [*TICK, ""],
        ["begin_group", "g", "G", "selected(${had}, 'a')"],
        question("select_one yn", "own", "selected(${had}, 'b')"),
        question("select_one yn", "same", "selected(${had}, 'a')"),
        question("select_one yn", "none", ""),
        ["begin_group", "inner", "", "selected(${had}, 'b')"],
        ["end_group", "", "", ""],
        ["end_group", "", "", ""],
        question("select_one five", "rated", ""),
    )
    found, made = losses_of(form)
    assert ("condition_halved", 4, "relevant") in found
    assert {row for code, row, _ in found if code == "condition_halved"} == {4, 7}
    conditions = [made.instrument.item(f"profile.{one}").show_if for one in ("own", "same", "none")]
    assert conditions == ["experience.b", "experience.a", "experience.a"]


@pytest.mark.parametrize("kind", ["select_multiple yn", "text", "note"])
def test_a_condition_that_a_question_of_this_kind_cannot_have_is_named(kind):
    form = form_of(
        ["relevant"],
        [*TICK, ""],
        ["begin_group", "g", "G", "selected(${had}, 'a')"],
        question(kind, "q", "" if kind != "note" else "selected(${had}, 'a')"),
        ["end_group", "", "", ""],
    )
    assert ("condition_lost", 4) in {one[:2] for one in losses_of(form)[0]}


def test_or_other_and_standing_alone_change_no_other_question_of_the_same_list():
    alone = "not(selected(., 'n') and count-selected(.) > 1)"
    form = form_of(
        ["constraint"],
        question("select_one yn", "before", ""),
        question("select_one yn or_other", "with", ""),
        question("select_one yn or_other", "too", ""),
        question("select_multiple yn", "only", alone),
        question("select_multiple yn", "free", ""),
    )
    lists = {one.name: form.lists[one.answers] for page in form.pages for one in page.questions}
    codes = {name: [one.code for one in answers] for name, answers in lists.items()}
    assert codes["before"] == codes["only"] == codes["free"] == ["y", "n"]
    assert codes["with"] == codes["too"] == ["y", "n", "other"]
    exclusive = {
        name: [one.code for one in answers if one.marks.get("exclusive")]
        for name, answers in lists.items()
    }
    assert exclusive == {"before": [], "with": [], "too": [], "only": ["n"], "free": []}


def test_at_most_and_alone_stand_in_one_rule_and_are_read_back():
    instrument = small()
    section = next(
        one
        for one in instrument.sections
        if one.kind == "ticks" and any(instrument.item(code).exclusive for code in one.items)
    )
    sections = tuple(
        replace(one, at_most=2) if one is section else one for one in instrument.sections
    )
    rows = xlsform(replace(instrument, sections=sections))[0]["survey"]
    (row,) = [one for one in rows if "experience" in one and "select_multiple" in one[0]]
    cells = dict(zip(rows[0], row, strict=True))
    (alone,) = [code.partition(".")[2] for code in section.items if instrument.item(code).exclusive]
    assert cells["constraint"] == (
        f"count-selected(.) <= 2 and not(selected(., '{alone}') and count-selected(.) > 1)"
    )
    assert cells["constraint_message::English (en)"].startswith("At most 2. “")
    found = read_limits(cells["constraint"])
    assert (found.most, found.alone, found.is_understood) == (2, (alone,), True)
    assert not read_limits(cells["constraint"] + " or true()").is_understood
