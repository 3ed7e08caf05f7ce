"""What grows on the receipt page: counted, the reply and its rating, public answers, the file."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pypdfium2
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Config
from app.followup.answering import queries as answering_queries
from app.followup.answering import services as answering
from app.followup.answering.services import PublicAnswerInput
from app.followup.published.queries import list_raised, list_ratings
from app.followup.queries import list_cases
from app.followup.services import make_follow_ups
from app.reports.work import Workshop
from app.storage import Storage
from app.surveys.campaign.models import Exclusion, ExclusionCode, Gate
from app.surveys.response.models import AnswerCopy, Comment
from app.surveys.response.queries import find_comment, find_counted
from app.vault import Vault
from app.worker import run_one
from tests import factories
from tests.factories import NOW
from tests.web.owner.conftest import Owner, World, read

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WORDS = "楼道灯坏了三周"
LATER = NOW + timedelta(days=1)


@dataclass(slots=True)
class Sent:
    """An answer with words, its case, and somebody at head office."""

    owner: Owner
    case_id: int
    comment_id: int
    reply: Callable[[str], None]


@pytest.fixture
def sent(world: World, owner: Owner, session: Session, vault: Vault) -> Sent:
    owner.client.get("/a/?lang=en")
    owner.answer_all(comment=WORDS)
    assert owner.submit().status_code == 303
    session.rollback()
    staff = factories.make_staff(session)
    member = factories.members_of(session, world.campaign)[0]
    answer = find_counted(session, member.id)
    assert answer is not None
    comment = find_comment(session, answer.id)
    assert isinstance(comment, Comment)
    make_follow_ups(session, world.campaign.id, now=NOW)
    scope = factories.head_office()
    assert scope.staff_id == staff.id
    (case,) = list_cases(session, scope, world.campaign.id)
    comment_id, case_id = comment.id, case.id
    session.commit()

    def reply(text: str) -> None:
        answering.publish_reply(session, vault, scope, case_id, comment_id, text, now=LATER)
        session.commit()

    return Sent(owner, case_id, comment_id, reply)


def _receipt(owner: Owner) -> str:
    page = owner.client.get("/a/receipt")
    assert page.status_code == 200
    return page.text


def _answer(world: World, sent: Sent | None, *, due_on: date | None = None) -> int:
    scope = factories.head_office()
    key = answering.publish_answer(
        world.session,
        scope,
        PublicAnswerInput(
            title="楼道灯",
            cause="线路老化",
            action="更换线路",
            responsible="工程部",
            due_on=due_on,
            why_not="" if due_on else "等待招标",
        ),
        campaign_id=world.campaign.id,
        community_id=world.gate.community_id,
        now=NOW,
    )
    if sent is not None:
        answering.raise_problems(
            world.session, scope, sent.case_id, sent.comment_id, [key], now=NOW
        )
    world.session.commit()
    return key


def _rate(owner: Owner, verdict: str):
    hidden = read(owner.client.get("/a/receipt")).hidden
    return owner.client.post("/a/receipt/reply", data={**hidden, "verdict": verdict})


def test_the_reply_is_read_rated_and_read_again_after_a_change(
    sent: Sent, session: Session
) -> None:
    assert "No reply yet" in _receipt(sent.owner)
    sent.reply("已经换好，<b>请</b>查看")
    page = _receipt(sent.owner)
    assert "已经换好，&lt;b&gt;请&lt;/b&gt;查看" in page
    assert _rate(sent.owner, "so_so").status_code == 303
    assert read(sent.owner.client.get("/a/receipt")).chosen["verdict"] == ["so_so"]
    assert _rate(sent.owner, "satisfied").status_code == 303
    session.rollback()
    ((first, _author),) = answering_queries.list_replies(session, [sent.comment_id])
    assert list_ratings(session, [first.id])[first.id].verdict == "satisfied"

    sent.reply("又检查了一遍")
    page = _receipt(sent.owner)
    assert "又检查了一遍" in page
    assert "已经换好" not in page
    assert "changed" in page
    assert read(sent.owner.client.get("/a/receipt")).chosen == {}  # the new version is not rated
    session.rollback()
    versions = answering_queries.list_replies(session, [sent.comment_id])
    assert [reply.version for reply, _ in versions] == [1, 2]


@ONE_DATABASE
def test_a_rating_of_an_older_reply_is_not_taken_for_the_newer_one(
    sent: Sent, session: Session
) -> None:
    sent.reply("一")
    hidden = read(sent.owner.client.get("/a/receipt")).hidden
    sent.reply("二")
    sent.owner.client.post("/a/receipt/reply", data={**hidden, "verdict": "not"})
    session.rollback()
    keys = [reply.id for reply, _ in answering_queries.list_replies(session, [sent.comment_id])]
    assert list_ratings(session, keys) == {}


@ONE_DATABASE
@pytest.mark.parametrize("verdict", ["", "wonderful"])
def test_a_rating_that_is_none_changes_nothing(sent: Sent, verdict: str, session: Session) -> None:
    sent.reply("一")
    assert _rate(sent.owner, verdict).status_code == 303
    assert read(sent.owner.client.get("/a/receipt")).chosen == {}


def test_whoever_raised_a_problem_is_asked_from_the_promised_day_on_whether_it_is_solved(
    world: World, sent: Sent, session: Session
) -> None:
    key = _answer(world, sent, due_on=date(2026, 11, 10))
    before = _receipt(sent.owner)
    assert "线路老化" in before
    assert "You wrote about this." in before
    assert "Is it solved?" not in before
    world.at(NOW + timedelta(days=8))  # 10 November, 10:00 in Beijing
    assert "Is it solved?" in _receipt(sent.owner)
    hidden = read(sent.owner.client.get("/a/receipt")).hidden
    for said, words in (("no", "You said: not yet"), ("yes", "You said: yes")):
        sent.owner.client.post("/a/receipt/solved", data={**hidden, "solved": said})
        assert words in _receipt(sent.owner)
    session.rollback()
    assert list_raised(session, sent.comment_id)[key].is_solved is True


@ONE_DATABASE
def test_everybody_of_the_community_reads_public_answers_and_is_asked_nothing(
    world: World, sent: Sent
) -> None:
    key = _answer(world, None)
    page = _receipt(sent.owner)
    assert "等待招标" in page
    assert "Why there is no date" in page
    assert "You wrote about this." not in page
    hidden = read(sent.owner.client.get("/a/receipt/answers")).hidden
    asked = {**hidden, "problem": str(key), "solved": "yes"}
    assert sent.owner.client.post("/a/receipt/solved", data=asked).status_code == 303
    world.session.rollback()
    assert list_raised(world.session, sent.comment_id) == {}


def test_the_receipt_code_opens_all_of_it_on_another_phone_and_no_other_answer(
    world: World, sent: Sent
) -> None:
    sent.reply("给您的答复")
    code = re.search(r'data-receipt="([^"]+)"', _receipt(sent.owner))
    assert code
    second = world.owner()
    second.open()
    for path in ("/a/receipt", "/a/receipt/answers", "/a/receipt/answers.pdf"):
        refused = second.client.get(path)
        assert (refused.status_code, refused.headers["Location"]) == (303, "/a/"), path
    hidden = read(second.client.get("/a/")).hidden
    second.client.post("/a/check", data={**hidden, "receipt": code[1]})
    assert "给您的答复" in _receipt(second)
    assert WORDS in second.client.get("/a/receipt/answers").text


@ONE_DATABASE
def test_ten_wrong_receipt_codes_of_a_home_are_enough_for_ten_minutes(
    world: World, sent: Sent
) -> None:
    code = re.search(r'data-receipt="([^"]+)"', _receipt(sent.owner))
    assert code
    second = world.owner()
    second.open()
    hidden = read(second.client.get("/a/")).hidden

    def check(receipt: str) -> int:
        return second.client.post("/a/check", data={**hidden, "receipt": receipt}).status_code

    assert [check("2222-2222-222") for _ in range(11)] == [422] * 10 + [429]
    assert check(code[1]) == 429
    world.at(NOW + timedelta(minutes=11))
    assert check(code[1]) == 303


@ONE_DATABASE
@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("open", "Your answer is counted. Take a picture"),
        ("frozen", "Counted: your answer is part of the results."),
        ("excluded", "this home is not part of the survey"),
        ("second", "another answer of this home counts already"),
        ("late", "it came after the results were worked out"),
    ],
)
def test_the_receipt_says_whether_the_answer_counts_and_why_not(
    world: World, session: Session, state: str, words: str
) -> None:
    owner = world.owner()
    owner.open()
    owner.client.get("/a/?lang=en")
    owner.answer_all()
    hidden = read(owner.client.get("/a/review")).hidden
    if state == "second":
        other = world.owner()
        other.open()
        other.answer_all()
        other.submit()
    owner.client.post("/a/submit", data=hidden)
    session.rollback()
    member = factories.members_of(session, world.campaign)[0]
    if state in ("frozen", "late"):
        session.get_one(Gate, world.gate.id).frozen_at = NOW
    if state == "late":  # the freeze came between the last look at the gate and the answer
        answer = find_counted(session, member.id)
        assert answer is not None
        answer.is_counted = False
    if state == "excluded":
        staff = factories.make_staff(session)
        session.add(
            Exclusion(
                frame_member_id=member.id,
                code=ExclusionCode.COMMERCIAL,
                evidence_sealed=b"x",
                requested_by=staff.id,
                approved_by=staff.id,
                approved_at=NOW,
            )
        )
    session.commit()
    assert words in _receipt(owner)


@ONE_DATABASE
def test_the_own_answers_are_shown_in_words_and_only_what_was_asked(sent: Sent) -> None:
    page = sent.owner.client.get("/a/receipt/answers").text
    assert WORDS in page
    assert "2 of 10" in page  # the second point of the scale: see `middle`
    assert page.count("<h2>") > 5


def test_the_file_is_ordered_made_by_the_worker_handed_out_and_gone_after_a_day(
    world: World,
    sent: Sent,
    session: Session,
    vault: Vault,
    config: Config,
    storage: Storage,
) -> None:
    workshop = Workshop(session.get_bind(), vault, storage, config, lambda: NOW)
    owner = sent.owner
    hidden = read(owner.client.get("/a/receipt/answers")).hidden
    assert owner.client.get("/a/receipt/answers.pdf").status_code == 303
    for _tap in range(2):
        assert owner.client.post("/a/receipt/answers", data=hidden).status_code == 303
    assert "The file is being made" in owner.client.get("/a/receipt/answers").text
    session.rollback()
    assert run_one(workshop, "w")
    assert not run_one(workshop, "w")
    assert "Download as PDF" in owner.client.get("/a/receipt/answers").text
    file = owner.client.get("/a/receipt/answers.pdf")
    assert file.mimetype == "application/pdf"
    with pypdfium2.PdfDocument(file.data) as pdf:
        words = "".join(page.get_textpage().get_text_bounded() for page in pdf)
    assert WORDS in re.sub(r"\s", "", words)
    assert "Building 1, 1-1*1" in words  # a file on a phone names the home no better than a page
    assert "1-101" not in words
    session.rollback()
    (copy,) = session.scalars(select(AnswerCopy))
    assert b"%PDF" not in (copy.content_sealed or b"")
    session.rollback()

    world.at(NOW + timedelta(hours=24))
    assert owner.client.get("/a/receipt/answers.pdf").status_code == 303
    assert "Make a PDF" in owner.client.get("/a/receipt/answers").text
