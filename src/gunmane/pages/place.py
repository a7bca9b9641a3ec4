"""Where a page stands: a region that the visitor belongs to, with its present members."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from gunmane.core.words import AssetClass, Language
from gunmane.files.rules import rule_book
from gunmane.pages.visitor import PageRequest, Visit
from gunmane.store import overview as store
from gunmane.store import pool
from gunmane.store.overview import MemberLine, RegionLine


class Place(Struct, frozen=True):
    """A region with its members on a day."""

    region: RegionLine
    members: list[MemberLine]
    today: date

    @property
    def owners(self) -> list[UUID]:
        """The members' identifiers."""
        return [member.owner_id for member in self.members]

    @property
    def names(self) -> dict[UUID, str]:
        """The members' names."""
        return {member.owner_id: member.name for member in self.members}

    @property
    def codes(self) -> dict[str, str]:
        """The members' names by code."""
        return {member.code: member.name for member in self.members}

    def frame(self, found: Visit) -> dict[str, Any]:
        """What every page of a region shows around its content."""
        return {
            "who": found.principal,
            "who_name": self.names.get(found.principal.owner_id, ""),
            "region": self.region,
            "simulated": self.region.origin == "simulated",
            "names": self.names,
            "codes": self.codes,
            "members": self.members,
            "duties": duty_words(found.language),
        }


class DutyWords(Struct, frozen=True):
    """Names of duties, states and events in one language."""

    duty: dict[str, str]
    state: dict[str, str]


def duty_words(language: Language) -> DutyWords:
    """Return the words of duties."""
    texts = rule_book().ja if language is Language.JA else rule_book().en
    return DutyWords(texts.duties, texts.states)


async def place_of(found: Visit, region_id: UUID) -> Place | None:
    """Find a region of the visitor; None when there is none of that name for it."""
    known = [one for one in await store.list_regions(found.conn) if one.region_id == region_id]
    if not known:
        return None
    today = datetime.now(pool.JST).date()
    return Place(known[0], await store.list_members(found.conn, region_id, today), today)


def owners_asked(request: PageRequest, members: Sequence[MemberLine]) -> list[UUID]:
    """Read the owner from the address; what makes no sense there narrows nothing."""
    code = request.query_params.get("owner")
    return [m.owner_id for m in members if m.code == code] or [m.owner_id for m in members]


def class_asked(request: PageRequest) -> str | None:
    """Read the class from the address."""
    wanted = request.query_params.get("class")
    return wanted if wanted in list(AssetClass) else None
