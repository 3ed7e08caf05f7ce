"""What every owner page keeps to: size, strict content policy, no store, no leak of the link."""

import gzip
import re
from pathlib import Path

import pytest

import app.web as web
from app.i18n import LANGUAGES
from app.surveys.instrument.flow import ELDER, FULL
from tests.web.owner.conftest import Owner, World

STATIC = Path(web.__file__).parent / "static"
BUDGET = 30_000  # bytes, compressed, of the whole form with everything it needs
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _pages(owner: Owner) -> dict[str, bytes]:
    paths = ["/a/", *owner.answer_all(), "/a/review", "/a/later", "/a/resume", "/a/not-mine"]
    pages = {path: owner.client.get(path).data for path in paths}
    owner.submit()
    for path in ("/a/receipt", "/a/receipt/answers", "/a/alarm"):
        pages[path] = owner.client.get(path).data
    pages["/c"] = owner.client.get("/c").data
    return pages


def _on_the_wire(owner: Owner, name: str) -> int:
    with owner.client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"}) as got:
        assert got.status_code == 200
        return len(got.data)


@ONE_DATABASE
@pytest.mark.parametrize("form", [FULL, ELDER])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_whole_form_with_all_it_needs_stays_below_thirty_kilobytes(
    owner: Owner, form: str, lang: str
) -> None:
    """The start page, the first question, all pages still to come, the review, style, scripts."""
    owner.client.get(f"/a/?form={form}&lang={lang}")
    paths = ["/a/", "/a/overall", "/a/pages?after=/a/overall"]
    html = [owner.client.get(path).data for path in paths]
    assert html[2].count(b"<!doctype html>") >= 5
    files = ("owner.css", "owner.js", "pages.js", "cards.js", "favicon.svg")
    size = sum(_on_the_wire(owner, name) for name in files)
    size += sum(len(gzip.compress(one, 6)) for one in html)
    print(f"{form}, {lang}: {size} bytes")
    assert size <= BUDGET


@ONE_DATABASE
def test_every_page_asks_for_nothing_but_its_own_style_scripts_and_icon(owner: Owner) -> None:
    always = {b"owner.css", b"owner.js", b"favicon.svg"}
    for path, html in _pages(owner).items():
        wanted = set(re.findall(rb'(?:src|href)="/static/([^"?]+)', html))
        form = b"data-save" in html or path == "/a/review"
        assert wanted == (always | {b"pages.js", b"cards.js"} if form else always), path
        assert not re.search(rb'(?:src|href)="(?:https?:)?//', html), path


@ONE_DATABASE
def test_no_page_holds_an_inline_style_or_script(owner: Owner) -> None:
    for path, html in _pages(owner).items():
        text = html.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), path
        assert all('src="' in tag for tag in re.findall(r"<script[^>]*>", text)), path


@ONE_DATABASE
def test_pages_are_personal_and_never_hold_the_link(world: World, owner: Owner) -> None:
    for path, html in _pages(owner).items():
        assert owner.token.encode() not in html, path
    answer = owner.client.get("/a/receipt")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@ONE_DATABASE
def test_every_page_has_one_main_heading_and_labels_its_fields(owner: Owner) -> None:
    for path, html in _pages(owner).items():
        text = html.decode()
        assert text.count("<h1") == 1, path
        for control in re.findall(r'<(?:textarea|input type="text") id="([^"]+)"', text):
            assert f'for="{control}"' in text, (path, control)


@ONE_DATABASE
def test_ids_are_unique_on_every_page(owner: Owner) -> None:
    for path, html in _pages(owner).items():
        ids = re.findall(r'\sid="([^"]+)"', html.decode())
        assert len(ids) == len(set(ids)), path
