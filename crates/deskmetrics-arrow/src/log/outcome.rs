//! Measures, verdicts and records of a replayed log.

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use deskmetrics::engine::{RecordNeeds, Replayer};
use deskmetrics::replay::{Needs, StatedValue};
use deskmetrics::report::Warning;
use deskmetrics::ticket::Attribute;
use deskmetrics::{Excluded, Replayed, Ticket, TicketMetrics, Timestamp};

use super::{EventLog, ReplayedRow};
use crate::decode::stated::StatedColumn;
use crate::outcome::{MeasureColumns, VerdictColumns};

/// The fields of a ticket's record to fill in, in addition to its measures.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each part is filled in or not")]
pub(super) struct RecordFields {
    id: bool,
    requester: bool,
    /// Every attribute, not only those that KPIs read.
    all_attributes: bool,
    attributes: bool,
    people: bool,
    verdicts: bool,
    /// All other fields of the record.
    whole: bool,
}

impl RecordFields {
    pub(super) fn of(needs: RecordNeeds) -> Self {
        let RecordNeeds { id, requester, attributes, people, verdicts, whole } = needs;
        Self { id, requester, all_attributes: whole, attributes, people, verdicts, whole }
    }
}

/// The number of tickets whose stated measure differs from the replayed one.
#[derive(Debug, Clone, Copy, Default)]
struct Difference {
    count: u64,
    /// The number of tickets that have both.
    of: u64,
    /// The first row that differs, with both values.
    first: Option<(usize, i64, i64)>,
}

