"""Words and numbers of results: how a value is written, what a code is called, the verdict."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from app.analysis.disclosure.floors import FULL, LIST_FROM, ORDER_FROM, SUPPRESSED, WAIVER
from app.analysis.results.estimate import Estimate
from app.analysis.results.items import IndexResult, ItemResult, ZoneResult
from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.surveys.instrument.model import Instrument

NOTHING = "—"
_FEWEST = 2
_FIRST_PART = re.compile(r"与|、|, | & | and | in ")


@dataclass(frozen=True, slots=True)
class Names:
    """What codes are called, in one language; an unknown code is its own name.

    Attributes:
        areas: Area code to its name.
        attributes: Attribute code to the statement the owner read.
        departments: Area code to the department responsible.
    """

    areas: Mapping[str, str]
    attributes: Mapping[str, str]
    departments: Mapping[str, str]

    def area(self, code: str) -> str:
        """Return the full name of an area."""
        return self.areas.get(code, code)

    def short(self, code: str) -> str:
        """Return the name without what stands in brackets, for charts and sentences."""
        name = self.area(code)
        return name.split("（", maxsplit=1)[0].split("(", maxsplit=1)[0].strip() or name

    def brief(self, code: str) -> str:
        """Return the first part of the name, where even the short one does not fit."""
        return _FIRST_PART.split(self.short(code), maxsplit=1)[0].strip()

    def attribute(self, code: str) -> str:
        """Return the statement of an attribute."""
        return self.attributes.get(code, code)

    def department(self, area: str) -> str:
        """Return the department responsible for an area, empty when nobody is named."""
        return self.departments.get(area, "")


def names_of(instrument: Instrument, language: str) -> Names:
    """Collect the names an instrument gives to its codes.

    A column of a data file without areas keeps its code as its name.
    """
    departments = {code: text.plain(language) for code, text in instrument.departments.items()}
    return Names(
        areas=MappingProxyType({a.code: a.name.plain(language) for a in instrument.areas}),
        attributes=MappingProxyType(
            {
                attribute.code: attribute.text.plain(language)
                for area in instrument.areas
                for attribute in area.attributes
            }
        ),
        departments=MappingProxyType(
            {a.code: departments.get(a.department, a.department) for a in instrument.areas}
        ),
    )


def number(value: float | None, digits: int = 1) -> str:
    """Write a number with a true minus sign; nothing known is a dash, never 0."""
    if value is None:
        return NOTHING
    text = f"{value:.{digits}f}"
    return text[1:] if _is_zero(text) and text.startswith("-") else text.replace("-", "−")


def signed(value: float | None, digits: int = 1) -> str:
    """Write a difference with its sign."""
    text = number(value, digits)
    return text if text == NOTHING or text.startswith("−") or _is_zero(text) else f"+{text}"


def _is_zero(text: str) -> bool:
    return not set(text) - set("-−0.")


def percent(share: float | None, digits: int = 0) -> str:
    """Write a share 0..1 as a percentage."""
    return NOTHING if share is None else f"{number(100 * share, digits)}%"


def said_share(share: Estimate, digits: int = 0) -> str:
    """Write a share; below 30 answers one of nobody or everybody is a limit, and reads so."""
    words = percent(share.value, digits)
    if share.value is None or share.n >= LIST_FROM:
        return words
    count = round(share.value * share.n)
    if count <= 1:
        return _("at most {share}", share=words)
    return _("at least {share}", share=words) if count >= share.n - 1 else words


def interval(low: float | None, high: float | None, digits: int = 1) -> str:
    """Write an interval, empty when there is none."""
    if low is None or high is None:
        return ""
    return _("{low} to {high}", low=number(low, digits), high=number(high, digits))


def share_interval(estimate: Estimate, digits: int = 0) -> str:
    """Write the interval of a share in per cent, empty when there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    low, high = number(100 * estimate.low, digits), number(100 * estimate.high, digits)
    return _("{low} to {high}", low=low, high=f"{high}%")


def estimate_text(estimate: Estimate | IndexResult, digits: int = 1) -> str:
    """Write a value with its interval in brackets."""
    value, ends = number(estimate.value, digits), interval(estimate.low, estimate.high, digits)
    return _("{value} ({ends})", value=value, ends=ends) if ends else value


def return_rate(returned: int, base: int) -> str:
    """Write a return rate with one decimal, rounded down so that 59.97 % never reads 60.0."""
    if base <= 0:
        return NOTHING
    tenths = returned * 1000 // base
    return f"{tenths // 10}.{tenths % 10}%"


def address_of(building: str, room: str) -> str:
    """Write a home's address within its community; a bare number gets the word building."""
    name = _("building {building}", building=building) if building.isdigit() else building
    return f"{name} {room}"


def joined(names: Iterable[str]) -> str:
    """Write a list of names as the language separates them."""
    return _(", ").join(names)


