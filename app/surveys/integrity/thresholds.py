"""The one table of settings of the integrity checks: signals, limits, weights. Pure.

Every limit is compared with peers afterwards: crossing one says nothing by itself about a home,
and nothing here ever refuses or voids an answer.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Family(StrEnum):
    """What a signal looks at. Two families must agree, or one signal must be extreme."""

    HOW = "how"  # phones, networks, times, hands
    WHAT = "what"  # the answers themselves
    AROUND = "around"  # collection: exclusions, deliveries, last days
    NONE = "none"  # nothing to compute it from yet, or a person's finding


@dataclass(frozen=True, slots=True)
class SignalKind:
    """One row of the table of checks.

    Attributes:
        code: Its name here.
        number: Its number in the catalogue of checks (docs/methods/integrity.md).
        family: What it looks at.
        weight: How much an excess counts; 0 is shown and counts for nothing.
        is_by_mode: Compared among answers that came in the same way.
        least: Fewest answers it is computed from.
        clump: How many answers show it together at least: a shared phone brings four at once, so
            its count varies four times as much as that of answers one by one.
    """

    code: str
    number: int
    family: Family
    weight: float = 1.0
    is_by_mode: bool = True
    least: int = 20
    clump: int = 1


_H, _W, _A, _N = Family.HOW, Family.WHAT, Family.AROUND, Family.NONE

SIGNALS: tuple[SignalKind, ...] = (
    SignalKind("devices", 1, _H, clump=4),
    SignalKind("networks", 1, _H, 0.6, clump=4),
    SignalKind("pace", 2, _H),
    SignalKind("equal_pace", 2, _H, 0.5, is_by_mode=False),
    SignalKind("night", 3, _H, 0.6),
    SignalKind("bursts", 3, _H, 0.5, clump=6),
    SignalKind("rooms", 3, _H, clump=2),
    SignalKind("order", 4, _H, 0.5, is_by_mode=False),
    SignalKind("straight", 5, _W, 0.5),
    SignalKind("duplicates", 6, _W, clump=2),
    SignalKind("joint", 6, _W, 1.5, is_by_mode=False),
    SignalKind("spread", 7, _W, 0.3, is_by_mode=False),
    SignalKind("buildings", 7, _W, 0.3, is_by_mode=False),
    SignalKind("mode_gap", 8, _W, 0.5, is_by_mode=False),
    SignalKind("tolerance", 9, _W, 0.6),
    SignalKind("contradictions", 10, _W, 0.6),
    SignalKind("no_words", 11, _W, 0.5),
    SignalKind("clones", 11, _W, 0.8, is_by_mode=False, least=10, clump=2),
    SignalKind("one_hand", 12, _H, 0.5, is_by_mode=False, least=12),
    SignalKind("handwriting", 12, _N),
    SignalKind("last_hours", 13, _A, 0.4, is_by_mode=False),
    SignalKind("exclusions", 14, _A, 0.5, is_by_mode=False),
    SignalKind("undelivered", 15, _A, 0.5),
    SignalKind("complainers", 16, _N),
    SignalKind("outside_facts", 17, _N),
    SignalKind("change", 18, _A, 0.5, is_by_mode=False),
    SignalKind("incoherent", 19, _W, 0.6),
    SignalKind("recall", 20, _N),
    SignalKind("phones", 21, _A, 0.5, is_by_mode=False),
    SignalKind("proxies", 22, _A, 0.3, is_by_mode=False),
    SignalKind("clerks", 23, _A, 0.4, is_by_mode=False),
    SignalKind("double_entry", 23, _N),
    SignalKind("quick_closing", 24, _A, 0.3, is_by_mode=False, least=5, clump=2),
    SignalKind("same_closing", 24, _A, 0.3, is_by_mode=False, least=5, clump=3),
    SignalKind("repair_sample", 25, _N),
    SignalKind("control_homes", 26, _N),
)
KINDS = {kind.code: kind for kind in SIGNALS}

HUMAN = ("handwriting", "recall", "control_homes")
"""Checks people make by hand; their findings are written down by head office."""

HOMES_PER_DEVICE = 3  # a family and a neighbour share a phone; more is worth a look
NETWORK_WINDOW = timedelta(minutes=10)
NETWORK_HOMES = 3  # at once from one network; fewer is a router or a provider
SECONDS_PER_ITEM = 1.0
QUICK_PER_ITEM = 3.0  # a weak sign only
NIGHT = (22, 6)  # Beijing hours
BURST_WINDOW = timedelta(minutes=10)
BURST_HOMES = 5
ROOM_WINDOW = timedelta(minutes=5)
DUPLICATE_SHARE = 0.92  # of the items both were asked
DUPLICATE_ITEMS = 15  # both must have answered so many
INCOHERENT_POINTS = 35.0  # overall answer against the mean of the areas, of 100
AGREEABLE_MEAN = 4.4  # areas, of 5
AGREEABLE_WORST = 4
OFFICE_HOURS = (9, 18)
CROWD_HOMES = 5  # of the community on one network, of more than one building
JOINT_SIGNS = 4  # what a strong sign counts, in weak ones
FLAGGED_SIGNS = 5  # an answer with so many is doubtful where the score is high
LAST_HOURS = timedelta(hours=48)
CLONE_SHARE = 0.8  # of the character pairs of two comments
CLONE_LENGTH = 6  # shorter ones are alike by themselves
SHARED_PHONE_HOMES = 3
QUICK_CLOSING = timedelta(minutes=1)
SAME_CLOSINGS = 3  # cases closed in the same words

USUAL = 2.0  # standard errors a signal may lie above its peers without counting
MOST = 6.0  # an excess beyond counts no more: one signal alone has a limit
HIGH = 2.0  # score from which on 60 homes are called instead of 30
ALONE = 3.3  # a signal so unusual that it needs no second family
TRIMMED = 0.1  # of the communities, from above, when the peers' usual share is taken
LEAST_PEERS = 8

CALLS = 30
CALLS_HIGH = 60
RANDOM_SHARE = 0.5  # of the calls of a community with a high score; of others all are random
SHARES_PRINTED = (0.05, 0.10, 0.20)  # of made-up answers, for which the chance is printed
