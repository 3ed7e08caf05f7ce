"""What happens in homes between the demo's campaigns: moves, two made one, needs, opt-outs."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.clock import start_of
from app.demo.accounts import OPERATOR, community_of, scope_of
from app.surveys.distribution.wishes import opt_out
from app.surveys.register.homes import queries, services
from app.surveys.register.homes.queries import FoundHome
from app.surveys.register.homes.services import Act, Told
from app.surveys.register.models import CareNeedKind, PersonKind
from app.surveys.register.rules import building_key, home_key
from app.vault import Vault

_NEEDS = (
    ("GYY", "1栋", "1-0302", CareNeedKind.LARGE_PRINT),
    ("GYY", "2栋", "2-1203", CareNeedKind.PHONE_CALL),
    ("GYY", "4栋", "1-0101", CareNeedKind.HOME_VISIT),
    ("YQL", "1栋", "1-0901", CareNeedKind.LARGE_PRINT),
    ("YQL", "3栋", "2-0204", CareNeedKind.HOME_VISIT),
    ("YQL", "6栋", "1-1402", CareNeedKind.PHONE_CALL),
    ("JTW", "2栋", "2-0703", CareNeedKind.LARGE_PRINT),
    ("WLT", "1栋", "1-0501", CareNeedKind.HOME_VISIT),
    ("SJY", "3栋", "2-0304", CareNeedKind.LARGE_PRINT),
    ("XYG", "1栋", "1-0602", CareNeedKind.PHONE_CALL),
)
_QUIET = (
    ("YQL", "2栋", "1-1101", "电话里说：信收到了，不要再发短信。"),
    ("WLT", "3栋", "2-0803", "老人不用手机，由女儿代为提出。"),
)


def note_needs(session: Session, *, on: date) -> None:
    """Write down which homes need large print, a call or a visit."""
    for code, building, room, need in _NEEDS:
        act = Act(scope_of(session, "hq"), on, "", start_of(on) + timedelta(hours=15))
        services.note_need(session, _home(session, code, building, room), need, None, act)


def move_people(session: Session, vault: Vault, *, before: date) -> None:
    """Let an owner sell, a tenant come, and a family join two flats, all before a day."""
    sold = _home(session, "GYY", "2栋", "1-0802")
    act = _act(session, before - timedelta(days=64), "房屋过户，前台登记。")
    for person in queries.list_residents(session, sold.household_id):
        if person.moved_out_on is None:
            services.move_out(session, vault, sold, person.id, act)
    newcomer = Told("顾海燕", "17000009301", PersonKind.OWNER)
    services.move_in(session, vault, sold, newcomer, act)
    let = _home(session, "YQL", "4栋", "2-0603")
    act = _act(session, before - timedelta(days=51), "业主出租，租户到前台登记。")
    services.move_in(session, vault, let, Told("严俊", "17000009302", PersonKind.TENANT), act)
    gone, kept = (_home(session, "JTW", "3栋", room) for room in ("1-0502", "1-0501"))
    act = _act(session, before - timedelta(days=45), "两套打通成一户，装修已验收。")
    services.merge(session, vault, gone, kept, act)


def leave_in_peace(session: Session, vault: Vault, *, on: date) -> None:
    """Record the homes that asked for no more reminders."""
    head = scope_of(session, "hq")
    for code, building, room, note in _QUIET:
        found = _home(session, code, building, room)
        home = queries.lock_household(session, found.household_id)
        at = start_of(on) + timedelta(hours=9)
        opt_out(session, vault, home, note=note, actor=head, now=at)


def _act(session: Session, on: date, reason: str) -> Act:
    return Act(scope_of(session, "hq"), on, reason, start_of(on) + timedelta(hours=11))


def _home(session: Session, code: str, building: str, room: str) -> FoundHome:
    found = queries.find_by_address(
        session,
        OPERATOR,
        [community_of(session, code).id],
        building=building_key(building),
        room=home_key(room),
        is_door_only=False,
    )
    if len(found) != 1:
        raise LookupError(code, building, room)
    return found[0]
