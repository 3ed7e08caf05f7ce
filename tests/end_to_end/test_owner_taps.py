"""A scripted owner in Chromium needs exactly the taps and cards the linter counts."""

import pytest
from playwright.sync_api import Browser

from app.surveys.instrument.flow import FULL
from benchmarks import owner_taps
from tests.end_to_end.street import DEEP, Street

pytestmark = pytest.mark.browser


def test_the_real_form_takes_what_the_linter_says(street: Street, chromium: Browser) -> None:
    home = street.home()
    counted, pages = owner_taps.count(street, chromium, home)
    assert counted == owner_taps.predicted(street, home, DEEP, FULL), pages
    assert len(street.answers(home)) == 1
