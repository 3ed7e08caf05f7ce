"""Runs of messages: exactly who, approved, in waking hours, each once, never to who answered."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.clock import BEIJING
from app.reports.message_work import message_round, send_slice
from app.staff.models import Role
from app.surveys.campaign.contact.models import ContactChannel, ContactEvent, EventKind
from app.surveys.campaign.contact.services import record_event
from app.surveys.campaign.models import ExclusionCode, FrameMember, Outcome
from app.surveys.campaign.planning.queries import find_task
from app.surveys.campaign.planning.services import make_tasks
from app.surveys.campaign.services import approve_exclusion, request_exclusion
from app.surveys.distribution import runs, sending, wishes
from app.surveys.distribution.errors import (
    AlreadyOptedOutError,
    NoHomesError,
    PastInstantError,
    QuietHoursError,
    RunExistsError,
    RunStateError,
    TooLateError,
)
from app.surveys.distribution.models import (
    Message,
    MessageReason,
    MessageRun,
    MessageState,
    RunKind,
    RunState,
    SendChannel,
)
from app.surveys.register.models import Household
from tests.factories import gate_of, head_office, make_campaign, make_community, make_staff
from tests.integration.distribution.conftest import World, add_phone
from tests.integration.distribution.servers import http_server
from tests.integration.snapshot.answering import answer

SETTINGS = """
[sms]
provider = "aliyun"
access_key_id = "id"
access_key_secret = "secret"
sign_name = "邻声物业"
template_reminder = "SMS_1"
endpoint = "{endpoint}"
"""


def test_a_preview_lists_silent_homes_that_can_be_reached_and_says_why_others_are_left_out(world):
    session, homes = world.session, world.homes
    answer(session, world.vault, world.campaign, homes[0])
    asked = request_exclusion(
        session,
        world.vault,
        homes[1],
        code=ExclusionCode.VACANT,
        evidence="电表不走",
        staff_id=world.staff_id,
        now=world.clock[0],
    )
    approve_exclusion(session, asked, staff_id=world.staff_id, now=world.clock[0])
    homes[2].outcome = Outcome.REFUSED_FOR_GOOD
    home = session.get_one(Household, homes[3].household_id)
    wishes.opt_out(session, world.vault, home, note="来电", actor=head_office(), now=world.clock[0])
    session.commit()
    run_id = world.run()
    assert world.state(run_id) is RunState.PREVIEWED
    assert world.counts(run_id) == {
        "planned": 4,
        "answered": 1,
        "excluded": 1,
        "refused": 1,
        "opted_out": 1,
    }
    assert set(world.messages(run_id)) == {home.id for home in homes[4:]}


def test_a_home_without_a_mobile_number_gets_no_sms_but_a_letter(world, vault):
    world.session.execute(
        Household.__table__.metadata.tables["person"].delete()  # only a landline is left
    )
    add_phone(world.session, vault, world.homes[0].household_id, "0571-88880001")
    add_phone(world.session, vault, world.homes[1].household_id, "13800009999")
    world.session.commit()
    assert world.counts(world.run()) == {"planned": 1, "no_address": 7}
    assert world.counts(world.run(channel=SendChannel.LETTER)) == {"planned": 8}


def test_a_run_for_one_community_leaves_the_others_alone(world, vault):
    other = make_community(world.session, households=3)
    world.campaign = make_campaign(world.session, vault, code="2026-11b")
    world.session.commit()
    run_id = world.run(channel=SendChannel.LETTER, community_id=other.id)
    assert world.counts(run_id) == {"planned": 3}
    world.stop(run_id)
    assert world.counts(world.run(channel=SendChannel.LETTER)) == {"planned": 11}


def test_a_run_that_reaches_nobody_cannot_be_approved(world):
    run_id = world.run(channel=SendChannel.WECHAT)
    assert world.counts(run_id) == {"no_address": 8}
    with pytest.raises(NoHomesError):
        world.approve(run_id)


def test_nothing_leaves_without_an_approval(world):
    run_id = world.run()
    message_round(world.workshop)
    world.send(run_id)
    assert world.outbox() == []
    assert world.counts(run_id) == {"planned": 8}


def test_an_approved_run_sends_each_message_once_and_notes_the_contact(world):
    run_id = world.run()
    world.approve(run_id)
    world.send(run_id)
    assert world.state(run_id) is RunState.DONE
    assert world.counts(run_id) == {"sent": 8}
    assert len(world.outbox()) == 8
    events = world.session.scalars(select(ContactEvent).where(ContactEvent.run_id == run_id)).all()
    assert {event.frame_member_id for event in events} == {home.id for home in world.homes}
    assert {event.kind for event in events} == {EventKind.REMINDER}
    send_slice(world.workshop, {"run_id": run_id, "number": 0})  # the job runs a second time
    assert len(world.outbox()) == 8
    world.session.rollback()
    assert world.session.scalar(select(func.count()).select_from(ContactEvent)) == 8


def test_who_answers_between_preview_and_sending_gets_nothing(world):
    run_id = world.run()
    world.approve(run_id)
    answer(world.session, world.vault, world.campaign, world.homes[0])
    home = world.session.get_one(Household, world.homes[1].household_id)
    wishes.opt_out(
        world.session, world.vault, home, note="", actor=head_office(), now=world.clock[0]
    )
    world.session.commit()
    world.send(run_id)
    assert world.counts(run_id) == {"sent": 6, "answered": 1, "opted_out": 1}
    left = {home for home, state in world.messages(run_id).items() if state == "skipped"}
    assert left == {world.homes[0].id, world.homes[1].id}


def test_a_home_gets_two_reminders_in_a_campaign_over_all_channels(world):
    send_now(world, RunKind.REMINDER_1)
    assert world.counts(world.run(RunKind.REMINDER_2, cap=1)) == {"at_cap": 8}


def send_now(world: World, kind: RunKind, channel: SendChannel = SendChannel.SMS) -> int:
    """Prepare, approve and send a run."""
    run_id = world.run(kind, channel)
    world.approve(run_id)
    world.send(run_id)
    return run_id


@pytest.mark.parametrize("kind", [RunKind.LAUNCH, RunKind.REMINDER_1])
def test_a_step_comes_once_over_a_channel_however_many_runs_bring_it(world, kind):
    assert world.counts(send_now(world, kind)) == {"sent": 8}
    assert world.counts(world.run(kind)) == {"already_told": 8}


def test_the_launch_comes_by_letter_and_by_sms_a_reminder_by_one_of_them(world):
    send_now(world, RunKind.LAUNCH)
    assert world.counts(world.run(RunKind.LAUNCH, SendChannel.LETTER)) == {"planned": 8}
    sms, letter = world.run(), world.run(channel=SendChannel.LETTER)
    for run_id in (sms, letter):  # approved side by side: the second finds out when it sends
        world.approve(run_id)
        world.send(run_id)
    assert world.counts(sms) == {"sent": 8}
    assert world.counts(letter) == {"already_told": 8}


def test_two_days_lie_between_two_reminders(world):
    send_now(world, RunKind.REMINDER_1)
    world.clock[0] += timedelta(days=1)
    run_id = world.run(RunKind.REMINDER_2)
    assert world.counts(run_id) == {"planned": 8}  # its usual day lies far enough away
    world.approve(run_id)
    world.send(run_id)
    assert world.counts(run_id) == {"too_soon": 8}


@pytest.mark.parametrize("is_one_community", [True, False])
def test_a_run_like_one_that_is_not_over_cannot_be_ordered(world, is_one_community):
    run_id = world.run()
    with pytest.raises(RunExistsError) as caught:
        world.run(community_id=world.community.id if is_one_community else None)
    assert caught.value.run_id == run_id
    world.session.rollback()
    world.stop(run_id)
    assert world.counts(world.run()) == {"planned": 8}


def say(world: World, outcome: Outcome, staff_id: int, at: int = 0) -> None:
    """Record what a knock at a home's door brought."""
    world.clock[0] += timedelta(minutes=1)
    record_event(
        world.session,
        world.vault,
        world.session.get_one(FrameMember, world.homes[at].id),
        kind=EventKind.ATTEMPT,
        channel=ContactChannel.VISIT,
        outcome=outcome,
        staff_id=staff_id,
        now=world.clock[0],
    )
    world.session.commit()


