"""Settings from the environment, read once by the roots (`cli`, `app`)."""

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from gunmane.core.errors import Fault, GunmaneError

LOG_LEVELS = ("critical", "error", "warning", "warn", "info", "debug", "notset")


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that an installation can set; each default works on one machine.

    `database_url` empty means the embedded PostgreSQL in `home`. `admin_database_url` is used for migrations only
    and defaults to `database_url`; the service itself always works as the role `gunmane_app`.
    """

    home: Path
    database_url: str = ""
    admin_database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    pool_size: int = 8
    statement_cache: bool = True  # off behind a transaction pooler older than pgbouncer 1.21
    base_map: str = ""  # tile address of a background map; none by default, pages ask nobody else
    log_level: str = "info"
    jobs: bool = True  # reminders are made and sent by this process, too
    direct_database_url: str = ""  # past a pooler, for the lock of the leader; defaults to database_url
    public_url: str = ""  # begins the links in messages; without it they have none
    smtp_url: str = ""  # without it mail waits in the outbox
    mail_from: str = ""
    rules: str = ""  # files of local rules, joined like PATH
    private_webhooks: bool = False  # webhooks may lead to hosts of one's own network, and over plain http


def default_home(environment: Mapping[str, str]) -> Path:
    """Return the data folder: /var/lib/gunmane for root, the XDG data folder for others."""
    if os.name == "posix" and os.geteuid() == 0:
        return Path("/var/lib/gunmane")
    data = environment.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "gunmane"


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; raises GunmaneError `bad_settings` with every variable that cannot be used."""
    faults: list[Fault] = []

    def number(name: str, default: int, low: int, high: int) -> int:
        text = environment.get(name, "")
        if not text:
            return default
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            faults.append(Fault("setting_not_in_range", at=name, values={"low": low, "high": high, "value": text}))
            return default
        return int(text)

    settings = Settings(
        home=Path(environment.get("GUNMANE_HOME") or default_home(environment)),
        database_url=environment.get("DATABASE_URL", ""),
        admin_database_url=environment.get("GUNMANE_ADMIN_DATABASE_URL", ""),
        host=environment.get("GUNMANE_HOST", "127.0.0.1"),
        port=number("GUNMANE_PORT", 8000, 1, 65535),
        pool_size=number("GUNMANE_POOL_SIZE", 8, 1, 200),
        statement_cache=environment.get("GUNMANE_STATEMENT_CACHE", "1") != "0",
        base_map=environment.get("GUNMANE_BASE_MAP", ""),
        log_level=environment.get("GUNMANE_LOG_LEVEL", "info"),
        jobs=environment.get("GUNMANE_JOBS", "1") != "0",
        direct_database_url=environment.get("GUNMANE_DIRECT_DATABASE_URL", ""),
        public_url=environment.get("GUNMANE_PUBLIC_URL", "").rstrip("/"),
        smtp_url=environment.get("GUNMANE_SMTP_URL", ""),
        mail_from=environment.get("GUNMANE_MAIL_FROM", ""),
        rules=environment.get("GUNMANE_RULES", ""),
        private_webhooks=environment.get("GUNMANE_PRIVATE_WEBHOOKS", "0") == "1",
    )
    if settings.log_level not in LOG_LEVELS:
        values = {"allowed": ", ".join(LOG_LEVELS), "value": settings.log_level}
        faults.append(Fault("setting_not_one_of", at="GUNMANE_LOG_LEVEL", values=values))
    if faults:
        raise GunmaneError("bad_settings", faults)
    return settings
