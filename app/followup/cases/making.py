"""Making cases out of comments: exactly one for each home, never lost, never made twice."""

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from app.followup.cases.queries import list_comment_facts, list_unread, lock_campaign
from app.followup.cases.rules import hint_of
from app.followup.history.log import note_event
from app.followup.history.models import CaseEventKind
from app.followup.models import CaseList, CaseState, FollowUp, Stage, Urgency
from app.followup.queries import list_sealed_comments
from app.followup.rows import CommentFact
from app.followup.rules import Standing, choose_wish, standing_of
from app.surveys.response.models import ContactWish
from app.vault import Vault

_READ_AT_ONCE = 500


def make_follow_ups(session: Session, campaign_id: int, *, now: datetime) -> int:
    """Give every household that left a comment exactly one case; safe to repeat at any time.

    All comments count, also those of answers that are not counted themselves. A later comment
    can open a case again or move it to head office's list (see `rules.standing_of`); somebody
    looks at its words again.

    Args:
        session: A writing transaction.
        campaign_id: The campaign.
        now: The present instant.

    Returns:
        How many cases are new.
    """
    lock_campaign(session, campaign_id)
    new: list[FollowUp] = []
    facts = list_comment_facts(session, campaign_id)
    for _, group in groupby(facts, key=lambda fact: fact.frame_member_id):
        comments = tuple(group)
        if comments[0].case is None:
            new.append(_make(session, campaign_id, comments, now=now))
        else:
            _renew(session, comments[0].case, comments, now=now)
    session.flush()
    for made in new:
        note_event(session, made, CaseEventKind.OPENED, now=now)
    session.flush()
    return len(new)


def read_hints(session: Session, vault: Vault, campaign_id: int) -> int:
    """Sort cases by what their words look like, for the triage board; return how many.

    It changes nothing but the order in which head office looks at them.
    """
    cases = {
        found.frame_member_id: found
        for found in list_unread(session, campaign_id, _READ_AT_ONCE)
        if found.frame_member_id is not None
    }
    texts: dict[int, dict[str, str]] = {member_id: {} for member_id in cases}
    for sealed in list_sealed_comments(session, list(cases)):
        said = json.loads(vault.open(sealed.texts_sealed, "comment"))
        for code, text in said.items():
            whole = texts[sealed.frame_member_id]
            whole[code] = f"{whole.get(code, '')} {text}"
    for member_id, found in cases.items():
        found.hint = hint_of(texts[member_id]) or Urgency.ORDINARY
    session.flush()
    return len(cases)


def _make(
    session: Session, campaign_id: int, comments: Sequence[CommentFact], *, now: datetime
) -> FollowUp:
    wish = choose_wish([one.wish for one in comments])
    standing = _standing(comments, None)
    found = FollowUp(
        frame_member_id=comments[0].frame_member_id,
        campaign_id=campaign_id,
        community_id=comments[0].community_id,
        household_id=comments[0].household_id,
        on_list=standing.on_list,
        state=standing.state,
        created_at=now,
        closed_at=standing.closed_at,
        is_no_reply=wish is ContactWish.NO_REPLY,
        read_to=max(one.received_at for one in comments),
        stage=Stage.ACCEPTED if standing.state is CaseState.OPEN else Stage.DECLINED,
    )
    session.add(found)
    return found


def _renew(
    session: Session, found: FollowUp, comments: Sequence[CommentFact], *, now: datetime
) -> None:
    standing = _standing(comments, found)
    last_at = max(one.received_at for one in comments)
    if last_at > (found.read_to or found.created_at):
        found.hint = None
        found.triaged_at = None  # looked at once more; what was said of it before stays meanwhile
    found.read_to = last_at
    wish = choose_wish([one.wish for one in comments])
    found.is_no_reply = wish is ContactWish.NO_REPLY
    if standing.on_list is not found.on_list:
        found.on_list = standing.on_list
        found.responsible_id = None  # of the office, which no longer knows the case
        note_event(session, found, CaseEventKind.MOVED, now=now, detail=CaseList.HEAD_OFFICE)
    if standing.state is CaseState.OPEN and found.state is not CaseState.OPEN:
        found.stage = Stage.REOPENED
        found.answered_by = None
        found.state, found.closed_at = standing.state, None
        note_event(session, found, CaseEventKind.REOPENED, now=now, detail="comment")


def _standing(comments: Sequence[CommentFact], before: FollowUp | None) -> Standing:
    """Return where the case of these comments stands now."""
    asked = [one.received_at for one in comments if one.wish is not ContactWish.NO_REPLY]
    stood = None if before is None else Standing(before.on_list, before.state, before.closed_at)
    return standing_of(
        choose_wish([one.wish for one in comments]),
        last_at=max(one.received_at for one in comments),
        last_asked_at=max(asked, default=None),
        before=stood,
    )
