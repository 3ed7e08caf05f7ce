"""A simulated market whose truth is known: five companies, sixty communities, 900 interviews."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import StringIO

import numpy as np
from sqlalchemy.orm import Session

from app.clock import BEIJING, start_of
from app.staff.models import Role, Staff
from app.staff.queries import find_staff_by_login
from app.staff.scope import Scope
from app.surveys.market import services
from app.surveys.market.backchecks import close_survey, draw_checks, record_check
from app.surveys.market.deliveries import apply_delivery
from app.surveys.market.frame import apply_frame
from app.surveys.market.models import CheckOutcome, MarketSurveyRow, ProviderKind
from app.surveys.market.queries import get_survey, list_drawn
from app.surveys.market.services import CompanyLine, Setup
from app.vault import Vault

SEED = 20261112
EACH, INTERVIEWS = 12, 15
COMPANIES = (
    CompanyLine("own", "邻声物业", "Linsheng", ProviderKind.OWN),
    CompanyLine("haiyue", "海悦物业", "Haiyue", ProviderKind.NAMED),
    CompanyLine("jiahe", "嘉禾服务", "Jiahe", ProviderKind.NAMED),
    CompanyLine("wanshun", "万顺物业", "Wanshun", ProviderKind.NAMED),
    CompanyLine("tianlan", "天澜物业", "Tianlan", ProviderKind.NAMED),
    CompanyLine("other", "其他公司", "Others", ProviderKind.OTHER),
)
# Mean on 0-100 at the market's average fee, building age and city, before scale points cut it.
TRUTH = {"own": 63.0, "haiyue": 71.0, "jiahe": 62.0, "wanshun": 55.0, "tianlan": 64.0}
FEE, AGE, CITY = 5.0, -4.0, 3.0  # for a doubled fee, ten years, the second city
BETWEEN, PERSON = 4.0, 13.0
AREAS = (
    *("service", "security", "cleaning", "greenery", "facilities"),
    *("repairs", "parking", "fees", "community_life"),
)
# What each company is better or worse at than at all areas together.
STRENGTHS = {
    "own": (5, 2, 3, 0, -4, -7, -2, 2, 1),
    "haiyue": (-2, 1, 0, 2, 3, 8, -3, -5, -4),
    "jiahe": (1, -2, 2, 4, -1, 0, -2, -1, -1),
    "wanshun": (-1, 3, -4, -2, 1, -2, 3, 4, -2),
    "tianlan": (2, -3, 0, 1, 2, 0, 1, -4, 1),
}
IMPORTANCE = (7.4, 8.8, 7.9, 6.6, 8.3, 8.1, 7.2, 7.7, 6.0)
KNOWN = {"own": 0.72, "haiyue": 0.8, "jiahe": 0.5, "wanshun": 0.64, "tianlan": 0.38}
IMAGES = {
    "keeps_word": {"own": 0.42, "haiyue": 0.5, "jiahe": 0.33, "wanshun": 0.2, "tianlan": 0.3},
    "open_fees": {"own": 0.45, "haiyue": 0.2, "jiahe": 0.3, "wanshun": 0.36, "tianlan": 0.22},
    "quick": {"own": 0.22, "haiyue": 0.55, "jiahe": 0.28, "wanshun": 0.2, "tianlan": 0.3},
    "good_staff": {"own": 0.5, "haiyue": 0.4, "jiahe": 0.34, "wanshun": 0.18, "tianlan": 0.36},
    "value": {"own": 0.2, "haiyue": 0.52, "jiahe": 0.2, "wanshun": 0.12, "tianlan": 0.4},
    "care": {"own": 0.46, "haiyue": 0.18, "jiahe": 0.36, "wanshun": 0.16, "tianlan": 0.15},
    "technology": {"own": 0.12, "haiyue": 0.4, "jiahe": 0.1, "wanshun": 0.08, "tianlan": 0.48},
    "only_fees": {"own": 0.14, "haiyue": 0.24, "jiahe": 0.18, "wanshun": 0.44, "tianlan": 0.3},
}
NEEDS = {
    "elder_alone": 0.13, "disability": 0.04, "children": 0.34, "pets": 0.22,
    "ebike": 0.48, "charging": 0.2, "let": 0.1, "other_need": 0.04,
}  # fmt: skip
_CITIES = ("杭州", "绍兴")
_NAMES = (
    *("云栖", "望江", "翠苑", "丹桂", "银湖", "春晖", "东篱", "西溪"),
    *("南山", "北苑", "金沙", "碧波", "紫荆", "晴川", "朗润", "松风"),
)
_KINDS = ("花园", "华庭", "名苑", "雅居")
_REASONS = ("safety", "repair", "price", "attitude", "cleanliness", "openness", "name", "answers")
_REASON_SHARES = (0.24, 0.19, 0.16, 0.13, 0.1, 0.09, 0.05, 0.04)
_AGES = ("under_30", "to_44", "to_59", "to_74", "over_74")
_CODES = tuple(TRUTH)


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """A community of the invented market."""

    name: str
    provider: str
    city: str
    fee: float
    age: float
    area: float


def market(
    session: Session, vault: Vault, *, closes_on: date, interviews: int = INTERVIEWS
) -> MarketSurveyRow:
    """Make a market survey from the list of companies to its last back-check.

    Its last day, `closes_on`, is over; freeze and study are the worker's.

    Args:
        session: Open transaction.
        vault: Seals the numbers left for the agency's check.
        closes_on: Last day of the interviews.
        interviews: In each community.
    """
    head, agency = (_scope(_staff(session, login)) for login in ("hq", "agency"))
    rng = np.random.default_rng(SEED)
    opens_on = closes_on - timedelta(days=20)
    before = start_of(opens_on) - timedelta(days=5)
    survey = services.make_survey(
        session, f"M{closes_on:%Y-%m}", _setup(opens_on, closes_on), actor=head, now=before
    )
    survey.seed = SEED
    services.set_providers(session, survey, list(COMPANIES), actor=head, now=before)
    services.give_account(
        session, survey, agency.staff_id, is_supervisor=True, actor=head, now=before
    )
    places = make_places(rng)
    apply_frame(session, survey, places_file(places), actor=head, now=before)
    services.open_survey(
        session, survey, company="", is_external=True, actor=head, now=start_of(opens_on)
    )
    content = interviews_file(rng, places, opens_on, each=interviews)
    ended = start_of(closes_on) + timedelta(hours=20)
    apply_delivery(session, survey, content, vault, actor=agency, now=ended)
    draw_checks(session, survey, actor=agency, now=ended)
    for at, row in enumerate(list_drawn(session, survey.id)[: 4 * interviews]):
        outcome = CheckOutcome.CONFIRMED
        if at % 12 == 5:
            outcome = CheckOutcome.NOT_REACHED
        elif at % 30 == 7:
            outcome = CheckOutcome.DIFFERS
        record_check(session, survey, row, outcome, actor=agency, now=ended)
    close_survey(session, survey, actor=head, now=start_of(closes_on + timedelta(days=1)))
    return get_survey(session, survey.id)


def make_places(rng: np.random.Generator) -> tuple[DemoPlace, ...]:
    """Return the communities: dearer companies have newer buildings, so plain means mislead."""
    places = []
    names = [f"{one}{kind}" for kind in _KINDS for one in _NAMES]
    for k, code in enumerate(_CODES):
        dear = (0.1, 0.25, -0.05, -0.15, 0.2)[k]
        for j in range(EACH):
            fee = round(float(np.exp(0.85 + dear + 0.28 * rng.normal())), 2)
            age = round(float(np.clip(14 - 14 * dear + 5 * rng.normal(), 1, 32)))
            area = round(float(rng.uniform(60_000, 260_000)), -3)
            name = names[k * EACH + j]
            places.append(DemoPlace(name, code, _CITIES[j % 2], fee, age, area))
    return tuple(places)


def true_means() -> Mapping[str, float]:
    """Return the true adjusted means: what an endless survey of this market would find."""
    return TRUTH


def places_file(places: Sequence[DemoPlace]) -> bytes:
    """Return the file head office uploads."""
    target = StringIO()
    writer = csv.writer(target)
    writer.writerow(("小区", "物业公司", "城市", "物业费", "楼龄", "建筑面积"))
    names = {one.code: one.name for one in COMPANIES}
    for one in places:
        company = names[one.provider]
        writer.writerow((one.name, company, one.city, one.fee, one.age, one.area))
    return target.getvalue().encode()


def interviews_file(
    rng: np.random.Generator,
    places: Sequence[DemoPlace],
    opens_on: date,
    *,
    each: int = INTERVIEWS,
) -> bytes:
    """Return the file the agency delivers."""
    rows = [
        _interview(rng, place, level, number=at * each + k + 1, opens_on=opens_on)
        for at, (place, level) in enumerate(zip(places, _levels(rng, places), strict=True))
        for k in range(each)
    ]
    names = list(dict.fromkeys(name for row in rows for name in row))
    target = StringIO()
    writer = csv.DictWriter(target, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode()


def _levels(rng: np.random.Generator, places: Sequence[DemoPlace]) -> list[float]:
    fee = np.log2([one.fee for one in places])
    age = np.array([one.age for one in places]) / 10
    city = np.array([one.city == _CITIES[1] for one in places], dtype=np.float64)
    common = FEE * (fee - fee.mean()) + AGE * (age - age.mean()) + CITY * (city - city.mean())
    truth = np.array([TRUTH[one.provider] for one in places])
    drawn = truth + common + BETWEEN * rng.normal(size=len(places))
    return [float(one) for one in drawn]


def _interview(
    rng: np.random.Generator, place: DemoPlace, level: float, *, number: int, opens_on: date
) -> dict[str, str]:
    """Return one interview as a row of the file."""
    person = level + PERSON * 0.75 * rng.normal()
    begun = datetime.combine(opens_on, datetime.min.time(), BEIJING) + timedelta(
        days=int(rng.integers(0, 20)), hours=9, minutes=int(rng.integers(0, 600))
    )
    ended = begun + timedelta(minutes=float(np.clip(11 + 2.5 * rng.normal(), 4, 25)))
    row = {
        "interview": f"A{number:04}",
        "interviewer": f"访{1 + number % 12:02}",
        "start": f"{begun:%Y-%m-%d %H:%M}",
        "end": f"{ended:%Y-%m-%d %H:%M}",
        "community": place.name,
        "provider": place.provider,
        "tenure": "tenant" if rng.random() < 0.15 else "owner",
        "years": str(rng.choice(("under_one", "to_three", "to_ten", "over_ten"))),
        "overall": _point(person + PERSON * 0.66 * rng.normal()),
        "fee_paid": f"{place.fee:g}",
        "fee_view": "high" if rng.random() < 0.4 else "right",
        "reason": ";".join(sorted(set(rng.choice(_REASONS, 2, p=_REASON_SHARES)))),
        "age": str(rng.choice(_AGES, p=(0.14, 0.33, 0.28, 0.2, 0.05))),
        "household": str(rng.choice(("one", "two", "three_four", "five_more"))),
        "dwelling": str(rng.choice(("no_lift", "with_lift"), p=(0.25, 0.75))),
        "built": str(opens_on.year - int(place.age)),
    }
    _rate_areas(rng, row, place, person)
    _name_companies(rng, row, place)
    _tell_needs(rng, row, person)
    row["vote"] = str(int(np.clip(round(1 + (person + 14 * rng.normal()) / 22), 1, 5)))
    row["recommend"] = str(int(np.clip(round((person + 14 * rng.normal()) / 10), 0, 10)))
    if rng.random() < 0.55:
        row["phone"] = f"1390000{number:04}"
    return row


def _rate_areas(
    rng: np.random.Generator, row: dict[str, str], place: DemoPlace, person: float
) -> None:
    limits = set(rng.choice(len(AREAS), 3, replace=False))
    for at, area in enumerate(AREAS):
        row[f"importance.{area}"] = str(
            int(np.clip(round(IMPORTANCE[at] + 1.4 * rng.normal()), 1, 10))
        )
        value = person + STRENGTHS[place.provider][at] + PERSON * 0.6 * rng.normal()
        row[f"performance.{area}"] = "na" if rng.random() < 0.03 else _point(value)
        if at in limits:
            row[f"adequate.{area}"] = str(int(rng.integers(4, 7)))
            row[f"desired.{area}"] = str(int(rng.integers(8, 11)))


def _name_companies(rng: np.random.Generator, row: dict[str, str], place: DemoPlace) -> None:
    known = [code for code in _CODES if code == place.provider or rng.random() < KNOWN[code]]
    row["spontaneous"] = ";".join(known[: int(rng.integers(0, 3))])
    row["step.known"] = ";".join(known)
    for statement, shares in IMAGES.items():
        row[f"image.{statement}"] = ";".join(code for code in known if rng.random() < shares[code])
    pull = np.array([TRUTH[code] / 8 + (1.0 if code == place.provider else 0.0) for code in known])
    chance = np.exp(pull - pull.max())
    order = rng.choice(known, size=min(2, len(known)), replace=False, p=chance / chance.sum())
    row["step.considered"], row["step.first"] = ";".join(order), str(order[0])
    row["never"] = ";".join(c for c in known if c not in order and rng.random() < 0.1)
    if rng.random() < 0.45:
        others = [code for code in _CODES if code != place.provider]
        source = "previous" if rng.random() < 0.8 else "second"
        other = str(rng.choice(others))
        row[source] = other
        for at, area in enumerate(AREAS):
            lead = (
                TRUTH[place.provider]
                + STRENGTHS[place.provider][at]
                - TRUTH[other]
                - STRENGTHS[other][at]
            )
            row[f"{source}.{area}"] = str(int(np.clip(round(lead / 12 + rng.normal()), -2, 2)))


def _tell_needs(rng: np.random.Generator, row: dict[str, str], person: float) -> None:
    has = [need for need, share in NEEDS.items() if rng.random() < share]
    for need in has:
        row[f"need.{need}"] = "1"
    if has:
        row["fit"] = _point(person - 6 + 12 * rng.normal())


def _point(value: float) -> str:
    """Return the scale point 1 to 10 nearest to a value of 0-100."""
    return str(int(np.clip(round(1 + 9 * value / 100), 1, 10)))


def _setup(opens_on: date, closes_on: date) -> Setup:
    return Setup(
        title="杭绍市场地位调查",
        title_en="Market standing, Hangzhou and Shaoxing",
        market="杭州、绍兴两市，物业费每平方米每月 1.5–5 元的住宅小区",
        agency="知衡市场研究",
        opens_on=opens_on,
        closes_on=closes_on,
    )


def _staff(session: Session, login: str) -> Staff:
    found = find_staff_by_login(session, login)
    if found is None:
        raise LookupError(login)
    return found


def _scope(staff: Staff) -> Scope:
    ids = None if staff.role is Role.HEAD_OFFICE else frozenset[int]()
    return Scope(staff_id=staff.id, name=staff.name, role=staff.role, community_ids=ids)
