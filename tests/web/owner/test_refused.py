"""Bodies that are too large and pages that answer a refused form: calm, translated, with links."""

import io
import re
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from tests.browser import PageClient
from tests.web.owner.conftest import Owner, World, read

MEGABYTE = 1024 * 1024
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LANGUAGES = [("zh-Hans", "内容太多了"), ("en", "too much at once")]
PATHS = ["/a/comment", "/a/submit", "/a/check", "/a/not-mine"]
# Large for the owner only, larger than any page takes, and of more parts than any form has.
BODIES = {
    "70 kB": {"comment.wish": "x" * (70 * 1024)},
    "9 MB": {"comment.wish": "x" * (9 * MEGABYTE)},
    "700 parts": {f"n{i}": "x" for i in range(700)},
}


def _chunked(client: PageClient, path: str, size: int) -> TestResponse:
    """Send a body without its length, as gunicorn hands on a chunked one."""
    return client.post(
        path,
        input_stream=io.BytesIO(b"comment.wish=" + b"x" * size),
        content_type="application/x-www-form-urlencoded",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )


def _is_our_page(answer: TestResponse, words: str) -> None:
    assert answer.status_code == 413
    assert words in answer.text
    assert "<h1" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@ONE_DATABASE
@pytest.mark.parametrize(("language", "words"), LANGUAGES)
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", BODIES)
def test_a_body_over_any_limit_gets_a_page_in_the_language_of_the_reader(
    owner: Owner, body: str, path: str, language: str, words: str
) -> None:
    owner.client.get(f"/a/?lang={language}")
    answer = owner.client.post(
        path, data=BODIES[body], content_type="multipart/form-data" if "parts" in body else None
    )
    _is_our_page(answer, words)


@ONE_DATABASE
@pytest.mark.parametrize("size", [70 * 1024, 9 * MEGABYTE])
@pytest.mark.parametrize("path", PATHS)
def test_a_chunked_body_is_limited_as_well(owner: Owner, path: str, size: int) -> None:
    owner.client.get("/a/?lang=en")
    _is_our_page(_chunked(owner.client, path, size), "too much at once")


@ONE_DATABASE
def test_a_body_of_staff_that_is_too_large_gets_a_page_too(client: PageClient) -> None:
    client.get("/login?lang=en")
    answer = client.post("/login", data={"login": "x" * (9 * MEGABYTE)})
    _is_our_page(answer, "too much at once")


def _links(answer: TestResponse) -> list[str]:
    """Return where one may switch the language and the size: links, buttons on a form."""
    return re.findall(r'(?:href|data-go)="([^"]*\?(?:lang|form)=[^"]+)"', answer.text)


def _lead_on(owner: Owner, refused: TestResponse, path: str) -> None:
    links = _links(refused)
    assert links
    for link in links:
        there = link.replace("&amp;", "&")
        shown = owner.client.get(
            path + there if there.startswith("?") else there, follow_redirects=True
        )
        assert (shown.status_code, shown.request.path) == (200, path), link


def test_links_of_a_refused_submit_lead_to_the_review(owner: Owner) -> None:
    owner.send("/a/areas", {"area.cleaning": "4"})
    refused = owner.submit()
    assert refused.status_code == 422
    _lead_on(owner, refused, "/a/review")


def test_links_of_a_refused_receipt_code_lead_to_where_the_home_stands(
    world: World, owner: Owner
) -> None:
    owner.answer_all()
    owner.submit()
    other = world.owner()
    hidden = read(other.open()).hidden
    refused = other.client.post("/a/check", data={**hidden, "receipt": "2222-2222-222"})
    assert refused.status_code == 422
    _lead_on(other, refused, "/a/")


def test_links_of_a_refused_page_keep_the_way_back_to_the_review(owner: Owner) -> None:
    refused = owner.send("/a/overall?go=review", {})
    assert refused.status_code == 422
    assert all(link.endswith("&amp;go=review") for link in _links(refused))
    _lead_on(owner, refused, "/a/overall")


@ONE_DATABASE
@pytest.mark.parametrize("path", PATHS)
def test_links_of_a_page_about_a_large_body_lead_on(owner: Owner, path: str) -> None:
    refused = owner.client.post(path, data=BODIES["70 kB"])
    for link in _links(refused):
        shown = owner.client.get(link.replace("&amp;", "&"), follow_redirects=True)
        assert shown.status_code == 200, link


@ONE_DATABASE
def test_no_page_shows_a_phrase_mark(world: World, owner: Owner) -> None:
    for language in ("zh-Hans", "en"):
        phone = world.owner(1 if language == "en" else 2)
        phone.open()
        phone.client.get(f"/a/?lang={language}")
        pages = [phone.client.get(path).text for path in phone.answer_all()]
        pages += [phone.client.get(path).text for path in ("/a/", "/a/review", "/a/not-mine")]
        hidden = read(phone.client.get("/a/overall")).hidden
        pages.append(phone.client.post("/a/overall", data={**hidden, "home_key": ""}).text)
        phone.submit()
        pages.append(phone.client.get("/a/receipt").text)
        second = world.owner(1 if language == "en" else 2)
        second.client.get(f"/a/?lang={language}")
        pages += [second.client.get("/a/").text, second.open().text]
        assert [page for page in pages if "｜" in page] == []


@ONE_DATABASE
def test_a_short_chunked_page_is_saved_like_any_other(owner: Owner) -> None:
    fields = {**read(owner.client.get("/a/overall")).hidden, "overall": "9"}
    saved = owner.client.post(
        "/a/overall",
        input_stream=io.BytesIO(urlencode(fields).encode()),
        content_type="application/x-www-form-urlencoded",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert saved.status_code == 303
    assert read(owner.client.get("/a/overall")).chosen == {"overall": ["9"]}