def test_a_home_that_wants_no_contact_stays_left_alone_until_head_office_corrects_it(world):
    steward = make_staff(world.session, Role.STEWARD, communities=[world.community]).id
    say(world, Outcome.REFUSED_FOR_GOOD, steward)
    say(world, Outcome.DECEASED, steward, at=1)
    for home in (0, 1):
        say(world, Outcome.NOT_AT_HOME, steward, at=home)
    run_id = world.run()
    assert world.counts(run_id) == {"planned": 6, "refused": 2}
    world.stop(run_id)
    world.campaign = make_campaign(world.session, world.vault, code="2027-05")
    world.session.commit()
    run_id = world.run()
    assert world.counts(run_id) == {"planned": 7, "refused": 1}  # the wish holds on
    world.stop(run_id)
    say(world, Outcome.NO_CONTACT, world.staff_id)  # the wrong home
    assert world.counts(world.run()) == {"planned": 8}


def test_nobody_is_asked_after_the_last_day(world):
    run_id = world.run()
    late = datetime(2026, 11, 21, 10, tzinfo=BEIJING)
    with pytest.raises(TooLateError) as caught:
        world.approve(run_id, late)
    assert caught.value.last_day == world.campaign.closes_on
    world.session.rollback()
    world.approve(run_id, late - timedelta(hours=15))
    world.clock[0] = late  # no worker ran that evening
    world.send(run_id)
    assert world.counts(run_id) == {"not_due": 8}


