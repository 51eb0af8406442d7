"""The data all engines get: tickets, their events and surveys of a made-up company, from a fixed seed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
import pyarrow as pa

ZONE = "Europe/Copenhagen"
AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
BEGIN = AS_OF - timedelta(days=730)
MARKETS = ["AT", "BE", "DE", "DK", "ES", "FI", "FR", "IT", "NL", "NO", "PT", "SE"]
TEAMS = [f"team {number:02}" for number in range(50)]
KINDS = ["public_message", "status"]
STATUSES = ["open", "pending", "solved"]
AUTHORS = ["agent", "customer"]
PRIORITIES = ["urgent", "high", "normal", "low"]
QUESTIONS = ["nps", "csat", "ces"]
# The question of invitations: to all three.
SURVEY = "survey"

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NONE = -1


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@dataclass
class Data:
    """One company's desk. Codes are indices into the lists above; a timestamp of 0 is missing."""

    tickets: int

    @cached_property
    def _random(self) -> np.random.Generator:
        return np.random.default_rng(20260701)

    @cached_property
    def history(self) -> dict[str, np.ndarray]:
        """Every ticket and, in order, every event."""
        random, n = self._random, self.tickets
        begin, as_of = micros(BEGIN), micros(AS_OF)
        created = np.sort(random.integers(begin, as_of, n))
        # (kind, status, author, hours until it happens)
        answer = [(1, 0, 0, 1.0), (0, NONE, 0, 4.0)]
        customer_replies = [(1, 1, 0, 0.1), (0, NONE, 1, 20.0), (1, 0, 1, 0.0), (0, NONE, 0, 4.0)]
        solve = [(1, 2, 0, 2.0)]
        comes_back = [(0, NONE, 1, 60.0), (1, 0, 1, 0.0), (0, NONE, 0, 4.0), (1, 2, 0, 2.0)]
        stories = [answer + solve, answer + customer_replies + solve, answer + customer_replies + solve + comes_back]
        story = random.choice(3, n, p=[0.42, 0.46, 0.12])
        length = np.array([len(steps) for steps in stories])[story]
        first = np.concatenate([[0], np.cumsum(length)])
        total = int(first[-1])
        columns = {name: np.empty(total, np.int8) for name in ("kind", "status", "author")}
        columns["at"] = np.empty(total, np.int64)
        columns["ticket"] = np.repeat(np.arange(n, dtype=np.int64), length)
        for number, steps in enumerate(stories):
            who = np.flatnonzero(story == number)
            now = created[who].copy()
            for place, (kind, status, author, hours) in enumerate(steps):
                rows = first[who] + place
                now += (random.exponential(hours * HOUR, len(who))).astype(np.int64)
                columns["at"][rows] = now
                columns["kind"][rows], columns["status"][rows], columns["author"][rows] = kind, status, author
        known = columns["at"] <= as_of
        events = {name: column[known] for name, column in columns.items()}
        return {
            "created": created,
            "market": random.integers(0, len(MARKETS), n).astype(np.int8),
            "team": random.integers(0, len(TEAMS), n).astype(np.int8),
            "customer": random.integers(0, max(n // 3, 1), n),
            "priority": random.choice(len(PRIORITIES), n, p=[0.1, 0.2, 0.5, 0.2]).astype(np.int8),
            "first_reply": _first(events, (events["kind"] == 0) & (events["author"] == 0), n),
            "solved": _solved_now(events, n),
            **{f"event_{name}": column for name, column in events.items()},
        }

    @cached_property
    def ticket_table(self) -> pa.Table:
        """One row per ticket: id, created_at, market, team, priority, customer, first_response_at, solved_at."""
        history = self.history
        return pa.table({
            "id": pa.array(np.arange(self.tickets, dtype=np.int64)),
            "created_at": _timestamps(history["created"]),
            "market": _words(history["market"], MARKETS),
            "team": _words(history["team"], TEAMS),
            "priority": _words(history["priority"], PRIORITIES),
            "customer": pa.array(history["customer"]),
            "first_response_at": _timestamps(history["first_reply"]),
            "solved_at": _timestamps(history["solved"]),
        })

    @cached_property
    def event_table(self) -> pa.Table:
        """One row per event, grouped by ticket and in order of time."""
        history = self.history
        return pa.table({
            "ticket": pa.array(history["event_ticket"]),
            "at": _timestamps(history["event_at"]),
            "kind": _words(history["event_kind"], KINDS),
            "status": _words(history["event_status"], STATUSES),
            "author": _words(history["event_author"], AUTHORS),
        })

    @cached_property
    def answer_table(self) -> pa.Table:
        """One row per answer to one question, as survey tools export them."""
        random, n = np.random.default_rng(8), self.tickets
        question = random.integers(0, len(QUESTIONS), n).astype(np.int8)
        scores = [(list(range(11)), [3, 1, 1, 2, 2, 4, 5, 10, 18, 22, 32]), ([1, 2, 3, 4, 5], [6, 5, 9, 30, 50]),
                  ([1, 2, 3, 4, 5, 6, 7], [4, 5, 8, 12, 20, 28, 23])]
        score = np.empty(n, np.int8)
        for place, (values, weights) in enumerate(scores):
            rows = np.flatnonzero(question == place)
            score[rows] = random.choice(np.array(values, np.int8), len(rows), p=np.array(weights) / sum(weights))
        return pa.table({
            "id": pa.array(np.arange(n, dtype=np.int64)),
            "question": _words(question, QUESTIONS),
            "score": pa.array(score, mask=random.random(n) < 0.1),
            "answered_at": _timestamps(random.integers(micros(BEGIN), micros(AS_OF), n)),
            "market": _words(random.integers(0, len(MARKETS), n).astype(np.int8), MARKETS),
        })

    @cached_property
    def invitation_table(self) -> pa.Table:
        """One row per survey sent, with the date of its answer."""
        random, n = np.random.default_rng(7), self.tickets
        sent = random.integers(micros(BEGIN), micros(AS_OF) - 30 * DAY, n)
        delivered = random.random(n) < 0.98
        answered = delivered & (random.random(n) < 0.7)
        at = np.where(answered, sent + random.exponential(8 * HOUR, n).astype(np.int64), 0)
        return pa.table({
            "id": pa.array(np.arange(n, dtype=np.int64)),
            "question": _words(np.zeros(n, np.int8), [SURVEY]),
            "market": _words(random.integers(0, len(MARKETS), n).astype(np.int8), MARKETS),
            "sent_at": _timestamps(sent),
            "delivered": pa.array(delivered),
            "answered_at": _timestamps(np.minimum(at, micros(AS_OF))),
        })


def _timestamps(values: np.ndarray) -> pa.Array:
    return pa.array(values, pa.int64(), mask=values == 0).cast(pa.timestamp("us", "UTC"))


def _words(codes: np.ndarray, words: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes == NONE), pa.array(words))


def _first(events: dict[str, np.ndarray], which: np.ndarray, n: int) -> np.ndarray:
    """The first such event of each ticket, 0 where there is none."""
    first = np.zeros(n, np.int64)
    rows = np.flatnonzero(which)[::-1]
    first[events["ticket"][rows]] = events["at"][rows]
    return first


def _solved_now(events: dict[str, np.ndarray], n: int) -> np.ndarray:
    """The last solve of each ticket that is solved now, 0 for others."""
    solved = np.zeros(n, np.int64)
    rows = np.flatnonzero(events["kind"] == 1)
    solved[events["ticket"][rows]] = np.where(events["status"][rows] == 2, events["at"][rows], 0)
    return solved
