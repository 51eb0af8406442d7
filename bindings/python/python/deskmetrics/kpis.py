"""KPIs of tickets, a line for each: its type, id, and result for the sample tickets.

The function is built from the definition in the catalogue; the result is the example in its docstring.
"""

from . import typing as _typing
from ._function import kpi as _kpi

# fmt: off
volume: _typing.TicketKpi = _kpi("volume", "8, n=8")
customers: _typing.CustomersKpi = _kpi("customers", "7, n=7")
solved: _typing.TicketKpi = _kpi("solved", "6, n=6, excluded: 2 not solved")
solve_events: _typing.TicketKpi = _kpi("solve_events", "7, n=7")
backlog: _typing.BacklogKpi = _kpi("backlog", "2, n=2")
flow: _typing.FlowKpi = _kpi("flow", "2, n=16", examples="""
    >>> from datetime import datetime, timezone
    >>> second_of_march = dm.flow(
    ...     sample.tickets(), start=datetime(2026, 3, 2, tzinfo=timezone.utc), end=datetime(2026, 3, 3, tzinfo=timezone.utc))
    >>> second_of_march.measures()["created"]["value"]
    3.0
    """)

first_response_time: _typing.DurationKpi = _kpi("first_response_time", "1h 40m, n=6, 95 % CI 5m 0s to 22h 30m", examples="""
    >>> dm.first_response_time(sample.tickets(), clock="business").duration
    datetime.timedelta(seconds=4200)
    >>> dm.first_response_time(sample.tickets(), within="1h").value
    28.571428571428573
    """)
next_response_time: _typing.DurationKpi = _kpi("next_response_time", "1h 40m, n=2")
response_time: _typing.DurationKpi = _kpi("response_time", "1h 40m, n=8, 95 % CI 5m 0s to 22h 30m")
bot_first_response_time: _typing.DurationKpi = _kpi("bot_first_response_time", "0s, n=2, excluded: 6 no reply yet")
first_resolution_time: _typing.DurationKpi = _kpi("first_resolution_time", "1h 25m, n=6, 95 % CI 0s to 42h 30m")
full_resolution_time: _typing.DurationKpi = _kpi("full_resolution_time", "1h 40m, n=6, 95 % CI 0s to 42h 30m")
net_resolution_time: _typing.DurationKpi = _kpi("net_resolution_time", "1h 40m, n=6, 95 % CI 0s to 42h 30m")
resolution_time_censored: _typing.SurvivalKpi = _kpi("resolution_time_censored", "1h 50m, n=8, 95 % CI 0s to ∞", remark="``None`` if fewer than half of the tickets are solved.")
requester_wait_time: _typing.DurationKpi = _kpi("requester_wait_time", "1h 40m, n=6, 95 % CI 0s to 42h 30m")
agent_wait_time: _typing.DurationKpi = _kpi("agent_wait_time", "0s, n=6, 95 % CI 0s to 55m")
on_hold_time: _typing.DurationKpi = _kpi("on_hold_time", "0s, n=6, 95 % CI 0s to 20h 0m")
agent_work_time: _typing.DurationKpi = _kpi("agent_work_time", "1h 40m, n=6, 95 % CI 0s to 22h 30m")
time_in_status: _typing.StatusTimeKpi = _kpi("time_in_status", "(pending): 55m, n=1", 'status="pending"')
time_in_group: _typing.GroupTimeKpi = _kpi("time_in_group", "(tier 1): 17h 50m, n=1", 'group="tier 1"')
time_to_first_assignment: _typing.DurationKpi = _kpi("time_to_first_assignment", "7m 30s, n=6, 95 % CI 2m 0s to 1h 30m")
backlog_age: _typing.DurationKpi = _kpi("backlog_age", "3d 7h, n=2")

fcr: _typing.FcrKpi = _kpi("fcr", "(no_customer_followup): 66.7 %, n=6, 95 % CI 30.0 % to 90.3 %, excluded: 2 not solved", 'policy="no_customer_followup"')
one_touch: _typing.OneTouchKpi = _kpi("one_touch", "33.3 %, n=6, 95 % CI 9.7 % to 70.0 %, excluded: 2 not solved")
two_touch: _typing.TicketKpi = _kpi("two_touch", "50.0 %, n=6, 95 % CI 18.8 % to 81.2 %, excluded: 2 not solved")
multi_touch: _typing.TicketKpi = _kpi("multi_touch", "0.0 %, n=6, 95 % CI 0.0 % to 39.0 %, excluded: 2 not solved")
reopen_rate: _typing.TicketKpi = _kpi("reopen_rate", "16.7 %, n=6, 95 % CI 3.0 % to 56.4 %, excluded: 2 not solved")
first_level_resolution: _typing.TicketKpi = _kpi("first_level_resolution", "83.3 %, n=6, 95 % CI 43.6 % to 97.0 %, excluded: 2 not solved")
escalation_rate: _typing.TicketKpi = _kpi("escalation_rate", "12.5 %, n=8, 95 % CI 2.2 % to 47.1 %")
transfer_rate: _typing.TicketKpi = _kpi("transfer_rate", "16.7 %, n=6, 95 % CI 3.0 % to 56.4 %, excluded: 2 not solved")
transfers: _typing.TicketKpi = _kpi("transfers", "0.17, n=6, 95 % CI 0.00 to 0.60, excluded: 2 not solved")
group_transfers: _typing.TicketKpi = _kpi("group_transfers", "0.17, n=6, 95 % CI 0.00 to 0.60, excluded: 2 not solved")
handoffs: _typing.TicketKpi = _kpi("handoffs", "0.00, n=6, 95 % CI 0.00 to 0.00, excluded: 2 not solved")
replies_per_ticket: _typing.TicketKpi = _kpi("replies_per_ticket", "1.33, n=6, 95 % CI 0.48 to 2.19, excluded: 2 not solved")
messages_per_ticket: _typing.TicketKpi = _kpi("messages_per_ticket", "2.67, n=6, 95 % CI 1.40 to 3.94, excluded: 2 not solved")
agent_touches: _typing.TicketKpi = _kpi("agent_touches", "2.62, n=8, 95 % CI 0.68 to 4.57")
bot_resolution: _typing.TicketKpi = _kpi("bot_resolution", "16.7 %, n=6, 95 % CI 3.0 % to 56.4 %, excluded: 2 not solved")
bot_containment: _typing.TicketKpi = _kpi("bot_containment", "50.0 %, n=2, 95 % CI 9.5 % to 90.5 %")

sla_attainment: _typing.TargetKpi = _kpi("sla_attainment", "71.4 %, n=14, 95 % CI 45.4 % to 88.3 %, excluded: 2 still running")
sla_ticket_attainment: _typing.TicketKpi = _kpi("sla_ticket_attainment", "71.4 %, n=7, 95 % CI 35.9 % to 91.8 %, excluded: 1 still running")
sla_overshoot: _typing.OvershootKpi = _kpi("sla_overshoot", "(business time): 2h 30m, n=3", 'clock="business"', remark="""
    Breached targets on the other clock are excluded as ``other_options``, since calendar time and business time do not add up:
    request each of them.""")
sla_at_risk: _typing.AtRiskKpi = _kpi("sla_at_risk", "0.0 %, n=2, 95 % CI 0.0 % to 65.8 %")
