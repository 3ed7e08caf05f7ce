"""How many communities with made-up answers are found, and how many honest ones are suspected?

    python -m benchmarks.integrity
    python -m benchmarks.integrity --seeds 101 102 --shares 0.25 0.15 0.10

200 communities with 150 to 400 answers; 20 of them have made-up answers of three kinds (see
`benchmarks.integrity_data`). Limits were chosen on the seeds 1 to 8 and 101 to 105, never on those
printed. The harm is what made-up answers do to the mean of the areas, 0-100, when nobody looks.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.surveys.instrument.load import load_instrument
from app.surveys.instrument.model import Instrument
from app.surveys.integrity.measure import measure, weigh_answers
from app.surveys.integrity.reading import Places, places_of, read_matrix
from app.surveys.integrity.sampling import chance_of_any, draw, size_of
from app.surveys.integrity.score import judge
from app.surveys.integrity.thresholds import FLAGGED_SIGNS
from benchmarks.integrity_data import FRAUDS, Community, make_company

COMMUNITIES, CROOKED = 200, 20
LEAST_RECALL, MOST_FALSE = 0.90, 2
SEEDS = (201, 202, 203, 204, 205)
SHARES = (0.25, 0.15, 0.10)


@dataclass(frozen=True)
class Result:
    """What one simulated company gave.

    Attributes:
        found: Crooked communities with a high score, by kind of fraud: found, all.
        suspected: Honest communities with a high score.
        honest: Honest communities.
        bias: Points by which the made-up answers move the crooked communities, each.
        left: The same after the doubtful answers are left out, in those that were found.
        met: Share of the crooked communities whose audit calls meet a made-up answer.
        met_random: The same for as many calls by chance alone.
    """

    found: dict[str, tuple[int, int]]
    suspected: int
    honest: int
    bias: list[float]
    left: list[float]
    met: float
    met_random: float

    @property
    def recall(self) -> float:
        """Share of the crooked communities that are found."""
        return sum(hit for hit, _all in self.found.values()) / max(
            1, sum(all_ for _hit, all_ in self.found.values())
        )


def run(
    instrument: Instrument, seed: int, share: float, *, communities: int, crooked: int
) -> Result:
    """Simulate one company and look at it."""
    places = places_of(instrument)
    company = make_company(seed, instrument, communities=communities, crooked=crooked, share=share)
    scores = judge({at: measure(one.answers, one.around, places) for at, one in enumerate(company)})
    high = {at for at, score in scores.items() if score.is_high}
    found = {
        fraud: (
            sum(at in high for at, one in enumerate(company) if one.fraud == fraud),
            sum(one.fraud == fraud for one in company),
        )
        for fraud in FRAUDS
    }
    bias, left, met, by_chance = [], [], [], []
    for at, one in enumerate(company[:crooked]):
        signs = weigh_answers(one.answers, places)
        doubtful = [at in high and sign >= FLAGGED_SIGNS for sign in signs]
        truth = _mean(one, places, one.is_made_up)
        bias.append(_mean(one, places, [False] * len(signs)) - truth)
        if at in high:
            left.append(_mean(one, places, doubtful) - truth)
        calls, random_calls = size_of(len(signs), is_high=at in high)
        drawn = draw(
            dict(enumerate(signs)), calls=calls, random_calls=random_calls, seed=f"{seed}:{at}"
        )
        met.append(any(one.is_made_up[call.response_id] for call in drawn))
        by_chance.append(chance_of_any(calls, sum(one.is_made_up) / len(signs), len(signs)))
    return Result(
        found=found,
        suspected=sum(at in high for at, one in enumerate(company) if not one.fraud),
        honest=communities - crooked,
        bias=bias,
        left=left,
        met=float(np.mean(met)),
        met_random=float(np.mean(by_chance)),
    )


def _mean(one: Community, places: Places, without: list[bool]) -> float:
    """Return the mean of the areas on 0-100 without some answers."""
    kept = [row.vector for row, gone in zip(one.answers, without, strict=True) if not gone]
    return float(np.nanmean(read_matrix(kept, places).area_percent))


def read_instrument() -> Instrument:
    """Return the owners' questionnaire."""
    path = Path(__file__).resolve().parent.parent / "instruments/customer-perception/v1.yaml"
    return load_instrument(path.read_text("utf-8"), path.name).instrument


def main() -> int:
    """Print the table; 1 when the bounds are missed at a quarter of made-up answers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--shares", type=float, nargs="+", default=SHARES)
    given = parser.parse_args()
    instrument, is_missed = read_instrument(), False
    print("share seed  recall   bulk copies agreeable  suspected   bias  left  calls meet one")
    for share in given.shares:
        for seed in given.seeds:
            one = run(instrument, seed, share, communities=COMMUNITIES, crooked=CROOKED)
            kinds = "  ".join(f"{hit}/{all_}" for hit, all_ in one.found.values())
            print(
                f"{share:5.0%} {seed:4d}  {one.recall:6.2f}   {kinds}      "
                f"{one.suspected:3d}/{one.honest}  {np.mean(one.bias):5.1f} "
                f"{np.mean(one.left) if one.left else np.nan:5.1f}  "
                f"{one.met:4.0%} (by chance {one.met_random:.0%})"
            )
            is_bad = one.recall < LEAST_RECALL or one.suspected > MOST_FALSE
            is_missed |= share >= SHARES[0] and is_bad
    return int(is_missed)


if __name__ == "__main__":
    raise SystemExit(main())
