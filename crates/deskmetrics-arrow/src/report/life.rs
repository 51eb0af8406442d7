//! The measures of a ticket of which nothing but a few columns is known.

use std::ops::Range;

use deskmetrics::replay::step::{FIRST_FREE, NONE, Start, Step, What};
use deskmetrics::replay::{Needs, Pass};
use deskmetrics::report::{Life, SliceIds};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Author, Elapsed, Reason, Status, TicketMetrics, Timestamp};

use crate::ReadError;
use crate::column::bits::Bits;
use crate::column::utc::Instants;
use crate::frame::TicketFrame;
use crate::frame::code::Coded;

/// A ticket's life as its row tells it.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowLife {
    created: i64,
    replied: Option<i64>,
    solved: Option<i64>,
    closed: Option<i64>,
    /// Where it stands, if it is not done.
    open_as: Option<Status>,
    created_by: Option<Author>,
    by: Author,
    group: u32,
    assignee: u32,
}

/// Reads the lives of a frame's tickets.
#[derive(Debug)]
pub(super) struct Lives<'f> {
    frame: &'f TicketFrame,
    group: Option<&'f Coded<Box<str>>>,
    assignee: Option<&'f Coded<Box<str>>>,
}

impl<'f> Lives<'f> {
    /// The lives of a frame's tickets, of which only some measures are read.
    pub(super) fn of(frame: &'f TicketFrame, needs: Needs) -> Result<Self, ReadError> {
        let stations = |attribute| {
            if needs.any(Needs::STATIONS) { frame.codes(attribute) } else { Ok(None) }
        };
        let (group, assignee) = (stations(&Attribute::Group)?, stations(&Attribute::Assignee)?);
        Ok(Self { frame, group, assignee })
    }

    /// The life of a row; `None` where it is not clean or was never created.
    pub(super) fn of_row(&self, part: usize, row: usize) -> Option<RowLife> {
        let columns = self.frame.parts().get(part)?;
        if columns.clean.as_ref().is_some_and(|clean| !clean.value(row)) {
            return None;
        }
        let at = |column: &Option<Instants>| column.as_ref().and_then(|column| column.get(row));
        let known = |words: Option<&Coded<Author>>| {
            let words = words?;
            words.meaning(words.part(part).get(row)).ok().flatten()
        };
        let named = |words: Option<&Coded<Box<str>>>| {
            words.map_or(NONE, |words| {
                let code = words.part(part).get(row);
                if matches!(words.meaning(code), Ok(Some(_))) { FIRST_FREE + code } else { NONE }
            })
        };
        let status =
            self.frame.status().and_then(|words| *words.meaning(words.part(part).get(row)).as_ref().ok()?);
        let (created, replied) = (columns.created_at.get(row)?, at(&columns.first_response_at));
        // Who is answered wrote before, be it at the same instant.
        let answered_at_once = (replied == Some(created)).then_some(Author::Customer);
        Some(RowLife {
            created,
            replied,
            solved: at(&columns.solved_at),
            closed: at(&columns.closed_at),
            open_as: status.filter(|status| !status.is_done()),
            created_by: known(self.frame.created_by()).or(answered_at_once),
            by: known(self.frame.author()).unwrap_or(Author::Agent),
            group: named(self.group),
            assignee: named(self.assignee),
        })
    }

    /// The lives of some rows in short, as known at a cut-off; `None` where a row has none, or one that is longer.
    pub(super) fn shorts(
        &self,
        part: usize,
        rows: Range<usize>,
        as_of: i64,
        shorts: &mut Vec<Option<Short>>,
    ) {
        shorts.clear();
        let Some(columns) = self.frame.parts().get(part) else { return };
        let words = self.frame.status().is_some()
            || self.frame.created_by().is_some()
            || self.frame.author().is_some();
        if words {
            shorts.extend(rows.map(|row| self.of_row(part, row)?.short(as_of)));
            return;
        }
        let first = rows.start;
        let clean = columns.clean.as_ref();
        let clean = clean.map_or(Bits::ALL, |clean| Bits::of(&clean.slice(first, rows.len())));
        let read = |column: Option<&Instants>| {
            let mut instants = vec![Life::NEVER; rows.len()];
            if let Some(column) = column {
                column.of_rows(rows.clone()).write_or(Life::NEVER, &mut instants);
            }
            instants
        };
        let (created, replied) = (read(Some(&columns.created_at)), read(columns.first_response_at.as_ref()));
        let (solved, closed) = (read(columns.solved_at.as_ref()), read(columns.closed_at.as_ref()));
        let has_come = |at: i64| (at != Life::NEVER).then_some(at);
        let ends = solved.into_iter().zip(closed);
        let instants = created.into_iter().zip(replied).zip(ends).enumerate();
        shorts.extend(instants.map(|(place, ((created, replied), (solved, closed)))| {
            let life = RowLife {
                created: has_come(created).filter(|_| clean.get(place))?,
                replied: has_come(replied),
                solved: has_come(solved),
                closed: has_come(closed),
                open_as: None,
                created_by: None,
                by: Author::Agent,
                group: NONE,
                assignee: NONE,
            };
            life.short(as_of)
        }));
    }
}

