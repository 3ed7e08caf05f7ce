"""Zoom, wider spacing, a phone held sideways, and the keyboard: nothing is cut off or hidden."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from app.config import ROOT
from tests.end_to_end.street import Street, phone

pytestmark = pytest.mark.browser
PAGES = ("/a/overall", "/a/priorities", "/a/areas", "/a/comment", "/a/review", "/a/later")
# 1280 x 1024 at 200 % and at 400 %, a phone sideways, a small phone.
SCREENS = ((640, 512), (320, 256), (740, 360), (360, 640))

# The spacing of WCAG 2.2, 1.4.12. A sheet made by script, as the pages allow no inline styles.
_SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
_CUT_OFF = """() => {
  const cut = [...document.querySelectorAll('header *, main *')].filter(e => {
    const look = getComputedStyle(e), box = e.getBoundingClientRect();
    if (look.overflow == 'visible' || e.closest('.vh') || box.width < 2) return false;
    if (e.matches('textarea, input, progress')) return false;
    return e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1;
  });
  const wide = document.documentElement.scrollWidth > innerWidth ? ['page'] : [];
  return wide.concat(cut.map(e => e.outerHTML.slice(0, 120)));
}"""
# What has the keyboard: whether it shows, and whether something lies over its middle.
_FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e == document.body) return null;
  const seen = e.matches('input[type=radio], input[type=checkbox]') ? e.nextElementSibling || e : e;
  const box = seen.getBoundingClientRect(), look = getComputedStyle(seen);
  const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const own = e.closest('label') || seen;
  return {
    name: e.outerHTML.slice(0, 100),
    shows: look.outlineStyle != 'none' && parseFloat(look.outlineWidth) >= 2,
    free: !!over && (own.contains(over) || over.contains(own)),
  };
}"""


@pytest.fixture(params=["full", "elder"])
def page(street: Street, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A phone with a form that is filled in up to the review."""
    owner = street.owner(street.home())
    owner.client.get(f"/a/?form={request.param}")
    owner.answer_all(comment="电梯")
    with phone(chromium, street.address) as page:
        street.hand_over(owner, page)
        yield page


def test_nothing_is_cut_off_at_any_zoom_spacing_or_side(page: Page) -> None:
    found = []
    for path in PAGES:
        page.goto(path)
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            found += [(path, width, words) for words in page.evaluate(_CUT_OFF)]
            page.evaluate(_SPACED)
            found += [(path, width, "spaced", words) for words in page.evaluate(_CUT_OFF)]
            page.evaluate("() => { document.adoptedStyleSheets = []; }")
    assert found == []


def test_the_keyboard_reaches_everything_shows_where_it_is_and_comes_out_again(page: Page) -> None:
    found = []
    for path in PAGES:
        page.goto(path)
        stops = []
        for _ in range(120):
            page.keyboard.press("Tab")
            at = page.evaluate(_FOCUS)
            if at is None:
                break
            stops.append(at["name"])
            found += [(path, at)] if not (at["shows"] and at["free"]) else []
        assert at is None, (path, "the keyboard is caught")
        assert any('type="submit"' in name for name in stops), (path, stops)
        assert len(stops) >= 4, (path, stops)
    assert found == []


def _luminance(colour: str) -> float:
    """Return the relative luminance of ``#abc`` or ``#aabbcc`` as WCAG defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * one for one in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("mark", ["edge", "acc", "low", "zone-ink"])
@pytest.mark.parametrize("ground", ["paper", "card"])
def test_borders_and_the_focus_ring_stand_out_three_to_one(mark: str, ground: str) -> None:
    css = (ROOT / "app" / "web" / "static" / "owner.css").read_text("utf-8")
    colours = dict(re.findall(r"--([\w-]+): (#\w+)", css.split("}", 1)[0]))
    one, other = sorted((_luminance(colours[mark]), _luminance(colours[ground])))
    assert (other + 0.05) / (one + 0.05) >= 3


def test_planted_faults_are_found(page: Page) -> None:
    page.goto("/a/overall")
    page.evaluate("document.querySelector('main h1').style.cssText = 'height:4px;overflow:hidden'")
    assert len(page.evaluate(_CUT_OFF)) == 1
    page.keyboard.press("Tab")
    assert page.evaluate(_FOCUS)["shows"]
    page.evaluate("""() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('* { outline: none !important } main { position: relative; top: -500px }');
      document.adoptedStyleSheets = [sheet];
    }""")
    assert not page.evaluate(_FOCUS)["shows"]
