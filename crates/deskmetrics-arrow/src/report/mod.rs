//! Reports computed from the columns of a dataset.
//!
//! [`Dataset::feed`] gives the same [`ReportState`] as the records of the same tables, bit for bit, at a fraction of
//! the cost: slices and periods are numbers, answers are counted before they are fed, and the memory for ticket
//! measures is reused. The rows may be split over threads, because states merge exactly.

mod cell;
mod owner;
pub(crate) mod place;
mod survey;

use deskmetrics::replay::Actor;
use deskmetrics::report::{Report, ReportError, ReportState};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::Dataset;
use crate::log::EventLog;
use crate::threads::on_threads;
use owner::Owners;
use place::{blocks, share_of};
use survey::{Answers, Invitations};

/// The number of tickets between two calls of `go_on`.
pub const ROWS_FED_TOGETHER: usize = 1 << 16;

impl Dataset {
    /// Feeds a report with the whole dataset, on this many threads: 1 is the caller's own, 0 uses its pool.
    ///
    /// Tickets are replayed up to the report's cut-off, with the dataset's options, schedules and policies.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arrow_array::{ArrayRef, RecordBatch, StringArray, TimestampSecondArray};
    /// use deskmetrics::Timestamp;
    /// use deskmetrics::report::{KpiRequest, Report};
    /// use deskmetrics::ticket::Attribute;
    /// use deskmetrics_arrow::{Dataset, Description, ReadOptions};
    ///
    /// let times = |at: Vec<Option<i64>>| Arc::new(TimestampSecondArray::from(at).with_timezone("UTC")) as ArrayRef;
    /// let tickets = RecordBatch::try_from_iter([
    ///     ("created", times(vec![Some(0), Some(60), Some(120)])),
    ///     ("replied", times(vec![Some(600), Some(1860), None])),
    ///     ("team", Arc::new(StringArray::from(vec!["nordic", "iberia", "iberia"])) as ArrayRef),
    /// ])?;
    /// let description: Description = r#"
    ///     time_zone = "UTC"
    ///     tickets = [{ file = "tickets", id = {}, created_at = "created", first_response_at = "replied", attributes = { group = "team" } }]
    /// "#.parse()?;
    /// let options = ReadOptions::default().with_table("tickets", tickets.schema(), vec![tickets]);
    /// let dataset = Dataset::of_description(&description, options)?;
    ///
    /// let cut_off: Timestamp = "1970-01-02T00:00:00Z".parse()?;
    /// let report =
    ///     Report::builder(cut_off).with_kpi(KpiRequest::new("first_response_time")).with_slices([Attribute::Group]).build()?;
    /// let table = dataset.feed(&report, 0)?.table();
    /// let medians: Vec<_> = table.slices().filter(|row| row.headline).map(|row| row.value).collect();
    /// assert_eq!(medians, [Some(1800.0), Some(600.0)]); // iberia, nordic
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use arrow_array::{ArrayRef, RecordBatch, StringArray};
    /// # use deskmetrics::Timestamp;
    /// # use deskmetrics::report::{KpiRequest, Report};
    /// # use deskmetrics_arrow::{Dataset, Description, ReadOptions};
    /// # let texts = |values: &[&str]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    /// # let batch = RecordBatch::try_from_iter([
    /// #     ("id", texts(&["1"])), ("created_at", texts(&["2026-03-02T09:00:00Z"])), ("market", texts(&["DK"])),
    /// # ])?;
    /// # let description: Description = "time_zone = \"UTC\"\n[[tickets]]\nfile = \"tickets\"\nid = \"id\"\n\
    /// #     created_at = \"created_at\"\nattributes = { market = \"market\" }".parse()?;
    /// # let options = ReadOptions::default().with_table("tickets", batch.schema(), vec![batch]);
    /// # let dataset = Dataset::of_description(&description, options)?;
    /// # let cut_off: Timestamp = "2026-03-03T00:00:00Z".parse()?;
    /// let misspelt = Report::builder(cut_off).with_kpi(KpiRequest::new("volume")).with_slices(["markte"]).build()?;
    /// let error = dataset.feed(&misspelt, 0).unwrap_err().to_string();
    /// assert!(error.contains("did you mean \"market\"?"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the data does not contain an attribute that the report slices or restricts by.
    pub fn feed(&self, report: &Report, threads: usize) -> Result<ReportState, ReportError> {
        self.feed_while(report, threads, &|| true)
    }

