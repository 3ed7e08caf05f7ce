"""Shares of answers that are no ratings: who is named, what residents of each company say."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.analysis.competitors.portions import clustered_shares
from app.analysis.competitors.survey import LEAST_SHOWN, MarketSurvey
from app.analysis.results.further import FurtherShare

Bools = NDArray[np.bool_]


def named_shares(
    survey: MarketSurvey,
    question: str,
    named: Sequence[frozenset[str]],
    *,
    among: Sequence[frozenset[str]] | None = None,
) -> tuple[FurtherShare, ...]:
    """Return how many name each company; nothing where nobody names any.

    Args:
        survey: Market and interviews.
        question: Its code.
        named: Companies named, by interview.
        among: Companies of which an answer is asked for, by interview; None is all of them.

    Source: Wilson (1927) JASA 22:209-212, errors by community.
    """
    hits = _holds(survey, named)
    if not hits.any():
        return ()
    base = np.ones_like(hits) if among is None else _holds(survey, among)
    shares = clustered_shares(hits, base, survey.place, least=LEAST_SHOWN)
    return tuple(
        FurtherShare(question, code, "", share)
        for code, share in zip(survey.providers, shares, strict=True)
    )


def answer_shares(
    survey: MarketSurvey, question: str, said: Sequence[str], answers: Sequence[str]
) -> tuple[FurtherShare, ...]:
    """Return how many residents of each company give each answer, of those who answered.

    Args:
        survey: Market and interviews.
        question: Its code.
        said: Answer by interview; one that is none of `answers` is no answer.
        answers: Codes in their order.

    Source: Wilson (1927) JASA 22:209-212, errors by community.
    """
    found = np.array(said, dtype=np.str_)
    chosen = found[:, None] == np.array(answers, dtype=np.str_)[None, :]
    if not chosen.any():
        return ()
    managers = np.array([survey.places[at].provider for at in survey.place], dtype=np.str_)
    answered = chosen.any(axis=1)
    shares: list[FurtherShare] = []
    for code in survey.providers:
        base = np.repeat(((managers == code) & answered)[:, None], len(answers), axis=1)
        estimates = clustered_shares(chosen, base, survey.place, least=LEAST_SHOWN)
        shares += [
            FurtherShare(question, code, answer, share)
            for answer, share in zip(answers, estimates, strict=True)
        ]
    return tuple(shares)


def _holds(survey: MarketSurvey, lists: Sequence[frozenset[str]]) -> Bools:
    held: Bools = np.array(
        [[code in one for code in survey.providers] for one in lists], dtype=np.bool_
    ).reshape(len(lists), len(survey.providers))
    return held
