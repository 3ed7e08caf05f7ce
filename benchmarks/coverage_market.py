"""How often do the intervals of market standing and of non-response cover the truth?

    python -m benchmarks.coverage_market --samples 200

A market of five companies with twelve communities each and three small ones; content depends on
company, fee, building age, city, community and person, and dearer companies have newer buildings,
so that the plain mean misleads. The truth of every adjusted mean is the mean at the market's
average; that of a lead is the lead of the truly best rival.

A frame of homes whose propensity is known; the true R is that of these propensities. A base whose
content falls with the readiness to answer; a sample of the silent; ways of answering that differ by
building.

The first lines of the first table that speak of ranks are no intervals but shares of samples: all
true ranks lie in their intervals together, and so on.
"""

import argparse
import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from app.analysis.competitors.adjusted import make_covariates
from app.analysis.competitors.league import make_league
from app.analysis.competitors.priorities import make_competitive
from app.analysis.competitors.standing import make_funnels, make_within
from app.analysis.competitors.survey import Elsewhere, MarketSurvey, Measure, Place
from app.analysis.nonresponse.arrival import arrival_trend
from app.analysis.nonresponse.indicator import representativeness
from app.analysis.nonresponse.modes import mode_effects
from app.analysis.nonresponse.propensity import make_frame_table
from app.analysis.nonresponse.silent import silent_estimate
from app.analysis.results.estimate import Estimate
from benchmarks.coverage import Coverage

PROVIDERS = ("a", "b", "c", "d", "e")
EFFECTS = np.array([60.0, 60.0, 64.0, 68.0, 56.0])
ITEMS = ("clean", "safe", "repair")
ITEM_EFFECTS = np.array(
    [[0.0, 0.0, 0.0, 6.0, -6.0], [4.0, -4.0, 0.0, 0.0, 0.0], [0.0, 5.0, 5.0, -5.0, -5.0]]
)
FEE, AGE, CITY = 4.0, -3.0, 5.0
BETWEEN, PERSON = 4.0, 16.0
WITHIN = np.array([0.3, 0.0, -0.2])
STEPS = ("known", "considered", "first")
STEP_CHANCES = (0.7, 0.4, 0.3)
ALIKE = 20.0
INTERVIEWS = (15, 25)
FRAMES = (300, 1000, 3000)
TOGETHER = "all true ranks in their intervals"

Trial = tuple[str, str, Estimate, float]
Sampler = Callable[[np.random.Generator, int, int], Iterator[list[Trial]]]


class Tally(Coverage):
    """Hits and trials, shares of samples among them."""

    def count(self, name: str, item: str, estimate: Estimate, truth: float) -> None:
        """Count one interval, or one sample of a share."""
        if name == TOGETHER:
            self._add(name, item, truth)
        else:
            super().count(name, item, estimate, truth)


def make_places(rng: np.random.Generator, each: int = 12) -> tuple[Place, ...]:
    """Return the communities of a market: later companies are dearer and newer."""
    places = []
    for k, provider in enumerate(PROVIDERS):
        for j in range(each):
            fee = float(np.exp(0.5 + 0.15 * k + 0.3 * rng.normal()))
            age = float(np.clip(18 - 2 * k + 6 * rng.normal(), 0, 40))
            places.append(
                Place(f"{provider}{j}", provider, ("north", "south")[j % 2], fee, age, 1000.0)
            )
    return tuple(places)


