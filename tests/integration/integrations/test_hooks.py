"""Webhooks against a real server: signed, in order, at least once, and never to an own machine."""

import json
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic, sleep

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from standardwebhooks.webhooks import Webhook as Oracle
from standardwebhooks.webhooks import WebhookVerificationError

from app.followup.cases.services import take_step
from app.followup.history.models import CaseEvent
from app.followup.models import CaseList, FollowUp, Stage
from app.followup.services import make_follow_ups
from app.integrations.hooks import queries, rounds
from app.integrations.hooks import services as hooks
from app.integrations.hooks.feed import read_feed
from app.integrations.hooks.rounds import Post
from app.integrations.models import (
    Delivery,
    DeliveryState,
    DeliveryTry,
    FeedMark,
    Webhook,
    WhyOff,
)
from app.integrations.scopes import Topic
from app.reports.work import Workshop
from app.staff.models import AuditEntry, Role
from app.staff.scope import Scope
from app.surveys.campaign.gates.services import place_hold
from tests.factories import (
    gate_of,
    make_campaign,
    make_community,
    make_staff,
    members_of,
    office_of,
)
from tests.integration.integrations.receiver import receiving
from tests.integration.snapshot.answering import AFTER, answer
from tests.web.staff_pages import release

OWN_HOSTS = ("127.0.0.1",)
SAID = "金丝雀说电梯又停了"
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def receiver():
    with receiving() as made:
        yield made


@pytest.fixture
def place(session, vault, storage):
    """A released community with one case, known to no webhook yet."""
    community = make_community(session, households=3)
    campaign = make_campaign(session, vault)
    first, second = members_of(session, campaign, community)[:2]
    answer(session, vault, campaign, first, comment=SAID, wish="office_or_hq")
    answer(session, vault, campaign, second, comment=SAID, wish="hq_only")
    make_follow_ups(session, campaign.id, now=AFTER)
    release(session, vault, storage, campaign, community)
    read_feed(session, now=AFTER)
    session.commit()
    return campaign, community


def admin(session) -> Scope:
    return Scope(make_staff(session, Role.ADMIN).id, "管理员", Role.ADMIN, frozenset())


def add_hook(session, vault, address, *, topics=Topic, communities=None) -> tuple[Webhook, str]:
    wish = hooks.HookWish("工单系统", address, frozenset(topics), communities)
    made = hooks.make_webhook(
        session, vault, wish, own_hosts=OWN_HOSTS, actor=admin(session), now=AFTER
    )
    session.commit()
    return made


def own_case(session) -> int:
    query = select(FollowUp.id).where(FollowUp.on_list == CaseList.COMMUNITY)
    return session.scalars(query).one()


def step(session, vault, community, stage, now) -> None:
    scope = office_of(community)
    scope = Scope(make_staff(session, Role.OFFICE).id, "主任", Role.OFFICE, scope.community_ids)
    take_step(session, vault, scope, own_case(session), stage, reason="", now=now)
    session.commit()


class Clock:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.now: datetime = AFTER

    def __call__(self) -> datetime:
        return self.now


def post_of(engine, vault, clock, **more) -> Post:
    return Post(engine, vault, OWN_HOSTS, clock, **more)


def tell(engine, vault, clock, **more) -> None:
    """Read the feed and send, as the round of the worker does."""
    with Session(engine) as session:
        read_feed(session, now=clock())
        session.commit()
    rounds.send_due(post_of(engine, vault, clock, **more))


def tell_and_look(session, engine, vault, clock, **more) -> None:
    """Do the same, and let the session of the test see what came of it."""
    session.commit()
    tell(engine, vault, clock, **more)
    session.commit()