/// A usual life as known at a cut-off: when the ticket was created, replied to and done, in microseconds or
/// [`Life::NEVER`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Short {
    created_at: i64,
    replied_at: i64,
    done_since: i64,
}

impl Short {
    /// The same with its slices.
    #[inline]
    pub(super) fn with(self, slices: &SliceIds) -> Life<'_> {
        Life::from_micros(self.created_at, self.replied_at, self.done_since, slices)
    }
}

impl RowLife {
    /// Fills `metrics` with what a plain replay of these columns' events gives, up to the cut-off of `pass`.
    /// What `needs` does not name is left as it was.
    pub(super) fn measure(self, as_of: i64, needs: Needs, metrics: &mut TicketMetrics, pass: &mut Pass<'_>) {
        if self.created > as_of {
            *metrics = TicketMetrics::new(
                Timestamp::saturating_from_micros(self.created),
                Timestamp::saturating_from_micros(as_of),
            );
            metrics.left_out = Some(Reason::AfterCutOff);
        } else if self.is_usual() {
            self.fill(as_of, needs, metrics);
        } else {
            self.replay(pass);
            metrics.clone_from(pass.metrics());
        }
    }

    /// The life in short, as far as known at the cut-off; `None` where it does not count or its columns tell more.
    #[inline]
    pub(super) fn short(self, as_of: i64) -> Option<Short> {
        if self.created > as_of || !self.is_usual() {
            return None;
        }
        let known = |micros: Option<i64>| micros.filter(|micros| *micros <= as_of);
        Some(Short {
            created_at: self.created,
            replied_at: known(self.replied).unwrap_or(Life::NEVER),
            done_since: known(self.solved).or(known(self.closed)).unwrap_or(Life::NEVER),
        })
    }

    /// Whether a customer opened the ticket, an agent replied after that if at all, and solved it after that if at all.
    #[inline]
    fn is_usual(&self) -> bool {
        let asked = matches!(self.created_by, None | Some(Author::Customer));
        let ended = self.solved.or(self.closed);
        let in_turn = match (self.replied, ended) {
            (Some(replied), Some(ended)) => replied <= ended,
            _ => true,
        };
        asked && in_turn && self.by == Author::Agent
    }

