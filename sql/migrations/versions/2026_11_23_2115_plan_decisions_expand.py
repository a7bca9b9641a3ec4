"""What was decided of a plan's editions, what people set against its proposals, and what they say of it (expand)."""

from pathlib import Path

from alembic import op
from sqlalchemy.util import await_only

revision = "2026_11_23_2115"
down_revision = "2026_11_23_1910"


def upgrade() -> None:
    driver = op.get_bind().connection.driver_connection
    await_only(driver.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")))
