"""Every page and state of the owner pages has no violation known to axe, and fits its screen.

The whole product of languages, sizes of text and widths is `make axe`; here each state is looked
at once, and the languages, sizes and widths take turns.
"""

import hashlib

import pytest
from playwright.sync_api import Browser

from app.i18n import LANGUAGES
from app.surveys.instrument.flow import FORMS
from benchmarks import owner_axe
from tests.end_to_end import owner_states
from tests.end_to_end.owner_states import Walk
from tests.end_to_end.street import Street, phone

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "place",
    range(len(owner_states.SEGMENTS)),
    ids=lambda place: owner_states.SEGMENTS[place].__name__,
)
def test_no_state_has_a_violation(street: Street, chromium: Browser, place: int) -> None:
    language = LANGUAGES[place % len(LANGUAGES)]
    with phone(chromium, street.address, allowed=owner_axe.EXPECTED) as page:
        walk = Walk(street, page, language, FORMS[place % len(FORMS)])
        found, seen = [], 0
        for state in owner_states.SEGMENTS[place](walk):
            width = owner_axe.WIDTHS[(place + seen) % len(owner_axe.WIDTHS)]
            found += [(state, width, words) for words in owner_axe.look(page, width)]
            seen += 1
    assert found == [], (language, walk.form)
    assert seen >= 3


def test_a_planted_violation_is_found(street: Street, chromium: Browser) -> None:
    with phone(chromium, street.address) as page:
        page.goto("/c")
        assert owner_axe.look(page, 360) == []
        page.evaluate("document.querySelector('label[for=code]').remove()")
        page.evaluate("document.querySelector('main h1').style.color = '#eee'")
        page.evaluate("document.querySelector('main p').style.width = '400px'")
        found = " ".join(owner_axe.look(page, 360))
        assert "label" in found
        assert "color-contrast" in found
        assert "wider than 360" in found


def test_axe_is_the_published_one() -> None:
    text = (owner_axe.AXE.parent / "README.md").read_text("utf-8")
    assert hashlib.sha256(owner_axe.AXE.read_bytes()).hexdigest() in text
