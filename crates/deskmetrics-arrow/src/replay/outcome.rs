//! What the replay of a log comes to: a report, measures or verdicts as columns.

use std::ops::Range;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use deskmetrics::replay::{Needs, Pass};
use deskmetrics::report::{Customer, Feed, Report, ReportError, ReportState, SliceIds};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Excluded, Replayed, Ticket, TicketMetrics, Timestamp};
use hashbrown::HashMap;

use super::Customers;
use super::log::{AttributeSlot, EventLog, ReplayedRow};
use crate::outcome::{MeasureColumns, VerdictColumns};

/// What is filled in of a ticket's record besides its measures.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    id: bool,
    /// Requester, attributes, names of people.
    record: bool,
    verdicts: bool,
}

impl EventLog {
    /// Feeds a report with all tickets, on `threads` threads (see [`each`](Self::each)), and says what was left out of the
    /// tickets' lives.
    ///
    /// The log's replay must work out what the report needs: [`Report::needs`]. It is the very state that the records of
    /// the same columns give.
    ///
    /// # Errors
    /// Never while the states of one report merge.
    pub fn report(&self, report: &Report, threads: usize) -> Result<(ReportState, Excluded), ReportError> {
        let (states, excluded) = self.split(
            threads,
            || report.state(),
            |state, rows| {
                let mut feed = state.feed();
                let excluded = self.feed(report, rows, &mut feed);
                feed.finish();
                excluded
            },
        );
        let mut whole = report.state();
        for state in states {
            whole.merge(state)?;
        }
        Ok((whole, excluded))
    }

    /// Feeds a report with the tickets of some rows.
    pub(crate) fn feed(&self, report: &Report, rows: Range<usize>, feed: &mut Feed<'_>) -> Excluded {
        let whole = report.needs_ticket_records();
        let wanted = Wanted { id: false, record: whole, verdicts: whole };
        let names = self.customers().map(Customers::names);
        let mut slices = Slices::new(self, report);
        let mut scratch = self.scratch();
        self.run(rows, |row, pass| {
            let ticket = ReplayedRow { row, pass, log: self };
            let number = ticket.customer();
            let known = slices.of(&ticket, feed);
            if whole {
                self.fill(&mut scratch, row, pass, wanted);
                feed.ticket(&scratch, known);
            } else {
                feed.ticket_of(pass, &mut scratch, Customer { number, names: names.as_ref() }, known);
            }
        })
    }

    /// The measures of all tickets, a row each, as [`MeasureColumns`] lays them out, with the attributes that are read; and
    /// what was left out of the tickets' lives.
    ///
    /// # Errors
    /// When an attribute has the name of a measure.
    pub fn measures(&self, threads: usize) -> Result<(Vec<RecordBatch>, Excluded), ArrowError> {
        let wanted = Wanted { id: true, record: true, verdicts: false };
        let new = || MeasureColumns::new(self.attributes.iter().map(|(attribute, ..)| attribute.clone()));
        self.batches(threads, wanted, new, MeasureColumns::push, MeasureColumns::finish)
    }

    /// The verdicts on all tickets, a row each, as [`VerdictColumns`] lays them out; and what was left out of the
    /// tickets' lives.
    ///
    /// # Errors
    /// Never while columns are of one length.
    pub fn verdicts(&self, threads: usize) -> Result<(Vec<RecordBatch>, Excluded), ArrowError> {
        let wanted = Wanted { id: true, record: false, verdicts: true };
        let push = |columns: &mut VerdictColumns, ticket: &Replayed| {
            ticket.verdicts.iter().for_each(|verdict| columns.push(ticket.ticket.id.as_str(), verdict));
        };
        self.batches(threads, wanted, VerdictColumns::default, push, VerdictColumns::finish)
    }

