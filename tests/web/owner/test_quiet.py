"""Saving in the background, and sending a page only to see it in another language or size."""

import pytest

from tests.web.owner.conftest import Owner, read

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
QUIET = {"X-Save": "1"}


def post(owner: Owner, path: str, fields: dict[str, object], *, query: str = "", quiet: bool):
    hidden = read(owner.client.get(path)).hidden
    headers = QUIET if quiet else {}
    return owner.client.post(path + query, data={**hidden, **fields}, headers=headers)


def test_a_card_is_saved_without_a_page_and_names_what_comes_next(owner: Owner) -> None:
    answer = post(owner, "/a/overall", {"overall": "7"}, quiet=True)
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["X-Next"] == "/a/priorities"
    ahead = owner.client.get("/a/pages?after=/a/overall").text
    assert f'data-plan="{answer.headers["X-Plan"]}"' in ahead
    assert ahead.count("<!doctype html>") == ahead.count("data-save")
    assert read(owner.client.get("/a/overall")).chosen == {"overall": ["7"]}


def test_what_changes_the_questions_changes_the_plan(owner: Owner) -> None:
    """A complaint opens the questions about how it was handled."""
    before = post(owner, "/a/experience", {"experience": "car"}, quiet=True)
    after = post(owner, "/a/experience", {"experience": "complaint"}, quiet=True)
    assert before.headers["X-Plan"] != after.headers["X-Plan"]


def test_words_without_the_choice_who_may_reply_are_not_taken_and_say_why(owner: Owner) -> None:
    answer = post(owner, "/a/comment", {"comment.wish": "灯坏了"}, quiet=True)
    assert answer.status_code == 422
    assert "谁" in answer.text
    assert "<" not in answer.text
    assert "灯坏了" not in owner.client.get("/a/comment").text


@pytest.mark.parametrize(
    ("query", "shown"),
    [("?lang=zh-Hant&stay=1", 'lang="zh-Hant"'), ("?form=elder&stay=1", "elder")],
)
def test_without_javascript_the_language_and_the_size_change_without_losing_the_page(
    owner: Owner, query: str, shown: str
) -> None:
    answer = post(owner, "/a/overall", {"overall": "4"}, query=query, quiet=False)
    assert answer.location == "/a/overall"
    page = owner.client.get("/a/overall")
    assert shown in page.text
    assert read(page).chosen == {"overall": ["4"]}
    blank = post(owner, "/a/areas", {}, query=query, quiet=False)
    assert blank.location == "/a/areas"  # nothing chosen yet is no mistake here