def test_what_happens_is_told_in_order_signed_and_without_a_word_of_anybody(
    engine, session, vault, place, receiver
):
    campaign, community = place
    _hook, secret = add_hook(session, vault, receiver.address)
    step(session, vault, community, Stage.VERIFIED, AFTER)
    step(session, vault, community, Stage.IN_WORK, AFTER + timedelta(minutes=1))
    gate = gate_of(session, campaign, community)
    head = make_staff(session, Role.HEAD_OFFICE)
    at = AFTER + timedelta(minutes=2)
    place_hold(session, vault, gate, staff_id=head.id, reason="抽查电话未接通", now=at)
    session.commit()
    clock = Clock()
    clock.now = AFTER + timedelta(minutes=3)
    tell(engine, vault, clock)
    kinds = [json.loads(body)["type"] for _headers, body in receiver.got]
    assert sorted(kinds) == ["case.step", "case.step", "gate.held"]
    stages = [
        json.loads(body)["data"]["stage"] for _headers, body in receiver.got if "case.step" in body
    ]
    assert stages == ["verified", "in_work"]
    for headers, body in receiver.got:
        assert_signed(secret, headers, body, clock)
        assert set(json.loads(body)) == {"type", "timestamp", "data"}
        assert "金丝雀" not in body
        assert "抽查" not in body
    assert states(session) == {DeliveryState.DELIVERED: 3}
    tell(engine, vault, clock)
    assert len(receiver.got) == 3


@ONE_DATABASE
def test_the_gates_of_a_pilot_are_told_to_nobody(engine, session, vault, place, receiver):
    campaign, community = place
    add_hook(session, vault, receiver.address)
    pilot = make_campaign(session, vault, code="2026-11-p")
    pilot.pilot_of_id = campaign.id
    head = make_staff(session, Role.HEAD_OFFICE)
    for one, minutes in ((pilot, 1), (campaign, 2)):
        gate, at = gate_of(session, one, community), AFTER + timedelta(minutes=minutes)
        place_hold(session, vault, gate, staff_id=head.id, reason="抽查电话未接通", now=at)
    clock = Clock()
    clock.now = AFTER + timedelta(minutes=3)
    tell_and_look(session, engine, vault, clock)
    told = [json.loads(body) for _headers, body in receiver.got]
    assert [(one["type"], one["data"]["campaign"]) for one in told] == [
        ("gate.held", campaign.code)
    ]


def assert_signed(secret, headers, body, clock) -> None:
    """Hold a message against the reference implementation, whose clock is that of the machine."""
    oracle = Oracle(secret)
    stamp = datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=clock.now.tzinfo)
    assert stamp == clock.now
    assert oracle.sign(headers["webhook-id"], stamp, body) == headers["webhook-signature"]
    assert oracle.sign(headers["webhook-id"], stamp, body + " ") != headers["webhook-signature"]
    with pytest.raises(WebhookVerificationError):
        oracle.verify(body, {**headers, "webhook-signature": "v1,AAAA"})


def states(session) -> dict[DeliveryState, int]:
    session.commit()
    query = select(Delivery.state, func.count()).group_by(Delivery.state)
    return {row[0]: row[1] for row in session.execute(query)}


@ONE_DATABASE
def test_a_case_an_office_may_not_know_of_is_told_to_nobody(session, vault, receiver):
    """Before the release, and on head office's list."""
    community = make_community(session, households=3)
    campaign = make_campaign(session, vault)
    read_feed(session, now=AFTER)
    add_hook(session, vault, receiver.address)
    first, second = members_of(session, campaign, community)[:2]
    answer(session, vault, campaign, first, comment=SAID, wish="office_or_hq")
    answer(session, vault, campaign, second, comment=SAID, wish="hq_only")
    make_follow_ups(session, campaign.id, now=AFTER)
    assert session.scalar(select(func.count()).select_from(CaseEvent)) == 2
    read_feed(session, now=AFTER)
    assert states(session) == {}


@ONE_DATABASE
def test_a_webhook_is_told_of_its_topics_and_communities_only(
    engine, session, vault, storage, place, receiver
):
    _campaign, community = place
    other = make_community(session, households=2)
    session.flush()
    narrow, _ = add_hook(session, vault, receiver.address, communities=frozenset({other.id}))
    gates, _ = add_hook(session, vault, receiver.address, topics=[Topic.GATE])
    cases, _ = add_hook(
        session,
        vault,
        receiver.address,
        topics=[Topic.CASE],
        communities=frozenset({community.id}),
    )
    step(session, vault, community, Stage.IN_WORK, AFTER)
    read_feed(session, now=AFTER)
    found = session.execute(select(Delivery.webhook_id, Delivery.kind)).all()
    assert [tuple(row) for row in found] == [(cases.id, "case.step")]
    assert narrow.id != gates.id


