"""Providers' formats over a real connection, their signatures against published examples."""

import base64
import email
import json
import stat
from datetime import UTC, date, datetime, timedelta
from email.policy import default
from urllib.parse import parse_qs, urlsplit

import pytest

from app.config import Config
from app.surveys.distribution.errors import (
    NotSentError,
    RejectedError,
    SettingsError,
    UnsureError,
)
from app.surveys.distribution.models import SendChannel
from app.surveys.distribution.providers import outbox
from app.surveys.distribution.providers.aliyun import Aliyun, sign
from app.surveys.distribution.providers.choose import provider_of
from app.surveys.distribution.providers.mail import Mail
from app.surveys.distribution.providers.message import Outgoing
from app.surveys.distribution.providers.outbox import Outbox
from app.surveys.distribution.providers.wechat import WeChat
from app.surveys.distribution.settings import Settings, read_settings
from tests.integration.distribution.servers import http_server, smtp_server

NOW = datetime(2026, 11, 9, 2, tzinfo=UTC)
CLOSED = "http://127.0.0.1:9"  # the discard port: nobody listens there


def message(**changed: object) -> Outgoing:
    usual = {
        "key": "ls-7-42",
        "to": "13800000001",
        "step": "reminder",
        "subject": "业主满意度调查：11月20日截止",
        "text": "您家还没填满意度调查\n",
        "values": {
            "closes": "11月20日",
            "way": "https://s.cn/t/x",
            "campaign": "2026年11月业主满意度调查（全公司所有小区）",
            "community": "云栖里",
        },
        "link": "https://s.cn/t/x",
    }
    return Outgoing(**(usual | changed))


def test_the_signature_is_that_of_alibabas_example_for_sms():
    # HTTP protocol and signature of the SMS service: developer.aliyun.com/ask/218522.
    parameters = {
        "AccessKeyId": "testId",
        "Action": "SendSms",
        "Format": "XML",
        "OutId": "123",
        "PhoneNumbers": "15300000001",
        "RegionId": "cn-hangzhou",
        "SignName": "阿里云短信测试专用",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "45e25e9b-0a6f-4070-8c85-2956eda1b466",
        "SignatureVersion": "1.0",
        "TemplateCode": "SMS_71390007",
        "TemplateParam": '{"customer":"test"}',
        "Timestamp": "2017-07-12T02:42:19Z",
        "Version": "2017-05-25",
    }
    assert sign("GET", parameters, "testSecret") == "zJDF+Lrzhj/ThnlvIToysFRq6t4="


def test_the_signature_is_that_of_alibabas_example_for_any_interface():
    # RPC signature mechanism, example DescribeRegions.
    parameters = {
        "AccessKeyId": "testid",
        "Action": "DescribeRegions",
        "Format": "XML",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
        "SignatureVersion": "1.0",
        "Timestamp": "2016-02-23T12:46:24Z",
        "Version": "2014-05-26",
    }
    assert sign("GET", parameters, "testsecret") == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="


def aliyun(endpoint: str) -> Aliyun:
    return Aliyun("id", "secret", "邻声物业", {"reminder": "SMS_1"}, endpoint)


def test_an_sms_reaches_the_interface_signed_with_its_template_and_its_key():
    with http_server(lambda _path, _body: {"Code": "OK", "BizId": "900619746936498440^0"}) as seen:
        receipt = aliyun(seen.address).send(message(), attempt=1, now=NOW)
    assert receipt == "900619746936498440^0"
    ((method, path, _headers, body),) = seen.requests
    assert (method, path) == ("POST", "/")
    sent = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    signature = sent.pop("Signature")
    assert signature == sign("POST", sent, "secret")
    assert (sent["Action"], sent["Version"]) == ("SendSms", "2017-05-25")
    assert (sent["PhoneNumbers"], sent["OutId"]) == ("13800000001", "ls-7-42")
    assert (sent["SignName"], sent["TemplateCode"]) == ("邻声物业", "SMS_1")
    assert json.loads(sent["TemplateParam"])["closes"] == "11月20日"
    assert sent["Timestamp"] == "2026-11-09T02:00:00Z"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"Code": "isv.MOBILE_NUMBER_ILLEGAL"}, RejectedError),
        ({"Code": "isv.AMOUNT_NOT_ENOUGH"}, NotSentError),
        ({"Code": "SignatureDoesNotMatch"}, NotSentError),
        (b"<html>502</html>", UnsureError),
        (None, UnsureError),
    ],
)
def test_a_number_is_blamed_only_for_what_is_about_the_number(answer, error):
    with http_server(lambda _path, _body: answer) as seen, pytest.raises(error):
        aliyun(seen.address).send(message(), attempt=1, now=NOW)


