"""Letters to users of septic systems: whom a message goes to, in words, as PDF."""

import asyncio
import re
from collections.abc import Mapping
from datetime import date, datetime

from gunmane.core.calendar import date_text
from gunmane.core.errors import GunmaneError
from gunmane.core.reminders.timing import civil_day
from gunmane.core.reminders.wording import fill
from gunmane.core.words import Language
from gunmane.files import reminders as files
from gunmane.flows.messages import basis_of, duty_names
from gunmane.pdf import letters as pdf
from gunmane.pdf.finish import Identity
from gunmane.pdf.letters import Letter, Unposted
from gunmane.store import messages
from gunmane.store import recipients as people
from gunmane.store import reminders as store
from gunmane.store.messages import LetterLine, WholeMessage
from gunmane.store.query import ReadConn
from gunmane.store.reminders import State

_POSTCODE = re.compile(r"^(〒?\s*\d{3}[-‐−－]?\d{4})[\s　]+")
"""A postal code gets a line of its own."""


async def draw(conn: ReadConn, message: WholeMessage, now: datetime) -> bytes:
    """Return the letters of a message as PDF; names and addresses are read now and kept nowhere else."""
    state = await store.state(conn, message.owner_id)
    if state is None:
        raise GunmaneError("not_found")
    rows = await people.list_all(conn, message.owner_id, message.recipient_id)
    contact = (rows[0].contact or "") if rows else ""
    lines = await messages.letters(conn, message.owner_id, message.message_id)
    facts = await store.facts(conn, message.owner_id, [(one.asset_id, one.duty) for one in lines])
    texts = await letter_texts(conn, message)
    today = civil_day(now)
    known = [(one, basis_of(facts.get(place), message.language)) for place, one in enumerate(lines)]
    made = [letter(one, basis, texts, message.language, state, contact, today) for one, basis in known if one.address]
    rest = Unposted(
        title=texts["unposted"],
        no_address=texts["no_address"],
        not_printable=texts["not_printable"],
        numbers=tuple(one.number for one in lines if not one.address),
    )
    identity = Identity(
        title=message.subject, author=state.name, subject=message.subject, keywords="", creator="gunmane",
        language="ja-JP" if message.language is Language.JA else "en", day=today,
    )  # fmt: skip
    return await asyncio.to_thread(pdf.draw, made, rest, identity)


async def letter_texts(conn: ReadConn, message: WholeMessage) -> dict[str, str]:
    """Read the sentences of letters, the owner's own before the catalogue's."""
    texts = dict(files.texts(message.language).letter)
    for row in await people.list_texts(conn, message.owner_id):
        name = row.name.removeprefix("letter_")
        if row.language is message.language and row.name != name and name in texts:
            texts[name] = row.text
    return texts


def letter(
    line: LetterLine,
    basis: str,
    texts: Mapping[str, str],
    language: Language,
    state: State,
    contact: str,
    today: date,
) -> Letter:
    """Put one letter into words."""
    days = (today - line.due).days
    values = {
        "owner": state.name, "recipient": line.name or "", "name": line.name or "", "contact": contact,
        "today": date_text(today, language.value), "due": date_text(line.due, language.value), "days": abs(days),
        "duty": duty_names(language).get(line.duty, line.duty), "basis": basis,
        "number": line.number,
    }  # fmt: skip

    def say(name: str) -> str:
        return fill(texts[name], values)

    rows = [("what", values["duty"]), ("due", values["due"]), ("asset", line.number), ("basis", basis)]
    if contact:
        rows.append(("call", contact))
    return Letter(
        number=line.number,
        address=_POSTCODE.sub(r"\1\n", line.address or ""),
        addressee=say("addressee") if line.name else say("no_name"),
        sender="\n".join(one for one in (state.name, contact) if one),
        dated=say("dated"),
        title=say("title_overdue" if days > 0 else "title"),
        paragraphs=(say("opening"), say("body_overdue" if days > 0 else "body_ahead"), say("already")),
        rows=tuple((texts[name], str(value)) for name, value in rows if value),
        mark=texts["simulated"] if state.origin == "simulated" else "",
    )