@ONE_DATABASE
def test_a_message_sent_and_not_recorded_is_sent_again_under_the_same_name(
    engine, session, vault, place, receiver, monkeypatch
):
    """As if the worker was killed between the answer of the receiver and its own commit."""
    _campaign, community = place
    add_hook(session, vault, receiver.address)
    step(session, vault, community, Stage.IN_WORK, AFTER)
    clock = Clock()

    class Killed(BaseException):
        pass

    def die(*_found, **_more):
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr("app.integrations.hooks.rounds.record_try", die)
        with pytest.raises(Killed):
            tell(engine, vault, clock)
    assert states(session) == {DeliveryState.WAITING: 1}
    tell(engine, vault, clock)
    assert len(receiver.got) == 1  # the dead sender's hold has not run out
    clock.now += timedelta(minutes=3)
    tell(engine, vault, clock)
    first, second = receiver.got
    assert receiver.names[0] == receiver.names[1]
    assert first[1] == second[1]
    assert states(session) == {DeliveryState.DELIVERED: 1}


@ONE_DATABASE
@pytest.mark.parametrize(
    ("wrong", "status", "problem"),
    [
        (500, 500, "status"),
        ("redirect", 302, "redirect"),
        ("rubbish", None, "answer"),
        ("drip", None, "timeout"),
    ],
)
def test_what_fails_is_tried_again_later_and_then_goes_through(
    engine, session, vault, place, receiver, wrong, status, problem
):
    _campaign, community = place
    add_hook(session, vault, receiver.address)
    step(session, vault, community, Stage.IN_WORK, AFTER)
    receiver.answers = [wrong, 200]
    clock = Clock()
    tell_and_look(session, engine, vault, clock, longest=0.4)
    (tried,) = session.scalars(select(DeliveryTry))
    assert (tried.status, tried.problem) == (status, problem)
    tell_and_look(session, engine, vault, clock, longest=0.4)
    assert len(receiver.got) == 1
    clock.now += hooks.PAUSES[0] + timedelta(seconds=1)
    tell_and_look(session, engine, vault, clock)
    assert len(set(receiver.names)) == 1
    assert len(receiver.got) == 2  # the redirect was not followed, the long answer not read
    assert states(session) == {DeliveryState.DELIVERED: 1}


@ONE_DATABASE
def test_an_address_that_stays_away_is_switched_off_after_three_days_and_people_are_told(
    engine, session, vault, place, receiver
):
    _campaign, community = place
    hook, _ = add_hook(session, vault, "https://away.invalid/hook")
    step(session, vault, community, Stage.IN_WORK, AFTER)
    clock, tries = Clock(), 0
    while hook.off_at is None and tries < 99:
        tell_and_look(session, engine, vault, clock)
        tries += 1
        clock.now += timedelta(hours=25)
    assert tries == len(hooks.PAUSES) + 1
    assert timedelta(days=3) <= sum(hooks.PAUSES, timedelta()) <= timedelta(days=3.5)
    assert hook.why_off is WhyOff.FAILING
    assert states(session) == {DeliveryState.GIVEN_UP: 1}
    assert queries.count_off(session) == 1
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "webhook.off")).one()
    assert (entry.actor, entry.detail) == ("system", "failing")


@ONE_DATABASE
def test_one_who_says_he_is_gone_is_switched_off_at_once_and_can_be_switched_on(
    engine, session, vault, place, receiver
):
    _campaign, community = place
    hook, _ = add_hook(session, vault, receiver.address)
    step(session, vault, community, Stage.IN_WORK, AFTER)
    receiver.answers = [410]
    clock = Clock()
    tell_and_look(session, engine, vault, clock)
    assert hook.why_off is WhyOff.GONE
    hooks.turn_on(session, hook, actor=admin(session), now=clock())
    session.commit()
    tell(engine, vault, clock)
    assert len(receiver.got) == 2
    assert states(session) == {DeliveryState.DELIVERED: 1}


@ONE_DATABASE
def test_a_refused_message_holds_up_its_own_case_and_nothing_else(
    engine, session, vault, place, receiver
):
    """400 is about one message: what belongs to the same case waits, a test goes through."""
    _campaign, community = place
    hook, _ = add_hook(session, vault, receiver.address)
    step(session, vault, community, Stage.VERIFIED, AFTER)
    step(session, vault, community, Stage.IN_WORK, AFTER)
    read_feed(session, now=AFTER)
    hooks.send_test(session, hook, actor=admin(session), now=AFTER)
    session.commit()
    receiver.answers = [400]
    clock = Clock()
    tell(engine, vault, clock)
    kinds = [json.loads(body)["type"] for _headers, body in receiver.got]
    assert kinds == ["case.step", "test.ping"]
    clock.now += hooks.PAUSES[0]
    tell(engine, vault, clock)
    stages = [json.loads(body)["data"].get("stage") for _headers, body in receiver.got]
    assert stages == ["verified", None, "verified", "in_work"]