    /// One batch for each range of tickets, in the order of the rows.
    fn batches<C: Send>(
        &self,
        threads: usize,
        wanted: Wanted,
        new: impl Fn() -> C + Sync,
        push: impl Fn(&mut C, &Replayed) + Sync,
        finish: impl Fn(&mut C) -> Result<RecordBatch, ArrowError>,
    ) -> Result<(Vec<RecordBatch>, Excluded), ArrowError> {
        let (parts, excluded) = self.split(threads, new, |columns, rows| {
            let mut scratch = self.scratch();
            self.run(rows, |row, pass| {
                self.fill(&mut scratch, row, pass, wanted);
                push(columns, &scratch);
            })
        });
        let batches: Result<Vec<RecordBatch>, ArrowError> =
            parts.into_iter().map(|mut columns| finish(&mut columns)).collect();
        Ok((batches?, excluded))
    }

    /// A record to be filled again and again.
    fn scratch(&self) -> Replayed {
        let metrics = TicketMetrics::new(Timestamp::MIN, self.replay.as_of());
        Replayed::new(Ticket::new("", Timestamp::MIN), metrics)
    }

    /// Makes the record that of the ticket just replayed. The measures change hands instead of being copied.
    fn fill(&self, scratch: &mut Replayed, row: usize, pass: &mut Pass<'_>, wanted: Wanted) {
        if wanted.record && self.replay.needs().any(Needs::STATIONS | Needs::CONVERSATION) {
            pass.name_people(|number| self.text(self.code_of(number)).unwrap_or_default());
        }
        scratch.verdicts.clear();
        if wanted.verdicts {
            scratch.verdicts.extend(pass.verdicts().map(|verdict| verdict.to_verdict()));
        }
        let ticket = ReplayedRow { row, pass, log: self };
        if wanted.id {
            scratch.ticket.id = ticket.id().as_ref().into();
        }
        if wanted.record {
            scratch.ticket.requester = ticket.requester().map(|name| name.as_ref().into());
            for (attribute, number, _) in &self.attributes {
                let value = self.text(self.code_of(pass.value(*number)));
                if scratch.ticket.attributes.get(attribute) != value {
                    scratch.ticket.attributes.set(attribute.clone(), value.map(Into::into));
                }
            }
        }
        pass.exchange(&mut scratch.metrics);
        scratch.ticket.created_at = scratch.metrics.created_at;
    }
}

/// The slices of tickets, found by the codes of what the report is sliced by.
struct Slices<'l> {
    log: &'l EventLog,
    sliced: Vec<(&'l Attribute, Option<AttributeSlot>)>,
    /// By the code of the only attribute; where there is none, all tickets have the same.
    by_code: Vec<Option<SliceIds>>,
    /// By the codes of several.
    by_codes: HashMap<Vec<u32>, SliceIds>,
    codes: Vec<u32>,
}

impl<'l> Slices<'l> {
    fn new(log: &'l EventLog, report: &'l Report) -> Self {
        let sliced: Vec<_> =
            report.sliced_by().into_iter().map(|attribute| (attribute, log.slot(attribute))).collect();
        let dense = if sliced.len() <= 1 { log.codes() } else { 0 };
        Self { log, sliced, by_code: vec![None; dense], by_codes: HashMap::new(), codes: Vec::new() }
    }

    #[inline]
    fn of(&mut self, ticket: &ReplayedRow<'_>, feed: &mut Feed<'_>) -> &SliceIds {
        let Self { log, sliced, by_code, by_codes, codes } = self;
        let code = |slot: &Option<AttributeSlot>| slot.map_or(0, |slot| ticket.code(slot));
        let mut find = |codes: &[u32]| {
            let value = |attribute: &Attribute| {
                let place = sliced.iter().position(|(sliced, _)| *sliced == attribute)?;
                log.text(*codes.get(place)?)
            };
            feed.slices(value)
        };
        let only = match sliced.as_slice() {
            [] => Some(0),
            [(_, slot)] => Some(code(slot)),
            _ => None,
        };
        if let Some(only) = only
            && let Some(known) = by_code.get_mut(only as usize)
        {
            return known.get_or_insert_with(|| find(&[only]));
        }
        codes.clear();
        codes.extend(sliced.iter().map(|(_, slot)| code(slot)));
        by_codes.entry_ref(codes.as_slice()).or_insert_with(|| find(codes))
    }
}
