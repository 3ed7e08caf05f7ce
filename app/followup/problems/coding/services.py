"""Commands of coding: read comments, decide their codes, take a decision back, release a quote.

Only head office codes: comments that trust head office alone are among them. Every look at words
is written down with the home it shows.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.followup.errors import FieldError
from app.followup.problems.codebook import Code, load_codebook
from app.followup.problems.coding import queries
from app.followup.problems.coding.queries import CodingRow
from app.followup.problems.errors import CommentNotFoundError, UnknownCodeError
from app.followup.problems.models import CommentCode, Quote
from app.jobs.queue import enqueue
from app.staff.audit import record, record_many
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.instrument.answers import clean_text
from app.surveys.response.models import ContactWish
from app.vault import Vault

SUGGEST = "suggest_codes"
FIND = "find_problems"
MOST_TOGETHER = 12
LONGEST_QUOTE = 200
_PAUSE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class CommentToCode:
    """A comment as somebody at head office reads it to code it.

    Attributes:
        id: The comment.
        community: Where it was written; no home is named.
        texts: Item code and words, in the order of the questions.
        is_head_office_only: Its owner trusts head office alone.
        suggested: Codes the worker suggests, the best first.
        codes: Codes it has already.
        is_done: A person has decided.
    """

    id: int
    community: str
    texts: tuple[tuple[str, str], ...]
    is_head_office_only: bool
    suggested: tuple[Code, ...]
    codes: tuple[str, ...]
    is_done: bool


def order_suggestions(session: Session, *, now: datetime) -> None:
    """Let the worker read comments that came in and suggest codes."""
    enqueue(session, SUGGEST, {}, now=now, dedup_key=SUGGEST)


def order_finding(session: Session, campaign_id: int, community_id: int, *, now: datetime) -> None:
    """Let the worker look which problems of a community are concentrated now.

    A little later: who sorts comments decides many times a minute.
    """
    enqueue(
        session,
        FIND,
        {"campaign_id": campaign_id, "community_id": community_id},
        now=now,
        dedup_key=f"{FIND}:{campaign_id}:{community_id}",
        run_after=now + _PAUSE,
    )


def read_next(
    session: Session,
    vault: Vault,
    scope: Scope,
    campaign_id: int,
    community_id: int,
    *,
    is_together: bool,
    now: datetime,
) -> tuple[CommentToCode, ...]:
    """Return the next comment to code, or those that say much the same; the look is written down.

    Raises:
        CommentNotFoundError: Somebody else than head office asks.
    """
    _only_head_office(scope)
    limit = MOST_TOGETHER if is_together else 1
    rows = queries.list_next(session, campaign_id, community_id, limit=limit)
    return _shown(session, vault, scope, rows, now=now)


def read_some(
    session: Session, vault: Vault, scope: Scope, comment_ids: Collection[int], *, now: datetime
) -> tuple[CommentToCode, ...]:
    """Return some comments again, as `read_next`."""
    _only_head_office(scope)
    return _shown(session, vault, scope, queries.list_rows(session, comment_ids), now=now)


def read_code(
    session: Session,
    vault: Vault,
    scope: Scope,
    campaign_id: int,
    community_id: int | None,
    code: str,
    *,
    limit: int,
    now: datetime,
) -> tuple[CommentToCode, ...]:
    """Return the comments of a code, as `read_next`."""
    _only_head_office(scope)
    rows = queries.list_rows_of_code(session, campaign_id, community_id, code, limit=limit)
    return _shown(session, vault, scope, rows, now=now)


def decide(
    session: Session,
    scope: Scope,
    comment_ids: Sequence[int],
    codes: Sequence[str],
    *,
    now: datetime,
) -> None:
    """Give comments their codes; none means that there is nothing to code in them.

    An earlier decision on them is replaced. The concentrated problems are looked for again.

    Raises:
        CommentNotFoundError: A comment waits for no code, or somebody else than head office asks.
        UnknownCodeError: The codebook has no such code.
    """
    _only_head_office(scope)
    for code in codes:
        if not load_codebook().has(code):
            raise UnknownCodeError(code)
    found = queries.lock_codings(session, comment_ids)
    if len(found) != len(set(comment_ids)) or not found:
        raise CommentNotFoundError(comment_ids[0] if comment_ids else 0)
    queries.delete_codes(session, comment_ids)
    for coding in found:
        suggested = {code for code, _score in json.loads(coding.suggested)}
        session.add_all(
            CommentCode(
                comment_id=coding.comment_id,
                code=code,
                campaign_id=coding.campaign_id,
                community_id=coding.community_id,
                frame_member_id=coding.frame_member_id,
                is_suggested=code in suggested,
                staff_id=scope.staff_id,
                at=now,
            )
            for code in dict.fromkeys(codes)
        )
        coding.done_at, coding.done_by = now, scope.staff_id
    session.flush()
    _log(session, scope, "comment.code", [one.comment_id for one in found], codes, now=now)
    for campaign_id, community_id in sorted({(one.campaign_id, one.community_id) for one in found}):
        order_finding(session, campaign_id, community_id, now=now)


def undo(session: Session, scope: Scope, comment_ids: Sequence[int], *, now: datetime) -> None:
    """Take a decision back: the comments wait for their codes again.

    Raises:
        CommentNotFoundError: As `decide`.
    """
    _only_head_office(scope)
    found = queries.lock_codings(session, comment_ids)
    if not found:
        raise CommentNotFoundError(comment_ids[0] if comment_ids else 0)
    queries.delete_codes(session, comment_ids)
    for coding in found:
        coding.done_at = coding.done_by = None
    session.flush()
    _log(session, scope, "comment.uncode", [one.comment_id for one in found], (), now=now)
    for campaign_id, community_id in sorted({(one.campaign_id, one.community_id) for one in found}):
        order_finding(session, campaign_id, community_id, now=now)


def release_quote(
    session: Session,
    vault: Vault,
    scope: Scope,
    comment_id: int,
    code: str,
    text: str,
    *,
    now: datetime,
) -> None:
    """Release words of a comment, redacted: nothing in them may tell who wrote them.

    Raises:
        CommentNotFoundError: The comment has not this code.
        FieldError: The text is empty or too long.
    """
    _only_head_office(scope)
    rows = queries.list_rows(session, [comment_id])
    if not rows or code not in queries.list_codes(session, [comment_id])[comment_id]:
        raise CommentNotFoundError(comment_id)
    text = clean_text(text).strip()
    if not text:
        raise FieldError("text", "empty")
    if len(text) > LONGEST_QUOTE:
        raise FieldError("text", "too_long")
    row = rows[0]
    quote = queries.find_quote(session, comment_id, code)
    if quote is None:
        quote = Quote(
            comment_id=comment_id,
            code=code,
            campaign_id=row.coding.campaign_id,
            community_id=row.coding.community_id,
        )
        session.add(quote)
    quote.text_sealed = vault.seal(text, "quote")
    quote.is_company_only = row.wish is ContactWish.HQ_ONLY
    quote.staff_id, quote.released_at, quote.withdrawn_at = scope.staff_id, now, None
    session.flush()
    _log(session, scope, "quote.release", [comment_id], (code,), now=now)


def withdraw_quote(
    session: Session, scope: Scope, comment_id: int, code: str, *, now: datetime
) -> None:
    """Take a released quote back; nothing made from now on shows it."""
    _only_head_office(scope)
    quote = queries.find_quote(session, comment_id, code)
    if quote is None:
        raise CommentNotFoundError(comment_id)
    quote.withdrawn_at = now
    session.flush()
    _log(session, scope, "quote.withdraw", [comment_id], (code,), now=now)


def _only_head_office(scope: Scope) -> None:
    if scope.role is not Role.HEAD_OFFICE:
        raise CommentNotFoundError(0)


def _shown(
    session: Session, vault: Vault, scope: Scope, rows: Sequence[CodingRow], *, now: datetime
) -> tuple[CommentToCode, ...]:
    codebook = load_codebook()
    codes = queries.list_codes(session, [row.coding.comment_id for row in rows])
    record_many(
        session,
        actor=scope,
        action="comment.read",
        subjects=[(row.household_uid, row.coding.community_id) for row in rows],
        detail="coding",
        now=now,
    )
    return tuple(
        CommentToCode(
            id=row.coding.comment_id,
            community=row.community,
            texts=tuple(json.loads(vault.open(row.texts_sealed, "comment")).items()),
            is_head_office_only=row.wish is ContactWish.HQ_ONLY,
            suggested=tuple(
                codebook.find(code)
                for code, _score in json.loads(row.coding.suggested)
                if codebook.has(code)
            ),
            codes=tuple(codes[row.coding.comment_id]),
            is_done=row.coding.done_at is not None,
        )
        for row in rows
    )


def _log(
    session: Session,
    scope: Scope,
    action: str,
    comment_ids: Sequence[int],
    codes: Sequence[str],
    *,
    now: datetime,
) -> None:
    record(
        session,
        actor=scope,
        action=action,
        subject=f"comment:{comment_ids[0]}",
        detail=" ".join([f"{len(comment_ids)}", *codes]),
        now=now,
    )
