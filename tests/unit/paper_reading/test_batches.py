"""A whole file of shuffled sheets: every page is somebody's, and nobody gets another's answers."""

import io
import zipfile

import cv2
import numpy as np

from app.demo import scanner
from app.demo.pens import fill_page
from app.surveys.paper.layout.page_text import split_code
from app.surveys.paper.reading.read import read_scan
from app.surveys.paper.reading.result import RowState
from tests.paper_sheets.sheets import draw_answers, page_text, print_form, with_codes
from tests.unit.paper_reading.test_reading import CAREFUL

DOTS = 150 / 25.4


def test_shuffled_pages_of_many_homes_come_back_to_their_homes():
    """12 pages of 6 homes; `benchmarks.paper --shuffled 10000` is the long form."""
    form, rng = print_form(), np.random.default_rng(11)
    size = (round(210 * DOTS), round(297 * DOTS))
    hands = {
        page.number: [
            fill_page(raster, page, draw_answers(page, rng), rng=rng, habit=CAREFUL)
            for _ in range(2)
        ]
        for page, raster in zip(form.layout.pages, form.pages, strict=True)
    }
    small = {
        number: [cv2.resize(one.image, size, interpolation=cv2.INTER_AREA) for one in filled]
        for number, filled in hands.items()
    }
    homes = [int(rng.integers(1 << 40)) for _ in range(6)]
    todo = [(home, number) for home in homes for number in (1, 2)]
    meant, codes = [], []
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for place, at in enumerate(rng.permutation(len(todo)).tolist()):
            home, number = todo[at]
            hand = int(rng.integers(2))
            codes.append(page_text(form.layout, home, number))
            meant.append(hands[number][hand].answers)
            picture = with_codes(small[number][hand], form.layout.page(number), codes[-1])
            picture = picture[::-1, ::-1] if place % 3 == 0 else picture
            archive.writestr(f"{place:03}.jpg", scanner.as_jpeg(np.ascontiguousarray(picture)))
    layouts = {form.layout.key: form.layout}
    pages = list(read_scan(packed.getvalue(), layouts))
    assert [page.number for page in pages] == list(range(1, 13))
    assert [page.code for page in pages] == codes
    read = [split_code(page.code or "") for page in pages]
    assert sorted((said.sheet, said.page) for said in read) == sorted(todo)
    for page, answers in zip(pages, meant, strict=True):
        sure = [row for row in page.rows if row.state is not RowState.UNSURE]
        assert len(sure) >= len(answers) - 2
        assert {row.field: row.values for row in sure}.items() <= answers.items()
    # A stored picture of a page is read again as the page itself: for codes keyed by a person.
    again = next(read_scan(pages[0].image, layouts, keyed={1: form.layout.key}))
    assert again.how == "keyed"
    assert [row.values for row in again.rows] == [row.values for row in pages[0].rows]
