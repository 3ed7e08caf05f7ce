"""SMS through Alibaba Cloud: SendSms of 2017-05-25, signed as its RPC interfaces ask for.

Signature: HMAC-SHA1 over method, path and the sorted, percent-encoded parameters
(help.aliyun.com/document_detail/154849.html). Alibaba does not tell two equal messages apart, so
the nonce is made from the message's key and its attempt: an accidental repeat of the same request
is refused as a replay.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from app.surveys.distribution.errors import NotSentError, RejectedError, UnsureError
from app.surveys.distribution.providers.http import Request, perform
from app.surveys.distribution.providers.message import Outgoing

ENDPOINT = "https://dysmsapi.aliyuncs.com"
# About this number; anything else is about the account and may be mended.
_ABOUT_THE_NUMBER = frozenset(
    {
        "isv.MOBILE_NUMBER_ILLEGAL",
        "isv.BUSINESS_LIMIT_CONTROL",
        "isv.DAY_LIMIT_CONTROL",
        "isv.BLACK_KEY_CONTROL_LIMIT",
        "isv.MOBILE_NUMBER_BLACK",
        "isv.OUT_OF_SERVICE_NUMBER",
    }
)


@dataclass(frozen=True, slots=True)
class Aliyun:
    """An account for SMS.

    Attributes:
        key_id, key_secret: The account's access key.
        sign_name: The approved sign, shown before the text.
        templates: Step to the code of its approved template.
        endpoint: Host of the service.
    """

    key_id: str
    key_secret: str
    sign_name: str
    templates: Mapping[str, str]
    endpoint: str = ENDPOINT
    suffix: str = "http"

    def compose(self, message: Outgoing, *, attempt: int, now: datetime) -> bytes:
        """Return the request as it goes over the wire."""
        return self._request(message, attempt, now).as_bytes()

    def send(self, message: Outgoing, *, attempt: int, now: datetime) -> str:
        """Send one SMS and return its BizId."""
        _status, body = perform(self._request(message, attempt, now))
        try:
            answer = json.loads(body)
            code = str(answer["Code"])
        except (ValueError, KeyError, TypeError) as error:
            raise UnsureError("unreadable answer") from error
        if code == "OK":
            return str(answer.get("BizId", ""))
        if code in _ABOUT_THE_NUMBER:
            raise RejectedError(code)
        raise NotSentError(code)

    def _request(self, message: Outgoing, attempt: int, now: datetime) -> Request:
        parameters = {
            "AccessKeyId": self.key_id,
            "Action": "SendSms",
            "Format": "JSON",
            "OutId": message.key,
            "PhoneNumbers": message.to,
            "RegionId": "cn-hangzhou",
            "SignName": self.sign_name,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureNonce": f"{message.key}-{attempt}",
            "SignatureVersion": "1.0",
            "TemplateCode": self.templates.get(message.step, ""),
            "TemplateParam": json.dumps(dict(message.values), ensure_ascii=False),
            "Timestamp": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Version": "2017-05-25",
        }
        parameters["Signature"] = sign("POST", parameters, self.key_secret)
        return Request(
            "POST",
            self.endpoint,
            "/",
            {"Content-Type": "application/x-www-form-urlencoded"},
            _joined(parameters).encode(),
        )


def sign(method: str, parameters: Mapping[str, str], secret: str) -> str:
    """Return the signature of a request's parameters in Base64."""
    text = f"{method}&{_encoded('/')}&{_encoded(_joined(parameters))}"
    key = f"{secret}&".encode()
    return base64.b64encode(hmac.new(key, text.encode(), hashlib.sha1).digest()).decode()


def _joined(parameters: Mapping[str, str]) -> str:
    return "&".join(
        f"{_encoded(name)}={_encoded(value)}" for name, value in sorted(parameters.items())
    )


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
