"""The picture of a rate over months: a line, its target, the count under every month. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Scale = Callable[[float], float]
WIDTH, HEIGHT = 460, 216
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 14, 26, 52
_STEP = 10  # percent between two lines of the ground
_FEW = 30  # a rate of fewer orders is drawn hollow


def rate_text(part: int, whole: int) -> str:
    """Return a share in percent with one digit, never rounded up to a full 100; "" of nothing."""
    if whole == 0:
        return ""
    permille = (2000 * part + whole) // (2 * whole)
    if part < whole:
        permille = min(permille, 999)
    return f"{permille // 10}.{permille % 10}"


@dataclass(frozen=True, slots=True)
class Dot:
    """One month.

    Attributes:
        x, y: Its place.
        month: Two digits.
        year: Its year, where it begins.
        words: Month, rate and counts in one line.
        n: Orders behind it.
        is_few: So few that the rate says little.
        is_low: Under the target.
    """

    x: float
    y: float | None
    month: str
    year: str
    words: str
    n: str
    is_few: bool
    is_low: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture, ready for the template."""

    title: str
    words: str
    dots: tuple[Dot, ...]
    lines: tuple[str, ...]
    grid: tuple[tuple[float, str], ...]
    target_y: float
    target: int
    last: Dot | None
    last_text: str
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    base: int = HEIGHT - _BOTTOM
    width: int = WIDTH
    height: int = HEIGHT


def draw(
    months: Sequence[tuple[str, int, int]], *, target: int, title: str, width: int = WIDTH
) -> Picture:
    """Return the picture of a rate.

    Args:
        months: Month (2026-11), numerator and denominator, the earliest first.
        target: In percent.
        title: Name of the rate.
        width: True width in pixels; letters are never scaled below 12.
    """
    shares = [100 * part / whole for _month, part, whole in months if whole]
    low = min([*shares, target - 2.0])
    bottom = max(0, int(low // _STEP) * _STEP)
    base, wide = HEIGHT - _BOTTOM, width - _LEFT - _RIGHT

    def y(percent: float) -> float:
        return round(base - (base - _TOP) * (percent - bottom) / (100 - bottom), 1)

    dots = tuple(
        _dot(
            at,
            one,
            x=round(_LEFT + wide * (at + 0.5) / len(months), 1),
            y=y,
            target=target,
            has_count=width >= WIDTH or (len(months) - at) % 2 == 1,
        )
        for at, one in enumerate(months)
    )
    told = [dot for dot in dots if dot.y is not None]
    step = _STEP if bottom >= 50 else 2 * _STEP
    return Picture(
        title=title,
        words="; ".join([title, *(dot.words for dot in told)]),
        dots=dots,
        lines=_lines(dots),
        grid=tuple((y(tick), f"{tick}%") for tick in range(bottom, 101, step)),
        target_y=y(target),
        target=target,
        last=told[-1] if told else None,
        right=width - _RIGHT,
        width=width,
        last_text=rate_text(*_of(months, told[-1], dots)) if told else "",
    )


def _dot(
    at: int,
    one: tuple[str, int, int],
    *,
    x: float,
    y: Scale,
    target: int,
    has_count: bool,
) -> Dot:
    month, part, whole = one
    share = rate_text(part, whole)
    return Dot(
        x=x,
        y=y(100 * part / whole) if whole else None,
        month=str(int(month[5:])),
        year=month[:4] if month.endswith("-01") or (at == 0 and not month.endswith("-12")) else "",
        words=f"{month} {share}% ({part:,}/{whole:,})" if whole else "",
        n=_short(whole) if has_count and whole else "",
        is_few=whole < _FEW,
        is_low=100 * part < target * whole,
    )


def _short(count: int) -> str:
    return f"{count / 1000:.0f}k" if count >= 10_000 else str(count)


def _lines(dots: Sequence[Dot]) -> tuple[str, ...]:
    """Return the pieces of the line; a month without a rate breaks it."""
    pieces: list[list[str]] = [[]]
    for dot in dots:
        if dot.y is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{dot.x} {dot.y}")
    return tuple("M" + "L".join(piece) for piece in pieces if len(piece) > 1)


def _of(months: Sequence[tuple[str, int, int]], dot: Dot, dots: Sequence[Dot]) -> tuple[int, int]:
    _month, part, whole = months[dots.index(dot)]
    return part, whole
