"""Commands on what is printed and posted: bulletins, the address of a board, posters."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.followup.errors import FieldError
from app.followup.problems.bulletins import queries
from app.followup.problems.codebook import load_codebook
from app.followup.problems.errors import UnknownProblemError
from app.followup.problems.promises.services import Change
from app.followup.published.content import BulletinContent, BulletinLine, write_bulletin
from app.followup.published.models import BoardCode, Bulletin, Poster, PosterKind, ProgressKind
from app.followup.published.queries import list_progress_of
from app.jobs.queue import enqueue
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.register.models import Community

POSTER = "make_poster"
SIZES = ("a3", "a4")
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 10


def propose_lines(
    session: Session,
    earlier_campaign_id: int,
    community_id: int,
    *,
    changes: Mapping[str, Change],
    names: Mapping[str, tuple[str, str]],
) -> list[BulletinLine]:
    """Return a line for every public answer of the earlier campaign whose item was asked again.

    Args:
        session: Open session.
        earlier_campaign_id: The campaign that was answered.
        community_id: The community.
        changes: Items of the later campaign's stored result with their change.
        names: Chinese and English name of every item.
    """
    codebook = load_codebook()
    lines = []
    for row in queries.list_answered(session, earlier_campaign_id, community_id):
        if row.code is None or not codebook.has(row.code):
            continue
        code = codebook.find(row.code)
        key = next((one for one in (code.item, code.area) if one in changes), None)
        if key is None:
            continue
        change, (item_zh, item_en) = changes[key], names.get(key, (code.zh, code.en))
        words = [
            word
            for word in list_progress_of(session, [row.problem.id])
            if word.kind is not ProgressKind.CLOSING
        ]
        lines.append(
            BulletinLine(
                said=row.answer.title,
                did=words[-1].text if words else row.answer.action,
                item_zh=item_zh,
                item_en=item_en,
                before=change.before,
                after=change.after,
                change=change.change,
                low=change.low,
                high=change.high,
                verdict=change.verdict,
            )
        )
    return lines


def publish_bulletin(
    session: Session,
    scope: Scope,
    content: BulletinContent,
    *,
    campaign_id: int,
    community_id: int,
    now: datetime,
) -> int:
    """Publish a bulletin, or a new version of one, and return its version.

    Raises:
        UnknownProblemError: Somebody else than head office asks.
        FieldError: It has no line.
    """
    if scope.role is not Role.HEAD_OFFICE:
        raise UnknownProblemError(community_id)
    if not content.lines:
        raise FieldError("lines", "empty")
    former = queries.lock_bulletins(session, campaign_id, community_id)
    version = former[0].version + 1 if former else 1
    session.add(
        Bulletin(
            campaign_id=campaign_id,
            community_id=community_id,
            version=version,
            content=write_bulletin(content),
            staff_id=scope.staff_id,
            published_at=now,
        )
    )
    session.flush()
    record(
        session,
        actor=scope,
        action="bulletin.publish",
        subject=f"campaign:{campaign_id}",
        community_id=community_id,
        detail=f"version {version}",
        now=now,
    )
    return version


def board_code(session: Session, community: Community) -> str:
    """Return the address of a community's public answers, and make it the first time.

    It stands on the board for everybody, so it is short; it opens published words only.
    """
    found = queries.find_board_code(session, community.id)
    if found is not None:
        return found.code
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    try:
        with session.begin_nested():
            session.add(BoardCode(community_id=community.id, code=code))
            session.flush()
    except IntegrityError:  # somebody else has just made one
        again = queries.find_board_code(session, community.id)
        if again is None:
            raise
        return again.code
    return code


def order_poster(
    session: Session,
    *,
    campaign_id: int,
    community_id: int,
    kind: PosterKind,
    size: str,
    now: datetime,
) -> None:
    """Let the worker print a sheet anew; the former one can be fetched until then.

    Raises:
        FieldError: There is no such size.
    """
    if size not in SIZES:
        raise FieldError("size", "unknown")
    poster = queries.find_poster(session, campaign_id, community_id, kind, size)
    if poster is None:
        poster = Poster(campaign_id=campaign_id, community_id=community_id, kind=kind, size=size)
        session.add(poster)
    poster.asked_at, poster.digest, poster.made_at = now, None, None
    session.flush()
    enqueue(
        session,
        POSTER,
        {
            "campaign_id": campaign_id,
            "community_id": community_id,
            "kind": kind.value,
            "size": size,
        },
        now=now,
        dedup_key=f"{POSTER}:{campaign_id}:{community_id}:{kind.value}:{size}",
    )


def keep_poster(
    session: Session,
    digest: str,
    *,
    campaign_id: int,
    community_id: int,
    kind: PosterKind,
    size: str,
    now: datetime,
) -> None:
    """Keep which file a printed sheet is."""
    poster = queries.find_poster(session, campaign_id, community_id, kind, size)
    if poster is not None:
        poster.digest, poster.made_at = digest, now
        session.flush()
