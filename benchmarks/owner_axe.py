"""Looks at every state of the owner pages with axe, in all languages, sizes of text and widths.

    python -m benchmarks.owner_axe [--only SEGMENT]

Prints how many states were looked at and every violation; ends with status 1 when there is one.
The suite runs a short form of it (`tests/end_to_end/test_owner_axe.py`).
"""

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page

from app.config import ROOT
from app.i18n import LANGUAGES
from app.surveys.instrument.flow import FORMS
from tests.end_to_end import owner_states
from tests.end_to_end.owner_states import Walk
from tests.end_to_end.street import Street, open_chromium, open_street, phone

AXE = ROOT / "tests" / "vendor" / "axe-core" / "axe.min.js"
WIDTHS = (320, 360, 1280)
# What the browser itself says in its console about refused and cut requests, and without scripts.
EXPECTED = ("Failed to load resource",)

_RUN = """async () => {
  const large = document.documentElement.classList.contains('elder');
  const rules = { 'target-size': { enabled: true }, 'color-contrast-enhanced': { enabled: large } };
  const options = { resultTypes: ['violations'], rules };
  const found = await axe.run(document, options);
  const shown = nodes => nodes.map(n => n.html.slice(0, 160)).join(' | ');
  return found.violations.map(v => v.id + ': ' + shown(v.nodes));
}"""


def look(page: Page, width: int) -> list[str]:
    """Return what is wrong with the page as it stands now, on a screen of this width."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": width, "height": size["height"]})
    needed = page.evaluate("document.documentElement.scrollWidth")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = page.evaluate(_RUN)
    page.set_viewport_size(size)
    return found + ([f"wider than {width}: {needed}"] if needed > width else [])


def main() -> None:
    """Look at everything and say what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", help="one segment, e.g. form")
    only = parser.parse_args().only
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    begun, looks, bad = time.perf_counter(), 0, 0
    with (
        tempfile.TemporaryDirectory() as folder,
        open_street(Path(folder), homes=200) as street,
        open_chromium(street.address) as browser,
    ):
        for segment, language, form in product(owner_states.SEGMENTS, LANGUAGES, FORMS):
            if only not in (None, segment.__name__):
                continue
            seen = 0
            for state, width, found in walk(street, browser, segment, language, form):
                seen += 1
                bad += len(found)
                for words in found:
                    print(f"{state} ({language}, {form}, {width} px)\n  {words}", flush=True)
            looks += seen
            print(f"{segment.__name__}, {language}, {form}: {seen} looks", flush=True)
    print(f"{looks} looks, {bad} violations, {time.perf_counter() - begun:.0f} s")
    sys.exit(1 if bad or not looks else 0)


def walk(
    street: Street, browser: Browser, segment: owner_states.Segment, language: str, form: str
) -> Iterator[tuple[str, int, list[str]]]:
    """Yield what is wrong with each state of a segment at each width."""
    with phone(browser, street.address, allowed=EXPECTED) as page:
        for state in segment(Walk(street, page, language, form)):
            for width in WIDTHS:
                yield state, width, look(page, width)


if __name__ == "__main__":
    main()