def test_a_host_that_cannot_be_reached_got_nothing():
    for provider in (aliyun(CLOSED), wechat(CLOSED)):
        with pytest.raises(NotSentError):
            provider.send(message(), attempt=1, now=NOW)
    with pytest.raises(NotSentError):
        Mail("127.0.0.1", 9, "a@b.example", "A", "none").send(
            message(to="o@example.com"), attempt=1, now=NOW
        )


def wechat(endpoint: str) -> WeChat:
    fields = {"campaign": "thing1", "community": "thing2", "closes": "time3"}
    return WeChat("app", "s3", templates={"reminder": "T1"}, fields=fields, endpoint=endpoint)


def test_a_template_message_is_sent_with_a_token_fetched_once():
    def answer(path: str, _body: bytes) -> object:
        if path.startswith("/cgi-bin/token?"):
            return {"access_token": "TOKEN", "expires_in": 7200}
        return {"errcode": 0, "errmsg": "ok", "msgid": 200228332}

    with http_server(answer) as seen:
        account = wechat(seen.address)
        receipts = [
            account.send(message(to="oABC", key=key), attempt=1, now=NOW) for key in ("a", "b")
        ]
    assert receipts == ["200228332"] * 2
    asked, first, second = seen.requests
    assert parse_qs(urlsplit(asked[1]).query) == {
        "grant_type": ["client_credential"],
        "appid": ["app"],
        "secret": ["s3"],
    }
    assert first[:2] == ("POST", "/cgi-bin/message/template/send?access_token=TOKEN")
    content = json.loads(first[3])
    assert content["touser"] == "oABC"
    assert content["template_id"] == "T1"
    assert content["url"] == "https://s.cn/t/x"
    # WeChat takes twenty characters in such a field.
    assert content["data"]["thing1"] == {"value": "2026年11月业主满意度调查（全公司所"}
    assert [json.loads(one[3])["client_msg_id"] for one in (first, second)] == ["a", "b"]


def test_a_token_that_ran_out_is_fetched_anew_and_the_message_sent():
    tokens = iter(["old", "new"])

    def answer(path: str, _body: bytes) -> object:
        if path.startswith("/cgi-bin/token?"):
            return {"access_token": next(tokens), "expires_in": 7200}
        return {"errcode": 42001 if path.endswith("=old") else 0, "msgid": 5}

    with http_server(answer) as seen:
        assert wechat(seen.address).send(message(), attempt=1, now=NOW) == "5"
    assert [path.rpartition("=")[2] for _m, path, _h, _b in seen.requests if "send" in path] == [
        "old",
        "new",
    ]


@pytest.mark.parametrize(("code", "error"), [(43004, RejectedError), (45009, NotSentError)])
def test_wechat_refuses_an_owner_or_the_account(code, error):
    def answer(path: str, _body: bytes) -> object:
        return {"access_token": "T"} if "token?" in path else {"errcode": code}

    with http_server(answer) as seen, pytest.raises(error):
        wechat(seen.address).send(message(), attempt=1, now=NOW)


def test_a_mail_arrives_as_it_was_composed():
    with smtp_server() as seen:
        server = Mail("127.0.0.1", seen.port, "survey@linsheng.example", "邻声物业", "none")
        receipt = server.send(message(to="owner@example.com"), attempt=1, now=NOW)
    (taken,) = seen.mails
    mail = email.message_from_bytes(taken, policy=default)
    assert mail["Subject"] == "业主满意度调查：11月20日截止"
    assert mail["From"].addresses[0].display_name == "邻声物业"
    assert mail["To"] == "owner@example.com"
    assert mail["Message-ID"] == receipt == "<ls-7-42@linsheng.example>"
    assert mail["Date"].datetime == NOW
    assert mail.get_content().replace("\r\n", "\n") == "您家还没填满意度调查\n"
    assert max(len(line) for line in taken.splitlines()) <= 998


def test_a_recipient_that_is_refused_is_told_from_a_connection_that_breaks():
    with smtp_server(refuse="gone") as seen, pytest.raises(RejectedError):
        Mail("127.0.0.1", seen.port, "a@b.example", "A", "none").send(
            message(to="gone@example.com"), attempt=1, now=NOW
        )
    with smtp_server(drop_at_data=True) as seen, pytest.raises(UnsureError):
        Mail("127.0.0.1", seen.port, "a@b.example", "A", "none").send(
            message(to="o@example.com"), attempt=1, now=NOW
        )


def config(tmp_path) -> Config:
    return Config(
        database_url="sqlite:///x",
        instance=tmp_path,
        key_file=tmp_path / "vault.key",
        public_url="http://survey.example",
        company="邻声物业",
    )


