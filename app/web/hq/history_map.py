"""From what head office chose on two pages to a column map, and back to what the pages show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from werkzeug.datastructures import MultiDict

from app.i18n import gettext as _
from app.surveys.history.choice import Choice, Found
from app.surveys.history.errors import MapError
from app.surveys.history.mapping.column_map import HistoryMap, ScaleRule, from_yaml, to_yaml
from app.surveys.history.mapping.headings import SEPARATORS, SKIPPED
from app.surveys.history.mapping.proposals import (
    ColumnFacts,
    propose_area,
    propose_place,
    propose_scale,
)
from app.surveys.history.mapping.targets import KEYS, PICKS, Target, target_columns
from app.surveys.history.queries import PlaceRow

MOST_WORDS = 40  # values of one scale on a page
MOST_PARTS = 24  # campaigns in one file
_NOTHING = frozenset({"无", "没有", "都不", "none", "no", "以上都不是"})
_LONGEST_CODE, _LONGEST_TITLE = 16, 80

Sent = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class ScaleGroup:
    """Ratings that are answered alike, as the second page shows them.

    Attributes:
        number: Its place on the page.
        rule: How its values are read.
        values: Values of the file with their words and how often they stand there.
        own: Scale of the instrument, as text.
    """

    number: int
    rule: ScaleRule
    values: tuple[tuple[str, str, int], ...]
    own: str


def draft(
    found: Found,
    chosen: Sequence[str],
    targets: Mapping[str, Target],
    places: Sequence[PlaceRow],
    *,
    instrument: str,
    only: tuple[str, str] = ("", ""),
) -> HistoryMap:
    """Make a map out of the choice for every column, with proposals for its values.

    Args:
        found: The file.
        chosen: Target or key of every column; empty leaves it.
        targets: What the instrument can take.
        places: The register.
        instrument: Digest of the instrument.
        only: Column and value of the rows that are meant; an empty column means all.
    """
    columns: dict[str, str] = {}
    picks: list[ColumnFacts] = []
    rated: dict[tuple[object, ...], list[tuple[str, ColumnFacts]]] = {}
    for one, key in zip(found.columns, chosen, strict=True):
        if key == PICKS:
            picks.append(one)
        elif key in KEYS or key in targets:
            columns[key] = one.column.name
        target = targets.get(key)
        if target is not None and target.scale is not None:
            labels = tuple(sorted(one.column.labels.items()))
            known = frozenset(value for value, _n in one.counts)
            group = (target.scale.code, labels) if labels else (target.scale.code, _kind(known))
            rated.setdefault(group, []).append((key, one))
    scales = []
    for members in rated.values():
        own = targets[members[0][0]].scale
        if own is not None:
            keys = tuple(key for key, _one in members)
            scales.append(propose_scale(keys, [one for _key, one in members], own))
    words = _pick_words(picks)
    return HistoryMap(
        name="",
        instrument=instrument,
        columns=columns,
        picks=tuple(one.column.name for one in picks),
        pick_words={word: area for word in words if (area := propose_area(word, targets))},
        none_words=tuple(word for word in words if word in _NOTHING),
        scales=tuple(scales),
        places=_places(found, columns.get("community", ""), places),
        only=only,
    )


def _kind(values: frozenset[str]) -> str:
    """Tell columns of numbers from columns of words."""
    numbers = sum(value.lstrip("-").isdigit() for value in values)
    return "numbers" if 2 * numbers > len(values) else "words"


def _pick_words(picks: Sequence[ColumnFacts]) -> list[str]:
    words: dict[str, None] = {}
    for one in picks:
        for value, _n in one.counts:
            parts = (part.strip() for part in SEPARATORS.split(value))
            words.update(dict.fromkeys(part for part in parts if part and part not in SKIPPED))
    return list(words)


def _places(found: Found, column: str, places: Sequence[PlaceRow]) -> dict[str, str]:
    known = {one.code: one.name for one in places}
    facts = next((one for one in found.columns if one.column.name == column), None)
    if facts is None:
        return {}
    return {word: propose_place(word, known) for word, _n in facts.counts}


def chosen_of(found: Found, choice: Choice) -> list[str]:
    """Return what every column is: as chosen before, by a saved map, else as guessed."""
    if not choice.map_text:
        return [guess.target for guess in found.guesses]
    mapped = from_yaml(choice.map_text)
    columns = target_columns({**mapped.columns, PICKS: mapped.picks})
    return [columns.get(one.column.name, "") for one in found.columns]


def read_columns(sent: Sent, found: Found, targets: Mapping[str, Target]) -> list[str]:
    """Return what every column was chosen to be."""
    known = {*targets, *KEYS, PICKS}
    keys = (sent.get(f"c{at}", "") for at in range(len(found.columns)))
    return [key if key in known else "" for key in keys]


def row_choices(
    found: Found, targets: Mapping[str, Target], chosen: tuple[str, str]
) -> list[tuple[str, list[tuple[str, str, int, bool]]]]:
    """Return the values that may part a file with several campaigns, by column.

    Args:
        found: The file.
        targets: What the instrument can take; columns guessed to be ratings part nothing.
        chosen: Column and value chosen by now.

    Returns:
        Column, and of each of its values the field's value, the words, how many rows, chosen.
    """
    groups = []
    for at, (one, guess) in enumerate(zip(found.columns, found.guesses, strict=True)):
        name = one.column.name
        if name != chosen[0] and (guess.target in targets or not 1 < one.different <= MOST_PARTS):
            continue
        options = [
            (f"{at}:{value}", one.column.labels.get(value, value), n, (name, value) == chosen)
            for value, n in sorted(one.counts[:MOST_PARTS])
        ]
        if options:
            groups.append((name, options))
    return groups


def read_rows(sent: Sent, found: Found) -> tuple[str, str]:
    """Return column and value of the rows that were chosen; an empty column means all."""
    at, _sign, value = sent.get("only", "").partition(":")
    if not (at.isascii() and at.isdigit() and len(at) < 5 and int(at) < len(found.columns)):
        return "", ""
    one = found.columns[int(at)]
    return (one.column.name, value) if value in dict(one.counts) else ("", "")


def column_problems(chosen: Sequence[str], targets: Mapping[str, Target]) -> list[str]:
    """Say what is wrong with the choice of columns; the doubled keys, or that nothing is rated."""
    found = []
    doubled = {key for key in chosen if key and key != PICKS and chosen.count(key) > 1}
    if doubled:
        found.append(_("One question can be answered by one column only. Look at the marked ones."))
    rated = any(key in targets and targets[key].scale is not None for key in chosen)
    if not rated:
        found.append(_("Choose at least the overall rating or the rating of one area."))
    return found


def groups_of(
    mapped: HistoryMap, found: Found, targets: Mapping[str, Target]
) -> tuple[ScaleGroup, ...]:
    """Return how the ratings are read, with the values that stand in the file."""
    facts = {one.column.name: one for one in found.columns}
    groups = []
    for number, rule in enumerate(mapped.scales):
        counts: dict[str, int] = {}
        labels: dict[str, str] = {}
        for key in rule.of:
            one = facts.get(mapped.columns.get(key, ""))
            if one is None:
                continue
            labels.update(one.column.labels)
            for value, n in one.counts:
                if value not in SKIPPED:
                    counts[value] = counts.get(value, 0) + n
        values = tuple(
            (value, labels.get(value, ""), n)
            for value, n in sorted(counts.items(), key=lambda one: _in_order(one[0], rule))
        )
        own = targets[rule.of[0]].scale if rule.of and rule.of[0] in targets else None
        shown = "" if own is None else f"{own.points[0]}-{own.points[-1]}"
        groups.append(ScaleGroup(number, rule, values[:MOST_WORDS], shown))
    return tuple(groups)


def _in_order(value: str, rule: ScaleRule) -> tuple[int, int, str]:
    """Sort numbers by size, words by what they count as, what counts as nothing at the end."""
    if value.lstrip("-").isdigit() and len(value) < 10:
        return 0, int(value), ""
    return (1, rule.words[value], "") if value in rule.words else (2, 0, value)


def merged(saved: HistoryMap, fresh: HistoryMap) -> HistoryMap:
    """Return a fresh draft with what a saved map knows of the same columns.

    Args:
        saved: A map made before, maybe for another file.
        fresh: The draft for this file.
    """
    known = {key: rule for rule in saved.scales for key in rule.of}
    scales: list[ScaleRule] = []
    for rule in fresh.scales:
        groups: dict[int, list[str]] = {}
        for key in rule.of:
            groups.setdefault(id(known.get(key)), []).append(key)
        scales += [replace(known.get(keys[0], rule), of=tuple(keys)) for keys in groups.values()]
    return replace(
        fresh,
        name=saved.name,
        scales=tuple(scales),
        pick_words={**fresh.pick_words, **saved.pick_words} if fresh.picks else {},
        none_words=tuple(dict.fromkeys([*fresh.none_words, *saved.none_words])),
        community=saved.community if "community" not in fresh.columns else "",
        places={word: saved.places.get(word, code) for word, code in fresh.places.items()},
        otherwise=tuple(key for key in saved.otherwise if key in fresh.columns),
    )


def read_values(
    sent: Sent, choice: Choice, found: Found, places: Sequence[PlaceRow]
) -> tuple[Choice, list[str]]:
    """Return the complete choice of the second page, and what is wrong with it.

    Args:
        sent: The form.
        choice: With the draft of the map.
        found: The file.
        places: The register.
    """
    mapped, problems = from_yaml(choice.map_text), list[str]()
    codes = {one.code for one in places}
    scales = tuple(_scale(sent, at, rule, problems) for at, rule in enumerate(mapped.scales))
    known, bases = dict[str, str](), dict[str, int]()
    for at, word in enumerate(mapped.places):
        known[word] = _known_code(sent.get(f"p{at}", ""), codes, word, problems)
        homes = sent.get(f"b{at}", "").replace(",", "").strip()
        if homes.isascii() and homes.isdigit() and len(homes) < 7:
            bases[word] = int(homes)
        elif homes:
            problems.append(_("{what}: a number is needed.").format(what=word))
    community = _known_code(sent.get("community", ""), codes, _("Community"), problems)
    if community and (homes := sent.get("homes", "").strip()).isdigit() and len(homes) < 7:
        bases[community] = int(homes)
    words = _pick_words([one for one in found.columns if one.column.name in mapped.picks])
    made = replace(
        mapped,
        name=" ".join(sent.get("map_name", "").split())[:_LONGEST_TITLE],
        scales=scales,
        places=known,
        community="" if "community" in mapped.columns else community,
        pick_words={
            word: area for at, word in enumerate(words) if (area := sent.get(f"w{at}", ""))
            and area != "-"
        },
        none_words=tuple(word for at, word in enumerate(words) if sent.get(f"w{at}") == "-"),
        otherwise=tuple(key for key in sent.getlist("otherwise") if key in mapped.columns),
    )  # fmt: skip
    if not made.name:
        problems.append(_("Give the column map a name, to use it again."))
    day = _day(sent.get("closes_on", ""))
    code = sent.get("code", "").strip()
    if not code or len(code) > _LONGEST_CODE or not code.replace("-", "").isalnum():
        problems.append(_("Give the campaign a code such as 2024-06."))
    if day is None:
        problems.append(_("Give the last day of the survey."))
    title = " ".join(sent.get("title", "").split())[:_LONGEST_TITLE] or code
    return (
        Choice(
            map_text=to_yaml(made),
            code=code[:_LONGEST_CODE],
            title=title,
            closes_on="" if day is None else day.isoformat(),
            bases=bases,
            is_complete=not problems,
        ),
        problems,
    )


def _known_code(text: str, codes: set[str], what: str, problems: list[str]) -> str:
    code = text.strip().split(" ")[0]
    if code and code not in codes:
        problems.append(
            _("{what}: the register has no community {code}.").format(what=what, code=code[:40])
        )
        return ""
    return code


def _scale(sent: Sent, at: int, rule: ScaleRule, problems: list[str]) -> ScaleRule:
    low, high = _whole(sent.get(f"s{at}-low")), _whole(sent.get(f"s{at}-high"))
    least = _whole(sent.get(f"s{at}-from"))
    if low is None or high is None or not low < high <= low + 39:
        problems.append(_("A scale needs its lowest and its highest number."))
        return rule
    words: dict[str, int] = {}
    none: list[str] = []
    for key, value in sent.items():
        prefix = f"s{at}-v-"
        if not key.startswith(prefix) or not value.strip():
            continue
        word = key.removeprefix(prefix)
        point = _whole(value)
        if value.strip() in ("-", "－", "—"):
            none.append(word)
        elif point is None or not low <= point <= high:
            problems.append(
                _("{what}: a point from {low} to {high}, or - for no experience.").format(
                    what=word, low=low, high=high
                )
            )
        elif not _is_itself(word, point, low, high, is_reversed=sent.get(f"s{at}-better") == "low"):
            words[word] = point
    return ScaleRule(
        rule.of, low, high, sent.get(f"s{at}-better") == "low", least, words, tuple(none)
    )


def _is_itself(word: str, point: int, low: int, high: int, *, is_reversed: bool) -> bool:
    """Say whether a number of the file is read as the rule reads it anyway."""
    number = _whole(word)
    return number is not None and point == (low + high - number if is_reversed else number)


def point_shown(rule: ScaleRule, value: str) -> str:
    """Return what a value of the file counts as: a point, - for no experience, or nothing."""
    if value in rule.none:
        return "-"
    if value in rule.words:
        return str(rule.words[value])
    number = _whole(value)
    if number is None or not rule.low <= number <= rule.high:
        return ""
    return str(rule.low + rule.high - number if rule.is_reversed else number)


def _whole(text: str | None) -> int | None:
    plain = (text or "").strip()
    is_whole = plain.removeprefix("-").isascii() and plain.removeprefix("-").isdigit()
    return int(plain) if is_whole and len(plain) < 5 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def words_of_picks(mapped: HistoryMap, found: Found) -> list[tuple[str, str]]:
    """Return the words of the pick columns with the area each means; - for "nothing"."""
    words = _pick_words([one for one in found.columns if one.column.name in mapped.picks])
    return [
        (word, "-" if word in mapped.none_words else mapped.pick_words.get(word, ""))
        for word in words
    ]


def read_saved(text: str) -> HistoryMap | None:
    """Return a saved map, None where its text is none."""
    try:
        return from_yaml(text)
    except MapError:
        return None
