"""From the settings to the provider of a channel."""

from pathlib import Path

from app.config import Config
from app.surveys.distribution.models import SendChannel
from app.surveys.distribution.providers.aliyun import ENDPOINT as ALIYUN
from app.surveys.distribution.providers.aliyun import Aliyun
from app.surveys.distribution.providers.mail import Mail
from app.surveys.distribution.providers.message import Provider
from app.surveys.distribution.providers.outbox import FOLDER, Outbox
from app.surveys.distribution.providers.wechat import ENDPOINT as WECHAT
from app.surveys.distribution.providers.wechat import WeChat
from app.surveys.distribution.settings import Settings

_FIELDS = {"campaign": "thing1", "community": "thing2", "closes": "time3"}
_STEPS = ("launch", "reminder", "result", "call_back")


def provider_of(channel: SendChannel, settings: Settings, config: Config) -> Provider:
    """Return what sends the messages of a channel: its provider, or the outbox in its place."""
    real = _real(channel, settings, config)
    if settings.is_outbox(channel):
        return Outbox(outbox_folder(config), channel, real)
    return real


def outbox_folder(config: Config) -> Path:
    """Return the folder of the outbox."""
    return config.instance / FOLDER


def sign_name(settings: Settings, config: Config) -> str:
    """Return the sign SMS begin with."""
    return str(settings.of(SendChannel.SMS).get("sign_name", config.company))


def _real(channel: SendChannel, settings: Settings, config: Config) -> Provider:
    said = settings.of(channel)
    templates = {step: str(said.get(f"template_{step}", f"{step}-template")) for step in _STEPS}
    if channel is SendChannel.SMS:
        return Aliyun(
            key_id=str(said.get("access_key_id", "outbox")),
            key_secret=str(said.get("access_key_secret", "outbox")),
            sign_name=sign_name(settings, config),
            templates=templates,
            endpoint=str(said.get("endpoint", ALIYUN)),
        )
    if channel is SendChannel.WECHAT:
        return WeChat(
            str(said.get("app_id", "outbox")),
            str(said.get("app_secret", "outbox")),
            templates=templates,
            fields=dict(said.get("fields", _FIELDS)),
            endpoint=str(said.get("endpoint", WECHAT)),
        )
    if channel is SendChannel.EMAIL:
        return Mail(
            host=str(said.get("host", "localhost")),
            port=int(said.get("port", 587)),
            sender=str(said.get("sender", "survey@example.invalid")),
            sender_name=config.company,
            security=str(said.get("security", "starttls")),
            user=str(said.get("user", "")),
            password=str(said.get("password", "")),
        )
    raise ValueError(channel)