def test_a_run_that_is_a_day_late_waits_for_a_new_approval(world):
    run_id = world.run()
    world.approve(run_id)
    world.clock[0] += timedelta(days=1, seconds=1)
    world.send(run_id)
    assert (world.state(run_id), world.outbox()) == (RunState.PREVIEWED, [])
    world.approve(run_id)
    world.send(run_id)
    assert world.counts(run_id) == {"sent": 8}


def test_a_reminder_that_was_sent_to_all_is_ticked_in_the_plan(world):
    make_tasks(world.session, world.campaign)
    world.session.commit()
    send_now(world, RunKind.REMINDER_1)
    done, open_ = (
        find_task(world.session, world.campaign.id, key) for key in ("reminder_1", "reminder_2")
    )
    assert (done.done_at, done.done_by) == (world.clock[0], world.staff_id)
    assert open_.done_at is None


def test_nothing_goes_out_in_quiet_hours(world):
    run_id = world.run()
    evening = world.clock[0].replace(hour=13)  # 21:00 in Beijing
    with pytest.raises(QuietHoursError) as caught:
        world.approve(run_id, evening)
    assert caught.value.next_loud == evening + timedelta(hours=11)
    world.session.rollback()
    world.approve(run_id, evening - timedelta(minutes=1))
    world.clock[0] = evening
    message_round(world.workshop)
    world.send(run_id)
    assert world.outbox() == []
    world.clock[0] = evening + timedelta(hours=11)
    world.send(run_id)
    assert world.counts(run_id) == {"sent": 8}


def test_a_run_waits_for_its_planned_time_and_is_ordered_once(world):
    run_id = world.run()
    with pytest.raises(PastInstantError):
        world.approve(run_id, world.clock[0] - timedelta(hours=1))
    world.session.rollback()
    world.approve(run_id, world.clock[0] + timedelta(hours=2))
    world.send(run_id)
    assert runs.order_due_runs(world.session, now=world.clock[0]) == 0
    assert world.counts(run_id) == {"planned": 8}
    world.clock[0] += timedelta(hours=2)
    assert runs.order_due_runs(world.session, now=world.clock[0]) == 1
    world.session.commit()
    with pytest.raises(RunStateError):
        world.approve(run_id)


def test_a_stopped_run_sends_nothing_more(world):
    run_id = world.run()
    world.approve(run_id)
    run = world.session.get_one(MessageRun, run_id)
    runs.stop_run(world.session, run, staff_id=world.staff_id, now=world.clock[0])
    world.session.commit()
    world.send(run_id)
    assert world.outbox() == []
    with pytest.raises(RunStateError):
        runs.stop_run(world.session, run, staff_id=world.staff_id, now=world.clock[0])


def leave_behind(world: World, run_id: int, count: int) -> None:
    """Let a worker die when some messages were marked as being sent."""
    world.session.rollback()
    run = sending.begin_slice(world.session, run_id, 0, now=world.clock[0])
    assert run is not None
    messages = world.session.scalars(
        select(Message).where(Message.run_id == run_id).order_by(Message.id).limit(count)
    ).all()
    sending.claim(world.session, world.vault, run, world.campaign, messages, now=world.clock[0])
    world.session.commit()


