"""XLSForms: pyxform reads ours, we read anybody's and say what was lost and where."""

import re

import pytest
from openpyxl import Workbook
from pyxform.xls2xform import convert

from app.surveys.instrument.exchange.imports import import_form
from app.surveys.instrument.exchange.losses import SENTENCES, ExchangeError, Level, say
from app.surveys.instrument.exchange.xlsform_in import read_xlsform
from app.surveys.instrument.exchange.xlsform_out import xlsform
from tests.unit.instrument.examples import published, small

FOREIGN = {
    "survey": [
        ["type", "name", "label::English (en)", "label::中文 (zh-Hans)", "required", "relevant"],
        ["begin group", "home", "Your home", "您家", "", ""],
        ["select_multiple had", "happened", "What happened?", "有过什么？", "", ""],
        ["select_one five", "guards", "Are the guards polite?", "门岗客气吗？", "yes", ""],
        [
            "select_one five",
            "again",
            "Was it solved?",
            "解决了吗？",
            "",
            "selected(${happened}, 'a')",
        ],
        ["end group", "", "", "", "", ""],
        ["integer", "age", "Your age?", "年龄？", "", ""],
        ["text", "say", "Anything else?", "还有什么？", "", "${age} > 60"],
    ],
    "choices": [
        ["list_name", "name", "label::English (en)", "label::中文 (zh-Hans)"],
        ["had", "a", "A complaint", "投诉"],
        ["had", "b", "A repair", "报修"],
        *[["five", str(5 - i), f"point {5 - i}", f"{5 - i} 分"] for i in range(5)],
        ["five", "dk", "do not know", "不知道"],
    ],
    "settings": [["form_title", "form_id"], ["Old survey", "Old Survey 2019"]],
}


def pyxform_of(instrument, path):
    """Return what pyxform makes of our XLSForm."""
    book, _losses = xlsform(instrument)
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in book.items():
        sheet = workbook.create_sheet(name)
        for number, row in enumerate(rows, 1):
            for column, text in enumerate(row, 1):
                sheet.cell(number, column).value = text
                sheet.cell(number, column).data_type = "s"
    file = path / "form.xlsx"
    workbook.save(file)
    return convert(file)


def straight(text: str) -> str:
    """Return a text with the quotation marks pyxform writes."""
    return text.translate({0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'"})


def test_pyxform_takes_our_form_with_every_question_answer_and_translation(tmp_path) -> None:
    instrument = published()
    made = pyxform_of(instrument, tmp_path)
    survey = made._survey  # it hands out the parsed form nowhere else
    questions = {one.name: one for one in survey.iter_descendants() if one is not survey}
    items = [item for item in instrument.items if item.kind.value != "tick"]
    for item in items:
        question = questions[item.code.replace(".", "_")]
        assert question.label["English (en)"] == straight(item.text.plain("en"))
    assert [one.name for one in questions["experience"].choices.options] == [
        item.code.partition(".")[2]
        for item in instrument.items
        if item.code.startswith("experience.")
    ]
    assert "selected( /data/experience_page/experience , 'complaint')" in made.xform
    for language in ("zh-Hans", "zh-Hant", "en"):
        assert f"({language})" in made.xform
    assert instrument.title.plain("zh-Hans") in made.xform


def test_an_area_of_the_tolerance_block_is_a_group_of_its_questions() -> None:
    survey = xlsform(small())[0]["survey"]
    heads = survey[0]
    rows = [dict(zip(heads, row, strict=True)) for row in survey[1:]]
    start = next(i for i, row in enumerate(rows) if row["name"] == "tolerance_gate")
    end = next(i for i, row in enumerate(rows) if i > start and row["type"] == "end_group")
    inside = rows[start + 1 : end]
    assert rows[start]["type"] == "begin_group"
    assert all(row["type"].startswith("select_one ") for row in inside)
    assert [row["x_role"] for row in inside] == [
        item.role.value for item in small().items if item.code.startswith("tolerance.gate.")
    ]


def test_a_form_of_another_tool_becomes_a_draft_and_every_guess_is_named() -> None:
    made = import_form(read_xlsform(FOREIGN, "old"))
    losses = {(one.code, one.place.row) for one in made.losses}
    assert made.instrument is not None
    codes = [item.code for item in made.instrument.items]
    assert codes == [
        "experience.a",
        "experience.b",
        "relationship.guards",
        "relationship.again",
        "comment.say",
    ]
    assert made.instrument.item("relationship.again").show_if == "experience.a"
    scale = made.instrument.scales["five"]
    assert (scale.points, list(scale.missing)) == ((1, 2, 3, 4, 5), ["dk"])
    assert ("type_lost", 7) in losses  # integer
    assert ("condition_lost", 8) in losses
    assert ("role_guessed", 3) in losses
    assert made.instrument.code == "old-survey-2019"
    assert made.instrument.languages == ("en", "zh-Hans")


def test_findings_name_the_cell_they_come_from() -> None:
    sheets = {**FOREIGN, "survey": [list(row) for row in FOREIGN["survey"]]}
    sheets["survey"][7][3] = ""  # the Chinese of the last question
    made = import_form(read_xlsform(sheets, "old"))
    missing = [one for one in made.findings if one.problem.code == "missing_translation"]
    assert ("survey", 8) in {(one.place.sheet, one.place.row) for one in missing}
    line = next(one.problem.line for one in missing if one.place.row == 8)
    assert "Anything else?" in made.text.split("\n")[line - 1]


def test_own_columns_in_a_form_of_another_tool_are_understood() -> None:
    survey = [list(row) for row in FOREIGN["survey"]]
    survey[0] += ["x_role", "x_area"]
    survey[3] += ["performance", "gate"]
    made = import_form(read_xlsform({**FOREIGN, "survey": survey}, "old"))
    assert made.instrument is not None
    assert made.instrument.item("area.gate").text.plain("en") == "Are the guards polite?"


@pytest.mark.parametrize(
    ("sheets", "code", "sheet"),
    [
        ({"choices": [["list_name", "name"]]}, "no_sheet", ""),
        ({"survey": [["kind", "name"], ["text", "a"]]}, "no_column", "survey"),
    ],
)
def test_a_file_that_is_no_form_is_refused_with_its_place(sheets, code, sheet) -> None:
    with pytest.raises(ExchangeError) as caught:
        read_xlsform(sheets, "x")
    loss = caught.value.losses[0]
    assert (loss.level, loss.code, loss.place.sheet) == (Level.REFUSED, code, sheet)


def test_a_row_with_an_unknown_list_or_an_open_group_is_named_and_the_rest_is_read() -> None:
    survey = [
        ["type", "name", "label"],
        ["begin_group", "g", "G"],
        ["select_one nowhere", "a", "A?"],
        ["text", "b", "B?"],
    ]
    form = read_xlsform({"survey": survey}, "x")
    assert [(one.code, one.place.row) for one in form.losses] == [
        ("language_guessed", 1),
        ("unknown_list", 3),
        ("unclosed_group", 2),
    ]
    assert [one.name for one in form.pages[0].questions] == ["b"]


def test_every_loss_can_be_said_in_both_languages() -> None:
    made = import_form(read_xlsform(FOREIGN, "old"))
    for loss in made.losses:
        chinese, english = say(loss, "zh-Hans"), say(loss, "en")
        assert chinese != english
        assert not re.search(r"(?<!\$)\{\w+\}", chinese + english)
    assert all(len(pair) == 2 and all(pair) for pair in SENTENCES.values())
