"""What a timer destroys, for one whole campaign at a time."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Base
from app.rights.erasure.queries import apply_rule
from app.rights.erasure.registry import RULES, WAYS, Group, Rule
from app.rights.models import Kept, Retention
from app.surveys.campaign.models import Campaign, FrameMember
from app.vault import Vault

SLICE = 500  # homes at a time: a timer never holds the database for long
TABLES: dict[Kept, tuple[str, ...]] = {
    Kept.COMMENTS: ("comment", "quote", "reply", "alarm", "scan_decision"),
    Kept.NOTES: (
        *("case_note", "contact_note", "contact_record", "visit", "visit_action", "visit_record"),
        *("audit_call", "praise", "exclusion", "ended_exclusion", "response_void"),
    ),
    Kept.PICTURES: ("photo", "visit_picture", "scan_image"),
    Kept.SIGNALS: ("response_signal",),
    Kept.DRAFTS: ("draft", "answer_copy"),
}


@dataclass(frozen=True, slots=True)
class Timers:
    """A campaign with what was set for it."""

    campaign: Campaign
    rows: dict[Kept, Retention]


def list_timers(session: Session) -> list[Timers]:
    """Return every campaign, newest first, with its timers."""
    found: dict[int, dict[Kept, Retention]] = {}
    for row in session.scalars(select(Retention)):
        found.setdefault(row.campaign_id, {})[row.what] = row
    campaigns = session.scalars(select(Campaign).order_by(Campaign.opens_on.desc(), Campaign.id))
    return [Timers(one, found.get(one.id, {})) for one in campaigns]


def find_timer(session: Session, campaign_id: int, what: Kept) -> Retention | None:
    """Return one timer, None while it is the usual one and not yet done."""
    return session.get(Retention, (campaign_id, what))


def list_member_ids(session: Session, campaign_id: int, after: int) -> list[int]:
    """Return the next homes of a campaign by key."""
    query = select(FrameMember.id).where(
        FrameMember.campaign_id == campaign_id, FrameMember.id > after
    )
    return list(session.scalars(query.order_by(FrameMember.id).limit(SLICE)))


def collect_slice(session: Session, member_ids: list[int]) -> dict[Group, set[int]]:
    """Return the keys of everything that hangs on these homes in their campaign."""
    keys: dict[Group, set[int]] = {group: set() for group in Group}
    keys[Group.MEMBER] = set(member_ids)
    for group, column, source in WAYS:
        if Group.HOME in (group, source):
            continue
        table = Base.metadata.tables[group.value]
        query = select(table.c.id).where(table.c[column].in_(keys[source]))
        keys[group] |= set(session.scalars(query))
    return keys


def destroy(session: Session, vault: Vault, what: Kept, keys: dict[Group, set[int]]) -> int:
    """Destroy one kind of words, as an erasure would; return how many rows."""
    return sum(apply_rule(session, vault, rule, keys) for rule in _rules(what))


def _rules(what: Kept) -> list[Rule]:
    wanted = TABLES[what]
    return [rule for rule in RULES if rule.table in wanted and rule.group is not Group.HOME]
