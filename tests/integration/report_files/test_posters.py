"""The sheets for the board: one page whatever was published, and what is left out is counted."""

import re
import subprocess
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.followup.answering.services import PublicAnswerInput, publish_answer
from app.followup.models import Problem
from app.followup.published.models import AnswerProgress, PosterKind, ProgressKind
from app.reports.posters import Sheet, choose_size, print_sheet
from app.vault import Vault
from tests.factories import NOW, head_office, make_campaign, make_community, make_staff

SHEET = Sheet(
    "甲小区",
    "甲管理处",
    "某物业",
    "0571-0000",
    "六月调查",
    date(2026, 11, 21),
    "http://x/p/a",
    "GG-1",
    True,
)


@pytest.mark.heavy
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_sheet_of_answers_is_one_page_and_says_how_many_more_there_are(
    session: Session, vault: Vault, tmp_path
) -> None:
    community = make_community(session)
    campaign = make_campaign(session, vault)
    make_staff(session)
    for at in range(9):
        given = PublicAnswerInput(
            f"问题{at}", "原因" * 30, "办法" * 30, "工程部", date(2026, 12, 1)
        )
        publish_answer(
            session,
            head_office(),
            given,
            campaign_id=campaign.id,
            community_id=community.id,
            now=NOW,
        )
    # A closed problem says its end, and no day that is over; an open one its own next days.
    over = session.scalars(select(Problem).order_by(Problem.id)).first()
    session.add(
        AnswerProgress(
            problem_id=over.id,
            kind=ProgressKind.CLOSING,
            text="灯全部换好",
            staff_id=1,
            published_at=NOW,
        )
    )
    session.flush()
    made = print_sheet(session, PosterKind.ANSWERS, "a3", SHEET, campaign.id, community.id)
    path = tmp_path / "sheet.pdf"
    path.write_bytes(made)
    said = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Pages:\s+1\n", said)
    assert re.search(r"Page size:\s+841\.\d+ x 1190", said)  # A3 in points
    words = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True)
    shown = len(set(re.findall(r"问题\d", words.stdout)))
    assert 1 <= shown < 9
    assert f"还有 {9 - shown} 项答复" in words.stdout
    first, second = words.stdout.split("问题1")[0], words.stdout.split("问题1")[1]
    assert "2026年11月2日：灯全部换好" in first
    assert "12月1日" not in first
    assert "2026年12月1日前" in second
    # Published on 2 November: the words of the 30th and the 60th day.
    assert "2026年12月2日和2027年1月1日前各说一次进展" in second.replace("\n", "")


def test_answers_shrink_to_fit_and_only_what_never_fits_is_left_out() -> None:
    def tall(height: float, size: float) -> float:
        return height * size

    assert choose_size([60.0, 60.0], tall, 176) == (1.2, (0, 1))
    assert choose_size([60.0, 60.0, 60.0], tall, 176) == (0.91, (0, 1, 2))  # 163.8 mm
    # 82 + 10 for the line that says more; 123 do not fit on top of it, 73.8 do.
    assert choose_size([100.0, 150.0, 90.0], tall, 176) == (0.82, (0, 2))
    assert choose_size([900.0], tall, 176) == (0.82, (0,))
