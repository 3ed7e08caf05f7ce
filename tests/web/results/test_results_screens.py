"""Screens of one community's result: the first screen, all pages, who reads them, files, axe."""

import csv
import re
from io import StringIO
from itertools import product
from xml.etree import ElementTree as ET

import pytest

from app.reports.exhibits.registry import BUILDERS, PAGES
from app.staff.models import Role
from benchmarks import owner_axe
from tests.browser import open_browser, serve
from tests.factories import PASSWORD, make_staff
from tests.unit.reports_charts.build import ENGLISH_NAMES, NAMES
from tests.unit.reports_charts.rich import make_rich_result
from tests.web.results.test_results import address, sign_in

ALL = ("", *(f"/{page}" for page in PAGES))
LANGUAGES = ("zh-Hans", "en")


def text_of(answer):
    """Return what a person reads: no tags, no figure data."""
    plain = re.sub(r"<script.*?</script>", "", answer.text, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", plain)


@pytest.mark.parametrize("page", ALL)
def test_every_page_of_a_full_result_opens_in_both_languages_with_n_and_base(
    client, world, rich, page
):
    client.sign_in("head", PASSWORD)
    english = client.get(f"{address(world, rich, page)}?lang=en")
    chinese = client.get(f"{address(world, rich, page)}?lang=zh-Hans")
    assert english.status_code == chinese.status_code == 200
    assert "style=" not in english.text
    # n and base stand on every page, in the head where no exhibit says them.
    assert "480" in text_of(english)
    assert "750" in text_of(english)


def test_pages_of_a_result_that_do_not_exist_are_not_found(client, world, rich):
    client.sign_in("head", PASSWORD)
    for page in ("/nothing", "/chart/nothing.svg", "/table/nothing.csv", "/table/pfi.pdf"):
        assert client.get(address(world, rich, page)).status_code == 404


def test_a_filter_lives_in_the_address_and_an_unknown_one_shows_the_first(client, world, rich):
    client.sign_in("head", PASSWORD)
    page = client.get(f"{address(world, rich, '/segments')}?by=years&lang=en")
    assert re.search(r'by=years[^>]*aria-current="true"', page.text)
    assert "by=years" in re.findall(r'href="([^"]*segments\.csv[^"]*)"', page.text)[0]
    other = client.get(f"{address(world, rich, '/segments')}?by=%3Cb%3E&lang=en")
    assert other.status_code == 200
    assert "<b>" not in other.text.split("<h1>")[1].split("</h1>")[0]


def test_every_chart_and_table_can_be_taken_away_and_says_what_it_rests_on(client, world, rich):
    client.sign_in("head", PASSWORD)
    for name in BUILDERS:
        table = client.get(f"{address(world, rich, f'/table/{name}.csv')}?lang=en")
        assert table.status_code == 200, name
        lines = list(csv.reader(StringIO(table.text)))
        assert lines[0][1] == "锦棠湾"
        assert any(line[:1] == ["Snapshot"] for line in lines)
    book = client.get(address(world, rich, "/table/areas.xlsx"))
    assert book.data.startswith(b"PK")
    chart = client.get(f"{address(world, rich, '/chart/matrix.svg')}?width=paper")
    assert chart.mimetype == "image/svg+xml"
    assert ET.fromstring(chart.text).attrib["width"] == "620"
    assert client.get(f"{address(world, rich, '/chart/matrix.svg')}?width=9").status_code == 404


def test_a_committee_reads_its_own_results_and_none_of_the_checks(client, world, rich, session):
    session.rollback()
    make_staff(session, Role.COMMITTEE, login="committee", communities=[session.merge(rich)])
    session.commit()
    client.sign_in("committee", PASSWORD)
    answer = client.get(f"{address(world, rich)}?lang=en")
    assert answer.status_code == 200
    assert "Quality of the data" not in answer.text
    assert "follow-up" not in text_of(answer)
    for hidden in ("/quality", "/table/scales.csv", "/result.json", "/file/pdf-zh-Hans"):
        assert client.get(address(world, rich, hidden)).status_code == 404
    assert client.get(address(world, world.full)).status_code == 404


def test_the_method_page_fills_in_the_numbers_of_the_result(client, world, rich):
    client.sign_in("head", PASSWORD)
    page = client.get(f"{address(world, rich, '/method')}?lang=en").text
    assert "480 / 750 = 64.0%" in page
    for name in ALL[1:]:
        text = client.get(f"{address(world, rich, name)}?lang=en").text
        for anchor in re.findall(r'/method#([a-z-]+)"', text):
            assert f'id="{anchor}"' in page, anchor


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_screen_of_a_phone_holds_what_has_to_be_read_first(app, world, rich, language):
    index = make_rich_result().index
    with serve(app) as base, open_browser(base, width=360, height=640) as page:
        sign_in(page)
        page.goto(f"{address(world, rich)}?lang={language}")
        gist = page.locator("#gist")
        words = gist.inner_text()
        for said in ("64.0%", f"{index.value:.1f}", f"{index.low:.1f}", f"{index.high:.1f}"):
            assert said in words
        # The first three by band, and which of them cannot be told apart, by the tests of pairs.
        in_bands = [item for item in make_rich_result().items if item.band in ("A", "B")]
        names = ENGLISH_NAMES if language == "en" else NAMES
        assert len(in_bands) >= 3
        assert all(names.short(item.code) in words for item in in_bands)
        tied = [item for item in in_bands if {other.code for other in in_bands} & set(item.tied)]
        ties = page.locator("#gist > div").nth(5).inner_text()
        assert tied
        assert all(names.brief(item.code) in ties for item in tied)
        boxes = [row.bounding_box() for row in page.locator("#gist > div").all()]
        assert len(boxes) >= 6
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= 360 for box in boxes)
        assert all(box["y"] >= 0 and box["y"] + box["height"] <= 640 for box in boxes)


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_four_pages_have_no_violation_known_to_axe(app, world, rich):
    places = (
        ("", "zh-Hans", 360),
        ("/items", "en", 1280),
        ("/trend", "en", 360),
        ("/matrix", "zh-Hans", 1280),
    )
    assert violations(app, world, rich, places) == []


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_page_has_a_violation_in_any_language_at_any_width(app, world, rich):
    places = product((*ALL, "/zones?by=radar"), LANGUAGES, (360, 1280))
    assert violations(app, world, rich, places) == []


def violations(app, world, community, places):
    """Return what axe and the width of the screen complain of."""
    found = []
    with serve(app) as base, open_browser(base, width=1280) as page:
        sign_in(page)
        for place, language, width in places:
            path = address(world, community, place)
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
            page.wait_for_load_state()
            found += [(place, language, width, w) for w in owner_axe.look(page, width)]
    return found
