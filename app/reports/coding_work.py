"""Jobs of the worker: suggest codes for new comments, look for concentrated problems."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import write_session
from app.followup.problems import queries as problem_queries
from app.followup.problems.codebook import Urgency, load_codebook
from app.followup.problems.coding import queries
from app.followup.problems.coding.queries import NewComment
from app.followup.problems.coding.services import order_suggestions
from app.followup.problems.coding.suggest import Coded, Suggester
from app.followup.problems.handling.finding import Place, find_problems, raise_coded
from app.followup.problems.models import CommentCoding
from app.followup.problems.rules import ItemLevel
from app.reports.queries import find_latest_result
from app.reports.work import Workshop
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import SYSTEM_ACTOR, Scope
from app.surveys.response.queries import company_count, count_returns
from app.vault import Vault

PORTION = 1000
LEARNT_FROM = 4000
# The program itself looks at released results; it shows them to nobody.
_PROGRAM = Scope(0, SYSTEM_ACTOR, Role.HEAD_OFFICE, None)


def suggest_codes(workshop: Workshop, payload: Mapping[str, object]) -> None:
    """Suggest codes for the comments without any, a portion in each transaction.

    Args:
        workshop: What to work with.
        payload: Nothing is read from it.
    """
    del payload
    with Session(workshop.engine) as session:
        suggester = make_suggester(session, workshop.vault)
    while True:
        with write_session(workshop.engine) as session:
            if not suggest_some(session, workshop.vault, suggester, now=workshop.clock()):
                return


def make_suggester(session: Session, vault: Vault) -> Suggester:
    """Return what suggests codes: it has learnt from the comments coded last."""
    return Suggester(load_codebook(), _learn(session, vault))


def suggest_some(session: Session, vault: Vault, suggester: Suggester, *, now: datetime) -> int:
    """Suggest codes for a portion of the comments without any, and return how many there were."""
    found = queries.list_new_comments(session, PORTION)
    if not found:
        return 0
    session.add_all(_codings(vault, suggester, found, now=now))
    session.flush()
    record(
        session,
        actor=SYSTEM_ACTOR,
        action="comment.suggest",
        subject="comments",
        detail=str(len(found)),
        now=now,
    )
    return len(found)


def coding_round(workshop: Workshop) -> None:
    """Order suggestions when comments came in; the campaign round of every worker."""
    with Session(workshop.engine) as session:
        is_due = queries.has_new_comments(session)
    if is_due:
        with write_session(workshop.engine) as session:
            order_suggestions(session, now=workshop.clock())


def find_concentrated(workshop: Workshop, payload: Mapping[str, object]) -> None:
    """Look which problems are concentrated: in a community, or all with codes; then the company.

    Args:
        workshop: What to work with.
        payload: ``campaign_id``, and perhaps ``community_id``.
    """
    campaign_id = int(str(payload["campaign_id"]))
    if "community_id" in payload:
        communities = [int(str(payload["community_id"]))]
    else:
        with Session(workshop.engine) as session:
            communities = problem_queries.list_places(session, campaign_id)
    for community_id in communities:
        with write_session(workshop.engine) as session:
            place = Place(
                community_id,
                count_returns(session, campaign_id, community_id).returned,
                levels_of(session, campaign_id, community_id),
            )
            find_problems(session, campaign_id, place, now=workshop.clock())
            raise_coded(session, campaign_id, community_id)
    with write_session(workshop.engine) as session:
        place = Place(None, company_count(session, campaign_id).returned)
        find_problems(session, campaign_id, place, now=workshop.clock())


def levels_of(session: Session, campaign_id: int, community_id: int) -> dict[str, ItemLevel]:
    """Return the satisfied share of every item of a released result; nothing before release."""
    stored = find_latest_result(session, campaign_id, community_id, _PROGRAM)
    if stored is None:
        return {}
    return {
        f"{one.area}.{one.code}": ItemLevel(one.n, one.satisfied.value)
        for one in stored.result.attributes
    }


def _learn(session: Session, vault: Vault) -> list[Coded]:
    rows = queries.list_coded(session, LEARNT_FROM)
    codes = queries.list_codes(session, [key for _sealed, key in rows])
    return [Coded(_text(vault, sealed), tuple(codes[key])) for sealed, key in rows if codes[key]]


def _codings(
    vault: Vault, suggester: Suggester, found: list[NewComment], *, now: datetime
) -> list[CommentCoding]:
    texts = [_text(vault, one.texts_sealed) for one in found]
    urgent = {one.code for one in load_codebook().codes if one.urgency is Urgency.NOW}
    suggested, groups = suggester.suggest(texts), suggester.group(texts)
    made = []
    for one, codes, first in zip(found, suggested, groups, strict=True):
        # What may be danger comes first: negative numbers stand before all others.
        is_urgent = bool(suggested[first]) and suggested[first][0][0] in urgent
        made.append(
            CommentCoding(
                comment_id=one.id,
                campaign_id=one.campaign_id,
                community_id=one.community_id,
                frame_member_id=one.frame_member_id,
                suggested=json.dumps(codes, separators=(",", ":")),
                alike=-found[first].id if is_urgent else found[first].id,
                made_at=now,
            )
        )
    return made


def _text(vault: Vault, sealed: bytes) -> str:
    return "\n".join(json.loads(vault.open(sealed, "comment")).values())