def quadrant_word(item: ItemResult, *, said: bool) -> str:
    """Say where an item stands in the matrix; on a line nothing is certain.

    Args:
        item: The item.
        said: The order of improvement is said; else the place alone is given, as indicative.
    """
    if item.quadrant is None:
        return NOTHING
    if item.on_the_line:
        return _("on the line")
    name = quadrant_name(item.quadrant, said=said)
    return name if said else _("{place} (indicative)", place=name)


def quadrant_name(quadrant: str, *, said: bool) -> str:
    """Return the name of a quadrant: what to do where that may be said, else the place."""
    if not said:
        return {
            "concentrate": _("more important, less satisfied"),
            "keep_up": _("more important, more satisfied"),
            "low_priority": _("less important, less satisfied"),
            "possible_overkill": _("less important, more satisfied"),
        }.get(quadrant, quadrant)
    return {
        "concentrate": _("improve first"),
        "keep_up": _("keep it up"),
        "low_priority": _("not urgent"),
        "possible_overkill": _("more than enough"),
    }.get(quadrant, quadrant)


def quadrant_advice(item: ItemResult, *, said: bool) -> str:
    """Say in a few words what follows from the place of an item; nothing when no order is said."""
    if item.quadrant is None:
        return NOTHING
    if item.on_the_line:
        return _("its interval touches a line: other households could put it elsewhere")
    if not said:
        return _("indicative")
    return {
        "concentrate": _("surely in this quarter: improve it first"),
        "keep_up": _("surely in this quarter: hold this level"),
        "low_priority": _("surely in this quarter: it can wait"),
        "possible_overkill": _("surely in this quarter: no more effort needed"),
    }.get(item.quadrant, item.quadrant)


def band_word(band: str | None) -> str:
    """Say what a band means."""
    return {
        "A": _("surely among the first three"),
        "B": _("may be among the first three"),
        "C": _("not among the first three"),
    }.get(band or "", NOTHING)


def zone_word(zone: ZoneResult) -> str:
    """Say where the level reached stands in the zone of tolerance."""
    if zone.status is None:
        return NOTHING
    if zone.established is False:
        return _("on the line")
    return {
        "below_minimum": _("below the minimum"),
        "inside": _("inside the zone"),
        "above_desired": _("above the ideal"),
    }.get(zone.status, zone.status)


def tied_text(item: ItemResult | ZoneResult, names: Names, *, brief: bool = False) -> str:
    """Say from which others the pair tests cannot tell an item apart."""
    if not item.tied:
        return _("told apart from all others")
    called = names.brief if brief else names.short
    return _("cannot be told apart from: {areas}", areas=joined(map(called, item.tied)))


def is_thin(result: StudyResult, n: int) -> bool:
    """Say whether a number of a full result rests on so few answers that it is only indicative.

    A result that is indicative as a whole says so once, above everything.
    """
    return result.standing == FULL and n < ORDER_FROM


def zones_least(result: StudyResult) -> int:
    """Return the smallest number of answers in the zone list, 0 without one."""
    return min((zone.perceived.n for zone in result.zones), default=0)


def zones_note(result: StudyResult) -> str:
    """Say why the zone list is only indicative; empty when it is not, or is not there."""
    least = zones_least(result)
    if not result.zones or least >= ORDER_FROM:
        return ""
    return _(
        "Indicative: the area with the fewest answers was rated by {n} homes, so no order is "
        "stated.",
        n=least,
    )


def may_draw_zone_matrix(result: StudyResult) -> bool:
    """Say whether every area of the zone list has the answers a matrix needs."""
    return zones_least(result) >= LIST_FROM and any(
        zone.attainment.value is not None for zone in result.zones
    )


def rank_text(low: int | None, high: int | None) -> str:
    """Write a rank interval; never a bare rank."""
    if low is None or high is None:
        return NOTHING
    if low == high:
        return _("rank {rank}", rank=low)
    return _("rank {low} to {high}", low=low, high=high)


def in_order(result: StudyResult) -> list[ItemResult]:
    """Return the headline list by PFI where the order may be said, else as the owner read it."""
    items = list(result.items)
    if not result.order_said or any(item.rank is None for item in items):
        return items
    return sorted(items, key=lambda item: (item.rank or 0, item.code))


def zones_in_order(result: StudyResult) -> list[ZoneResult]:
    """Return the zone list from the lowest adequacy up, or as the owner read it."""
    zones = [zone for zone in result.zones if zone.perceived.value is not None]
    if not result.zones_order_said or any(zone.adequacy.value is None for zone in zones):
        return zones
    return sorted(zones, key=lambda zone: (zone.adequacy.value or 0.0, zone.code))


def established_below(result: StudyResult) -> list[ZoneResult]:
    """Return the items that are below the owners' own minimum beyond error."""
    return [z for z in result.zones if z.status == "below_minimum" and z.established]


def verdict(result: StudyResult, names: Names) -> str:
    """Say in one or two sentences what the study found, and no more than it can bear."""
    index = result.index
    if result.standing == SUPPRESSED:
        return _(
            "Only {n} households answered: too few to say anything without exposing single homes.",
            n=result.n,
        )
    if index.value is None:
        return _no_index_reason(result)
    sentences = [_verdict_on_index(result), _verdict_on_first(result, names)]
    below = established_below(result)
    if below:
        sentences.append(below_text(result, names))
    # Chinese sentences follow each other without a blank.
    return "".join(s if s.endswith("。") else f"{s} " for s in sentences).strip()


