"""Suggests codes for comments: keywords of the codebook, and the nearest comments coded before.

Only the worker imports this module: it loads numpy and the word segmenter. What it says is a
suggestion; a person decides. The same comments always get the same suggestions.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import rjieba
from scipy.sparse import csr_matrix

from app.followup.problems.codebook import Code, Codebook

SUGGESTED = 3
NEIGHBOURS = 7
ALIKE = 0.5  # cosine from which two comments say much the same
KEYWORDS_WEIGH = 1.0
NEIGHBOURS_WEIGH = 1.0
NAMES_WEIGH = 2.0  # likeness to the name and keywords of a code
_NOT_A_WORD = re.compile(r"[^\w]+")

Words = Counter[str]


@dataclass(frozen=True, slots=True)
class Coded:
    """A comment a person has coded: what suggestions learn from."""

    text: str
    codes: tuple[str, ...]


def words_of(text: str) -> Words:
    """Return the words of a text and its pairs of signs: pairs save what segmenting cuts wrong."""
    counted: Words = Counter()
    for part in _NOT_A_WORD.split(text.lower()):
        counted.update(word for word in rjieba.cut(part) if len(word) > 1)
        counted.update(f"·{part[at : at + 2]}" for at in range(len(part) - 1))
    return counted


class Suggester:
    """Everything learnt from the codebook and from comments coded before."""

    def __init__(self, codebook: Codebook, coded: Sequence[Coded]) -> None:
        self._codes = [one.code for one in codebook.codes]
        self._place = {code: at for at, code in enumerate(self._codes)}
        self._keywords = _keyword_weights(codebook.codes)
        counted = [words_of(one.text) for one in coded]
        named = [words_of(f"{one.zh} {' '.join(one.keywords)}") for one in codebook.codes]
        self._vocabulary = _vocabulary([*counted, *named])
        self._rarity = _rarity([*counted, *named], self._vocabulary)
        self._names = self._vectors(named)
        self._known = self._vectors(counted)
        self._labels = self._label_matrix([one.codes for one in coded])

    def suggest(self, texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        """Return the best codes of each text with their scores, the best first."""
        if not texts:
            return []
        vectors = self._vectors([words_of(text) for text in texts])
        scores = KEYWORDS_WEIGH * self._keyword_scores(texts)
        scores += NAMES_WEIGH * (vectors @ self._names.T).toarray()
        if self._known.shape[0]:
            scores += NEIGHBOURS_WEIGH * self._neighbour_scores(vectors)
        # The order of the codebook decides between equals.
        order = np.argsort(-scores, axis=1, kind="stable")[:, :SUGGESTED]
        return [
            [
                (self._codes[code], round(float(scores[row, code]), 4))
                for code in order[row]
                if scores[row, code] > 0
            ]
            for row in range(len(texts))
        ]

    def group(self, texts: Sequence[str]) -> list[int]:
        """Return for each text the place of the first text that says much the same."""
        if not texts:
            return []
        vectors = self._vectors([words_of(text) for text in texts])
        near = csr_matrix(vectors @ vectors.T)
        first = list(range(len(texts)))
        for row in range(len(texts)):
            begin, end = near.indptr[row], near.indptr[row + 1]
            for other, cosine in zip(near.indices[begin:end], near.data[begin:end], strict=True):
                if other < row and cosine >= ALIKE and first[other] == other:
                    first[row] = min(first[row], int(other))
        return first

    def _vectors(self, counted: Sequence[Words]) -> csr_matrix:
        """Return texts as rows of length 1 in the space of known words."""
        rows, columns, values = [], [], []
        for row, words in enumerate(counted):
            known = [
                (at, (1 + np.log(count)) * self._rarity[at])
                for word, count in words.items()
                if (at := self._vocabulary.get(word)) is not None
            ]
            length = float(np.sqrt(sum(value * value for _at, value in known))) or 1.0
            for at, value in known:
                rows.append(row)
                columns.append(at)
                values.append(value / length)
        shape = (len(counted), max(1, len(self._vocabulary)))
        return csr_matrix((values, (rows, columns)), shape=shape, dtype=np.float64)

    def _label_matrix(self, labels: Sequence[Collection[str]]) -> np.ndarray:
        matrix = np.zeros((len(labels), len(self._codes)))
        for row, codes in enumerate(labels):
            for code in codes:
                if code in self._place:
                    matrix[row, self._place[code]] = 1.0
        return matrix

    def _keyword_scores(self, texts: Sequence[str]) -> np.ndarray:
        scores = np.zeros((len(texts), len(self._codes)))
        for row, text in enumerate(texts):
            low = text.lower()
            for word, weights in self._keywords.items():
                if word in low:
                    for code, weight in weights:
                        scores[row, self._place[code]] += weight
        certain: np.ndarray = 1 - np.exp(-scores)
        return certain

    def _neighbour_scores(self, vectors: csr_matrix) -> np.ndarray:
        near = (vectors @ self._known.T).toarray()
        keep = min(NEIGHBOURS, near.shape[1])
        nearest = np.argsort(-near, axis=1, kind="stable")[:, :keep]
        weights = np.take_along_axis(near, nearest, axis=1) ** 2
        total = weights.sum(axis=1, keepdims=True)
        votes = np.einsum("rk,rkc->rc", weights, self._labels[nearest])
        sure = np.take_along_axis(near, nearest[:, :1], axis=1)  # how near the nearest one is
        shares: np.ndarray = np.divide(votes, total, out=np.zeros_like(votes), where=total > 0)
        weighed: np.ndarray = shares * sure
        return weighed


def _keyword_weights(codes: Sequence[Code]) -> dict[str, list[tuple[str, float]]]:
    """Return for each keyword its codes; a word of many codes says little, a long one much."""
    found: dict[str, list[str]] = {}
    for code in codes:
        for word in code.keywords:
            found.setdefault(word.lower(), []).append(code.code)
    return {
        word: [(code, min(len(word), 4) / 2.5 / len(named)) for code in named]
        for word, named in found.items()
    }


def _vocabulary(counted: Sequence[Words]) -> dict[str, int]:
    return {word: at for at, word in enumerate(sorted(set().union(*counted)))}


def _rarity(counted: Sequence[Words], vocabulary: dict[str, int]) -> np.ndarray:
    seen = np.zeros(max(1, len(vocabulary)))
    for words in counted:
        for word in words:
            seen[vocabulary[word]] += 1
    return np.log((1 + len(counted)) / (1 + seen)) + 1