def draw_market(
    rng: np.random.Generator, each: int, places: tuple[Place, ...] | None = None
) -> tuple[MarketSurvey, NDArray[np.float64]]:
    """Draw a market with so many interviews in every community.

    Returns:
        The survey and the true adjusted means of the overall item, by company.
    """
    places = places or make_places(rng)
    place = np.repeat(np.arange(len(places)), each)
    rows = place.size
    fee = np.log2([one.fee or 1.0 for one in places])
    age = np.array([one.age or 0.0 for one in places]) / 10
    city = np.array([one.city == "south" for one in places], dtype=float)
    provider = np.array([PROVIDERS.index(one.provider) for one in places])
    common = FEE * (fee - fee.mean()) + AGE * (age - age.mean()) + CITY * (city - city.mean())
    level = EFFECTS[provider] + common + BETWEEN * rng.normal(size=len(places))
    overall = level[place] + PERSON * rng.normal(size=rows)
    performance = []
    for item, effect in zip(ITEMS, ITEM_EFFECTS, strict=True):
        own = level + effect[provider] + 2 * rng.normal(size=len(places))
        performance.append(Measure(item, own[place] + PERSON * rng.normal(size=rows), -500, 500))
    mean = np.broadcast_to(STEP_CHANCES, (len(places), len(PROVIDERS), len(STEPS)))
    # Neighbours know the same companies.
    chance = rng.beta(ALIKE * mean, ALIKE * (1 - mean))[place]
    reached = rng.random(chance.shape) < chance
    reached = np.logical_and.accumulate(reached, axis=2)
    other = np.where(rng.random(rows) < 0.8, 1 + rng.integers(0, 4, rows), -1)
    shift = 0.3 * rng.normal(size=len(places))
    ratings = np.clip(
        WITHIN[None, :] + shift[place, None] + 0.5 * rng.normal(size=(rows, len(ITEMS))), -2, 2
    )
    return MarketSurvey(
        own="a",
        providers=PROVIDERS,
        places=places,
        place=place,
        overall=Measure("overall", overall, -500, 500),
        performance=tuple(performance),
        steps=STEPS,
        reached=reached,
        elsewhere=(Elsewhere("previous", other, ratings, ITEMS),),
    ), EFFECTS


def rescaled(value: float) -> float:
    """Return a value of the drawn scale as the engine rescales it."""
    return 100 * (value + 500) / 1000


def market_trials(rng: np.random.Generator, each: int, samples: int) -> Iterator[list[Trial]]:
    """Draw markets and compare everything that has an interval."""
    for _ in range(samples):
        survey, truth = draw_market(rng, each)
        covariates = make_covariates(survey)
        league = make_league(survey, covariates, survey.overall)
        true_rank = {
            code: (1 + (truth > truth[k]).sum(), truth.size - (truth < truth[k]).sum())
            for k, code in enumerate(PROVIDERS)
        }
        inside = all(
            (one.rank_low or 9) <= true_rank[one.code][0]
            and true_rank[one.code][1] <= (one.rank_high or 0)
            for one in league.entries
        )
        trials: list[Trial] = [(TOGETHER, "", league.entries[0].adjusted, float(inside))]
        for one in league.entries:
            true = rescaled(truth[PROVIDERS.index(one.code)])
            trials.append(("adjusted mean", one.code, one.adjusted, true))
        # A doubled fee; the rescaled score is a tenth of a drawn one.
        effects = {"fee": FEE / 10, "age": AGE / 10, "city.south": CITY / 10}
        trials += [(f"effect of {t.name}", "", t.effect, effects[t.name]) for t in league.terms]
        trials += list(competitive_trials(survey))
        for funnel in make_funnels(survey):
            trials += [
                ("funnel step", step.name, step.share, STEP_CHANCES[k])
                for k, step in enumerate(funnel.steps)
            ]
        trials += [
            ("within a person", one.item, one.mean, float(WITHIN[ITEMS.index(one.item)]))
            for one in make_within(survey)
            if not one.other
        ]
        yield trials


def competitive_trials(survey: MarketSurvey) -> Iterator[Trial]:
    """Yield gaps against every rival and the lead of the truly best one."""
    for place, one in enumerate(make_competitive(survey, make_covariates(survey)).items):
        true = (EFFECTS + ITEM_EFFECTS[place]) / 10
        for gap in one.gaps:
            yield "gap to a rival", one.code, gap.gap, true[0] - true[PROVIDERS.index(gap.rival)]
        yield "lead of the best rival", one.code, one.lead, float(true[1:].max() - true[0])


