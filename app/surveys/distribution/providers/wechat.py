"""Template messages of a WeChat service account: ``cgi-bin/message/template/send``.

Interface: developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage. A
message carries ``client_msg_id``, under which WeChat itself sends it once within ten minutes.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from app.surveys.distribution.errors import NotSentError, RejectedError, UnsureError
from app.surveys.distribution.providers.http import Request, perform
from app.surveys.distribution.providers.message import Outgoing

ENDPOINT = "https://api.weixin.qq.com"
_OLD_TOKEN = frozenset({40001, 40014, 42001})
# The owner left the account or switched its messages off, or the OpenID is not one of it.
_ABOUT_THE_OWNER = frozenset({40003, 43004, 43101, 43019})
_LONGEST_VALUE = 20  # WeChat cuts fields called thing, character by character
_SPARE = timedelta(minutes=5)


class WeChat:
    """A service account.

    Args:
        app_id: Of the account.
        app_secret: Of the account.
        templates: Step to the id of its template.
        fields: Our value to the field of the template: campaign, community, closes.
        endpoint: Host of the service.
    """

    suffix = "http"

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        *,
        templates: Mapping[str, str],
        fields: Mapping[str, str],
        endpoint: str = ENDPOINT,
    ) -> None:
        self._app_id, self._app_secret = app_id, app_secret
        self._templates, self._fields = templates, fields
        self._endpoint = endpoint
        self._token = ""
        self._token_until: datetime | None = None

    def compose(self, message: Outgoing, *, attempt: int, now: datetime) -> bytes:
        """Return the request as it goes over the wire; the token is the last one known."""
        return self._request(message, self._token or "ACCESS_TOKEN").as_bytes()

    def send(self, message: Outgoing, *, attempt: int, now: datetime) -> str:
        """Send one template message and return its msgid."""
        answer = _read(perform(self._request(message, self._fresh_token(now)))[1])
        if answer.get("errcode") in _OLD_TOKEN:
            self._token_until = None
            answer = _read(perform(self._request(message, self._fresh_token(now)))[1])
        code = answer.get("errcode")
        if code == 0:
            return str(answer.get("msgid", ""))
        if code in _ABOUT_THE_OWNER:
            raise RejectedError(str(code))
        raise NotSentError(str(code))

    def _fresh_token(self, now: datetime) -> str:
        if self._token_until is not None and now < self._token_until:
            return self._token
        query = urlencode(
            {
                "grant_type": "client_credential",
                "appid": self._app_id,
                "secret": self._app_secret,
            }
        )
        try:
            answer = _read(perform(Request("GET", self._endpoint, f"/cgi-bin/token?{query}"))[1])
        except UnsureError as error:  # only the token: no message was on its way
            raise NotSentError(error.code) from error
        if "access_token" not in answer:
            raise NotSentError(str(answer.get("errcode", "no token")))
        self._token = str(answer["access_token"])
        life = timedelta(seconds=int(str(answer.get("expires_in", 7200))))
        self._token_until = now + life - _SPARE
        return self._token

    def _request(self, message: Outgoing, token: str) -> Request:
        data = {
            place: {"value": message.values[name][:_LONGEST_VALUE]}
            for name, place in self._fields.items()
            if name in message.values
        }
        content = {
            "touser": message.to,
            "template_id": self._templates.get(message.step, ""),
            "url": message.link,
            "client_msg_id": message.key,
            "data": data,
        }
        return Request(
            "POST",
            self._endpoint,
            f"/cgi-bin/message/template/send?{urlencode({'access_token': token})}",
            {"Content-Type": "application/json"},
            json.dumps(content, ensure_ascii=False).encode(),
        )


def _read(body: bytes) -> dict[str, object]:
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise UnsureError("unreadable answer") from error
    if not isinstance(answer, dict):
        raise UnsureError("unreadable answer")
    return answer
