"""Files of earlier campaigns as other tools write them, made on the spot."""

import csv
import io
from collections.abc import Sequence

import numpy as np

AREAS = {
    "service": "客户服务与沟通",
    "security": "安全与秩序",
    "cleaning": "清洁卫生",
    "greenery": "绿化与公共场地",
    "facilities": "电梯与公共设施",
    "repairs": "报修与入户维修",
    "parking": "停车与车辆管理",
    "fees": "收费与账目公开",
    "community_life": "装修管理与邻里社区",
}
WORDS = ("很不满意", "不满意", "一般", "满意", "很满意")
HEAD = ("小区", "姓名", "总体满意度", *AREAS.values(), "最重要的方面")


def answers(
    communities: Sequence[tuple[str, int]], *, seed: int = 7, worse: float = 0.0
) -> list[list[str]]:
    """Return rows of answers: words for areas, 1-10 for the whole, two picks in one cell."""
    rng = np.random.default_rng(seed)
    rows = []
    for name, homes in communities:
        for at in range(homes):
            mood = rng.normal(3.6 - worse, 0.8)
            points = np.clip(np.rint(mood + rng.normal(0, 0.7, len(AREAS))), 1, 5).astype(int)
            whole = int(np.clip(np.rint(2 * mood + rng.normal(0, 0.8)), 1, 10))
            picks = rng.choice(list(AREAS.values()), 2, replace=False)
            cells = [WORDS[point - 1] for point in points]
            if at % 17 == 0:
                cells[3] = "没接触过"
            rows.append([name, f"王{at}", str(whole), *cells, "┋".join(picks)])
    return rows


def to_csv(rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig") -> bytes:
    """Return rows under the usual headings as CSV."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    writer.writerows(rows)
    return out.getvalue().encode(encoding)