impl EventLog<'_> {
    /// The measures of all tickets, one row per ticket, with the columns of [`MeasureColumns`] and the attributes
    /// that are read. The second part is what was excluded from the tickets' events.
    ///
    /// # Errors
    /// If an attribute has the name of a measure.
    pub fn measures(&self, threads: usize) -> Result<(Vec<RecordBatch>, Excluded), ArrowError> {
        let fields =
            RecordFields { id: true, requester: true, all_attributes: true, ..RecordFields::default() };
        let new = || MeasureColumns::new(self.attributes().cloned());
        self.batches(threads, fields, new, MeasureColumns::push, MeasureColumns::finish)
    }

    /// The verdicts on all tickets, one row per verdict, with the columns of [`VerdictColumns`]. The second part is
    /// what was excluded from the tickets' events.
    ///
    /// # Errors
    /// Never: the columns have equal lengths.
    pub fn verdicts(&self, threads: usize) -> Result<(Vec<RecordBatch>, Excluded), ArrowError> {
        let fields = RecordFields { id: true, verdicts: true, ..RecordFields::default() };
        let push = |columns: &mut VerdictColumns, ticket: &Replayed| {
            ticket.verdicts.iter().for_each(|verdict| columns.push(ticket.ticket.id.as_str(), verdict));
        };
        self.batches(threads, fields, VerdictColumns::default, push, VerdictColumns::finish)
    }

    /// The stated measures that differ from the replayed ones.
    pub(crate) fn stated_differences(&self) -> Vec<Warning> {
        let columns: Vec<&StatedColumn> = self.tables.stated_too(self.replay.has_business_time()).collect();
        let new = || vec![Difference::default(); columns.len()];
        let compare = |differences: &mut Vec<Difference>, ticket: &ReplayedRow<'_>| {
            if ticket.metrics().exclusion.is_some() {
                return;
            }
            for (difference, column) in differences.iter_mut().zip(&columns) {
                let StatedValue::Known(stated) = column.of_row(ticket.row()).value else { continue };
                // A measure that is still running may be longer by now.
                let ended = !column.measure.adds_up() || ticket.metrics().status.is_done();
                let replayed = ticket.metrics().replayed(column.measure, column.clock);
                let Some(replayed) = replayed.filter(|_| ended) else { continue };
                let [stated, replayed] = [stated, replayed].map(|value| column.in_its_role(value));
                difference.of += 1;
                if column.differs(stated, replayed) {
                    difference.count += 1;
                    difference.first.get_or_insert((ticket.row(), stated, replayed));
                }
            }
        };
        let (parts, _) = self.each(0, new, compare);
        let warning = |(place, column): (usize, &&StatedColumn)| {
            let all = || parts.iter().map(|part| part[place]);
            let (row, stated, replayed) = all().find_map(|difference| difference.first)?;
            let value = |value: i64| value as f64 / if column.measure.is_duration() { 1e6 } else { 1.0 };
            Some(Warning::StatedDiffers {
                measure: column.role.into(),
                clock: column.measure.is_duration().then_some(column.clock),
                column: column.name.clone(),
                count: all().map(|difference| difference.count).sum(),
                of: all().map(|difference| difference.of).sum(),
                ticket: self.tables.tickets.ids.text(row).into_owned(),
                stated: value(stated),
                replayed: value(replayed),
                by_events: self.tables.tickets.milestones.is_none(),
            })
        };
        columns.iter().enumerate().filter_map(warning).collect()
    }

    /// One batch for each range of tickets, in the order of the rows.
    fn batches<C: Send>(
        &self,
        threads: usize,
        fields: RecordFields,
        new: impl Fn() -> C + Sync,
        push: impl Fn(&mut C, &Replayed) + Sync,
        finish: impl Fn(&mut C) -> Result<RecordBatch, ArrowError>,
    ) -> Result<(Vec<RecordBatch>, Excluded), ArrowError> {
        let (parts, excluded) = self.split(threads, new, |columns, rows| {
            let mut scratch = self.scratch();
            self.run(rows, |row, replayer| {
                self.fill(&mut scratch, row, replayer, fields);
                replayer.swap_metrics(&mut scratch.metrics);
                scratch.ticket.created_at = scratch.metrics.created_at;
                push(columns, &scratch);
            })
        });
        let batches: Result<Vec<RecordBatch>, ArrowError> =
            parts.into_iter().map(|mut columns| finish(&mut columns)).collect();
        Ok((batches?, excluded))
    }

    /// Replays one ticket with its events, as a record.
    pub fn record(&self, row: usize) -> Replayed {
        let mut scratch = self.scratch();
        let mut replayer = self.replay.replayer();
        self.replay_row(row, &mut super::visit::Begin::default(), &mut replayer);
        let fields = RecordFields {
            id: true,
            requester: true,
            all_attributes: true,
            people: true,
            verdicts: true,
            attributes: true,
            whole: true,
        };
        self.fill(&mut scratch, row, &mut replayer, fields);
        replayer.swap_metrics(&mut scratch.metrics);
        scratch.ticket.created_at = scratch.metrics.created_at;
        scratch.excluded = replayer.excluded().clone();
        scratch
    }

    /// Creates a record that can be filled repeatedly.
    pub(super) fn scratch(&self) -> Replayed {
        let metrics = TicketMetrics::new(Timestamp::MIN, self.replay.as_of());
        Replayed::new(Ticket::new("", Timestamp::MIN), metrics)
    }

    /// Fills the record with the requested fields of the last ticket, without its measures.
    pub(super) fn fill(
        &self,
        scratch: &mut Replayed,
        row: usize,
        replayer: &mut Replayer<'_>,
        fields: RecordFields,
    ) {
        let tickets = &self.tables.tickets;
        if fields.people && self.replay.needs().any(Needs::STATIONS | Needs::CONVERSATION) {
            replayer.resolve_names(|number| self.text(self.code_of(number)).unwrap_or_default());
        }
        if fields.verdicts {
            scratch.verdicts.clear();
            scratch.verdicts.extend(replayer.verdicts().map(|verdict| verdict.to_verdict()));
        }
        let ticket = ReplayedRow { row, replayer, log: self };
        if fields.whole {
            scratch.ticket = tickets.record(row);
            scratch.ticket.tags.clear();
            for tag in replayer.tags() {
                if let Some(tag) = self.text(self.code_of(*tag)) {
                    scratch.ticket.add_tag(tag.into());
                }
            }
        }
        if fields.id {
            scratch.ticket.id = ticket.id().as_ref().into();
        }
        if fields.requester {
            scratch.ticket.requester = ticket.requester().map(|name| name.as_ref().into());
        }
        if fields.attributes {
            scratch.ticket.stated_sla_met = tickets.sla_met.of_row(row).copied();
            let due = tickets.due_at.as_ref().and_then(|due| due.get(row));
            scratch.ticket.stated_due_at = due.map(Timestamp::saturating_from_micros);
            scratch.ticket.stated_sla.clear();
            scratch.ticket.stated_sla.extend(tickets.stated_sla.iter().map(|column| column.of_row(row)));
        }
        if fields.attributes || fields.all_attributes {
            let read = |attribute: &Attribute| fields.all_attributes || RecordNeeds::may_read(attribute);
            for known in self.attributes.iter().filter(|known| read(&known.attribute)) {
                let value = self.text(self.code_of(replayer.value(known.number)));
                if scratch.ticket.attributes.get(&known.attribute) != value {
                    scratch.ticket.attributes.set(known.attribute.clone(), value.map(Into::into));
                }
            }
        }
    }
}
