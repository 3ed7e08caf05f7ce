"""Every row of one home, read by the same ways on which it is erased."""

import base64
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Base
from app.rights.erasure.queries import collect
from app.rights.erasure.registry import RULES, Rule
from app.rights.sealed import purpose_of
from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.response.models import Response
from app.vault import Vault

# Other people's: who at the company keyed in, called or looked; and what stands for a password.
_NOT_TOLD = ("hash", "token", "pseudonym")
_PICTURES = ("photo.content_sealed", "visit_picture.content_sealed", "answer_copy.content_sealed")


def list_everything(
    session: Session, vault: Vault, household_id: int
) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Yield each table that holds something of a home, with its rows in plain words.

    Args:
        session: Open session.
        vault: Opens what is sealed.
        household_id: The home.
    """
    keys = collect(session, household_id)
    for rule in RULES:
        rows = _rows(session, vault, rule, keys[rule.group])
        if rows:
            yield rule.table, rows


def list_pictures(session: Session, vault: Vault, household_id: int) -> list[tuple[str, bytes]]:
    """Return the pictures and files of a home with a name for each."""
    keys = collect(session, household_id)
    found = []
    for rule in RULES:
        place = f"{rule.table}.content_sealed"
        if place not in _PICTURES:
            continue
        table = Base.metadata.tables[rule.table]
        query = select(table.c.content_sealed).where(table.c[rule.column].in_(keys[rule.group]))
        for number, sealed in enumerate(session.scalars(query), 1):
            if sealed is not None:
                content = base64.b64decode(vault.open(sealed, purpose_of(place)))
                ending = "pdf" if content[:4] == b"%PDF" else "jpg"
                found.append((f"{rule.table}-{number}.{ending}", content))
    return found


def list_answers(session: Session, household_id: int) -> list[tuple[Response, str]]:
    """Return every answer of a home, voided ones too, each with the code of its campaign."""
    query = (
        select(Response, Campaign.code)
        .join(FrameMember, FrameMember.id == Response.frame_member_id)
        .join(Campaign, Campaign.id == FrameMember.campaign_id)
        .where(FrameMember.household_id == household_id)
        .order_by(Response.id)
    )
    return [(response, code) for response, code in session.execute(query)]


def _rows(session: Session, vault: Vault, rule: Rule, keys: set[int]) -> list[dict[str, str]]:
    table = Base.metadata.tables[rule.table]
    columns = [column for column in table.c if not any(w in column.name for w in _NOT_TOLD)]
    query = select(*columns).where(table.c[rule.column].in_(keys))
    found = []
    for row in session.execute(query).mappings():
        told = {}
        channel = row["channel"] if rule.table == "message_address" else ""
        for column in columns:
            place, value = f"{rule.table}.{column.name}", row[column.name]
            if value is None or place in _PICTURES:
                continue
            if column.name.endswith("_sealed"):
                value = vault.open(value, purpose_of(place, channel=getattr(channel, "value", "")))
            told[column.name] = _plain(value)
        found.append(told)
    return found


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
