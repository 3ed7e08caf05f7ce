"""Shares of further answers of a market survey, company by company."""

from dataclasses import dataclass

from app.analysis.results.estimate import Estimate


@dataclass(frozen=True, slots=True)
class FurtherShare:
    """How many gave one answer to one question.

    Attributes:
        question: Code of the question.
        company: Whose residents were asked, or who was named.
        answer: Code of the answer; empty where being named is the answer.
        share: 0 to 1; its n are the people it is a share of.
    """

    question: str
    company: str
    answer: str
    share: Estimate
