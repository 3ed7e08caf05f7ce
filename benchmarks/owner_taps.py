"""Counts the taps and cards of the real form: a scripted owner answers it in Chromium by touch.

    python -m benchmarks.owner_taps

Prints each profile with the count the linter prints (`app/surveys/instrument/effort.py`); the
owner meets no condition, answers everything and writes no words.
"""

import logging
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page
from sqlalchemy.orm import Session

from app.surveys.campaign.models import FrameMember
from app.surveys.instrument.effort import Effort, form_effort
from app.surveys.instrument.flow import ELDER, FULL, make_offer
from tests import factories
from tests.browser import tap_apart
from tests.end_to_end.street import Home, Street, open_chromium, open_street, phone, step_on

PROFILES = ((3, FULL), (6, FULL), (9, FULL), (3, ELDER))


def count(street: Street, browser: Browser, home: Home, form: str = FULL) -> tuple[Effort, str]:
    """Answer from the letter to the receipt and count; returns also what each page took."""
    answers = cards = 0
    turns, pages = 2, []  # "Start" and "Send"
    with phone(browser, street.address) as page:
        page.goto(f"/c?form={form}")
        page.goto(home.link)
        before = page.url
        page.locator(".act a").tap()
        page.wait_for_url(lambda url: url != before)
        while not page.url.endswith("/a/review"):
            before, opens = page.url, _opens_next(page)
            taps, seen = _answer(page)
            answers, cards, turns = answers + taps, cards + seen, turns + (not opens)
            pages.append(f"{before.split('/a/')[1]} {taps}{'' if opens else '+1'}")
            if opens:
                page.wait_for_url(lambda url, last=before: url != last)
                page.wait_for_timeout(450)  # a tap on "Next" right after it is not counted
            else:
                step_on(page)
        page.locator(".act [type=submit]").tap()
        page.wait_for_url("**/a/receipt")
    return Effort(answers, turns, cards), ", ".join(pages)


def predicted(street: Street, home: Home, areas: int, form: str) -> Effort:
    """Return what the linter counts for this home's block."""
    instrument = factories.perception_instrument()
    with Session(street.engine) as session:
        member = session.get_one(FrameMember, home.member_id)
        offer = make_offer(instrument, block=member.block, areas_offered=areas)
    return form_effort(instrument, offer, form)


def _opens_next(page: Page) -> bool:
    """Say whether the last answer opens the next page by itself."""
    return page.locator("form[data-save] textarea").count() == 0


def _answer(page: Page) -> tuple[int, int]:
    """Answer the page shown; returns the taps and the cards."""
    form = page.locator("form[data-save]")
    if form.get_attribute("data-deck") is not None:
        return _answer_deck(page)
    ticks = form.locator("[data-ticks]")
    if ticks.count():
        alone = ticks.locator("[data-alone]")
        most = int(ticks.get_attribute("data-max") or 1)
        for box in [alone] if alone.count() else ticks.locator("input").all()[:most]:
            tap_apart(box)
        return most, 1
    questions: list[Locator] = [] if page.url.endswith("/comment") else page.locator(".q").all()
    for question in questions:
        tap_apart(question.locator("input").nth(1))
    return len(questions), 1


def _answer_deck(page: Page) -> tuple[int, int]:
    questions = page.locator(".q")
    total = questions.count()
    for dealt in range(total):
        shown = questions.locator("visible=true")
        assert shown.count() == 1
        name = shown.get_attribute("id")
        tap_apart(shown.locator("input").nth(1))
        if dealt < total - 1:
            page.locator(f'[id="{name}"]').wait_for(state="hidden")
    return total, total


def main() -> None:
    """Count every profile."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    is_equal = True
    for areas, form in PROFILES:
        begun = time.perf_counter()
        with (
            tempfile.TemporaryDirectory() as folder,
            open_street(Path(folder), homes=2, blocks=areas) as street,
            open_chromium(street.address) as browser,
        ):
            home = street.home()
            counted, pages = count(street, browser, home, form)
            linter = predicted(street, home, areas, form)
        is_equal &= counted == linter
        taken = f"{counted.answers} answers + {counted.turns} turns = {counted.taps} taps"
        seconds = time.perf_counter() - begun
        print(f"{form}, {areas} areas: {taken}, {counted.cards} cards, {seconds:.0f} s")
        print(f"  linter {linter}")
        print(f"  {pages}", flush=True)
    sys.exit(0 if is_equal else 1)


if __name__ == "__main__":
    main()
