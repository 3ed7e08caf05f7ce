"""What follows from an answer: flags, rework, cases; of one subject each thing once. No commit.

An answer by telephone and one by link set the same going, without a name: from what it sees, an
office cannot tell which of its orders were drawn while the calls go on.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.history.log import add_note, note_event
from app.followup.history.models import CaseEventKind
from app.followup.models import CaseList, CaseState, FollowUp, Source, Stage
from app.service.callbacks import complained, queries
from app.service.callbacks.answering import open_words
from app.service.callbacks.models import CallBackAnswer, CallBackEffect, CallKind
from app.service.callbacks.questions import read_values
from app.service.callbacks.rules import Effect, effects_of
from app.service.repairs.errors import RepairError
from app.service.repairs.models import Flag, RepairCase, SpecialVisit
from app.service.repairs.services import LONGEST_NOTE, flag_order, open_rework
from app.staff.scope import Scope
from app.vault import Vault

START_DAYS = 7  # as for the words of a survey: begun within 7 days, closed within 14
CLOSE_DAYS = 14
_FLAGS = {
    Effect.NOBODY_CAME: Flag.NOBODY_CAME,
    Effect.FEE_NOT_TOLD: Flag.FEE_NOT_TOLD,
    Effect.FEE_DIFFERED: Flag.FEE_DIFFERED,
}


def settle(
    session: Session,
    vault: Vault,
    answer: CallBackAnswer,
    *,
    scope: Scope | None,
    now: datetime,
) -> None:
    """Do what an answer asks for, and note what was done; done before, nothing happens.

    Args:
        session: A writing transaction.
        vault: Opens and seals words.
        answer: By telephone or by link.
        scope: Who called; None for a link.
        now: Aware instant.
    """
    if answer.settled_at is not None:
        return
    words = open_words(vault, answer.words_sealed)
    values = read_values(answer.answers)
    effects = effects_of(answer.kind, values, has_wish="comment.more" in words)
    if answer.kind is CallKind.COMPLAINT:
        done = complained.settle(session, vault, answer, values, effects, scope=scope, now=now)
    else:
        done = _settle_repair(session, vault, answer, effects, _told(words), now=now)
    for effect, case_id in done:
        session.add(
            CallBackEffect(
                answer_id=answer.id,
                order_id=answer.order_id,
                complaint_id=answer.complaint_id,
                round=answer.round,
                effect=effect,
                case_id=case_id,
                at=now,
            )
        )
    answer.settled_at = now
    session.flush()


def _settle_repair(
    session: Session,
    vault: Vault,
    answer: CallBackAnswer,
    effects: tuple[Effect, ...],
    told: str,
    *,
    now: datetime,
) -> list[tuple[Effect, int | None]]:
    order_id = answer.order_id or 0
    earlier = queries.list_effects(session, CallKind.REPAIR, order_id, answer.round)
    before = {one.effect for one in earlier}
    case_id = next((one.case_id for one in earlier if one.case_id is not None), None)
    done: list[tuple[Effect, int | None]] = []
    for effect in effects:
        if effect in before:
            if effect is Effect.CASE and case_id is not None:
                _add_words(session, vault, case_id, told, now=now)
            continue
        if effect in _FLAGS:
            flag_order(session, order_id, _FLAGS[effect], now, None)
            done.append((effect, None))
        elif effect is Effect.REWORK:
            case_id = _rework(session, vault, order_id, told, case_id, now=now)
            done.append((effect, case_id))
        elif case_id is None:
            case_id = _make_case(session, vault, order_id, told, now=now)
            done.append((effect, case_id))
        else:  # the rework has a case: it holds the words as well
            done.append((effect, case_id))
    return done


def _rework(
    session: Session,
    vault: Vault,
    order_id: int,
    told: str,
    case_id: int | None,
    *,
    now: datetime,
) -> int | None:
    """Open the rework of a repair that did not hold; None when the order is open again already."""
    try:
        _rework_id, visit_id = open_rework(
            session, vault, None, order_id, why=told, case_id=case_id, now=now
        )
    except RepairError:
        return case_id
    return session.get_one(SpecialVisit, visit_id).follow_up_id


def _make_case(session: Session, vault: Vault, order_id: int, told: str, *, now: datetime) -> int:
    order = queries.get_order(session, order_id)
    today = beijing_date(now)
    case = FollowUp(
        community_id=order.community_id,
        household_id=order.household_id,
        on_list=CaseList.COMMUNITY,
        state=CaseState.OPEN,
        stage=Stage.ACCEPTED,
        source=Source.REPAIR,
        created_at=now,
        start_by=today + timedelta(days=START_DAYS),
        close_by=today + timedelta(days=CLOSE_DAYS),
    )
    session.add(case)
    session.flush()
    session.add(RepairCase(follow_up_id=case.id, order_id=order.id))
    event = note_event(session, case, CaseEventKind.OPENED, now=now, detail="call_back")
    add_note(session, vault, event, told)
    order.case_id = order.case_id or case.id
    session.flush()
    return case.id


def _add_words(session: Session, vault: Vault, case_id: int, told: str, *, now: datetime) -> None:
    """Add what was said the other way to the case there is."""
    if not told:
        return
    case = session.get_one(FollowUp, case_id)
    event = note_event(session, case, CaseEventKind.STEP, now=now, detail="call_back")
    add_note(session, vault, event, told)


def _told(words: dict[str, str]) -> str:
    parts = (words.get("comment.reason", ""), words.get("comment.more", ""))
    return "\n".join(part for part in parts if part)[:LONGEST_NOTE]
