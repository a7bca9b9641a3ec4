"""Letters to users of septic systems: whom a message goes to, in words, as PDF."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from gunmane.core.calendar import date_text
from gunmane.core.errors import GunmaneError
from gunmane.core.reminders.timing import civil_day
from gunmane.core.reminders.wording import fill, when
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
    tanks: dict[UUID, list[tuple[LetterLine, str]]] = {}
    for place, one in enumerate(lines):
        if one.address:
            tanks.setdefault(one.asset_id, []).append((one, basis_of(facts.get(place), message.language)))
    made = [letter(several, texts, message.language, state, contact, today) for several in tanks.values()]
    rest = Unposted(
        title=texts["unposted"],
        no_address=texts["no_address"],
        not_printable=texts["not_printable"],
        numbers=tuple(dict.fromkeys(one.number for one in lines if not one.address)),
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
    several: Sequence[tuple[LetterLine, str]],
    texts: Mapping[str, str],
    language: Language,
    state: State,
    contact: str,
    today: date,
) -> Letter:
    """Put all that is due of one septic system (with the basis of each) into one letter."""
    line, basis = several[0]
    days, names = (today - line.due).days, duty_names(language)
    values = {
        "owner": state.name, "recipient": line.name or "", "name": line.name or "", "contact": contact,
        "today": date_text(today, language.value), "due": date_text(line.due, language.value), "days": abs(days),
        "duty": names.get(line.duty, line.duty), "basis": basis, "number": line.number, "count": len(several),
    }  # fmt: skip

    def say(name: str) -> str:
        return fill(texts[name], values)

    if len(several) == 1:
        title, body = ("title_overdue", "body_overdue") if days > 0 else ("title", "body_ahead")
        rows = [(texts["what"], values["duty"]), (texts["due"], values["due"])]
        rows += [(texts["asset"], line.number), (texts["basis"], basis)]
    else:
        title, body = "title_several", "body_several"
        rows = [(names.get(one.duty, one.duty), _due(one, why, language, today)) for one, why in several]
        rows.append((texts["asset"], line.number))
    if contact:
        rows.append((texts["call"], contact))
    return Letter(
        number=line.number,
        address=_POSTCODE.sub(r"\1\n", line.address or ""),
        addressee=say("addressee") if line.name else say("no_name"),
        sender="\n".join(one for one in (state.name, contact) if one),
        dated=say("dated"),
        title=say(title),
        paragraphs=(say("opening"), say(body), say("already")),
        rows=tuple((label, str(value)) for label, value in rows if value),
        mark=texts["simulated"] if state.origin == "simulated" else "",
    )


def _due(line: LetterLine, basis: str, language: Language, today: date) -> str:
    """Say of one duty of several by when it is due, how far that is, and why."""
    far = when((today - line.due).days, files.texts(language).mail)
    day = date_text(line.due, language.value)
    return f"{day} ({far})\n{basis}" if language is Language.EN else f"{day}({far})\n{basis}"
