"""Screens of the scan desk: no violation known to axe, nothing wider than the screen."""

from itertools import product

import pytest

from app.staff.models import Role
from app.surveys.paper.reading.result import Problem
from app.surveys.paper.scans.models import ScanCheck
from benchmarks import owner_axe
from tests.browser import open_browser, serve
from tests.factories import NOW, PASSWORD, make_staff
from tests.integration.paper_scans import desk

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


@pytest.fixture
def full_desk(session, scan_desk):
    """Fill the trays: doubts, words, a lost page, a conflict, a sheet drawn to be keyed again."""
    frames = [
        frame.field
        for page in desk.layout_for(session, scan_desk.sheets[0]).pages
        for frame in page.frames
    ]
    marked = desk.answers_of(desk.layout_for(session, scan_desk.sheets[1]), 1)["overall"]
    other = "1" if marked != ("1",) else "2"
    scan_desk.hand_in(*scan_desk.pages(0, doubtful=["overall", "helped"], inked=frames[:1]))
    scan_desk.hand_in(*scan_desk.pages(1), *scan_desk.pages(1, {"overall": (other,)}))
    lost = scan_desk.hand_in(desk.lost_page(1, Problem.NO_CODE))[0]
    sheet = scan_desk.sheets[1]
    if session.get(ScanCheck, sheet.id) is None:
        session.add(
            ScanCheck(
                sheet_id=sheet.id,
                frame_member_id=sheet.frame_member_id,
                campaign_id=sheet.campaign_id,
                community_id=sheet.community_id,
                drawn_at=NOW,
            )
        )
    make_staff(session, Role.HEAD_OFFICE, login="office-head")
    make_staff(session, Role.CLERK, login="second", all_communities=True)
    session.commit()
    batch = scan_desk.batch.id
    pages = {
        "clerk": [
            "/entry/",
            "/entry/scans/",
            f"/entry/scans/{batch}",
            f"/entry/scans/{batch}/review",
            f"/entry/scans/pages/{lost.id}",
            f"/entry/scans/{batch}/trays/conflict",
        ],
        "second": [f"/entry/scans/checks/{sheet.id}"],
        "office-head": [
            "/entry/scan-office/",
            f"/entry/scan-office/{scan_desk.campaign.code}/conflicts",
        ],
    }
    pages[scan_desk.clerk.login] = pages.pop("clerk")
    session.rollback()
    return pages


def test_pages_of_the_scan_desk_have_no_violation_known_to_axe(app, full_desk):
    # Each page once, in one language at one width; the slow test looks at all of them.
    ways = (("en", 360), ("zh-Hans", 1280), ("zh-Hans", 360), ("en", 1280))
    places = [
        (login, place, *ways[at % 4])
        for login, own in full_desk.items()
        for at, place in enumerate(own)
    ]
    found = violations(app, places)
    assert found == [], "\n".join(map(str, found))


@pytest.mark.slow
def test_no_page_of_the_scan_desk_has_a_violation_in_any_language_at_any_width(app, full_desk):
    places = [
        (login, place, language, width)
        for login, own in full_desk.items()
        for place, language, width in product(own, ("zh-Hans", "en"), (360, 1280))
    ]
    found = violations(app, places)
    assert found == [], "\n".join(map(str, found))


def violations(app, places):
    """Return what axe and the width of the screen complain of."""
    found, signed_in = [], ""
    with serve(app) as address, open_browser(address, width=1280) as page:
        for login, place, language, width in places:
            if login != signed_in:
                page.context.clear_cookies()
                page.goto("/login?lang=en")
                page.fill("[name=login]", login)
                page.fill("[name=password]", PASSWORD)
                page.keyboard.press("Enter")
                page.wait_for_url(lambda url: "/login" not in url)
                signed_in = login
            page.set_viewport_size({"width": width, "height": 800})
            answer = page.goto(f"{place}?lang={language}")
            assert (answer.status, page.url.split("?")[0]) == (200, f"{address}{place}")
            found += [(place, language, width, words) for words in owner_axe.look(page, width)]
    return found
