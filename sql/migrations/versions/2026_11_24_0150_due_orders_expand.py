"""Due dates lie in the orders in which lists of them are merged (expand)."""

from pathlib import Path

from alembic import op
from sqlalchemy.util import await_only

revision = "2026_11_24_0150"
down_revision = "2026_11_24_0140"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    await_only(driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")))
