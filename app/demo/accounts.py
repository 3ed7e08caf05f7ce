"""Who works in the invented company, and how a step of the demo acts as one of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.staff import queries, services
from app.staff.models import Role, Staff
from app.staff.scope import Scope
from app.surveys.register.models import Community
from app.surveys.register.queries import find_community_by_code

OPERATOR = Scope(staff_id=0, name="demo", role=Role.HEAD_OFFICE, community_ids=None)


@dataclass(frozen=True, slots=True)
class Account:
    """A sign-in of the demo."""

    login: str
    password: str
    name: str
    role: Role
    communities: tuple[str, ...]
    what: str


ACCOUNTS = (
    Account(
        "hq", "linsheng-hq-demo", "沈怡", Role.HEAD_OFFICE, (), "head office, quality department"
    ),
    Account("leader", "linsheng-leader-demo", "林叔衡", Role.LEADER, (), "company leader"),
    Account(
        "office",
        "linsheng-office-demo",
        "周立",
        Role.OFFICE,
        ("YQL", "GYY"),
        "office director (desk)",
    ),
    Account("steward", "linsheng-steward-demo", "赵文静", Role.STEWARD, ("GYY",), "steward (desk)"),
    Account("clerk", "linsheng-clerk-demo", "何立", Role.CLERK, (), "entry clerk"),
    Account(
        "interviewer",
        "linsheng-interviewer-demo",
        "孙晓",
        Role.INTERVIEWER,
        ("GYY",),
        "interviewer, on a tablet (/interview/)",
    ),
    Account(
        "office2",
        "linsheng-office2-demo",
        "吴敏",
        Role.OFFICE,
        ("JTW", "WLT"),
        "office director of two other communities",
    ),
    Account(
        "office3",
        "linsheng-office3-demo",
        "郑凯",
        Role.OFFICE,
        ("SJY", "XYG"),
        "office director where least come back",
    ),
    Account(
        "region",
        "linsheng-region-demo",
        "江岚",
        Role.REGION,
        ("YQL", "GYY"),
        "head of a region",
    ),
    Account(
        "committee",
        "linsheng-committee-demo",
        "许国华",
        Role.COMMITTEE,
        ("YQL",),
        "owners' committee of one community",
    ),
    Account("caller", "linsheng-caller-demo", "唐静", Role.CALLER, (), "calls for head office"),
    Account("admin", "linsheng-admin-demo", "顾问秋", Role.ADMIN, (), "accounts and audit"),
    Account("agency", "linsheng-agency-demo", "梁启", Role.AGENCY, (), "agency of a market survey"),
)


def add_accounts(session: Session, *, now: datetime) -> None:
    """Add everybody who works in the demo."""
    for account in ACCOUNTS:
        places = [community_of(session, code) for code in account.communities]
        is_region = account.role is Role.REGION
        staff = services.add_staff(
            session,
            login=account.login,
            name=account.name,
            role=account.role,
            password=account.password,
            community_ids=[] if is_region else [place.id for place in places],
            # The demo's clerk sits at head office.
            all_communities=account.role is Role.CLERK,
            now=now,
        )
        if is_region:
            regions = {place.region_id for place in places if place.region_id is not None}
            services.give_regions(session, staff, sorted(regions))


def staff_of(session: Session, login: str) -> Staff:
    """Return somebody of the demo."""
    found = queries.find_staff_by_login(session, login)
    if found is None:
        raise LookupError(login)
    return found


def scope_of(session: Session, login: str, community: Community | None = None) -> Scope:
    """Return the rights of somebody of the demo, in one community or in all."""
    staff = staff_of(session, login)
    seen = None if community is None else frozenset({community.id})
    return Scope(staff_id=staff.id, name=staff.name, role=Role(staff.role), community_ids=seen)


def at_the_doors_of(session: Session, code: str) -> Staff:
    """Return who goes from door to door in a community: its steward, or else its director."""
    for account in sorted(ACCOUNTS, key=lambda one: one.role is not Role.STEWARD):
        if code in account.communities and account.role in {Role.STEWARD, Role.OFFICE}:
            return staff_of(session, account.login)
    raise LookupError(code)


def community_of(session: Session, code: str) -> Community:
    """Return a community of the demo."""
    found = find_community_by_code(session, code)
    if found is None:
        raise LookupError(code)
    return found