    /// The closed form of the replay of a usual life.
    fn fill(self, as_of: i64, needs: Needs, metrics: &mut TicketMetrics) {
        let known = |at: Option<i64>| at.filter(|at| *at <= as_of);
        let (replied, solved, closed) = (known(self.replied), known(self.solved), known(self.closed));
        let created = self.created;
        let at = |micros: Option<i64>| micros.map(Timestamp::saturating_from_micros);
        let since_created =
            |end: i64| Elapsed { calendar_micros: end.saturating_sub(created), business_micros: None };

        // An open status is as old as the last that is known; a new ticket has had no other.
        let opened = self
            .open_as
            .filter(|status| *status != Status::New)
            .zip(known(Some(self.replied.unwrap_or(created))));
        let ended = solved.or(closed);
        let status = match (opened, solved, closed) {
            (_, _, Some(_)) => Status::Closed,
            (_, Some(_), None) => Status::Solved,
            (Some((status, _)), None, None) => status,
            (None, None, None) => Status::New,
        };
        let open = ended.is_none();

        metrics.created_at = Timestamp::saturating_from_micros(created);
        metrics.as_of = Timestamp::saturating_from_micros(as_of);
        metrics.status = status;
        metrics.left_out = None;
        metrics.proactive = false;
        metrics.first_customer_message_at = Some(metrics.created_at);
        metrics.first_response_at = at(replied);
        metrics.first_response_time = replied.map(since_created);
        metrics.running_first_response_time = match replied {
            Some(_) => None,
            None => Some(since_created(ended.unwrap_or(as_of))),
        };
        metrics.first_solved_at = at(ended);
        metrics.last_solved_at = at(ended);
        metrics.closed_at = at(closed);
        metrics.solved_by = ended.map(|_| self.by);
        metrics.first_resolution_time = ended.map(since_created);
        metrics.full_resolution_time = metrics.first_resolution_time;
        metrics.net_resolution_time = metrics.first_resolution_time;
        metrics.running_resolution_time = open.then(|| since_created(as_of));

        metrics.customer_messages = 1;
        metrics.public_replies = u32::from(replied.is_some());
        metrics.replying_agents = metrics.public_replies;
        if !needs.any(Needs::STATUS_TIMES | Needs::STATIONS | Needs::TOUCHES) {
            return;
        }
        let mut in_status = [0_i64; 6];
        let left_new = ended.or(opened.map(|(_, at)| at)).unwrap_or(as_of);
        in_status[Status::New.index()] = left_new.saturating_sub(created);
        if let Some(ended) = ended {
            let solved_until = closed.unwrap_or(as_of);
            if solved.is_some() {
                in_status[Status::Solved.index()] = solved_until.saturating_sub(ended);
            }
            if let Some(closed) = closed {
                in_status[Status::Closed.index()] = as_of.saturating_sub(closed);
            }
        } else if let Some((status, since)) = opened {
            in_status[status.index()] += as_of.saturating_sub(since);
        }
        let [new, waiting, pending, on_hold, ..] = in_status;
        // There is no business time here, so only the other part of each time ever changes.
        for (time, micros) in metrics.time_in_status.iter_mut().zip(in_status) {
            time.calendar_micros = micros;
        }
        metrics.agent_work_time.calendar_micros = new.saturating_add(waiting);
        metrics.requester_wait_time.calendar_micros = new.saturating_add(waiting).saturating_add(on_hold);
        metrics.agent_wait_time.calendar_micros = pending;
        metrics.on_hold_time.calendar_micros = on_hold;
        metrics.time_to_first_assignment = (self.assignee != NONE).then(Elapsed::default);

        // A close after a solve is a timer's.
        metrics.agent_touches =
            metrics.public_replies + u32::from(opened.is_some() && open) + u32::from(ended.is_some());
        metrics.group_stations = u32::from(self.group != NONE);
        metrics.assignee_stations = u32::from(self.assignee != NONE);
    }

    /// Replays the columns' events.
    fn replay(self, pass: &mut Pass<'_>) {
        let group = place_of(&Attribute::Group);
        let assignee = place_of(&Attribute::Assignee);
        let attributes = [(group, self.group), (assignee, self.assignee)];
        let step = |at: i64, author, what| Step { at, what, by: NONE, author };
        let closer = if self.solved.is_some() { Author::System } else { self.by };
        let opened = self.open_as.filter(|status| *status != Status::New);
        let open_since = self.replied.unwrap_or(self.created);
        let mut steps = [
            self.replied.map(|at| step(at, self.by, What::PublicMessage)),
            opened.map(|status| step(open_since, self.by, What::Status(status))),
            self.solved.map(|at| step(at, self.by, What::Status(Status::Solved))),
            self.closed.map(|at| step(at, closer, What::Status(Status::Closed))),
        ];
        steps.sort_by_key(|step| step.map_or(i64::MAX, |step| step.at));
        let start = Start {
            created_at: self.created,
            created_by: self.created_by,
            attributes: &attributes,
            tags: &[],
        };
        pass.run(start, steps.into_iter().flatten());
    }
}

/// The number of a named attribute in steps.
fn place_of(attribute: &Attribute) -> u16 {
    let place = Attribute::NAMED.iter().position(|named| named == attribute);
    place.and_then(|place| u16::try_from(place).ok()).unwrap_or(deskmetrics::replay::step::UNWATCHED)
}
