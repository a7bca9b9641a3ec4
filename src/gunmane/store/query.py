"""Named SQL queries from `sql/<noun>.sql`, and what may be done with a connection.

A file holds queries, each opened by `-- name` and one line of purpose:

    -- list_assets
    -- Assets of one owner, highest risk first.
    SELECT … WHERE owner_id = $1

A line that ends with `-- if word` stands only where `shaped` is asked for that word, and what stands between
`/* for each */` and `/* end */` is repeated as the parts of a UNION ALL, each with its own number in place of
`1 /* arm */`. As written, with all of it, a query can be prepared like any other.

A function that only reads takes a `ReadConn`; one that writes takes a `Conn`. A `Conn` may stand for a `ReadConn`,
never the other way round.
"""

import re
from collections.abc import Callable, Sequence
from enum import Enum
from functools import cache, lru_cache
from typing import Any, Literal, Protocol, TypeVar, get_origin, get_type_hints

from msgspec import Struct

from gunmane import resources


class ReadConn(Protocol):
    """A connection used to read: the part of asyncpg's connection that this package uses.

    `pool.reading` and `pool.writing` hand them out; nobody else makes one.
    """

    async def fetch(self, query: str, *args: Any) -> list[Any]: ...
    async def fetchrow(self, query: str, *args: Any) -> Any: ...
    async def fetchval(self, query: str, *args: Any, column: int = 0) -> Any: ...
    async def execute(self, query: str, *args: Any) -> str: ...
    async def executemany(self, command: str, args: Any) -> Any: ...
    async def copy_from_query(self, query: str, *args: Any, **options: Any) -> str: ...
    async def copy_from_table(self, table_name: str, **options: Any) -> str: ...
    async def copy_to_table(self, table_name: str, **options: Any) -> str: ...
    async def copy_records_to_table(self, table_name: str, **options: Any) -> str: ...
    def cursor(self, query: str, *args: Any, prefetch: int | None = None) -> Any: ...
    async def prepare(self, query: str) -> Any: ...
    def transaction(self) -> Any: ...


class Conn(ReadConn, Protocol):
    """A connection used to write, inside a transaction opened at the edge."""

    @property
    def may_write(self) -> Literal[True]:
        """Sets it apart for the type checker; no object has it."""
        ...


class Query(Struct, frozen=True):
    """One named query: its text is what PostgreSQL prepares."""

    name: str
    purpose: str
    text: str


_HEAD = re.compile(r"^-- ([a-z][a-z0-9_]*)\n-- (.+)\n", re.MULTILINE)


def parse(text: str) -> dict[str, Query]:
    """Split the text of a SQL file into its queries; raises ValueError for a name used twice or an empty query."""
    heads = list(_HEAD.finditer(text))
    queries: dict[str, Query] = {}
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        body = text[head.end() : following.start() if following else len(text)].strip().removesuffix(";")
        if head[1] in queries or not body:
            raise ValueError(f"query {head[1]} stands twice or is empty")
        queries[head[1]] = Query(head[1], head[2], body)
    return queries


@cache
def _catalogue() -> dict[str, dict[str, Query]]:
    """Read all files at the first use: a newer version laid over a running service must not mix with it."""
    folder = resources.folder("sql")
    return {noun: parse((folder / f"{noun}.sql").read_text(encoding="utf-8")) for noun in nouns()}


def load(noun: str) -> dict[str, Query]:
    """Return the queries of `sql/<noun>.sql`; KeyError when there is no such file."""
    return _catalogue()[noun]


def sql(noun: str, name: str) -> str:
    """Return the text of one query; KeyError when there is none of that name."""
    return _catalogue()[noun][name].text


_IF = re.compile(r"^.*-- if (\w+)\n", re.MULTILINE)
_EACH = re.compile(r"/\* for each \*/(.*?)/\* end \*/", re.DOTALL)


@lru_cache(2000)
def shaped(noun: str, name: str, words: frozenset[str], arms: int = 1) -> str:
    """Return a query with only those conditional lines whose word is given, and so many arms (one at least)."""
    text = _IF.sub(lambda line: line[0] if line[1] in words else "", sql(noun, name) + "\n")

    def repeated(block: re.Match[str]) -> str:
        return "UNION ALL".join(block[1].replace("1 /* arm */", str(k)) for k in range(1, arms + 1))

    return _EACH.sub(repeated, text)


def nouns() -> list[str]:
    """List the files that hold named queries (schema.sql is not one)."""
    return sorted(path.stem for path in resources.folder("sql").glob("*.sql") if path.stem != "schema")


K = TypeVar("K", bound=Struct)


@cache
def _conversions(kind: type[Struct]) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """Which fields of a kind the driver doesn't give as they are: words of closed lists, and tuples."""
    found: list[tuple[str, Callable[[Any], Any]]] = []
    for name, hint in get_type_hints(kind).items():
        if isinstance(hint, type) and issubclass(hint, Enum):
            found.append((name, {one.value: one for one in hint}.__getitem__))
        elif get_origin(hint) is tuple:
            found.append((name, tuple))
    return tuple(found)


def structs(rows: Sequence[Any], kind: type[K]) -> list[K]:
    """Make structs of records whose columns are fields of the kind.

    Trusts the database's types: `msgspec.convert` checks each value, at ten times the cost. Raises KeyError for a
    word that is not on its list, TypeError for a column that is no field. Nested structs are not made.
    """
    conversions = _conversions(kind)
    made: list[K] = []
    for row in rows:
        values = dict(row)
        for name, convert in conversions:
            if name in values:
                values[name] = convert(values[name])
        made.append(kind(**values))
    return made


Record = Any
"""An asyncpg Record; `msgspec.convert(record, Struct)` turns it into a value."""
