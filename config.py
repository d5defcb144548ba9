"""Settings: what the environment may say, and a sentence when it is wrong."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

ROOT = Path(__file__).parent
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class WrongSetting(Exception):
    """A setting that nothing can start with; its text is a sentence for whoever set it."""


def _says(default: Any, meaning: str, choices: tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={"meaning": meaning, "choices": choices})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, read from the environment variable of the same name in capitals."""

    database_url: str = _says(
        "sqlite:///instance/homeport.db",
        "where everything is kept: sqlite:///FILE or postgresql://",
    )
    secret_key: str = _says("", "signs cookies and links; made and kept in instance/ when unset")
    secret_key_fallbacks: str = _says("", "former secret keys, separated by white space")
    port: int = _says(8000, "the port of `flask serve`, on 127.0.0.1")
    public_url: str = _says("", "the only base of links in mail; http://127.0.0.1:PORT when unset")
    proxies: int = _says(
        0, "how many proxies of ours stand in front, each adding to X-Forwarded-For; 0: none"
    )
    instance_dir: str = _says("instance", "folder of the secret key and the local mailbox")
    seller_name: str = _says("Northwind Cloud", "who sells, as pages and mails say it")
    support_address: str = _says(
        "support@homeport.test",
        "Reply-To of every mail, and where an operator is alerted",
    )
    mail_server: str = _says("", "SMTP host; when unset, mails go to the local mailbox")
    mail_port: int = _says(25, "SMTP port")
    mail_use_tls: bool = _says(False, "STARTTLS with a verified certificate before anything else")
    mail_use_ssl: bool = _says(False, "TLS from the first byte, certificate verified")
    mail_username: str = _says("", "SMTP user")
    mail_password: str = _says("", "SMTP password")
    mail_cafile: str = _says("", "certificates to trust instead of the system's")
    mail_timeout: int = _says(30, "seconds that one attempt to send a mail may take in all")
    mail_default_sender: str = _says("", "From address; the support address when unset")
    mail_bounces: str = _says(
        "", "bounces@... : each mail gets a return address bounces+ID@... of its own"
    )
    mail_bounces_from: str = _says(
        "", "where these arrive: the folder of a Maildir, or imaps://USER:PASSWORD@HOST/FOLDER"
    )
    mail_dkim_key: str = _says("", "file of the private key that mails are signed with (PEM)")
    mail_dkim_selector: str = _says("homeport", "the name under which its public key is published")
    webhook_loopback: bool = _says(
        False, "webhooks may go to this machine, over http too: for development alone"
    )
    link_days: int = _says(7, "days that an emailed link lives")
    session_hours: int = _says(12, "hours that a session lives after its link was opened")
    order_days: int = _says(30, "days until an order expires that names no expiry")
    request_days: int = _says(14, "days that administrators have to answer a request")
    ask_again_days: int = _says(
        7, "days after a decline before the same organization is asked again"
    )
    nudge_days: int = _says(
        3, "days after which administrators are reminded of a request, and may be asked once more"
    )
    notices_per_day: int = _says(
        3, "notices that the administrators of one organization get a day; the rest is a digest"
    )
    reminder_days: str = _says(
        "3 7", "days after its launch mail on which an unfinished order is chased, by white space"
    )
    last_reminder_days: int = _says(3, "days before its expiry on which an order is chased again")
    time_zone: str = _says("UTC", "zone in which mails and pages say times, like Europe/Berlin")
    report_days: int = _says(7, "days that the notice of a new administrator can be reported")
    answer_days: int = _says(
        30, "days that an answer to a request with an Idempotency-Key is kept and repeated"
    )
    order_questions: int = _says(30, "distinct questions that an order may ask the directory")
    order_addresses: int = _says(10, "distinct administrator addresses that an order may name")
    order_organizations: int = _says(20, "distinct organizations that an order may be shown")
    shared_domain_rule: str = _says(
        "weak",
        "organizations on a shared mail provider: offered as weak, or by the plain rule",
        ("weak", "plain"),
    )
    disclosure: str = _says(
        "bands",
        "facts that an unproven contact sees: bands or exact",
        ("bands", "exact"),
    )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def chased_on(self) -> tuple[int, ...]:
        """Days after the launch mail on which an unfinished order is chased."""
        return tuple(int(days) for days in self.reminder_days.split())

    @property
    def link_base(self) -> str:
        """What every link in a mail starts with, without a trailing slash."""
        return self.public_url.rstrip("/")

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def host(self) -> str:
        """Host name of the public address, without port."""
        return urlsplit(self.public_url).hostname or ""

    @property
    def mailbox_dir(self) -> Path | None:
        """The local mailbox's folder, or None when a mail server delivers."""
        return None if self.mail_server else Path(self.instance_dir) / "mailbox"

    @property
    def sender(self) -> str:
        return self.mail_default_sender or self.support_address

    @property
    def keys(self) -> tuple[str, ...]:
        """The secret key, then the former ones."""
        return (self.secret_key, *self.secret_key_fallbacks.split())


