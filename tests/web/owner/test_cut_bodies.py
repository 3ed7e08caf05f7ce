"""A form of which only the beginning arrived is no form: nothing of it may be taken.

gunicorn says that it ends every body by itself, and ends a body short when the phone is gone;
Werkzeug then takes what is there for all there is.
"""

import io
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from tests.web.owner.conftest import Owner, World, read

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _send(owner: Owner, path: str, body: bytes, arrived: int) -> TestResponse:
    """Send the first bytes of a body, as gunicorn hands on what came before the cut."""
    return owner.client.post(
        path,
        input_stream=io.BytesIO(body[:arrived]),
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"CONTENT_LENGTH": str(len(body)), "wsgi.input_terminated": True},
        headers={"X-Save": "1"},
    )


def test_a_ten_cut_to_a_one_is_not_saved(world: World, owner: Owner) -> None:
    hidden = read(owner.client.get("/a/overall")).hidden
    body = urlencode({**hidden, "overall": "10"}).encode()
    assert _send(owner, "/a/overall", body, len(body) - 1).status_code == 400
    assert read(owner.client.get("/a/overall")).chosen == {}
    assert _send(owner, "/a/overall", body, len(body)).status_code == 204
    assert read(owner.client.get("/a/overall")).chosen == {"overall": ["10"]}


def test_words_cut_in_the_middle_are_not_saved(world: World, owner: Owner) -> None:
    hidden = read(owner.client.get("/a/comment")).hidden
    fields = {**hidden, "contact": "hq_only", "comment.wish": "请修好电梯，不要拆掉"}
    body = urlencode(fields).encode()
    for missing in (1, 9, 18):
        assert _send(owner, "/a/comment", body, len(body) - missing).status_code == 400
    assert read(owner.client.get("/a/comment")).chosen == {}
