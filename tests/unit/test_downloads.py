"""Names of downloads survive the header they travel in."""

import pytest
from werkzeug.http import parse_options_header

from app.web.downloads import attachment


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("batch-1.zip", "batch-1.zip"),
        ("letter-1-1栋.pdf", "letter-1-1栋.pdf"),
        ("云栖里 “北区”;x=1.pdf", "云栖里 “北区”;x=1.pdf"),
        ('a"b\\c.pdf', 'a"b\\c.pdf'),
        ("1栋\r\nX-Evil: 1/2.pdf", "1栋X-Evil: 1-2.pdf"),
    ],
)
def test_a_download_keeps_its_name_in_a_header_a_server_sends(name, kept):
    header = attachment(b"x", "application/pdf", name).headers["Content-Disposition"]
    assert header.isascii()
    assert parse_options_header(header) == ("attachment", {"filename": kept})


def test_what_cannot_read_the_encoded_name_still_finds_a_plain_one():
    header = attachment(b"x", "application/pdf", "letter-1-1栋.pdf").headers["Content-Disposition"]
    assert "filename=letter-1-1.pdf;" in header
