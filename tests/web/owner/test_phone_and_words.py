"""The head office's telephone, and words on the screen."""

from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Page

from app.config import read_config
from tests.web.owner.conftest import World

PHONE = "400-820-5678"
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
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
