"""Net Promoter Score: definition, adjusted Wald interval, refusal of every other scale."""

from collections.abc import Sequence
from math import comb

import numpy as np
import pytest
from scipy import stats

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import BLANK, Column, Dataset, Role
from app.analysis.disclosure.floors import PUBLISHED
from app.analysis.levels.nps import NpsScaleError, make_nps, net_promoter_score, promoter_scores
from app.analysis.uncertainty.frame import Frame, make_frame

ELEVEN = tuple(range(11))


def frame_of(
    answers: Sequence[int | None],
    points: tuple[int, ...] = ELEVEN,
    groups: Sequence[int] | None = None,
) -> Frame:
    column = Column("loyalty.recommend", Role.OVERALL, "recommend", points)
    values = [[BLANK if one is None else points.index(one) + 1] for one in answers]
    zeros = np.zeros(len(answers), dtype=np.int64)
    dataset = Dataset(
        columns=(column,),
        values=np.array(values, dtype=np.uint8),
        wave=zeros,
        community=zeros,
        group=np.array(groups if groups is not None else [k % 30 for k in range(len(answers))]),
        waves=("w",),
        communities=("c",),
        own_groups=groups is not None,
    )
    return make_frame(make_cells(dataset), floors=PUBLISHED)


def test_the_interval_is_that_of_three_more_answers_worked_by_hand() -> None:
    # 15 promoters and 9 detractors of 37. With 3/4 on either side of 40 the score is 6/40 = .15,
    # v = 25.5/40 - .15^2 = .615, SE = sqrt(.615/40) = .1239960.
    found = net_promoter_score(15, 9, 37)
    assert found.value == pytest.approx(100 * 6 / 37)
    assert found.low == pytest.approx(100 * (0.15 - 1.959963985 * 0.015375**0.5), abs=1e-6)
    assert found.high == pytest.approx(100 * (0.15 + 1.959963985 * 0.015375**0.5), abs=1e-6)
    # v = 24/37 - (6/37)^2 = 852/1369
    assert found.stderr == pytest.approx(100 * (852 / 1369 / 37) ** 0.5)
    assert net_promoter_score(15, 9, 37, level=0.8).low > found.low


def test_an_even_split_is_centred_on_zero_and_all_promoters_still_have_an_interval() -> None:
    even = net_promoter_score(10, 10, 40)
    assert even.value == 0
    assert even.low == pytest.approx(-even.high)
    every = net_promoter_score(20, 0, 20)
    # By hand: 20/23 and 21.5/23 - (20/23)^2 = 94.5/529
    half = stats.norm.ppf(0.975) * (94.5 / 529 / 23) ** 0.5
    assert (every.value, every.stderr, every.high) == (100, 0, 100)
    assert every.low == pytest.approx(100 * (20 / 23 - half))


@pytest.mark.parametrize(("promoters", "detractors", "n"), [(0, 0, 0), (-1, 0, 5), (4, 2, 5)])
def test_counts_that_cannot_be_are_refused(promoters: int, detractors: int, n: int) -> None:
    with pytest.raises(ValueError, match="promoters"):
        net_promoter_score(promoters, detractors, n)


@pytest.mark.parametrize(("up", "down"), [(0.4, 0.2), (0.75, 0.05), (0.1, 0.1)])
def test_the_interval_covers_its_score_by_exact_enumeration(up: float, down: float) -> None:
    # Every outcome of 30 answers with its probability: no simulation. The plain interval covers
    # less, which is why answers are added (Rocks 2016).
    n, true = 30, 100 * (up - down)
    covered = plain = 0.0
    for promoters in range(n + 1):
        for detractors in range(n + 1 - promoters):
            rest = n - promoters - detractors
            ways = comb(n, promoters) * comb(n - promoters, detractors)
            chance = ways * up**promoters * down**detractors * (1 - up - down) ** rest
            found = net_promoter_score(promoters, detractors, n)
            covered += chance * (found.low <= true <= found.high)
            plain += chance * (abs(found.value - true) <= 1.959964 * found.stderr)
    assert 0.94 <= covered <= 0.985
    assert covered > plain


def test_scores_of_single_answers_average_to_the_score_and_keep_missing_ones() -> None:
    scores = promoter_scores([10, 9, 8, 7, 6, 0, np.nan])
    np.testing.assert_array_equal(scores, [100, 100, 0, 0, -100, -100, np.nan])
    assert np.nanmean(promoter_scores([10, 8, 3, 9])) == net_promoter_score(2, 1, 4).value
    for wrong in ([11], [-1], [7.5]):
        with pytest.raises(ValueError, match="0 to 10"):
            promoter_scores(wrong)


def test_the_study_leaves_unanswered_ones_out_and_gives_the_three_shares() -> None:
    result = make_nps(frame_of([10] * 15 + [8] * 13 + [3] * 9 + [None] * 5), "recommend")
    by_hand = net_promoter_score(15, 9, 37)
    assert result.n == 37
    assert result.score.value == pytest.approx(by_hand.value)
    assert (result.score.low, result.score.high) == pytest.approx((by_hand.low, by_hand.high))
    assert result.score.stderr == pytest.approx(by_hand.stderr)
    found = [share.value for share in (result.promoters, result.passives, result.detractors)]
    assert found == pytest.approx([15 / 37, 13 / 37, 9 / 37])


@pytest.mark.parametrize("points", [tuple(range(1, 11)), (1, 2, 3, 4, 5), tuple(range(10))])
def test_any_other_scale_is_refused_with_its_points(points: tuple[int, ...]) -> None:
    with pytest.raises(NpsScaleError) as caught:
        make_nps(frame_of([points[-1]] * 40, points), "recommend")
    assert (caught.value.item, caught.value.points) == ("recommend", points)
    with pytest.raises(NpsScaleError) as caught:
        make_nps(frame_of([10] * 40), "overall")
    assert caught.value.points == ()


def test_below_ten_answers_nothing_is_said() -> None:
    result = make_nps(frame_of([10] * 9), "loyalty.recommend")
    assert result.n == 9
    assert result.score.value is None
    assert result.promoters.value is None


def test_clusters_that_answer_alike_widen_the_interval() -> None:
    answers = [10] * 40 + [0] * 40 + [10] * 40
    alike = make_nps(frame_of(answers, groups=[k // 10 for k in range(120)]), "recommend")
    mixed = make_nps(frame_of(answers), "recommend")
    assert alike.score.value == pytest.approx(mixed.score.value)
    assert alike.score.low is not None
    assert mixed.score.low is not None
    assert alike.score.low < mixed.score.low - 10
