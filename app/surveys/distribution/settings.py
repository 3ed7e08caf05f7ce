"""How messages leave the house: read from ``distribution.toml`` in the folder of the installation.

Without that file every channel writes into a local folder and nothing goes over the network. The
file holds passwords, so it lies beside the key file and not in the environment.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.surveys.distribution.errors import SettingsError
from app.surveys.distribution.models import SendChannel

FILE = "distribution.toml"
_SECTIONS = {
    "notices": {"service_guide"},
    "outbox": {"days"},
    "sms": {
        *("provider", "access_key_id", "access_key_secret", "sign_name", "endpoint"),
        *("template_launch", "template_reminder", "template_result", "template_call_back"),
    },
    "wechat": {
        *("provider", "app_id", "app_secret", "endpoint"),
        *("template_launch", "template_reminder", "template_result", "template_call_back"),
        "fields",
    },
    "email": {
        *("provider", "host", "port", "security", "user", "password", "sender"),
    },
}
_PROVIDERS = {
    SendChannel.SMS: "aliyun",
    SendChannel.WECHAT: "wechat",
    SendChannel.EMAIL: "smtp",
}
_NEEDED = {
    SendChannel.SMS: ("access_key_id", "access_key_secret", "sign_name", "template_reminder"),
    SendChannel.WECHAT: ("app_id", "app_secret", "template_reminder"),
    SendChannel.EMAIL: ("host", "sender"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of distribution.

    Attributes:
        service_guide: Address of the service guide, printed on notices; may be empty.
        outbox_days: Days the files of the outbox are kept.
        channels: What the file says about each channel, empty for the outbox.
    """

    service_guide: str = ""
    outbox_days: int = 7
    channels: Mapping[SendChannel, Mapping[str, Any]] = field(default_factory=dict)

    def is_outbox(self, channel: SendChannel) -> bool:
        """Say whether a channel writes into the local folder."""
        return bool(self.of(channel).get("provider", "outbox") == "outbox")

    def of(self, channel: SendChannel) -> Mapping[str, Any]:
        """Return what the file says about a channel."""
        return self.channels.get(channel, {})


def read_settings(instance: Path) -> Settings:
    """Read the settings of an installation; a missing file means the outbox for everything.

    Raises:
        SettingsError: A line cannot be used; the message names it.
    """
    path = instance / FILE
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(FILE, str(error)) from error
    _check_names(content)
    days = content.get("outbox", {}).get("days", 7)
    if not isinstance(days, int) or not 1 <= days <= 366:
        raise SettingsError("outbox.days", "must be a number of days, 1 to 366")
    guide = str(content.get("notices", {}).get("service_guide", ""))
    if guide and not guide.startswith(("http://", "https://")):
        raise SettingsError("notices.service_guide", "must start with http:// or https://")
    channels = {channel: content.get(channel.value, {}) for channel in _PROVIDERS}
    for channel, section in channels.items():
        _check_channel(channel, section)
    return Settings(guide, days, channels)


def _check_names(content: Mapping[str, Any]) -> None:
    for section, lines in content.items():
        if section not in _SECTIONS or not isinstance(lines, dict):
            raise SettingsError(section, "unknown section")
        for name in lines:
            if name not in _SECTIONS[section]:
                raise SettingsError(f"{section}.{name}", "unknown setting")


def _check_channel(channel: SendChannel, section: Mapping[str, Any]) -> None:
    provider = section.get("provider", "outbox")
    if provider not in {"outbox", _PROVIDERS[channel]}:
        raise SettingsError(f"{channel}.provider", f"must be outbox or {_PROVIDERS[channel]}")
    if provider == "outbox":
        return
    for name in _NEEDED[channel]:
        if not section.get(name):
            raise SettingsError(f"{channel}.{name}", "is missing")
