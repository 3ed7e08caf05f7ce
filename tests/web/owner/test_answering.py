"""An owner answers on a phone without JavaScript: every page, every mistake, the receipt."""

import json
from datetime import UTC, datetime

from sqlalchemy import func, select

from app.surveys.instrument.answers import AnswerSet
from app.surveys.response.models import Comment, ContactWish, Draft, Response
from app.surveys.response.vector import decode
from tests.factories import perception_instrument
from tests.web.owner.conftest import Owner, World, read

COMMENT = "货梯晚上常停 🛗 𠮷"


def _responses(world: World) -> list[Response]:
    world.session.rollback()
    return list(world.session.scalars(select(Response).order_by(Response.id)))


def _answers(response: Response) -> AnswerSet:
    return decode(perception_instrument(), response.vector)


def test_the_link_leads_to_a_clean_address_that_names_the_home_masked(world: World) -> None:
    owner = world.owner()
    first = owner.client.get(f"/t/{owner.token}")
    assert (first.status_code, first.headers["Location"]) == (303, "/a/")
    landing = owner.client.get("/a/")
    assert "阳光花园 1栋 1-1*1" in landing.text
    assert "1-101" not in landing.text
    assert owner.token not in landing.text


def test_a_typed_link_in_capitals_still_works(world: World) -> None:
    owner = world.owner()
    assert owner.client.get(f"/t/{owner.token.upper()}").status_code == 303


def test_every_page_can_be_answered_and_one_counted_answer_is_stored(
    world: World, owner: Owner
) -> None:
    passed = owner.answer_all(comment=COMMENT)
    assert passed[0] == "/a/overall"
    assert sum(path.startswith("/a/tolerance/") for path in passed) == 3
    sent = owner.submit()
    assert (sent.status_code, sent.headers["Location"]) == (303, "/a/receipt")
    (response,) = _responses(world)
    assert response.is_counted
    answers = _answers(response)
    assert answers.values["overall"] == 2
    areas = [code for code in answers.values if code.startswith("area.")]
    assert len(areas) == 9
    comment = world.session.scalars(select(Comment)).one()
    assert comment.wish is ContactWish.HQ_ONLY  # the second of the three choices
    assert json.loads(world.vault.open(comment.texts_sealed, "comment")) == {
        "comment.wish": COMMENT
    }
    assert world.session.scalar(select(func.count()).select_from(Draft)) == 0
    receipt = owner.client.get("/a/receipt")
    assert f"{response.receipt[:4]}-{response.receipt[4:8]}" in receipt.text


def test_each_page_is_saved_and_found_again_when_the_link_is_opened_later(owner: Owner) -> None:
    owner.post("/a/overall", overall="7")
    owner.send("/a/priorities", {"priority": ["cleaning", "fees"]})
    again = owner.open()
    assert 'href="/a/tolerance/' in again.text  # goes on with the first page left
    assert read(owner.client.get("/a/overall")).chosen == {"overall": ["7"]}
    chosen = read(owner.client.get("/a/priorities")).chosen
    assert chosen == {"priority": ["cleaning", "fees"]}


def test_a_tick_can_be_taken_back(owner: Owner) -> None:
    owner.send("/a/priorities", {"priority": ["cleaning", "fees"]})
    owner.send("/a/priorities", {})
    assert read(owner.client.get("/a/priorities")).chosen == {}


def test_only_homes_that_complained_are_asked_how_it_was_handled(owner: Owner) -> None:
    owner.answer_all(lambda name, values: ["car"] if name == "experience" else [values[1]])
    assert owner.client.get("/a/handling").status_code == 404
    saved = owner.send("/a/experience", {"experience": ["complaint"]})
    assert saved.status_code == 303
    assert owner.client.get("/a/handling").status_code == 200


def test_an_area_rated_low_opens_its_details_and_they_stay_out_of_the_means(
    world: World, owner: Owner
) -> None:
    world.gate.areas_offered = 3
    world.session.commit()
    planned = set(read(owner.client.get("/a/attributes")).choices)
    low = next(
        code
        for code in ("cleaning", "fees", "greenery", "security")  # a block has three areas
        if not any(name.startswith(f"attribute.{code}.") for name in planned)
    )
    owner.send("/a/areas", {f"area.{low}": "1"})
    opened = set(read(owner.client.get("/a/attributes")).choices) - planned
    assert opened
    assert {name.split(".")[1] for name in opened} == {low}
    owner.answer_all(lambda name, values: ["1"] if name == f"area.{low}" else [values[1]])
    owner.submit()
    assert _answers(_responses(world)[0]).triggered == opened


def test_a_page_that_must_not_stay_blank_says_so_and_saves_nothing(
    world: World, owner: Owner
) -> None:
    refused = owner.post("/a/overall")
    assert refused.status_code == 422
    assert 'id="overall-error"' in refused.text
    assert world.session.scalar(select(func.count()).select_from(Draft)) == 0


def test_a_value_outside_the_scale_is_refused_at_its_field(owner: Owner) -> None:
    refused = owner.post("/a/overall", overall="11")
    assert refused.status_code == 422
    assert 'id="overall-error"' in refused.text


def test_a_fourth_priority_is_refused_and_all_four_ticks_are_still_there(owner: Owner) -> None:
    ticks = ["cleaning", "fees", "parking", "repairs"]
    refused = owner.send("/a/priorities", {"priority": ticks})
    assert refused.status_code == 422
    assert sorted(read(refused).chosen["priority"]) == sorted(ticks)


def test_who_writes_must_say_who_may_reply_and_keeps_the_text(owner: Owner) -> None:
    refused = owner.send("/a/comment", {"comment.wish": COMMENT})
    assert refused.status_code == 422
    assert 'id="contact-error"' in refused.text
    assert COMMENT in refused.text