def test_without_settings_every_message_becomes_a_file_only_this_program_can_read(tmp_path):
    for channel, name in (
        (SendChannel.SMS, "ls-7-42.http"),
        (SendChannel.WECHAT, "ls-7-42.http"),
        (SendChannel.EMAIL, "ls-7-42.eml"),
    ):
        provider = provider_of(channel, read_settings(tmp_path), config(tmp_path))
        assert isinstance(provider, Outbox)
        for _again in range(2):
            provider.send(message(to="o@example.com"), attempt=1, now=NOW)
        place = tmp_path / "outbox" / channel.value / "2026-11-09"
        assert [path.name for path in place.iterdir()] == [name]
        assert stat.S_IMODE((tmp_path / "outbox").stat().st_mode) == 0o700
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        assert stat.S_IMODE((place / name).stat().st_mode) == 0o600


def test_the_file_of_the_outbox_is_what_the_provider_would_get_byte_by_byte(tmp_path):
    with http_server(lambda _path, _body: {"Code": "OK", "BizId": "1"}) as seen:
        provider = aliyun(seen.address)
        provider.send(message(), attempt=1, now=NOW)
        Outbox(tmp_path / "outbox", SendChannel.SMS, provider).send(message(), attempt=1, now=NOW)
    content = (tmp_path / "outbox/sms/2026-11-09/ls-7-42.http").read_bytes()
    head, _gap, body = content.partition(b"\r\n\r\n")
    ((_method, _path, headers, sent),) = seen.requests
    assert body == sent
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST / HTTP/1.1"
    assert f"Host: {headers['Host']}" in lines
    assert f"Content-Length: {headers['Content-Length']}" in lines
    assert f"Content-Type: {headers['Content-Type']}" in lines


def test_the_outbox_is_listed_and_cleared_of_what_is_old(tmp_path):
    folder = tmp_path / "outbox"
    box = Outbox(folder, SendChannel.SMS, aliyun("https://sms.example"))
    for days in (0, 7, 8):
        box.send(message(), attempt=1, now=NOW - timedelta(days=days))
    assert outbox.drop_old(folder, days=7, now=NOW) == 1
    assert outbox.list_days(folder) == [("sms", "2026-11-09", 1), ("sms", "2026-11-02", 1)]
    (file,) = outbox.list_files(folder, SendChannel.SMS, date(2026, 11, 9), 9)
    assert outbox.read_file(folder, SendChannel.SMS, date(2026, 11, 9), file.name)
    assert outbox.read_file(folder, SendChannel.SMS, date(2026, 11, 9), "../x") is None


def test_the_settings_choose_the_provider(tmp_path):
    (tmp_path / "distribution.toml").write_text(
        """
[notices]
service_guide = "https://www.example.com/guide"
[outbox]
days = 3
[sms]
provider = "aliyun"
access_key_id = "id"
access_key_secret = "secret"
sign_name = "邻声物业"
template_reminder = "SMS_1"
endpoint = "http://127.0.0.1:9"
[email]
provider = "smtp"
host = "127.0.0.1"
port = 25
security = "none"
sender = "survey@linsheng.example"
""",
        "utf-8",
    )
    settings = read_settings(tmp_path)
    assert (settings.service_guide, settings.outbox_days) == ("https://www.example.com/guide", 3)
    kinds = [
        type(provider_of(channel, settings, config(tmp_path)))
        for channel in (SendChannel.SMS, SendChannel.WECHAT, SendChannel.EMAIL)
    ]
    assert kinds == [Aliyun, Outbox, Mail]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[sms]\nprovider = 'tencent'", "sms.provider"),
        ("[sms]\nprovider = 'aliyun'", "sms.access_key_id"),
        ("[sms]\nprovide = 'aliyun'", "sms.provide"),
        ("[fax]\nprovider = 'x'", "fax"),
        ("[outbox]\ndays = 0", "outbox.days"),
        ("[notices]\nservice_guide = 'www.x.cn'", "notices.service_guide"),
        ("[sms", "distribution.toml"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path, text, name):
    (tmp_path / "distribution.toml").write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        read_settings(tmp_path)
    assert caught.value.name == name


def test_no_settings_mean_the_outbox_for_every_channel():
    assert all(Settings().is_outbox(channel) for channel in SendChannel)


def test_base64_of_a_mail_is_cut_into_lines():
    mail = Mail("h", 25, "a@b.example", "A", "none").compose(
        message(to="o@example.com", text="很" * 500), attempt=1, now=NOW
    )
    body = mail.partition(b"\r\n\r\n")[2]
    assert base64.b64decode(body).decode().strip() == "很" * 500
    assert max(len(line) for line in body.splitlines()) <= 78
