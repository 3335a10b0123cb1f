"""Writing the index: entries with their terms and counts, what waits, and how far feeds are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, cast

import orjson
from psycopg import AsyncConnection

from dina.modules.search.index.flatten import Entry, Flattener
from dina.modules.search.index.source import Change
from dina.modules.search.values import left_of

Connection = AsyncConnection[Any]
COLUMNS = (
    'type, id, mask, "group", terms, words, deps, near, lon, lat, first_day, last_day, oldest, youngest, sorts, parts, '
    "document"
)
REMEMBERED = 1_000_000
LOCK = 7_031_963
CHANGED = "(SELECT *, 1 AS sign FROM staged UNION ALL SELECT *, -1 FROM gone) d"
SAID = f"""
INSERT INTO search.said_{{n}} AS s SELECT d.type, w.word, d."group", d.mask, sum(sign)
FROM {CHANGED}, unnest(tsvector_to_array(d.words)) w (word)
WHERE EXISTS (SELECT FROM search.said_{{n}} k WHERE k.type = d.type AND k.word = w.word)
GROUP BY 1, 2, 3, 4 HAVING sum(sign) <> 0 ORDER BY 1, 2, 3, 4
ON CONFLICT (type, word, "group", mask) DO UPDATE SET n = s.n + excluded.n
"""
"""The words that many entries have; others are not counted."""
SPOTS = f"""
INSERT INTO search.spot_{{n}} AS s
SELECT d.type, d."group", d.mask, c.zoom, c.x, c.y, sum(sign), sum(sign * round(lon * 1e7)), sum(sign * round(lat * 1e7))
FROM {CHANGED}, search.cells(d.lon, d.lat) c WHERE d.lon IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
ON CONFLICT (type, zoom, x, y, "group", mask) DO UPDATE SET n = s.n + excluded.n, lon = s.lon + excluded.lon, lat = s.lat + excluded.lat
"""


def sql(text: str) -> Any:
    """SQL put together here, of our own words only."""
    return cast(Any, text)


class Store:
    """The tables of the index on one connection, which nobody else writes through."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.known: set[Any] = set()

    async def prepare(self) -> None:
        """Temporary tables of this connection."""
        generation = (await self.generations())[0]
        await self.connection.execute(
            sql(
                f"CREATE TEMP TABLE IF NOT EXISTS staged (LIKE search.entry_{generation}); "
                "CREATE TEMP TABLE IF NOT EXISTS gone (LIKE staged); "
                "CREATE TEMP TABLE IF NOT EXISTS new_term (LIKE search.term); "
                "CREATE TEMP TABLE IF NOT EXISTS new_word (LIKE search.word)"
            )
        )

    async def generations(self) -> list[int]:
        """The generation that answers, and the one that is being built if there is one."""
        cursor = await self.connection.execute("SELECT generation, building FROM search.state")
        row = await cursor.fetchone()
        assert row is not None
        return [one for one in row if one is not None]

    async def load(self, generation: int, entries: Sequence[Entry]) -> None:
        """Entries into a generation without indexes, none of which is there yet."""
        await self._copy(f"search.entry_{generation}", entries)

    async def table(self, generation: int) -> int:
        """The oid of a generation's table."""
        cursor = await self.connection.execute(
            "SELECT %s::regclass::oid::bigint", [f"search.entry_{generation}"]
        )
        row = await cursor.fetchone()
        assert row is not None
        return row[0]

    async def hold(self, generation: int, table: int) -> None:
        """Keep a generation from being dropped until the transaction ends; it must be the one that was meant."""
        await self.connection.execute(sql(f"LOCK TABLE search.entry_{generation} IN ROW EXCLUSIVE MODE"))
        if await self.table(generation) != table:
            raise RuntimeError("the generation has been begun anew")

    async def _copy(self, table: str, entries: Iterable[Entry]) -> None:
        async with self.connection.cursor().copy(sql(f"COPY {table} ({COLUMNS}) FROM STDIN")) as copy:
            for some in batched(entries, 100):
                await copy.write("".join(map(line_of, some)))

    async def replace(self, generation: int, keys: Sequence[tuple[str, str]], entries: Sequence[Entry]) -> list[str]:  # fmt: skip
        """The entries of records instead of those there are; the ids near to what was and is there."""
        entry, usage = f"search.entry_{generation}", f"search.usage_{generation}"
        await self.connection.execute("TRUNCATE staged, gone")
        await self._copy("staged", entries)
        await self.connection.execute(
            sql(
                f"WITH old AS (DELETE FROM {entry} e USING unnest(%s::text[], %s::uuid[]) k (type, id) "
                "WHERE e.type = k.type AND e.id = k.id RETURNING e.*) INSERT INTO gone SELECT * FROM old"
            ),
            [[type_ for type_, _ in keys], [id_ for _, id_ in keys]],
        )
        await self.connection.execute(sql(f"INSERT INTO {entry} SELECT * FROM staged"))
        await self.connection.execute(
            sql(
                f'INSERT INTO {usage} AS u SELECT term, "group", mask, sum(n) FROM ('
                'SELECT unnest(terms) AS term, "group", mask, 1 AS n FROM staged '
                'UNION ALL SELECT unnest(terms), "group", mask, -1 FROM gone) d GROUP BY 1, 2, 3 HAVING sum(n) <> 0 '
                'ORDER BY 1, 2, 3 ON CONFLICT (term, "group", mask) DO UPDATE SET n = u.n + excluded.n'
            )
        )
        await self.connection.execute(sql(SAID.format(n=generation)))
        await self.connection.execute(sql(SPOTS.format(n=generation)))
        cursor = await self.connection.execute(
            "SELECT DISTINCT unnest(near)::text FROM (SELECT near FROM staged UNION ALL SELECT near FROM gone) n"
        )
        return [row[0] for row in await cursor.fetchall()]

    async def keep(self, flattener: Flattener) -> set[Any]:
        """Terms and words that are not known yet; answers them, to be remembered once the transaction stands."""
        terms = {term: told for term, told in flattener.terms.items() if term not in self.known}
        words = flattener.words - self.known
        await self.connection.execute("TRUNCATE new_term, new_word")
        async with self.connection.cursor().copy("COPY new_term FROM STDIN") as copy:
            for term in sorted(terms):
                await copy.write_row([term, *(_clean(one) for one in terms[term])])
        async with self.connection.cursor().copy("COPY new_word FROM STDIN") as copy:
            for word in sorted(words):
                await copy.write_row([word, "{" + ",".join(left_of(word)) + "}"])
        await self.connection.execute("INSERT INTO search.term SELECT * FROM new_term ON CONFLICT DO NOTHING")
        await self.connection.execute("INSERT INTO search.word SELECT * FROM new_word ON CONFLICT DO NOTHING")
        return {*terms, *words}

    def remember(self, kept: set[Any]) -> None:
        if len(self.known) > REMEMBERED:
            self.known.clear()
        self.known |= kept

    async def note(
        self, module: str, after: str, changes: Sequence[Change], generations: Sequence[int]
    ) -> None:
        """What a feed told and how far it is read, together."""
        async with self.connection.transaction():
            for generation in generations:
                await self.wait(generation, [(c.type, c.id, c.group, c.at) for c in changes], direct=True)
            await self.connection.execute(
                "INSERT INTO search.position (module, after) VALUES (%s, %s) "
                "ON CONFLICT (module) DO UPDATE SET after = excluded.after, read_on = now()",
                [module, after],
            )

    async def wait(
        self, generation: int, items: Sequence[tuple[str, str, str, str]], *, direct: bool
    ) -> None:
        """Put resources (type, id, group, since) among those whose entries are to be made."""
        await self.connection.execute(
            'INSERT INTO search.pending AS p (generation, type, id, "group", since, direct) '
            "SELECT %s, type, id, max(coalesce(\"group\", '')), min(since), %s "
            'FROM unnest(%s::text[], %s::uuid[], %s::text[], %s::timestamptz[]) n (type, id, "group", since) '
            "GROUP BY type, id ON CONFLICT (generation, type, id) DO UPDATE "
            "SET direct = p.direct OR excluded.direct, since = least(p.since, excluded.since)",
            [
                generation,
                direct,
                *(list(column) for column in (zip(*items, strict=True) if items else ([], [], [], []))),
            ],
        )

    async def waiting(self, generation: int, limit: int) -> list[tuple[str, str, str, str, bool]]:
        """What comes next: (type, id, group, since, direct)."""
        cursor = await self.connection.execute(
            'SELECT type, id::text, "group", since::text, direct FROM search.pending WHERE generation = %s '
            f"ORDER BY direct DESC, since LIMIT {int(limit)}",  # type: ignore[arg-type]
            [generation],
        )
        return [tuple(row) for row in await cursor.fetchall()]

    async def put_threes(self) -> bool:
        """Make some of the new values findable by what stands within them; whether there were any."""
        cursor = await self.connection.execute("SELECT search.put_threes(2000)")
        return await cursor.fetchone() != (0,)

    async def done(self, generation: int, keys: Sequence[tuple[str, str]]) -> None:
        await self.connection.execute(
            "DELETE FROM search.pending p USING unnest(%s::text[], %s::uuid[]) k (type, id) "
            "WHERE p.generation = %s AND p.type = k.type AND p.id = k.id",
            [[type_ for type_, _ in keys], [id_ for _, id_ in keys], generation],
        )

    async def touch(self, generation: int, condition: str, values: Any, since: str) -> None:
        """Let the entries that meet a condition be made again."""
        await self.connection.execute(
            sql(
                'INSERT INTO search.pending (generation, type, id, "group", since, direct) '
                f'SELECT DISTINCT ON (type, id) {generation}, type, id, "group", %(since)s::timestamptz, false '
                f"FROM search.entry_{generation} WHERE {condition} ON CONFLICT DO NOTHING"
            ),
            {"since": since, **values},
        )


def line_of(one: Entry) -> str:
    """An entry as a line of COPY."""
    first, last = one.days or (None, None)
    columns = (
        one.type, one.id, one.mask, escaped(one.group), "{" + ",".join(map(str, one.terms)) + "}", one.words,
        "{" + ",".join(one.deps) + "}", "{" + ",".join(one.near) + "}", *(one.point or (None, None)), first, last,
        *one.ages, escaped(orjson.dumps(one.sorts).decode()),
        orjson.dumps(one.parts).decode() if one.parts else None, escaped(one.document.decode()),
    )  # fmt: skip
    return "\t".join(["\\N" if column is None else str(column) for column in columns]) + "\n"


def escaped(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    # JSON has none of these; a group might.
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def batched(entries: Iterable[Entry], number: int) -> Iterator[list[Entry]]:
    rest = iter(entries)
    while some := list(islice(rest, number)):
        yield some


def _clean(value: Any) -> Any:
    return value.replace("\x00", "") if isinstance(value, str) else value
