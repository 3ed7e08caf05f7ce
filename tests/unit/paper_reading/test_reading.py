"""Filled sheets are read as they were meant, however they were scanned; doubts go to a person."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from app.demo import scanner
from app.demo.pens import KINDS, PENS, Habit, Pen, _Hand
from app.surveys.paper.layout.model import Page, from_json, to_json
from app.surveys.paper.reading.page import PageReader
from app.surveys.paper.reading.plan import pack_layout, unpack_layout
from app.surveys.paper.reading.result import Problem, RowState, ScannedPage, Why
from tests.paper_sheets.sheets import (
    Sheet,
    is_needless,
    is_wrong,
    make_sheet,
    page_text,
    print_form,
    with_codes,
)

CAREFUL = Habit(other=0, corrected=0, rubbed=0, doubled=0, specks=0, sloppy=0.3)


def read(picture: np.ndarray, **keyed: str) -> ScannedPage:
    form = print_form()
    plans = {form.layout.key: unpack_layout(pack_layout(form.layout))}
    return PageReader(plans.get).read(picture, 1, **keyed)


def sheet_of(habit: Habit = CAREFUL, *, kind: str = "clean", seed: int = 1, page: int = 1) -> Sheet:
    return make_sheet(print_form(), page, np.random.default_rng(seed), kind=kind, habit=habit)


def drawn_by_hand(draw, *, seed: int = 1) -> tuple[ScannedPage, Page]:
    """Read a page on which nothing was done but what `draw` does with a pen."""
    form = print_form()
    page = form.layout.page(1)
    printed = with_codes(form.pages[0], page, page_text(form.layout, 7, 1))
    rng = np.random.default_rng(seed)
    hand = _Hand(printed, page, rng, CAREFUL)
    for row in page.rows[2:9]:  # some marks of the usual kind to compare with
        hand.mark(row.boxes[1])
    draw(hand, page)
    return read(scanner.scan(hand.finish(), "clean", rng=rng)), page


def row_of(read_page: ScannedPage, field: str):
    return next(row for row in read_page.rows if row.field == field)


@pytest.mark.parametrize(
    ("kind", "mark", "pen"),
    list(zip(scanner.INTACT[1:], [*KINDS, "tick"], PENS, strict=True)),
)
def test_every_usual_mark_counts_with_every_pen_in_every_usual_scan(kind: str, mark: str, pen: Pen):
    sheet = sheet_of(replace(CAREFUL, kind=mark, pen=pen), kind=kind, seed=5, page=2)
    page = read(sheet.picture)
    assert (page.problem, page.code, page.page) == (None, sheet.code, 2)
    assert [row.field for row in page.rows if is_wrong(row, sheet.filled)] == []
    assert sum(row.state is RowState.UNSURE for row in page.rows) <= 1
    assert {frame.field for frame in page.frames if frame.has_ink} == set(sheet.words)


@pytest.mark.parametrize("kind", ["fold", "blur", "hard mix"])
def test_a_damaged_scan_gives_the_answers_the_pen_gave_or_asks(kind: str):
    sheet = sheet_of(Habit(pen=PENS[2], kind="cross"), kind=kind, seed=5, page=2)
    page = read(sheet.picture)
    assert (page.problem, page.code, page.page) == (None, sheet.code, 2)
    assert [row.field for row in page.rows if is_wrong(row, sheet.filled)] == []
    assert sum(is_needless(row, sheet.filled) for row in page.rows) <= 5
    inked = {frame.field for frame in page.frames if frame.has_ink}
    assert inked >= set(sheet.words)  # a crease may pass for writing, never the other way round


def test_a_blacked_out_box_beside_a_mark_is_a_correction():
    def correct(hand, page):
        hand.black_out(page.rows[0].boxes[2])
        hand.mark(page.rows[0].boxes[5])

    page, printed = drawn_by_hand(correct)
    row = row_of(page, printed.rows[0].field)
    assert (row.values, row.state, row.why) == (("6",), RowState.MARKED, Why.CORRECTED)
    clear = row_of(page, printed.rows[3].field)
    assert row.confidence < clear.confidence


@pytest.mark.parametrize(
    ("name", "why"), [("two", Why.SEVERAL), ("circle", Why.AROUND), ("struck", None)]
)
def test_what_the_instructions_do_not_know_goes_to_a_person(name: str, why: Why | None):
    def draw(hand, page):
        boxes = page.rows[0].boxes
        if name == "circle":
            hand.circle(boxes[4])
        else:
            hand.mark(boxes[3])
            hand.mark(boxes[7])
        if name == "struck":
            hand.strike_out(boxes[3])

    page, printed = drawn_by_hand(draw)
    row = row_of(page, printed.rows[0].field)
    assert row.state is RowState.UNSURE
    assert why in (None, row.why)


def test_one_stroke_through_several_boxes_goes_to_a_person():
    def draw(hand, page):
        boxes = page.rows[0].boxes
        y = boxes[0].y + 2
        hand._line([(boxes[1].x - 2, y), (boxes[6].x + 6, y + 0.5)])

    page, printed = drawn_by_hand(draw)
    row = row_of(page, printed.rows[0].field)
    assert (row.state, row.why) == (RowState.UNSURE, Why.STROKE)


def test_a_black_and_white_scan_never_leaves_a_row_empty_by_itself():
    sheet = sheet_of(kind="fax", seed=14)
    page = read(sheet.picture)
    assert page.one_bit
    assert RowState.BLANK not in {row.state for row in page.rows}
    assert Why.ONE_BIT in {row.why for row in page.rows}
    assert [row.field for row in page.rows if is_wrong(row, sheet.filled)] == []


def test_a_layout_without_its_words_is_read_too():
    sheet = sheet_of(seed=6)
    form = print_form()
    bare = from_json(to_json(form.layout))
    page = PageReader({form.layout.key: unpack_layout(pack_layout(bare))}.get).read(
        sheet.picture, 1
    )
    assert {row.field: row.values for row in page.rows} == sheet.filled.answers
    assert sum(row.state is RowState.UNSURE for row in page.rows) <= 1


def test_the_second_code_is_read_where_the_first_is_dirty_and_a_person_keys_it_where_both_are():
    sheet = sheet_of(seed=7)
    picture = sheet.picture.copy()
    dots = 200 / 25.4
    first, second = sheet.page.codes

    def smear(spot):
        top, left, size = (round(value * dots) for value in (spot.y, spot.x, spot.side))
        picture[top + 30 : top + size, left - 8 : left + size + 8] = 40

    smear(first)
    page = read(picture)
    assert (page.code, page.how, page.problem) == (sheet.code, "second", None)
    smear(second)
    page = read(picture)
    assert (page.code, page.how, page.problem, page.rows) == (None, None, Problem.NO_CODE, ())
    keyed = read(picture, keyed=print_form().layout.key)
    assert (keyed.code, keyed.how, keyed.problem) == (None, "keyed", None)
    assert {row.field: row.values for row in keyed.rows} == sheet.filled.answers


def test_pages_that_cannot_be_read_say_why():
    form = print_form()
    page = form.layout.page(1)
    empty = np.full((2339, 1654), 250, np.uint8)
    noisy = np.clip(empty + np.random.default_rng(1).normal(0, 4, empty.shape), 0, 255)
    assert read(noisy.astype(np.uint8)).problem is Problem.BLANK
    words = cv2.putText(empty.copy(), "other paper " * 3, (100, 400), 0, 2.0, 0, 6)
    assert read(words).problem is Problem.NO_MARKERS
    foreign = page_text(replace(form.layout, key="ZZZZZZ"), 5, 1)
    other = page_text(form.layout, 5, 2)
    rng = np.random.default_rng(1)
    for text, problem in ((foreign, Problem.LAYOUT_UNKNOWN), (other, Problem.WRONG_SIDE)):
        scan = scanner.scan(with_codes(form.pages[0], page, text), "clean", rng=rng)
        result = read(scan)
        assert (result.problem, result.code, result.rows) == (problem, text, ())
        assert result.image.startswith(b"\xff\xd8")
    coarse = scanner.scan(with_codes(form.pages[0], page, page_text(form.layout, 5, 1)), "clean",
                          rng=rng, dots=90)  # fmt: skip
    assert read(coarse).problem in (Problem.TOO_COARSE, Problem.NO_CODE)


def test_two_codes_of_two_sheets_on_one_page_are_nobodys():
    form = print_form()
    page = form.layout.page(1)
    mixed = with_codes(form.pages[0], page, page_text(form.layout, 1, 1))
    half = with_codes(form.pages[0], page, page_text(form.layout, 2, 1))
    mixed[mixed.shape[0] // 2 :] = half[mixed.shape[0] // 2 :]
    result = read(scanner.scan(mixed, "clean", rng=np.random.default_rng(1)))
    # The first page of a file is searched whole, the others at their places: both see both.
    assert (result.problem, result.code, result.rows) == (Problem.CODES_DIFFER, None, ())


def test_the_picture_of_a_page_lies_flat_whatever_the_scan():
    sheet = sheet_of(kind="phone", seed=8)
    flat = cv2.imdecode(np.frombuffer(read(sheet.picture).image, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert flat.shape == (297 * 6, 210 * 6)
    for marker in sheet.page.markers:  # its middle is where the layout has it, black at the rim
        x, y = marker.x + 0.6, marker.y + marker.side / 2
        assert flat[round(y * 6), round(x * 6)] < 90
        assert flat[round(y * 6), round((x - 1.6) * 6)] > 150


def test_marks_tell_pens_apart_by_numbers():
    thin = read(sheet_of(replace(CAREFUL, pen=PENS[0], kind="dash")).picture).style
    thick = read(sheet_of(replace(CAREFUL, pen=PENS[6], kind="dash")).picture).style
    pale = read(sheet_of(replace(CAREFUL, pen=PENS[5], kind="tick")).picture).style
    assert thick.stroke > 1.5 * thin.stroke
    assert pale.darkness < 0.6 * thin.darkness
    assert abs(thin.slant) < 12  # dashes lie level
    assert 30 < pale.slant < 75  # the long arm of a tick goes up to the right
    assert thin.marks > 15


def test_reading_the_same_picture_again_gives_the_same_page():
    sheet = sheet_of(kind="phone", seed=9)
    assert read(sheet.picture) == read(sheet.picture)
