"""W6: share of tickets resolved at the first contact, by market: one agent reply, no reopening within 7 days of the first
solve, and no other ticket of the customer from its creation until then.

Judged are tickets whose seven days are over and that are solved now, or came back within them.
"""

import numpy as np
import polars as pl

from data import AS_OF, DAY, MARKETS, STATUSES, micros
from engines import THREADS

TABLES = ["ticket", "event"]
WINDOW = 7 * DAY
POLICY = "all_of(single_reply, no_reopen_within(7days), no_repeat_contact_within(7days, customer))"


def by_polars(frames):
    tickets, events = frames.polars("ticket").lazy(), frames.polars("event").lazy()
    at, status = pl.col("at").cast(pl.Int64), pl.col("status")
    solved = events.filter(status == "solved").group_by("ticket").agg(first_solved=at.min())
    replies = events.filter((pl.col("kind") == "public_message") & (pl.col("author") == "agent")).group_by(
        "ticket").agg(replies=pl.len())
    reopened = (events.filter(status != "solved").join(solved, on="ticket")
                .filter((at > pl.col("first_solved")) & (at <= pl.col("first_solved") + WINDOW))
                .select("ticket").unique().with_columns(reopened=pl.lit(True)))
    created = pl.col("created_at").cast(pl.Int64)
    contacts = tickets.select("id", "market", "customer", "solved_at", created=created).sort("customer", "created").with_columns(
        next=pl.when(pl.col("customer") == pl.col("customer").shift(-1)).then(pl.col("created").shift(-1)))
    until = pl.col("first_solved") + WINDOW
    judged = (contacts.join(solved, left_on="id", right_on="ticket")
              .join(replies, left_on="id", right_on="ticket", how="left")
              .join(reopened, left_on="id", right_on="ticket", how="left")
              .filter((until <= micros(AS_OF)) & (pl.col("solved_at").is_not_null() | pl.col("reopened").is_not_null())))
    rows = judged.group_by("market").agg(
        ((pl.col("replies") == 1) & pl.col("reopened").is_null() & (pl.col("next") > until).fill_null(True)).sum(),
        pl.len().alias("n"),
    ).collect().rows()
    return {market: (resolved / n * 100, n) for market, resolved, n in rows}


def by_duckdb(frames):
    rows = frames.duckdb("ticket", "event").execute(f"""
        with milestones as (
            select ticket, min(epoch_us("at")) filter (status = 'solved') as solved,
                   count(*) filter (kind = 'public_message' and author = 'agent') as replies
            from event group by ticket
        ), reopened as (
            select distinct ticket from event join milestones using (ticket)
            where status != 'solved' and epoch_us("at") > solved and epoch_us("at") <= solved + {WINDOW}
        ), contacts as (
            select id, market, solved_at, lead(epoch_us(created_at)) over (partition by customer order by created_at) as next from ticket
        )
        select market, count(*) filter (replies = 1 and coalesce(next > solved + {WINDOW}, true) and r.ticket is null), count(*)
        from contacts join milestones l on l.ticket = id left join reopened r on r.ticket = id
        where solved + {WINDOW} <= {micros(AS_OF)} and (solved_at is not null or r.ticket is not null)
        group by market""").fetchall()
    return {market: (resolved / n * 100, n) for market, resolved, n in rows}


def by_pandas(frames):
    tickets, events = frames.pandas("ticket"), frames.pandas("event")
    n = len(tickets)
    ticket, at = events["ticket"].to_numpy(), events["at"].to_numpy()
    status = events["status"].cat.codes.to_numpy()
    # Written backwards, so that the first solve stays.
    rows = np.flatnonzero(status == STATUSES.index("solved"))[::-1]
    solved = np.zeros(n, np.int64)
    solved[ticket[rows]] = at[rows]
    replied = (events["kind"].cat.codes.to_numpy() == 0) & (events["author"].cat.codes.to_numpy() == 0)
    replies = np.bincount(ticket[replied], minlength=n)
    others = np.flatnonzero((status >= 0) & (status != STATUSES.index("solved")))
    since = at[others] - solved[ticket[others]]
    reopened = np.zeros(n, bool)
    reopened[ticket[others[(since > 0) & (since <= WINDOW) & (solved[ticket[others]] != 0)]]] = True
    # Tickets are in order of creation, so a stable sort by customer keeps that order for each.
    customer, created = tickets["customer"].to_numpy(), tickets["created_at"].to_numpy()
    order = np.argsort(customer, kind="stable")
    same = customer[order[:-1]] == customer[order[1:]]
    following = np.full(n, np.iinfo(np.int64).max)
    following[order[:-1][same]] = created[order[1:][same]]
    until = solved + WINDOW
    judged = (solved != 0) & (until <= micros(AS_OF)) & (reopened | (tickets["solved_at"].to_numpy() != 0))
    resolved = judged & (replies == 1) & ~reopened & (following > until)
    market = tickets["market"].cat.codes.to_numpy()
    resolved, judged = (np.bincount(market[which], minlength=len(MARKETS)) for which in (resolved, judged))
    return {name: (resolved[place] / judged[place] * 100, int(judged[place])) for place, name in enumerate(MARKETS)}


def by_deskmetrics(frames):
    import deskmetrics as dm

    return dm.report(
        tickets=frames.arrow("ticket"), events=frames.arrow("event"), columns={"events": {"value": "status"}},
        kpis=["fcr"], by="market", fcr=POLICY, as_of=AS_OF, threads=THREADS)


def summary(report):
    """A report as percent and n by market."""
    return {row.keys["market"]: (row.value, row.n) for row in report.rows if row.headline and row.keys}