def _no_index_reason(result: StudyResult) -> str:
    """Say why there is no index: too few households, too few answers of every area, no weights."""
    if result.n < LIST_FROM:
        return _(
            "{n} households answered: enough for the means of single items, too few for an index "
            "or an order.",
            n=result.n,
        )
    if not _shown(result):
        return _(
            "{n} households answered, but no area has enough answers for an index or an order.",
            n=result.n,
        )
    return _(
        "{n} households answered, but they do not say how much each area weighs, so there is no "
        "index and no order.",
        n=result.n,
    )


def _shown(result: StudyResult) -> list[ItemResult]:
    """Return the items of the headline list whose answers may be shown."""
    return [item for item in result.items if item.performance.value is not None]


def below_text(result: StudyResult, names: Names) -> str:
    """Name what is below the owners' minimum beyond error; few answers make it indicative."""
    below = established_below(result)
    if not below:
        return _("No area is below the owners' minimum beyond error.")
    areas = joined(names.short(zone.code) for zone in below)
    if zones_note(result):
        return _("Below what owners can still accept (indicative): {areas}.", areas=areas)
    return _("Below what owners can still accept: {areas}.", areas=areas)


def _verdict_on_index(result: StudyResult) -> str:
    index, satisfied = result.index, result.overall_satisfied
    ends = interval(index.low, index.high)
    if ends and satisfied is not None and satisfied.value is not None:
        return _(
            "Satisfaction index {index} (95% interval {ends}); of the households that answered, "
            "{share} are satisfied overall.",
            index=number(index.value),
            ends=ends,
            share=said_share(satisfied),
        )
    if ends:
        return _(
            "Satisfaction index {index} (95% interval {ends}).",
            index=number(index.value),
            ends=ends,
        )
    return _("Satisfaction index {index}; no interval can be given.", index=number(index.value))


def no_order_reason(result: StudyResult) -> str:
    """Say why no order of improvement is stated; empty when it is."""
    if result.order_said:
        return ""
    if WAIVER in result.indicative_why:
        return _("Released below the required return rate, so no order of improvement is stated.")
    if len(result.items) == 1:
        return _("A single area has no order.")
    shown = _shown(result)
    if len(shown) < _FEWEST or min(result.n, *(item.n for item in shown)) < ORDER_FROM:
        return _("The answers are too few to say what to improve first.")
    if all(item.pfi is None for item in shown):
        return _("The answers do not say how much each area weighs, so no order is stated.")
    return _("Without replicate groups no error is known, so no order is stated.")


def _verdict_on_first(result: StudyResult, names: Names) -> str:
    if not result.order_said:
        return no_order_reason(result)
    if not any(i.band for i in result.items):
        return _verdict_on_short_list(result, names)
    sure = [names.short(i.code) for i in in_order(result) if i.band == "A"]
    maybe = [names.short(i.code) for i in in_order(result) if i.band == "B"]
    if sure and maybe:
        return _(
            "To improve first: {sure}; {maybe} may also be among the first three.",
            sure=joined(sure),
            maybe=joined(maybe),
        )
    if sure:
        return _("To improve first: {sure}.", sure=joined(sure))
    if maybe:
        return _(
            "No area is surely among the first three; {maybe} may be.",
            maybe=joined(maybe),
        )
    return _("No order of improvement can be told.")


def _verdict_on_short_list(result: StudyResult, names: Names) -> str:
    """Name what comes first in a list too short for bands, where that can be told."""
    first = [names.short(i.code) for i in in_order(result) if i.rank_low == 1]
    if len(first) == 1:
        return _("To improve first: {sure}.", sure=joined(first))
    return _("No order of improvement can be told.")


def standing_word(result: StudyResult) -> str:
    """Say in a few words how far a result may be trusted; empty when it stands in full."""
    if result.standing == FULL:
        return ""
    if WAIVER in result.indicative_why:
        return _("Indicative, not ranked")
    return _("Too few answers") if result.standing == SUPPRESSED else _("Indicative")


def standing_notes(result: StudyResult) -> Sequence[str]:
    """Say why results are only indicative, one sentence a reason; empty when they stand."""
    notes = []
    if WAIVER in result.indicative_why:
        notes.append(
            _(
                "Indicative, not ranked: the survey was closed below the required return rate "
                "by a recorded waiver."
            )
        )
    if "small_n" in result.indicative_why:
        notes.append(
            _(
                "Indicative: only {n} households answered; errors are large and intervals rough.",
                n=result.n,
            )
        )
    if result.standing == SUPPRESSED:
        notes.append(_("Too few answers: most numbers are withheld to protect households."))
    if result.standing == "indicative" and not notes:
        notes.append(_("Indicative: read these numbers with care."))
    return notes
