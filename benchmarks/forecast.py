"""How often does the 80 % interval of the forecast hold the day on which the rate is reached?

    python -m benchmarks.forecast --campaigns 400

Campaigns of 200 to 5,000 homes are made up from several growth curves (letters that fade, a slow
start, word of mouth, an even flow), reminders after 7 and 14 days of unlike strength, weekdays,
and days that differ by more than chance; none is drawn from the model of the forecast. Half of
the rows know earlier campaigns of the community and the company, half none. A row is the day of
the forecast: campaigns that reached the rate before it are left out of it.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import numpy as np

from app.surveys.response.progress.forecast import Progress, forecast
from app.surveys.response.progress.shapes import Calendar, Earlier, weekday_factors

DAYS = 20
REMINDERS = (7, 14)
LOOKS = (6, 8, 10, 12, 14, 16, 18, 22)
SIZES = (200, 500, 1500, 5000)
PERMILLE = 600
HORIZON = DAYS + 30


@dataclass(frozen=True)
class Made:
    """A made-up community: what stays the same from campaign to campaign."""

    base: int
    curve: str
    final: float
    speed: float
    bump: float
    weekend: float


def curve_shares(made: Made, days: int) -> np.ndarray:
    """Return the expected share of the final returns by the end of each day, without reminders."""
    day = np.arange(days + 1)
    cumulative: Callable[[np.ndarray], np.ndarray] = {
        "fading": lambda d: 1 - np.exp(-d / (5 * made.speed)),
        "weibull": lambda d: 1 - np.exp(-((d / (7 * made.speed)) ** 0.8)),
        "slow start": lambda d: 1 / (1 + np.exp(-(d - 7 * made.speed) / 2.5)),
        "gompertz": lambda d: np.exp(-3.5 * np.exp(-d / (4 * made.speed))),
        "even": lambda d: np.minimum(d / (26 * made.speed), 1),
    }[made.curve]
    whole = cumulative(day.astype(float))
    return np.diff(whole - whole[0])


def community(rng: np.random.Generator, base: int) -> Made:
    """Draw a community."""
    curve = ("fading", "weibull", "slow start", "gompertz", "even")[rng.integers(5)]
    return Made(
        base,
        curve,
        final=float(rng.uniform(0.45, 0.85)),
        speed=float(np.exp(rng.normal(0, 0.25))),
        bump=float(rng.choice([0.0, 0.05, 0.12])),
        weekend=float(rng.choice([0.8, 1.0, 1.4])),
    )


def campaign(rng: np.random.Generator, made: Made, weekday: int) -> np.ndarray:
    """Draw the returns by day of one campaign of a community, far beyond the deadline."""
    final = made.final * np.exp(rng.normal(0, 0.08))
    expected = final * curve_shares(made, HORIZON)
    for one in REMINDERS:
        size = made.bump * np.exp(rng.normal(0, 0.4))
        after = np.arange(HORIZON - one)
        expected[one:] += size * np.exp(-after / 2.5) / 2.5
    expected = expected + 0.002  # somebody always comes back late
    at = (weekday + np.arange(HORIZON)) % 7
    expected *= np.where(at >= 5, made.weekend, 1.0)
    noise = rng.choice([6.0, 15.0, 40.0])
    wild = rng.gamma(noise, 1 / noise, HORIZON)
    silent, days = made.base, []
    left = 1.0
    for share in expected * wild:
        hazard = min(0.95, share / max(left, 0.05))
        count = rng.binomial(silent, hazard)
        silent -= count
        left -= share
        days.append(count)
    return np.array(days)


def reached_on(days: np.ndarray, needed: int) -> int | None:
    """Return the day on which the rate was reached, None within the horizon."""
    total = np.cumsum(days)
    return int(np.argmax(total >= needed)) if total[-1] >= needed else None


def earlier_of(rng: np.random.Generator, made: Made) -> tuple[Earlier, ...]:
    """Draw two earlier campaigns of the community and one of a company of twelve others."""
    own = [
        Earlier(tuple(int(n) for n in campaign(rng, made, day)[: DAYS + 3]), made.base, True, day)
        for day in (0, 1)
    ]
    others = [community(rng, 800) for _ in range(12)]
    total = sum(campaign(rng, one, 0)[: DAYS + 3] for one in others)
    company = Earlier(tuple(int(n) for n in total), 800 * 12, False, 0)
    return (*own, company)


def measure(campaigns: int, seed: int, *, known: bool) -> dict[int, tuple[float, float, int]]:
    """Return, by day of the forecast, the share held, the median width and the number made."""
    rng = np.random.default_rng(seed)
    held: dict[int, list[bool]] = {day: [] for day in LOOKS}
    widths: dict[int, list[float]] = {day: [] for day in LOOKS}
    needed_of = {size: ceil(PERMILLE * size / 1000) for size in SIZES}
    for _ in range(campaigns):
        base = int(rng.choice(SIZES))
        made, weekday = community(rng, base), int(rng.integers(5))
        days = campaign(rng, made, weekday)
        earlier = earlier_of(rng, made) if known else ()
        truth = reached_on(days, needed_of[base])
        for look in LOOKS:
            if truth is not None and truth < look:
                continue
            done = tuple(int(n) for n in days[:look])
            series = [(done, weekday), *((one.daily, one.weekday) for one in earlier)]
            calendar = Calendar(DAYS, REMINDERS, weekday, weekday_factors(series))
            found = forecast(Progress(done, 0, 1.0, base, needed_of[base]), calendar, earlier)
            early = HORIZON if found.early is None else found.early
            late = HORIZON if found.late is None else found.late
            held[look].append(early <= (HORIZON if truth is None else truth) <= late)
            widths[look].append(late - early)
    return {
        day: (float(np.mean(held[day])), float(np.median(widths[day])), len(held[day]))
        for day in LOOKS
    }


def main() -> None:
    """Run the long form."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--campaigns", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"{'day':>4}{'earlier':>9}{'held':>7}{'days wide':>11}{'campaigns':>11}")
    for known in (False, True):
        rows = measure(options.campaigns, options.seed, known=known)
        for day, (share, width, count) in rows.items():
            word = "known" if known else "none"
            print(f"{day:4d}{word:>9}{share:7.2f}{width:11.0f}{count:11d}")


if __name__ == "__main__":
    main()