    /// Like [`feed`](Self::feed), but stops once `go_on` returns false, and returns the state so far. It is called
    /// between pieces of work.
    ///
    /// # Errors
    /// If the data does not contain an attribute that the report slices or restricts by.
    pub fn feed_while(
        &self,
        report: &Report,
        threads: usize,
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<ReportState, ReportError> {
        self.check_attributes(report.sliced_by()).map_err(|unknown| ReportError::UnknownAttribute {
            why: unknown.to_string(),
            attribute: unknown.attribute,
        })?;
        let responder = Actor::Responder.attribute();
        let mut own = self.described.iter().chain(self.tables.events.kinds.changed());
        if report.is_by_responder() && own.any(|attribute| *attribute == responder) {
            let attribute = responder.to_string();
            let why = format!(
                "\"{attribute}\" is the name of who gave each response, and an attribute of the data has the same name: give \
                 that one another name, such as \"replier\""
            );
            return Err(ReportError::UnknownAttribute { attribute, why });
        }
        let tables = &*self.tables;
        let cut_off = || report.as_of().or(self.as_of).or_else(|| tables.last_timestamp());
        let as_of = if tables.tickets.rows() > 0 { cut_off() } else { None };
        let replay = as_of.map(|as_of| {
            let sliced = report.sliced_by().into_iter().cloned();
            let read = report.record_needs().attributes_read();
            let replay =
                self.replay_at(as_of).with_measures(report.needs()).with_attributes(sliced.chain(read));
            if report.record_needs().whole {
                replay.with_attributes(tables.events.kinds.changed().cloned())
            } else {
                replay
            }
        });
        let has_surveys = !tables.answers.is_empty() || !tables.invitations.is_empty();
        let owners = Owners::of(report, tables, replay.as_ref()).filter(|_| has_surveys);
        let owners = owners.as_ref();
        let log = replay.as_ref().map(|replay| EventLog::new(tables, replay));
        let answers: Vec<Answers<'_>> =
            tables.answers.iter().map(|table| Answers::of(report, table, &tables.tickets, owners)).collect();
        let sent: Vec<Invitations<'_>> =
            tables.invitations.iter().map(|table| Invitations::of(report, table, owners)).collect();
        let share = |share: usize, shares: usize| {
            let mut state = report.state();
            let mut feed = state.feed();
            if share == 0 {
                feed.exclude_links(&tables.links_excluded);
            }
            if let Some(log) = &log {
                for rows in
                    blocks(share_of(log.rows(), share, shares), ROWS_FED_TOGETHER).take_while(|_| go_on())
                {
                    log.feed(report, rows, &mut feed);
                }
            }
            if !go_on() {
                drop(feed);
                return state;
            }
            for answers in &answers {
                answers.feed(share, shares, &mut feed);
            }
            for sent in &sent {
                sent.feed(share, shares, &mut feed);
            }
            feed.finish();
            state
        };
        if threads == 1 {
            return Ok(share(0, 1));
        }
        let states: Vec<ReportState> = on_threads(threads, || {
            let shares = rayon::current_num_threads().max(1);
            (0..shares).into_par_iter().map(|number| share(number, shares)).collect()
        });
        let mut states = states.into_iter();
        let mut whole = states.next().unwrap_or_else(|| report.state());
        states.try_for_each(|state| whole.merge(state))?;
        Ok(whole)
    }
}
