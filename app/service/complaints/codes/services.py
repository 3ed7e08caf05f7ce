"""The default sub-codes, editing them, settings, and the number of a complaint. No commit."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.problems.codebook import load_codebook
from app.followup.rules import check_text
from app.service.complaints.codes import queries
from app.service.complaints.errors import NotAllowedError
from app.service.complaints.models import ComplaintClass, ComplaintCode, ComplaintSetting
from app.service.complaints.rules import HIGHEST_SETTING, SETTINGS
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.instrument.yamltree import read_tree

_FILE = Path(__file__).with_name("default.yaml")
_CODE = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9_]+")
LONGEST_CODE, LONGEST_ZH, LONGEST_EN = 48, 40, 80


@cache
def default_codes() -> tuple[dict[str, str], ...]:
    """Return the sub-codes a new installation begins with."""
    tree = read_tree(_FILE.read_text("utf-8"))
    if tree.problems or not isinstance(tree.data, Mapping):
        raise LookupError(_FILE.name)
    return tuple(dict(one) for one in tree.data["codes"])


def list_codes(session: Session, *, is_retired_shown: bool = False) -> list[ComplaintCode]:
    """Return the sub-codes by class and place, those retired only when asked for."""
    return queries.list_codes(session, is_retired_shown=is_retired_shown)


def get_code(session: Session, code: str) -> ComplaintCode:
    """Return a sub-code that may be given.

    Raises:
        FieldError: There is none, or it was retired.
    """
    found = queries.find_code(session, code)
    if found is None or found.retired_at is not None:
        raise FieldError("code", "unknown")
    return found


def save_code(
    session: Session,
    scope: Scope,
    *,
    class_: ComplaintClass,
    code: str,
    label_zh: str,
    label_en: str,
    department: str,
    now: datetime,
) -> ComplaintCode:
    """Add a sub-code, or give a known one other names or another department.

    A code never changes its class: complaints were counted under it.

    Raises:
        NotAllowedError: Somebody else than head office.
        FieldError: A field is empty, too long or unknown.
    """
    _only_head(scope, "save_code")
    _check_code(code, label_zh, label_en, department)
    found = queries.find_code(session, code)
    if found is None:
        place = len(queries.list_codes(session, is_retired_shown=True))
        found = ComplaintCode(code=code, class_=class_, place=place)
        session.add(found)
    elif found.class_ is not class_:
        raise FieldError("class_", "taken")
    found.label_zh, found.label_en = label_zh.strip(), label_en.strip()
    found.department, found.retired_at = department, None
    _stamp(session, scope, found, "saved", now)
    return found


def retire_code(session: Session, scope: Scope, code: str, *, now: datetime) -> None:
    """Let nobody give a sub-code any more; complaints that have it keep it.

    Raises:
        NotAllowedError: Somebody else than head office.
        FieldError: There is no such code.
    """
    _only_head(scope, "retire_code")
    found = get_code(session, code)
    found.retired_at = now
    _stamp(session, scope, found, "retired", now)


def read_settings(session: Session) -> dict[str, int]:
    """Return the numbers of `rules.SETTINGS`, with what head office chose instead."""
    chosen = queries.list_settings(session)
    return {name: chosen.get(name, usual) for name, usual in SETTINGS.items()}


def set_setting(session: Session, scope: Scope, name: str, value: int, *, now: datetime) -> None:
    """Choose a number; complaints already compared stay as they are.

    Raises:
        NotAllowedError: Somebody else than head office.
        FieldError: No such number, or out of range.
    """
    _only_head(scope, "set_setting")
    if name not in SETTINGS or not 1 <= value <= HIGHEST_SETTING:
        raise FieldError(name, "unknown")
    found = queries.find_setting(session, name)
    if found is None:
        found = ComplaintSetting(name=name)
        session.add(found)
    found.value, found.changed_by, found.changed_at = value, scope.staff_id, now
    detail = f"{name}={value}"
    record(
        session,
        actor=scope,
        action="complaint.setting",
        subject="complaints",
        detail=detail,
        now=now,
    )
    session.flush()


def number_for(session: Session, community_code: str | None, received_at: datetime) -> str:
    """Return the next number: of a community, or of head office's own list when None.

    A community's has three parts at least, head office's two: none can be the other.
    """
    year = beijing_date(received_at).year
    if community_code is None:
        return f"{year}-{queries.take_number(session, '', year):05d}"
    return f"{community_code}-{year}-{queries.take_number(session, community_code, year):04d}"


def _only_head(scope: Scope, act: str) -> None:
    if scope.role is not Role.HEAD_OFFICE:
        raise NotAllowedError(scope.staff_id, act)


def _check_code(code: str, label_zh: str, label_en: str, department: str) -> None:
    if _CODE.fullmatch(code) is None or len(code) > LONGEST_CODE:
        raise FieldError("code", "unknown")
    for field, text, most in (
        ("label_zh", label_zh, LONGEST_ZH),
        ("label_en", label_en, LONGEST_EN),
    ):
        check_text(field, text)
        if len(text) > most:
            raise FieldError(field, "too_long")
    if department not in {one.code for one in load_codebook().departments}:
        raise FieldError("department", "unknown")


def _stamp(
    session: Session, scope: Scope, found: ComplaintCode, detail: str, now: datetime
) -> None:
    found.changed_by, found.changed_at = scope.staff_id, now
    record(
        session,
        actor=scope,
        action="complaint.code",
        subject=f"complaint_code:{found.code}",
        detail=detail,
        now=now,
    )
    session.flush()
