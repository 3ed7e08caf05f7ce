"""The figures of a month as lines: the same on a page, on paper and in a file. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from app.i18n import gettext as _
from app.reports.complaints.words import channel_name, class_name, kind_name
from app.service.complaints.papers.figures import (
    LEAST,
    UNCLASSIFIED,
    Compared,
    MonthFigures,
    decided,
    heard,
    permille,
    rate,
)

NOTHING = "—"
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """A count, and of how many where it is a share."""

    part: int
    whole: int | None = None

    @property
    def text(self) -> str:
        """Return the cell in words: the rate stands beside its counts, or not at all."""
        if self.whole is None:
            return str(self.part)
        if self.whole == 0:
            return NOTHING
        share = rate(self.part, self.whole)
        counts = f"{self.part} / {self.whole}"
        return counts if share is None else f"{counts} ({share_text(share)})"

    @property
    def permille(self) -> int | None:
        """Return the share in thousandths, None where none may be said."""
        return None if self.whole is None else rate(self.part, self.whole)


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of the month, of the month before, and of the same month a year ago."""

    key: str
    label: str
    now: Cell
    before: Cell
    year_ago: Cell
    is_part: bool = False  # of the line above

    @property
    def change(self) -> str:
        """Return the difference of the counts to the month before, signed; nothing for shares."""
        if self.now.whole is not None:
            return ""
        return signed(self.now.part - self.before.part)


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    key: str
    title: str
    lines: tuple[Line, ...]


def signed(value: int) -> str:
    """Write a difference with its sign; none is ±0."""
    return "±0" if value == 0 else f"{value:+d}".replace("-", "−")


def share_text(share: int) -> str:
    """Write thousandths as percent with one decimal; a whole is 100%, never 100.0%."""
    return f"{share // 10}%" if share in (0, 1000) else f"{share // 10}.{share % 10}%"


def groups_of(compared: Compared, labels: Labels) -> tuple[Group, ...]:
    """Return every figure of a report in its order.

    Args:
        compared: The month and what it stands beside.
        labels: Words of the sub-codes.
    """
    return (
        Group("amount", _("How many came in"), _amount(compared)),
        Group("class", _("By class"), _by(compared, "by_class", class_word)),
        Group(
            "code", _("By matter"), _by(compared, "by_code", lambda code: labels.get(code, code))
        ),
        Group("channel", _("By channel"), _by(compared, "by_channel", channel_name)),
        Group("clock", _("Answers and clocks"), _clock(compared)),
        Group("again", _("Coming back"), _again(compared)),
        Group("after", _("After the answer"), _after(compared)),
        Group("at_once", _("At the first moment"), _at_once(compared)),
    )


def class_word(code: str) -> str:
    """Return the word of a class; those not sorted yet have one, too."""
    return _("Not sorted yet") if code == UNCLASSIFIED else class_name(code)


def kind_word(code: str) -> str:
    """Return the word of a kind; those not sorted yet have one, too."""
    return _("Not sorted yet") if code == UNCLASSIFIED else kind_name(code)


def footnote() -> str:
    """Return what the figures mean, for under every table of them."""
    return _(
        "Complaints that came in during the month, as they stand on the day of counting. Answered "
        "in time is of those that are answered or overdue. Below {least} a share is not said."
    ).format(least=LEAST)


_Count = Callable[[MonthFigures], int]


def _line(key: str, label: str, compared: Compared, part: _Count, whole: _Count | None = None, *,
          is_part: bool = False) -> Line:  # fmt: skip
    now, before, year_ago = (
        Cell(part(one), None if whole is None else whole(one))
        for one in (compared.now, compared.before, compared.year_ago)
    )
    return Line(key, label, now, before, year_ago, is_part)


def _amount(compared: Compared) -> tuple[Line, ...]:
    kinds = _words_of(compared, "by_kind")
    return (
        _line("received", _("Complaints that came in"), compared, lambda one: one.received),
        *(
            _line(
                f"kind.{kind}", kind_word(kind), compared, _count_of("by_kind", kind), is_part=True
            )
            for kind in kinds
        ),
        _line("converted", _("Talks that became valid"), compared, lambda one: one.converted),
        _line("major", _("Major ones"), compared, lambda one: one.major),
    )


def _by(compared: Compared, name: str, word: Callable[[str], str]) -> tuple[Line, ...]:
    return tuple(
        _line(f"{name[3:]}.{code}", word(code), compared, _count_of(name, code))
        for code in _words_of(compared, name)
    )


def _clock(compared: Compared) -> tuple[Line, ...]:
    received: _Count = lambda one: one.received  # noqa: E731
    return (
        _line("answered", _("Answered in substance"), compared, lambda o: o.answered, received),
        _line("kept", _("Answered in time"), compared, lambda one: one.kept, decided),
        _line("missed", _("Overdue or answered late"), compared, lambda one: one.missed),
        _line("running", _("Not answered yet, still in time"), compared, lambda o: o.running),
        _line("extended", _("With a day moved in agreement"), compared, lambda one: one.extended),
        _line("extensions", _("Times a day was moved"), compared, lambda one: one.extensions),
    )


def _again(compared: Compared) -> tuple[Line, ...]:
    return (
        _line("repeats", _("The same home about the same again"), compared, lambda o: o.repeats),
        _line("grouped", _("Part of a complaint of many"), compared, lambda one: one.grouped),
        _line("reopened", _("Reopened complaints"), compared, lambda one: one.reopened),
    )


def _after(compared: Compared) -> tuple[Line, ...]:
    return (
        _line(
            "called_back",
            _("Called back by another unit"),
            compared,
            lambda one: one.called_back,
            lambda one: one.answered,
        ),
        _line("satisfied", _("Satisfied with it"), compared, lambda one: one.satisfied, heard),
        _line("neutral", _("Neutral about it"), compared, lambda one: one.neutral, heard),
        _line("dissatisfied", _("Dissatisfied"), compared, lambda one: one.dissatisfied, heard),
    )


def _at_once(compared: Compared) -> tuple[Line, ...]:
    return (
        _line(
            "rings",
            _("Picked up within three rings"),
            compared,
            lambda one: one.rings_kept,
            lambda one: one.rings_known,
        ),
        _line(
            "arrivals",
            _("On site within three minutes"),
            compared,
            lambda one: one.arrivals_kept,
            lambda one: one.arrivals_known,
        ),
    )


def _words_of(compared: Compared, name: str) -> list[str]:
    """Return the words counted in any of the three months: those of this one first."""
    months: Iterable[MonthFigures] = (compared.now, compared.before, compared.year_ago)
    return list(dict.fromkeys(word for one in months for word in getattr(one, name)))


def _count_of(name: str, word: str) -> _Count:
    return lambda one: int(getattr(one, name).get(word, 0))


def share_of(part: int, whole: int) -> str:
    """Return a running total as percent, for a list that is ordered by its counts."""
    share = permille(part, whole)
    return NOTHING if share is None else share_text(share)