def load(overrides: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment, with `overrides` (same names) laid over it.

    Raises WrongSetting with a sentence that names the variable.
    """
    said = {**os.environ, **(overrides or {})}
    values = {
        f.name: _read(f, said[f.name.upper()]) for f in fields(Settings) if said.get(f.name.upper())
    }
    values.setdefault("public_url", f"http://127.0.0.1:{values.get('port', 8000)}")
    values["instance_dir"] = str(ROOT / str(values.get("instance_dir", "instance")))
    if not values.get("secret_key"):
        values["secret_key"] = _kept_key(Path(values["instance_dir"]))
    settings = Settings(**values)
    _check(settings)
    _check_times(settings)
    return settings


def described() -> list[tuple[str, object, str]]:
    """(variable, default, meaning) of every setting, in the order of the class."""
    return [(f.name.upper(), f.default, f.metadata["meaning"]) for f in fields(Settings)]


def _read(spec: Field[Any], text: str) -> Any:
    name = spec.name.upper()
    if spec.metadata["choices"] and text not in spec.metadata["choices"]:
        raise WrongSetting(f"{name} is {text!r}; it takes {' or '.join(spec.metadata['choices'])}.")
    if isinstance(spec.default, bool):
        if text.lower() not in ("0", "1", "true", "false", "yes", "no"):
            raise WrongSetting(f"{name} is {text!r}; it takes 0 or 1.")
        return text.lower() in ("1", "true", "yes")
    if isinstance(spec.default, int):
        least = min(spec.default, 1)
        if not (text.isascii() and text.isdigit()) or not least <= int(text) < 100_000:
            raise WrongSetting(f"{name} is {text!r}; it takes a whole number{' above 0' * least}.")
        return int(text)
    return text


def _check(settings: Settings) -> None:
    url = urlsplit(settings.public_url)
    if url.scheme not in ("http", "https") or not url.hostname or url.path.strip("/"):
        raise WrongSetting(
            f"PUBLIC_URL is {settings.public_url!r}; it takes an address like https://orders.example.com."
        )
    if ":" in url.hostname:
        raise WrongSetting("PUBLIC_URL takes a name or an IPv4 address, not an IPv6 one.")
    if not settings.database_url.startswith(("sqlite:///", "postgresql://")):
        raise WrongSetting("DATABASE_URL takes sqlite:///FILE or postgresql://USER@HOST/NAME.")
    if settings.mail_use_tls and settings.mail_use_ssl:
        raise WrongSetting("Set MAIL_USE_TLS or MAIL_USE_SSL, not both.")
    plain = not (settings.mail_use_tls or settings.mail_use_ssl)
    if settings.mail_username and plain and settings.mail_server not in LOOPBACK:
        raise WrongSetting("Set MAIL_USE_TLS or MAIL_USE_SSL: no password goes in plain.")
    if len(settings.secret_key) < 16:
        raise WrongSetting("SECRET_KEY is too short; it takes at least 16 characters.")
    if "=?" in settings.seller_name:
        raise WrongSetting("SELLER_NAME holds =?, which mail programs would read as a code.")
    for name in ("support_address", "mail_bounces"):
        value = getattr(settings, name)
        if value and not all(value.partition("@")):
            raise WrongSetting(f"{name.upper()} takes an email address.")


def _check_times(settings: Settings) -> None:
    if not all(days.isascii() and days.isdigit() for days in settings.reminder_days.split()):
        raise WrongSetting("REMINDER_DAYS takes whole numbers, separated by white space: 3 7.")
    try:
        ZoneInfo(settings.time_zone)
    except (KeyError, ValueError, OSError):
        raise WrongSetting(
            f"TIME_ZONE is {settings.time_zone!r}; it takes a name like UTC or Europe/Berlin."
        ) from None


def _kept_key(folder: Path) -> str:
    """The key in instance/secret_key, made on first use: the first of several processes wins."""
    path = folder / "secret_key"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text().strip()
