"""Reference of the keys of dataset descriptions, for :func:`deskmetrics.read` and the argument ``columns``.

A description is a TOML file. This one reads two files::

    name = "Help desk"
    time_zone = "Europe/Copenhagen"
    by = ["market"]
    schedule = "desk"
    scales = { csat = "1-5" }

    [[tickets]]
    file = "tickets.csv"
    id = "Number"
    created_at = { column = "Opened", format = "day_first" }
    solved_at = "Resolved"
    status = { column = "State", words = { "Done" = "solved" }, other = "open" }
    attributes = { market = "Country" }

    [[surveys]]
    file = "answers.csv"
    ticket = "Number"
    at = "Answered"
    questions = { csat = "Stars" }

    [schedules.desk]
    time_zone = "Europe/Copenhagen"
    hours = "Mo-Fr 09:00-17:00"

For tables in memory, the argument ``columns`` of :func:`deskmetrics.report` and :func:`deskmetrics.replay` takes the same keys by
table, ``columns={"tickets": {"id": "Number", "attributes": {"market": "Country"}}}``, without ``file``; columns with usual names
need no key. Schedules, policies and the other keys of the whole description are arguments there.

A key that names a column takes the name of the column, or a dict with more keys: see the columns of values, timestamps, numbers
and measures below. Unknown keys and values are errors that list the allowed ones.

Description
-----------
Keys of the whole description; ``time_zone`` is required, and at least one table.

- ``name``: title of reports.
- ``folder``: folder of the files, relative to the description or to ``data_root``.
- ``time_zone``: IANA zone of days, weeks and wall-clock times in the data.
- ``as_of``: the cut-off, a timestamp such as ``"2026-03-31 18:00"``, or a date, which means its start; by default ``"latest
  event"``, the last plausible timestamp.
- ``by``: attributes that reports are sliced by.
- ``timestamps``: format of timestamps in all files; see Timestamps.
- ``missing``: codes that mean a missing value in every column.
- ``tickets``, ``events``, ``snapshots``, ``surveys``, ``invitations``: lists of tables; see below.
- ``scales``: scale of each survey question, ``{ csat = "1-5", ces = "ces2" }``, or with ``min``, ``max``, ``positive``,
  ``negative``. The question ``nps`` needs none.
- ``schedules``: schedules by name; see Schedules.
- ``schedule``: name of the default schedule of business time.
- ``schedule_by``: schedules by attribute, ``{ market = { DK = "nordic", ES = "iberia" } }``.
- ``sla``: SLA policies; see SLA.
- ``replay``: conventions of the replay; the keys are those of ``options`` in :func:`deskmetrics.replay`.
- ``fcr``: definition of first contact resolution, such as ``"no_reopen_within(7days)"``.
- ``undecided``: open questions about this description, which are notes of every report; ``deskmetrics init`` writes them.

Tickets
-------
``[[tickets]]``: one row per ticket. ``file``, ``id`` and ``created_at`` are required.

- ``file``: name of the file, a list of files of the same form, or a dict; see Files.
- ``timestamps``: format of timestamps in this table; see Timestamps.
- ``missing``: codes that mean a missing value in every column.
- ``where``: rows to read, by values of columns: ``{ Channel = "web" }``, ``{ Kind = { not = ["test"] } }``; ``""`` is an empty
  cell, ``"*"`` any other value. A text is compared letter by letter, a number with every text of it (``2`` with ``2.0`` and
  ``2,0``), ``true`` and ``false`` in any case.
- ``id``, ``created_at``: id and creation of the ticket.
- ``clock_skew``: events up to this long before the creation count as at the creation, ``"1m"``; default none.
- ``requester``: id of the customer.
- ``created_by``: who created the ticket, an author such as ``"agent"``; by default the customer.
- ``status``: status at the cut-off: ``new``, ``open``, ``pending``, ``on_hold``, ``solved``, ``closed``, or ``deleted``, ``spam``,
  ``merged``. Usual statuses in English, Spanish and Danish are recognized.
- ``first_response_at``, ``solved_at``, ``closed_at``: first reply of an agent, last solve, closing.
- ``due_at``, ``sla_met``: due time of the resolution and SLA verdict as stated by the source.
- ``sla``: the same by SLA metric, ``{ first_response = { due_at = "FR due", met = "FR met" } }``.
- ``first_reply_time``, ``first_response_time``, ``first_resolution_time``, ``full_resolution_time``, ``resolution_time``,
  ``requester_wait_time``, ``agent_wait_time``, ``on_hold_time``, ``agent_work_time``, ``time_to_first_assignment``: durations
  computed by the source; see Measures. ``first_reply_time`` is another name of ``first_response_time``, ``resolution_time``
  of ``full_resolution_time``.
- ``reopens``, ``public_replies``, ``replies``, ``customer_messages``, ``agent_touches``, ``assignee_stations``, ``transfers``,
  ``group_stations``, ``group_transfers``: counts computed by the source. ``replies`` is another name of ``public_replies``.
- ``author``, ``author_name``: who replied and solved; by default an agent.
- ``tags``, ``tag_separator``: tags as a list, a JSON list or text, and the separator in text; default a comma.
- ``attribute_values``: whether attributes and tags are ``"current"`` (default) or those ``"at_creation"``.
- ``duplicates``: which of several rows with one id counts: ``"first"`` (default), ``"last"``, or ``"error"``.
- ``updated_at``: time of the last change of the row; the newest row with one id counts.
- ``attributes``: columns of attributes, ``{ market = "Country", priority = "Prio" }``; any name is allowed.

Events
------
``[[events]]``: one row per event. ``file``, ``ticket``, ``at`` and ``kind`` are required.

- ``file``, ``timestamps``, ``missing``, ``where``: as for tickets.
- ``ticket``, ``at``: id of the ticket and time of the event.
- ``kind``: kind of the event. ``words`` maps the values of the source to ``public_message``, ``internal_note``, ``status`` (the new
  status is in ``value``), a status such as ``solved``, ``changed ATTRIBUTE`` such as ``changed group``, ``tagged``, ``untagged``,
  ``escalated``, ``merged_into``, ``split_from``, ``deleted``, ``spam``, ``end_unknown``, ``restored``, ``survey_sent``,
  ``survey_answered`` or ``ignore``; a list means several events.
- ``value``, ``previous``: new and previous value of an attribute; for other kinds the status, tag or other ticket.
- ``statuses``: maps values of ``value`` to statuses.
- ``id``: id of the event; repeated events are excluded.
- ``author``, ``author_name``: author of the event and name of that person. Authors are ``customer``, ``agent``, ``bot``,
  ``automation``, ``system`` and ``external``, and for the customer also ``requester``, ``end_user`` and ``contact``; by default an
  agent.
- ``clock_skew``: as for tickets.
- ``creates_tickets``: whether the first event of an unknown ticket creates it; default ``false``.
- ``requester``, ``created_by``, ``attributes``: as for tickets, for tickets that are created by their first event.
- ``duplicates``, ``updated_at``: as for tickets.

Snapshots
---------
``[[snapshots]]``: one row per ticket and point in time; changes between rows become events. ``file``, ``ticket`` and ``at`` are
required.

- ``file``, ``timestamps``, ``missing``, ``where``, ``clock_skew``: as for tickets.
- ``ticket``, ``at``: id of the ticket and time of the snapshot.
- ``created_at``: creation of the ticket; by default the time of its first row.
- ``order``: order of the rows of a ticket: ``"timestamps"`` (default) by time, or ``"rows"`` as in the file.
- ``status``: status in this row.
- ``repeated_status``: a row with an unchanged status is no event (``"ignore"``, default) or an ``"event"``.
- ``requester``, ``created_by``, ``author``, ``author_name``: as for events.
- ``due_at``, ``sla_met``: as for tickets; the last row counts.
- ``attributes``: columns of attributes; a change is an event.

Surveys
-------
``[[surveys]]``: one row per form with a column per question (``questions``), or one row per answer (``question``, ``score``).

- ``file``, ``timestamps``, ``missing``, ``where``: as for tickets.
- ``questions``: column of the score of each question, ``{ csat = "Stars", nps = "Recommend" }``; see Numbers.
- ``question``, ``score``: question and score of an answer.
- ``at``: time of the answer.
- ``ticket``, ``customer``: id of the ticket, and of the person who answered.
- ``invitation``: id of the invitation; the answer counts in the response rate.
- ``weight``: number of people that the answer represents.
- ``reasons``, ``reason_separator``: reasons as a list, a JSON list or text, and the separator in text; default a comma.
- ``duplicates``, ``updated_at``: as for tickets, among answers to one invitation and question; by default ``"all"`` count.
- ``attributes``: columns of attributes; missing ones are those of the ticket.

Invitations
-----------
``[[invitations]]``: one row per survey sent. ``file``, ``id``, ``question`` and ``sent_at`` are required.

- ``file``, ``timestamps``, ``missing``, ``where``: as for tickets.
- ``id``, ``question``, ``sent_at``: id of the invitation, question, and when it was sent.
- ``delivered``: whether the invitation was delivered; default true.
- ``started_at``, ``answered_at``: when the survey was opened and answered.
- ``ticket``, ``customer``: id of the ticket, and of the person invited.
- ``duplicates``, ``updated_at``, ``attributes``: as for tickets.

Files
-----
``file = { path = "tickets.txt", delimiter = ";" }``; the format is detected by default.

- ``path``: name of the file: CSV or JSON (both also ``.gz``), Parquet or Arrow IPC. JSON is one object per line
  (``.ndjson``, ``.jsonl``) or an array of objects; lists are tags, and members of nested objects are columns
  such as ``via.channel``.
- ``delimiter``: separator of columns.
- ``encoding``: encoding of text, such as ``"windows-1252"``.
- ``skip_rows``: number of lines before the column names.
- ``decimal``: decimal mark, ``"."`` or ``","``.

Values
------
Columns of ids, values and flags: ``status = { column = "State", words = { "Done" = "solved" }, other = "open" }``.

- ``column``: name of the column.
- ``value``: one value for all rows, instead of a column.
- ``words``: maps values of the source to known values; of flags ``true``, ``false`` and their names such as ``"yes"``.
- ``other``: the known value for all other values of the source.
- ``missing``: codes that mean a missing value, besides empty cells.
- ``case``: whether upper and lower case are ignored (``"ignore"``, default) or compared (``"exact"``).

Timestamps
----------
``created_at = { column = "Opened", format = "%d/%m/%Y %H:%M" }``. The keys of ``timestamps`` are the same without ``column`` and
``missing``. The Notes of :func:`deskmetrics.replay` list the formats.

- ``column``: name of the column.
- ``format``: a format such as ``"day_first"``, ``"excel"``, ``"epoch_millis"`` or a pattern such as ``"%d/%m/%Y"``.
- ``time_zone``: IANA zone of wall-clock times.
- ``ambiguous``: times repeated by a clock change are the ``"earlier"`` (default) or ``"later"`` one, or ``"unreadable"``.
- ``nonexistent``: times skipped by a clock change are the ``"next_valid"`` one (default), or ``"unreadable"``.
- ``missing``: codes that mean a missing value, besides empty cells.

Numbers
-------
``questions = { csat = { column = "Stars", words = { "Very good" = 5 } } }``.

- ``column``: name of the column.
- ``words``: maps values of the source to numbers.
- ``times``: factor for every number, such as ``2`` for half steps.
- ``decimal``: decimal mark, ``"."`` or ``","``.
- ``missing``: codes that mean a missing value, besides empty cells.

Measures
--------
Durations and counts computed by the source: ``first_response_time = { column = "Reply", unit = "minutes", clock =
"business" }``, or a list with one column for each clock.

- ``column``: name of the column.
- ``unit``: ``"milliseconds"``, ``"seconds"``, ``"minutes"``, ``"hours"`` or ``"days"``; by default the one in the
  name of the column.
- ``clock``: ``"calendar"`` or ``"business"``; by default the one in the name of the column, or the calendar.
- ``decimal``: decimal mark, ``"."`` or ``","``.
- ``missing``: codes that mean a missing value, besides empty cells.

Schedules
---------
``[schedules.desk]``; also the form of :meth:`deskmetrics.Schedule.from_dict`. ``file = "hours.toml"`` reads a schedule from a file.

- ``time_zone``, ``hours``: zone and weekly hours, ``"Mo-Fr 09:00-17:00"`` or ``{ mon = [["09:00", "17:00"]] }``.
- ``holidays``: closed dates: ``["2026-12-25", "--05-01"]``, also ``{ file = "holidays.csv", column = "date" }``.
- ``special_days``: hours of single dates, ``{ "2026-12-24" = [["09:00", "12:00"]] }``.
- ``extra_openings``: additional hours of single dates.
- ``breaks``: daily breaks, ``[{ days = ["mon"], from = "10:00", to = "10:15" }]``.
- ``conventions``: dict of conventions, the default first: ``boundary``, where a budget ends that is used up at a closing time
  (``"closing"``, ``"next_opening"``, ``"next_opening_or_previous_closing"``); ``zero``, the result of a budget of zero outside
  working time (``"unchanged"``, ``"next_opening"``); ``holiday_scope``, what a holiday closes (``"calendar_day"``,
  ``"shift_start"``); ``clock``, how hours count on a day with a clock change (``"elapsed"``, ``"wall"``); ``gap``, where opening
  times go that a clock change skips (``"change"``, ``"shift"``).
- ``any_of``, ``all_of``: lists of schedules; open when any or all of them are open.
- ``versions``, ``from``: list of schedules, each valid from a date.

SLA
---
``[sla]``.

- ``matching``: the ``"first"`` policy that matches a ticket applies (default), or the ``"first_per_metric"``.
- ``policies``, ``tables``, ``clocks``: lists of policies, of tables of targets, and of custom clocks.

Policies
--------
``[[sla.policies]]``; also the form of :class:`deskmetrics.SlaPolicy`.

- ``name``: name of the policy.
- ``when``, ``unless``: attributes that tickets must have or must not have, ``{ market = ["DK", "ES"], tag = "vip" }``; values
  are compared as those of ``where``.
- ``valid_from``, ``valid_until``: period of validity.
- ``schedule``: name of the schedule; by default that of the ticket.
- ``targets``: list of targets; see Targets.

Targets
-------
``targets = [{ metric = "first_response", clock = "business", within = { urgent = "30min", "*" = "4h" } }]``.

- ``metric``: ``"first_response"``, ``"next_response"``, ``"periodic_update"``, ``"pausable_update"``, ``"requester_wait"``,
  ``"agent_work"``, ``"resolution"``, ``"group_ownership"``, or the name of a custom clock.
- ``clock``: ``"calendar"`` (default) or ``"business"``.
- ``within``: the limit, ``"4h"`` or ``"2 business days"``, or limits by priority; ``"*"`` is any other priority.
- ``at_risk``: share of the limit from which a running target is at risk, such as ``0.8``.

Tables
------
``[[sla.tables]]``: targets from a file with one row per policy.

- ``file``: the file.
- ``when``: columns of the attributes that tickets must have, ``{ group = "team" }``.
- ``metric``, ``clock``, ``schedule``: as for targets and policies.
- ``within``: column of the limits and the unit of its numbers, ``{ column = "days", each = "8h" }``.

Clocks
------
``[[sla.clocks]]``: custom clocks, used as the ``metric`` of targets.

- ``name``: name of the clock.
- ``start``, ``stop``: conditions that start and complete it: events (``"created"``, ``"customer_message"``, ``"agent_reply"``,
  ``"bot_message"``, ``"internal_note"``, ``"status_changed"``, ``"solved"``, ``"closed"``, ``"reopened"``, ``"assigned"``,
  ``"unassigned"``, ``"group_changed"``, ``"priority_changed"``, ``"changed"``, ``"escalated"``), states such as
  ``{ status = "open", market = "DK" }``, or both, ``{ event = "agent_reply", status = "open" }``.
- ``pause``: states in which it does not count, ``[{ status = "pending" }]``.
- ``cancel``, ``reset``: conditions that end it without completion, or complete it and start again.
- ``cycles``: ``"many"`` (default), ``"sequential"`` or ``"once"``.
- ``counts_from``: ``"start"`` (default) or ``"creation"``.
"""
