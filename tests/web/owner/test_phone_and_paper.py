"""The head office's telephone, the size of print on letters and slips, and words on the screen."""

from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from app.config import read_config
from app.staff.models import Role
from tests.factories import PASSWORD, make_staff
from tests.web.owner.conftest import World

PHONE = "400-820-5678"
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POINT = 96 / 72  # CSS pixels

# All text of an element that is seen: size of print in points, and what its class is.
_PRINT = """sheet => {
  const walk = document.createTreeWalker(sheet, NodeFilter.SHOW_TEXT), found = [];
  while (walk.nextNode()) {
    const box = walk.currentNode.parentElement;
    if (walk.currentNode.textContent.trim())
      found.push([parseFloat(getComputedStyle(box).fontSize), walk.currentNode.textContent.trim()]);
  }
  return found;
}"""
# The blocks of a sheet whose words reach over its edge or into the block below or beside it.
_CLASHES = """sheet => {
  const edge = sheet.getBoundingClientRect(), clashes = [];
  const boxes = [...sheet.querySelectorAll(':scope > div')].filter(b => b.childNodes.length);
  const area = b => {
    const range = document.createRange();
    range.selectNodeContents(b);
    return range.getBoundingClientRect();
  };
  boxes.forEach((a, i) => {
    const p = area(a);
    const isOver = p.bottom > edge.bottom - 4 || p.right > edge.right - 4;
    if (isOver) clashes.push(a.className + ' over the edge');
    boxes.slice(i + 1).forEach(b => {
      const q = area(b);
      if (p.left < q.right && q.left < p.right && p.top < q.bottom - 1 && q.top < p.bottom - 1)
        clashes.push(a.className + ' on ' + b.className);
    });
  });
  return clashes;
}"""
# Words of Latin letters that stand on more than one line.
_BROKEN = """() => {
  const main = document.querySelector('main'), broken = [];
  const walk = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    for (const word of node.textContent.matchAll(/[A-Za-z]{2,}/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = [...range.getClientRects()].map(r => Math.round(r.top));
      if (new Set(lines).size > 1) broken.push(word[0]);
    }
  }
  return broken;
}"""


def _set(app: Flask, **settings: object) -> None:
    services = app.extensions["linsheng"]
    services.config = replace(services.config, **settings)


def test_the_telephone_comes_from_the_environment_and_may_be_missing() -> None:
    assert read_config({"LINSHENG_PHONE": f" {PHONE} "}).phone == PHONE
    assert read_config({}).phone == ""


@pytest.mark.parametrize("phone", [PHONE, ""])
def test_the_page_of_a_home_that_answered_names_the_head_office_by_its_number(
    world: World, phone: str
) -> None:
    _set(world.app, phone=phone)
    owner = world.owner()
    owner.open()
    owner.answer_all()
    owner.submit()
    seen = world.owner().open().text
    assert "公司总部" in seen
    assert (f"请联系公司总部：{PHONE}" in seen) == bool(phone)


@pytest.fixture
def desk(world: World, session: Session, browser_page: Page) -> Page:
    """Head office in a browser, with letters of a demonstration at a long address."""
    staff = make_staff(session, Role.HEAD_OFFICE)
    session.commit()
    _set(world.app, public_url="https://survey.a-long-company-name.example.com", demo=True)
    browser_page.goto("/login")
    browser_page.fill('[name="login"]', staff.login)
    browser_page.fill('[name="password"]', PASSWORD)
    with browser_page.expect_navigation():
        browser_page.press('[name="password"]', "Enter")
    return browser_page


def _sheet(desk: Page, world: World, form: str, language: str) -> Page:
    building = "1栋"
    address = f"/hq/campaigns/{world.campaign.code}/letters/{world.gate.community_id}"
    desk.goto(f"{address}/{building}/{form}?lang={language}")
    return desk


@pytest.mark.browser
@ONE_DATABASE
@pytest.mark.parametrize("phone", [PHONE, ""])
@pytest.mark.parametrize("language", ["zh-Hans", "en"])
@pytest.mark.parametrize(
    ("form", "block", "least"), [("letters", ".a4", 10), ("slips", ".slip", 9)]
)
def test_letters_and_slips_are_large_enough_to_read_fit_their_place_and_name_the_phone(
    world: World, desk: Page, form: str, block: str, least: int, language: str, phone: str
) -> None:
    _set(world.app, phone=phone)
    sheet = _sheet(desk, world, form, language).locator(block).first
    found = sheet.evaluate(_PRINT)
    assert len(found) > 5
    assert [words for size, words in found if size < least * POINT - 0.01] == []
    assert sheet.evaluate(_CLASHES) == []
    assert (PHONE in sheet.inner_text()) == bool(phone)


@pytest.mark.browser
@ONE_DATABASE
@pytest.mark.parametrize("form", ["full", "elder"])
def test_no_english_word_is_broken_on_a_phone(world: World, browser_page: Page, form: str) -> None:
    browser_page.set_viewport_size({"width": 360, "height": 740})
    browser_page.goto(f"/t/{world.tokens[0]}")
    browser_page.goto(f"/a/?lang=en&form={form}")
    for path in ("/a/", "/a/comment", "/a/about", "/a/review"):
        browser_page.goto(path)
        assert browser_page.evaluate(_BROKEN) == [], path