def test_a_text_that_is_too_long_comes_back_whole(owner: Owner) -> None:
    long = "长" * 2001
    refused = owner.send("/a/comment", {"comment.wish": long, "contact": "no_reply"})
    assert refused.status_code == 422
    assert long in refused.text
    assert (
        owner.send("/a/comment", {"comment.wish": long[:2000], "contact": "no_reply"}).status_code
        == 303
    )


def test_three_full_comments_fit_through_the_door(owner: Owner) -> None:
    texts = {f"comment.{name}": "长" * 2000 for name in ("wish", "praise", "other")}
    saved = owner.send("/a/comment", {**texts, "contact": "hq_only"})
    assert saved.status_code == 303


def test_a_comment_is_shown_as_text_never_as_markup(owner: Owner) -> None:
    attack = "</textarea><script>alert(1)</script>"
    owner.send("/a/comment", {"comment.wish": attack, "contact": "hq_only"})
    for path in ("/a/comment", "/a/review"):
        shown = owner.client.get(path).text
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert(1)" in shown


def test_least_above_ideal_is_asked_about_once_and_then_accepted(
    world: World, owner: Owner
) -> None:
    owner.post("/a/overall", overall="7")
    owner.send("/a/priorities", {})
    path = next(
        path
        for path in (f"/a/tolerance/{area.code}" for area in perception_instrument().areas)
        if owner.client.get(path).status_code == 200
    )
    area = path.rsplit("/", 1)[1]
    levels = {"importance": "9", "adequate": "8", "desired": "5", "perceived": "na"}
    fields = {f"tolerance.{area}.{role}": value for role, value in levels.items()}
    asked = owner.send(path, fields)
    assert (asked.status_code, asked.headers["Location"]) == (303, f"{path}?look=1")
    question = owner.client.get(f"{path}?look=1")
    assert 'role="alert"' in question.text
    assert read(question).chosen[f"tolerance.{area}.adequate"] == ["8"]
    accepted = owner.client.post(path, data={**read(question).hidden, **fields})
    assert accepted.status_code == 303
    assert "look" not in accepted.headers["Location"]
    owner.answer_all(
        lambda name, values: [fields[name]] if name in fields else [values[1]],
    )
    owner.submit()
    assert _answers(_responses(world)[0]).inverted == {area}


def test_skipping_an_area_empties_it_and_goes_on(owner: Owner) -> None:
    owner.answer_all()
    path = next(
        path
        for path in (f"/a/tolerance/{area.code}" for area in perception_instrument().areas)
        if owner.client.get(path).status_code == 200
    )
    assert len(read(owner.client.get(path)).chosen) == 4
    page = read(owner.client.get(path))
    skipped = owner.client.post(
        path, data={**page.hidden, "skip": path.rsplit("/", 1)[1], **page.chosen}
    )
    assert skipped.status_code == 303
    assert read(owner.client.get(path)).chosen == {}


def test_a_change_from_the_review_page_leads_back_to_it(owner: Owner) -> None:
    owner.answer_all()
    saved = owner.send("/a/overall?go=review", {"overall": "9"})
    assert saved.headers["Location"] == "/a/review"


def test_an_incomplete_answer_is_not_taken_and_says_what_is_missing(
    world: World, owner: Owner
) -> None:
    owner.send("/a/areas", {"area.cleaning": "4", "area.fees": "na"})
    refused = owner.submit()
    assert refused.status_code == 422
    assert 'href="/a/overall?go=review"' in refused.text
    assert 'href="/a/areas?go=review"' in refused.text
    assert _responses(world) == []


def test_the_large_text_form_is_shorter_and_counts_as_well(world: World, owner: Owner) -> None:
    large = owner.client.get("/a/?form=elder")
    assert '<html lang="zh-Hans" class="elder">' in large.text
    passed = owner.answer_all()
    assert len(passed) <= 7
    assert not any("tolerance" in path for path in passed)
    owner.submit()
    (response,) = _responses(world)
    assert response.is_counted
    assert response.form == "elder"


def test_changing_the_language_keeps_every_answer(owner: Owner) -> None:
    owner.post("/a/overall", overall="7")
    english = owner.client.get("/a/overall?lang=en")
    assert "how satisfied are you overall" in english.text
    assert read(english).chosen == {"overall": ["7"]}
    assert '<html lang="en"' in owner.client.get("/a/").text


def test_the_review_page_shows_what_was_chosen_in_words(owner: Owner) -> None:
    owner.send("/a/areas", {"area.cleaning": "2", "area.fees": "na"})
    review = owner.client.get("/a/review?lang=en").text
    assert "dissatisfied" in review
    assert "no experience" in review


def test_a_page_without_its_token_is_refused_and_changes_nothing(
    world: World, owner: Owner
) -> None:
    refused = owner.client.post("/a/overall", data={"overall": "7"})
    assert refused.status_code == 400
    assert world.session.scalar(select(func.count()).select_from(Draft)) == 0


def test_a_body_no_honest_form_has_is_refused(owner: Owner) -> None:
    page = read(owner.client.get("/a/comment"))
    refused = owner.client.post(
        "/a/comment", data={**page.hidden, "comment.wish": "x" * (64 * 1024)}
    )
    assert refused.status_code == 413
    assert "/a/" in refused.text


def test_received_at_is_the_instant_of_the_submit(world: World, owner: Owner) -> None:
    owner.answer_all()
    later = datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in Beijing, the last second
    world.at(later)
    owner.submit()
    assert _responses(world)[0].received_at == later