def frame_trials(rng: np.random.Generator, homes: int, samples: int) -> Iterator[list[Trial]]:
    """Draw who answers, when, how, and what the silent say to a call."""
    building = np.arange(homes) % 6
    tenant = (np.arange(homes) // 6) % 2
    names = {"building": building.astype(str), "tenant": tenant.astype(str)}
    labels = {name: list(values) for name, values in names.items()}
    level = np.array([-1.0, -0.6, -0.2, 0.2, 0.6, 1.0])
    for _ in range(samples):
        group = rng.integers(0, 30, homes)
        trials: list[Trial] = []
        for name, size in (("no variation", 0.0), ("weak", 0.3), ("strong", 0.8)):
            chance = expit(0.4 + size * (level[building] + 0.8 * (tenant - 0.5)))
            table = make_frame_table(labels, rng.random(homes) < chance, group)
            found = representativeness(table)
            if found.indicator is not None:
                truth = 1 - 2 * float(chance.std(ddof=1))
                trials.append((f"R, {name}", "", found.indicator, truth))
            for one in found.partials:
                own = building if one.variable == "building" else tenant
                cells = [chance[own == k] for k in np.unique(own)]
                between = np.sqrt(np.mean([(c.mean() - chance.mean()) ** 2 for c in cells]))
                trials.append((f"partial R, {name}", one.variable, one.unconditional, between))
        trials += silence_trials(rng, homes, group)
        yield trials


def silence_trials(rng: np.random.Generator, homes: int, group: NDArray[np.int64]) -> list[Trial]:
    """Draw answers in the order of readiness, calls to the silent, and ways of answering."""
    ready = np.arange(homes) / homes
    score = 70 - 20 * ready + 15 * rng.normal(size=homes)
    n = int(0.6 * homes)
    trend = arrival_trend(score[:n], ready[:n], homes, group[:n])
    trials: list[Trial] = []
    if trend.slope is not None and trend.silent is not None and trend.everybody is not None:
        trials += [
            ("slope of early to late", "", trend.slope, -2.0),
            ("silent, if the trend held", "", trend.silent, 54.0),
            ("everybody, if the trend held", "", trend.everybody, 60.0),
        ]
    called = rng.choice(np.arange(n, homes), 60, replace=False)[:40]
    two = silent_estimate(np.clip(score[:n], 0, 100), np.clip(score[called], 0, 100),
                          base=homes, calls=60)  # fmt: skip
    if two.everybody is not None and two.difference is not None:
        trials += [
            ("silent sample, everybody", "", two.everybody, 60.0),
            ("silent sample, difference", "", two.difference, -10.0),
        ]
    building = rng.integers(0, 4, n)
    paper = rng.random(n) < 0.2 + 0.15 * building
    values = 60 + 5 * building + 3 * paper + 15 * rng.normal(size=n)
    modes = mode_effects(values, np.where(paper, "paper", "phone").tolist(),
                         {"building": building.astype(str).tolist()})  # fmt: skip
    for one in modes.effects:
        truth = 3.0 if one.mode == "paper" else -3.0
        trials.append(("mode effect", "", one.effect, truth))
    return trials


CASES: tuple[tuple[str, str, Sampler, tuple[int, ...]], ...] = (
    ("Market standing", "interviews a community", market_trials, INTERVIEWS),
    ("Non-response", "homes", frame_trials, FRAMES),
)


def measure(sampler: Sampler, rng: np.random.Generator, size: int, samples: int) -> Tally:
    """Count what the intervals of so many samples cover."""
    coverage = Tally()
    for trials in sampler(rng, size, samples):
        for trial in trials:
            coverage.count(*trial)
    return coverage


def print_table(title: str, unit: str, columns: dict[int, Tally]) -> None:
    """Print coverage by statistic and size: of all, of the worst item."""
    print(f"\n### {title}\n")
    print(f"| {unit} | " + " | ".join(f"{n} | worst" for n in columns) + " |")
    print("| --- " * (1 + 2 * len(columns)) + "|")
    for name in dict.fromkeys(name for found in columns.values() for name in found.trials):
        cells = [
            f"{one.mean(name):.3f} | {one.worst(name):.3f}" if name in one.trials else " | "
            for one in columns.values()
        ]
        print(f"| {name} | " + " | ".join(cells) + " |")


def main() -> None:
    """Run the long form."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    samples = options.samples
    begun = time.process_time()
    for place, (title, unit, sampler, sizes) in enumerate(CASES):
        found = {
            n: measure(sampler, np.random.default_rng([options.seed, place, n]), n, samples)
            for n in sizes
        }
        print_table(title, unit, found)
    print(f"\n{samples} samples, seed {options.seed}, {time.process_time() - begun:.0f} CPU s")


if __name__ == "__main__":
    main()