def test_after_a_crash_the_outbox_is_written_on(world):
    run_id = world.run()
    world.approve(run_id)
    leave_behind(world, run_id, 3)
    world.send(run_id)
    assert world.counts(run_id) == {"sent": 8}
    assert len(world.outbox()) == 8


def test_after_a_crash_nothing_is_sent_twice_over_a_network(world):
    run_id = world.run()
    world.approve(run_id)
    leave_behind(world, run_id, 3)
    with http_server(lambda _path, _body: {"Code": "OK", "BizId": "1"}) as seen:
        set_provider(world, seen.address)
        world.send(run_id)
    assert len(seen.requests) == 5
    assert world.counts(run_id) == {"sent": 5, "failed": 3}
    unsure = world.session.scalars(
        select(Message).where(Message.reason == MessageReason.UNSURE)
    ).all()
    assert len(unsure) == 3
    # They may have come, so they count against the cap.
    assert world.counts(world.run(RunKind.REMINDER_2, cap=1)) == {"at_cap": 8}


def set_provider(world: World, endpoint: str) -> None:
    folder = world.workshop.config.instance
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "distribution.toml").write_text(SETTINGS.format(endpoint=endpoint), "utf-8")


def test_a_provider_that_is_away_holds_the_run_up_and_loses_nothing(world):
    run_id = world.run()
    world.approve(run_id)
    set_provider(world, "http://127.0.0.1:9")
    world.send(run_id)
    assert world.counts(run_id) == {"planned": 8}
    run = world.session.get_one(MessageRun, run_id)
    assert run.problem == "ConnectionRefusedError"
    assert run.paused_until == world.clock[0] + sending.PAUSE
    assert runs.order_due_runs(world.session, now=world.clock[0]) == 0
    world.session.rollback()
    world.clock[0] += sending.PAUSE
    with http_server(lambda _path, _body: {"Code": "OK", "BizId": "1"}) as seen:
        set_provider(world, seen.address)
        world.send(run_id)
    assert world.counts(run_id) == {"sent": 8}
    assert world.state(run_id) is RunState.DONE
    attempts = world.session.scalars(select(Message.attempts).order_by(Message.id)).all()
    assert list(attempts) == [2, 1, 1, 1, 1, 1, 1, 1]  # only the first one was tried in vain


def test_a_number_the_provider_refuses_fails_alone(world):
    run_id = world.run()
    world.approve(run_id)

    def answer_for(_path: str, body: bytes) -> object:
        is_bad = b"PhoneNumbers=13800000003" in body
        return {"Code": "isv.MOBILE_NUMBER_ILLEGAL"} if is_bad else {"Code": "OK", "BizId": "1"}

    with http_server(answer_for) as seen:
        set_provider(world, seen.address)
        world.send(run_id)
    assert world.counts(run_id) == {"sent": 7, "failed": 1}
    (failed,) = world.session.scalars(select(Message).where(Message.state == MessageState.FAILED))
    assert (failed.reason, failed.receipt) == (MessageReason.REJECTED, "isv.MOBILE_NUMBER_ILLEGAL")


def test_a_community_that_takes_no_more_answers_gets_no_reminder(world):
    run_id = world.run()
    world.approve(run_id)
    gate_of(world.session, world.campaign, world.community).frozen_at = world.clock[0]
    world.session.commit()
    world.send(run_id)
    assert world.counts(run_id) == {"not_due": 8}
    assert world.counts(world.run(RunKind.RESULT)) == {"not_due": 8}


def test_a_home_opts_out_once_and_can_come_back(world):
    home = world.session.get_one(Household, world.homes[0].household_id)
    wishes.opt_out(
        world.session, world.vault, home, note="来电说明", actor=head_office(), now=world.clock[0]
    )
    with pytest.raises(AlreadyOptedOutError):
        wishes.opt_out(
            world.session, world.vault, home, note="", actor=head_office(), now=world.clock[0]
        )
    wishes.opt_in(world.session, home.id, actor=head_office(), now=world.clock[0])
    world.session.commit()
    assert world.counts(world.run()) == {"planned": 8}
