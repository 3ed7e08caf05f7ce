"""Settings: one frozen dataclass read from the environment. Fails at start, never later."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class ConfigError(ValueError):
    """A setting is missing or cannot be used; carries its name and what is wrong."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the program reads from outside.

    Attributes:
        database_url: SQLAlchemy address; SQLite below `instance` by default.
        instance: Folder of everything this installation owns: database, keys, files.
        key_file: File with the vault's keys; made at first start, kept outside the database.
        public_url: Address owners see in links and QR codes, without a trailing slash.
        company: Name of the company on pages and papers.
        hosts: Host names this installation answers to; empty means any (tests). Read from the
            environment it is never empty: the host of `public_url`, this machine, and others named.
        proxies: Trusted reverse proxies in front of the server, each adding to X-Forwarded-For;
            0 takes the address of the connection itself.
        secure_cookies: Send cookies over HTTPS only.
        demo: Show that all data is invented.
        phone: Telephone of the head office for owners; empty when there is none.
        code_roles: Roles that sign in with a second factor or not at all.
        months: Months in which a campaign begins; the next one is prepared a month before.
        webhook_hosts: Hosts of the own network that webhooks may call, also without TLS.
    """

    database_url: str
    instance: Path
    key_file: Path
    public_url: str
    company: str
    hosts: tuple[str, ...] = ()
    proxies: int = 0
    secure_cookies: bool = False
    demo: bool = False
    phone: str = ""
    code_roles: tuple[str, ...] = ()
    months: tuple[int, ...] = (6, 11)
    webhook_hosts: tuple[str, ...] = ()

    @property
    def files(self) -> Path:
        """Folder of write-once files."""
        return self.instance / "files"


def read_config(environ: Mapping[str, str]) -> Config:
    """Build the settings from environment variables named ``LINSHENG_*``.

    Raises:
        ConfigError: A value cannot be used; the message names the variable.
    """
    is_demo = environ.get("LINSHENG_DEMO") == "1"
    # The demo lives in a folder of its own, so that it never meets a real installation.
    own = ROOT / "instance" / "demo" if is_demo else ROOT / "instance"
    instance = Path(environ.get("LINSHENG_INSTANCE", str(own))).absolute()
    port = environ.get("PORT", "8000")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ConfigError("PORT", f"not a port number: {port!r}")
    public_url = environ.get("LINSHENG_PUBLIC_URL", f"http://localhost:{port}").rstrip("/")
    if not public_url.startswith(("http://", "https://")):
        raise ConfigError("LINSHENG_PUBLIC_URL", "must start with http:// or https://")
    proxies = environ.get("LINSHENG_PROXIES", "0")
    if proxies not in tuple("0123456789"):
        raise ConfigError("LINSHENG_PROXIES", "must be a number of proxies, 0 to 9")
    database_url = environ.get("LINSHENG_DATABASE", f"sqlite:///{instance / 'linsheng.sqlite'}")
    if not database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigError("LINSHENG_DATABASE", "must be sqlite:/// or postgresql+psycopg://")
    return Config(
        database_url=database_url,
        instance=instance,
        key_file=Path(environ.get("LINSHENG_KEY_FILE", str(instance / "vault.key"))),
        public_url=public_url,
        company=environ.get("LINSHENG_COMPANY", "邻声物业"),
        hosts=_read_hosts(public_url, environ.get("LINSHENG_HOSTS", "")),
        proxies=int(proxies),
        secure_cookies=public_url.startswith("https://"),
        demo=is_demo,
        phone=environ.get("LINSHENG_PHONE", "").strip(),
        code_roles=_read_words(environ.get("LINSHENG_SECOND_FACTOR", "")),
        months=_read_months(environ.get("LINSHENG_MONTHS", "6,11")),
        webhook_hosts=_read_words(environ.get("LINSHENG_WEBHOOK_HOSTS", "")),
    )


def _read_hosts(public_url: str, others: str) -> tuple[str, ...]:
    """Return the names in a Host header that are answered: nobody may make up another one."""
    host = urlsplit(public_url).hostname
    if not host:
        raise ConfigError("LINSHENG_PUBLIC_URL", "names no host")
    return tuple(dict.fromkeys((host, *_THIS_MACHINE, *_read_words(others))))


def _read_words(text: str) -> tuple[str, ...]:
    return tuple(word.strip().lower() for word in text.split(",") if word.strip())


def _read_months(text: str) -> tuple[int, ...]:
    """Return the months of ``6,11``, in their order; an empty text means no month."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not all(word.isdigit() and 1 <= int(word) <= 12 for word in words):
        raise ConfigError("LINSHENG_MONTHS", "must be months from 1 to 12, such as 6,11")
    return tuple(sorted({int(word) for word in words}))
