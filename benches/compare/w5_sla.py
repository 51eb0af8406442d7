"""W5: share of tickets first solved within 24 working hours by market, the time in pending not counted.

Judged are tickets that were solved or have used up the target; what happens after the first solve does not matter.
"""

import numpy as np
import polars as pl

from calendar_tables import CLOSES, FIRST_HOUR, HOLIDAYS, OPENS, counted, worked_hours
from data import AS_OF, HOUR, MARKETS, STATUSES, ZONE, micros
from engines import THREADS

TABLES = ["ticket", "event"]
TARGET = 24 * HOUR
POLICY = {"name": "three working days", "targets": [{"metric": "requester_wait", "clock": "business", "within": "24h"}]}


def by_polars(frames):
    before, worked = (pl.lit(pl.Series(values)) for values in worked_hours())
    # A ticket's first stretch begins at its creation, every other at the event before.
    tickets, events = frames.polars("ticket"), frames.polars("event")
    at = pl.col("at").cast(pl.Int64)
    place = at // HOUR - FIRST_HOUR
    counted_at = before.gather(place) + worked.gather(place) * (at % HOUR)
    changes = events.lazy().filter(pl.col("status").is_not_null()).select(
        "ticket", status=pl.col("status").to_physical(), counted=counted_at)
    created = tickets["created_at"].cast(pl.Int64).to_numpy()
    first = pl.lit(pl.Series(counted(created)))
    starts = (pl.col("ticket") != pl.col("ticket").shift(1)).fill_null(True)
    solved = pl.col("status") == 2
    cumulated = solved.cast(pl.Int32).cum_sum()
    steps = changes.with_columns(
        since=pl.when(starts).then(first.gather(pl.col("ticket"))).otherwise(pl.col("counted").shift(1)),
        was=pl.when(starts).then(pl.lit(0, pl.UInt8)).otherwise(pl.col("status").shift(1)),
        solves=cumulated - solved.cast(pl.Int32),
        start=starts,
    ).with_columns(base=pl.when("start").then("solves").forward_fill())
    per_ticket = steps.filter(pl.col("solves") == pl.col("base")).group_by("ticket").agg(
        spent=((pl.col("counted") - pl.col("since")) * (pl.col("was") != 1)).sum(),
        solved=solved.any(),
        last=pl.col("status").last(),
        until=pl.col("counted").last(),
    ).collect()
    n = tickets.height
    spent, done = np.zeros(n, np.int64), np.zeros(n, bool)
    last, until = np.zeros(n, np.int8), counted(created)
    rows = per_ticket["ticket"].to_numpy()
    spent[rows], done[rows] = per_ticket["spent"].to_numpy(), per_ticket["solved"].to_numpy()
    last[rows], until[rows] = per_ticket["last"].to_numpy(), per_ticket["until"].to_numpy()
    return _attained(tickets["market"].to_physical().to_numpy(), spent, done, last, until)


def by_duckdb(frames):
    now = int(counted(np.array([micros(AS_OF)]))[0])
    rows = frames.duckdb("ticket", "event").execute(f"""
        with changes as (
            select ticket, status, "at" from event where status is not null
            union all select id, 'open'::status, created_at from ticket
        ), clocked as (
            select ticket, status, "at", before + worked * (epoch_us("at") % {HOUR}) as counted
            from changes join hours on hour = epoch_us("at") // {HOUR}
        ), stretches as (
            select ticket, status,
                   coalesce(lead(counted) over w, {now}) - counted as spent,
                   min("at") filter (status = 'solved') over (partition by ticket) as solved, "at"
            from clocked window w as (partition by ticket order by "at", status)
        ), judged as (
            select ticket, sum(spent) filter (status = 'open' and (solved is null or "at" < solved)) as spent,
                   any_value(solved) is not null as solved
            from stretches group by ticket
        )
        select market, count(*) filter (solved and spent <= {TARGET}),
               count(*) filter (solved or spent > {TARGET})
        from judged join ticket on ticket = id group by market""").fetchall()
    return {market: (met / n * 100, n) for market, met, n in rows}


def by_pandas(frames):
    tickets, events = frames.pandas("ticket"), frames.pandas("event")
    status = events["status"].cat.codes.to_numpy()
    rows = np.flatnonzero(status >= 0)
    ticket, status = events["ticket"].to_numpy()[rows], status[rows]
    clock = counted(events["at"].to_numpy()[rows])
    created = counted(tickets["created_at"].to_numpy())
    starts = np.empty(len(ticket), bool)
    starts[0], starts[1:] = True, ticket[1:] != ticket[:-1]
    since, was = np.empty_like(clock), np.empty_like(status)
    since[1:], was[1:] = clock[:-1], status[:-1]
    since[starts], was[starts] = created[ticket[starts]], 0
    solved = status == 2
    solves = np.cumsum(solved) - solved
    first = np.flatnonzero(starts)
    lengths = np.diff(np.append(first, len(ticket)))
    before_solve = solves == np.repeat(solves[first], lengths)
    spans = np.where(before_solve & (was != 1), clock - since, 0)
    n = len(tickets)
    spent, done = np.zeros(n, np.int64), np.zeros(n, bool)
    last, until = np.zeros(n, np.int8), created.copy()
    spent[ticket[first]] = np.add.reduceat(spans, first)
    done[ticket[solved]] = True
    ends = first + lengths - 1
    last[ticket[ends]], until[ticket[ends]] = status[ends], clock[ends]
    return _attained(tickets["market"].cat.codes.to_numpy(), spent, done, last, until)


def _attained(market, spent, done, last, until):
    """Adds what still runs at the cut-off, and counts."""
    now = counted(np.array([micros(AS_OF)]))[0]
    spent = spent + np.where(~done & (last != 1), now - until, 0)
    met = done & (spent <= TARGET)
    judged = done | (spent > TARGET)
    met, judged = (np.bincount(market[which], minlength=len(MARKETS)) for which in (met, judged))
    return {name: (met[place] / judged[place] * 100, int(judged[place])) for place, name in enumerate(MARKETS)}


def by_deskmetrics(frames):
    import deskmetrics as dm

    hours = dm.Schedule(ZONE, f"Mo-Fr {OPENS:02}:00-{CLOSES}:00", holidays=HOLIDAYS)
    return dm.report(
        tickets=frames.arrow("ticket"), events=frames.arrow("event"), columns={"events": {"value": "status"}},
        kpis=["sla_attainment"], by="market", schedules=hours, policies=POLICY,
        options={"sla": {"reopen": "ignore"}}, as_of=AS_OF, threads=THREADS)


def summary(report):
    """A report as percent and n by market."""
    return {row.keys["market"]: (row.value, row.n) for row in report.rows if row.headline and row.keys}