@ONE_DATABASE
def test_a_dead_address_keeps_no_other_waiting(engine, session, vault, place, receiver):
    _campaign, community = place
    for host in ("a", "b", "c"):
        add_hook(session, vault, f"https://{host}.invalid/")
    add_hook(session, vault, receiver.address)
    step(session, vault, community, Stage.IN_WORK, AFTER)
    tell(engine, vault, Clock())
    assert len(receiver.got) == 1
    assert states(session) == {DeliveryState.DELIVERED: 1, DeliveryState.WAITING: 3}
    with Session(engine) as looking:
        assert queries.list_due_webhooks(looking, AFTER) == []


@ONE_DATABASE
def test_a_delivered_message_can_be_sent_again_by_hand(engine, session, vault, place, receiver):
    _campaign, community = place
    add_hook(session, vault, receiver.address)
    step(session, vault, community, Stage.IN_WORK, AFTER)
    clock = Clock()
    tell_and_look(session, engine, vault, clock)
    delivery = session.scalars(select(Delivery)).one()
    hooks.send_again(session, delivery.id, actor=admin(session), now=clock())
    session.commit()
    tell(engine, vault, clock)
    assert len(receiver.names) == 2
    assert len(set(receiver.names)) == 1


@ONE_DATABASE
def test_no_secret_stands_in_a_log_or_in_the_open_in_the_database(
    engine, session, vault, place, receiver, caplog
):
    caplog.set_level(logging.DEBUG)
    _campaign, community = place
    hook, secret = add_hook(session, vault, receiver.address)
    step(session, vault, community, Stage.IN_WORK, AFTER)
    receiver.answers = [500]
    tell(engine, vault, Clock())
    assert "status" in caplog.text
    assert secret not in caplog.text
    assert secret.encode() not in hook.secret_sealed
    other = hooks.new_secret(session, vault, hook, actor=admin(session), now=AFTER)
    assert other != secret


def test_a_row_that_appears_late_is_told_all_the_same(session, vault, place, receiver):
    """PostgreSQL draws keys before a transaction ends: a smaller key may appear after a greater."""
    _campaign, _community = place
    add_hook(session, vault, receiver.address)
    last = session.scalar(select(func.max(CaseEvent.id)))
    case = own_case(session)
    for key in (last + 1, last + 4):
        session.add(event(key, case))
    session.flush()
    read_feed(session, now=AFTER)
    for key in (last + 3, last + 2):
        session.add(event(key, case))
    session.flush()
    read_feed(session, now=AFTER + timedelta(minutes=1))
    read_feed(session, now=AFTER + timedelta(minutes=2))
    told = session.scalars(select(Delivery.source_id).order_by(Delivery.source_id)).all()
    assert told == [last + 1, last + 2, last + 3, last + 4]
    mark = session.get(FeedMark, "case")
    assert (mark.last, mark.gaps) == (last + 4, "[]")


def event(key, case) -> CaseEvent:
    return CaseEvent(id=key, follow_up_id=case, kind="step", at=AFTER, stage=Stage.IN_WORK)


@ONE_DATABASE
def test_the_round_of_the_worker_reads_and_sends_without_waiting_for_the_receiver(
    engine, session, vault, storage, config, place, receiver
):
    _campaign, community = place
    add_hook(session, vault, receiver.address)
    step(session, vault, community, Stage.IN_WORK, AFTER)
    settings = replace(config, webhook_hosts=OWN_HOSTS)
    workshop = Workshop(engine, vault, storage, settings, Clock())
    rounds.webhook_round(workshop)
    deadline = monotonic() + 10
    while states(session) != {DeliveryState.DELIVERED: 1} and monotonic() < deadline:
        sleep(0.02)
    assert states(session) == {DeliveryState.DELIVERED: 1}
    assert len(receiver.got) == 1
