"""W5: SLA attainment by market, with two targets by priority in working hours: first response, and solved, the time in pending
not counted.

Judged are targets that were reached or have used up their time; what happens after the first solve does not matter.
"""

import numpy as np
import polars as pl

from calendar_tables import CLOSES, FIRST_HOUR, HOLIDAYS, OPENS, counted, worked_hours
from data import AS_OF, HOUR, MARKETS, PRIORITIES, STATUSES, ZONE, micros
from engines import THREADS

TABLES = ["ticket", "event"]
RESPONSE = np.array([1, 2, 8, 16]) * HOUR
WAIT = np.array([4, 8, 24, 40]) * HOUR


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
    is_reply = (pl.col("kind") == "public_message") & (pl.col("author") == "agent")
    replies = (events.lazy().filter(is_reply).unique("ticket", keep="first", maintain_order=True)
               .select("ticket", counted=counted_at).collect())
    n = tickets.height
    spent, done = np.zeros(n, np.int64), np.zeros(n, bool)
    last, until = np.zeros(n, np.int8), counted(created)
    rows = per_ticket["ticket"].to_numpy()
    spent[rows], done[rows] = per_ticket["spent"].to_numpy(), per_ticket["solved"].to_numpy()
    last[rows], until[rows] = per_ticket["last"].to_numpy(), per_ticket["until"].to_numpy()
    response, answered = counted(np.array([micros(AS_OF)])) - counted(created), np.zeros(n, bool)
    rows = replies["ticket"].to_numpy()
    response[rows], answered[rows] = replies["counted"].to_numpy() - counted(created)[rows], True
    codes = (tickets[name].to_physical().to_numpy() for name in ("market", "priority"))
    return _attained(*codes, (spent, done, last, until), (response, answered))


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
        ), waits as (
            select ticket, sum(spent) filter (status = 'open' and (solved is null or "at" < solved)) as spent,
                   any_value(solved) is not null as done
            from stretches group by ticket
        ), replies as (
            select ticket, min("at") as first from event where kind = 'public_message' and author = 'agent' group by ticket
        ), responses as (
            select id as ticket, first is not null as done,
                   coalesce(b.before + b.worked * (epoch_us(first) % {HOUR}), {now})
                   - a.before - a.worked * (epoch_us(created_at) % {HOUR}) as spent
            from ticket left join replies on ticket = id join hours a on a.hour = epoch_us(created_at) // {HOUR}
            left join hours b on b.hour = epoch_us(first) // {HOUR}
        ), judged as (
            select ticket, done, spent, 'requester wait' as metric, {WAIT.tolist()} as targets from waits
            union all select ticket, done, spent, 'first response', {RESPONSE.tolist()} from responses
        ), verdicts as (
            select market, metric, done, spent <= targets[enum_code(priority) + 1] as in_time from judged join ticket on ticket = id
        )
        select market, metric, count(*) filter (done and in_time), count(*) filter (done or not in_time)
        from verdicts group by all""").fetchall()
    return {(market, metric): (met / n * 100, n) for market, metric, met, n in rows}


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
    replies = np.flatnonzero((events["kind"].cat.codes.to_numpy() == 0) & (events["author"].cat.codes.to_numpy() == 0))[::-1]
    ticket = events["ticket"].to_numpy()[replies]
    first = np.zeros(n, np.int64)
    first[ticket] = events["at"].to_numpy()[replies]
    answered = first > 0
    first[~answered] = micros(AS_OF)
    codes = (tickets[name].cat.codes.to_numpy() for name in ("market", "priority"))
    return _attained(*codes, (spent, done, last, until), (counted(first) - created, answered))


def _attained(market, priority, wait, first_response):
    """Adds what still runs at the cut-off, and counts the verdicts on both targets."""
    spent, done, last, until = wait
    now = counted(np.array([micros(AS_OF)]))[0]
    spent = spent + np.where(~done & (last != 1), now - until, 0)
    verdicts = {}
    for metric, (used, reached), targets in [
            ("requester wait", (spent, done), WAIT), ("first response", first_response, RESPONSE)]:
        in_time = used <= targets[priority]
        met, judged = (np.bincount(market[which], minlength=len(MARKETS)) for which in (reached & in_time, reached | ~in_time))
        for place, name in enumerate(MARKETS):
            verdicts[name, metric] = (met[place] / judged[place] * 100, int(judged[place]))
    return verdicts


def by_deskmetrics(frames):
    import deskmetrics as dm

    def within(targets):
        return {priority: f"{target // HOUR}h" for priority, target in zip(PRIORITIES, targets)}

    policy = {"name": "by priority", "targets": [
        {"metric": "first_response", "clock": "business", "within": within(RESPONSE)},
        {"metric": "requester_wait", "clock": "business", "within": within(WAIT)}]}
    hours = dm.Schedule(ZONE, f"Mo-Fr {OPENS:02}:00-{CLOSES}:00", holidays=HOLIDAYS)
    return dm.report(
        tickets=frames.arrow("ticket"), events=frames.arrow("event"), columns={"events": {"value": "status"}},
        kpis=["sla_attainment"], by="market", schedules=hours, policies=policy,
        options={"sla": {"reopen": "ignore"}}, as_of=AS_OF, threads=THREADS)


def summary(report):
    """A report as percent and n by market and metric."""
    rows = (row for row in report.rows if row.headline and row.keys and row.option)
    return {(row.keys["market"], row.option): (row.value, row.n) for row in rows}
