//! A whole report from columns.
//!
//! [`run`] gives the very [`ReportState`] that the records of the same tables give, to the last bit, at a fraction of the
//! cost: slices and periods are found by number, answers are counted before they are fed, and no record is made. The rows
//! may be split over threads, since states merge exactly.
//!
//! Where a KPI needs more of a record than its measures (the customer, names, SLA verdicts, stated reasons), or the replay has
//! schedules, promises or options, the records are made and fed one by one.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{ArrayRef, RecordBatch, StringArray, TimestampSecondArray};
//! use deskmetrics::report::{KpiRequest, Report};
//! use deskmetrics::replay::Replay;
//! use deskmetrics::ticket::Attribute;
//! use deskmetrics::Timestamp;
//! use deskmetrics_arrow::frame::{FrameOptions, TicketFrame};
//! use deskmetrics_arrow::report::{self, Frames};
//!
//! let instants = |at: Vec<Option<i64>>| Arc::new(TimestampSecondArray::from(at).with_timezone("UTC")) as ArrayRef;
//! let tickets = RecordBatch::try_from_iter([
//!     ("created_at", instants(vec![Some(0), Some(60), Some(120)])),
//!     ("first_reply_at", instants(vec![Some(600), Some(1860), None])),
//!     ("team", Arc::new(StringArray::from(vec!["nordic", "iberia", "iberia"])) as ArrayRef),
//! ])?;
//! let tickets = TicketFrame::standard(vec![tickets], &FrameOptions::default())?;
//!
//! let cut_off: Timestamp = "1970-01-02T00:00:00Z".parse()?;
//! let report =
//!     Report::builder(cut_off).kpi(KpiRequest::new("first_response_time")).by([Attribute::Group]).build()?;
//! let replay = Replay::new(cut_off);
//! let state = report::run(&report, &Frames::default().tickets(&tickets, &replay), 1)?;
//! let table = state.table();
//! let medians: Vec<_> = table.slices().filter(|row| row.headline).map(|row| row.value).collect();
//! assert_eq!(medians, [Some(1800.0), Some(600.0)]); // iberia, nordic
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cell;
mod directory;
mod life;
mod place;
mod survey;

use std::collections::HashMap;

use deskmetrics::replay::Replay;
use deskmetrics::report::{Feed, Report, ReportError, ReportState};
use deskmetrics::ticket::{Attributes, TicketId};
use deskmetrics::{Replayed, Ticket, Timestamp};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::ReadError;
use crate::frame::{InvitationFrame, ResponseFrame, TicketFrame};
use crate::replay::EventLog;
use directory::Directory;
use life::{Lives, Short};
use place::{Keys, NO_TICKET, Slices};
use survey::{Answers, Sendings, blocks, share_of};

/// The tables a report is made from.
#[derive(Debug, Clone, Default)]
pub struct Frames<'f> {
    tickets: Option<(&'f TicketFrame, &'f Replay)>,
    log: Option<&'f EventLog>,
    responses: Vec<&'f ResponseFrame>,
    invitations: Vec<&'f InvitationFrame>,
}

impl<'f> Frames<'f> {
    /// Tickets, and the replay that measures their lives.
    #[must_use]
    pub fn tickets(mut self, frame: &'f TicketFrame, replay: &'f Replay) -> Self {
        self.tickets = Some((frame, replay));
        self
    }

    /// Tickets and their events, with the replay the log was made for, which must work out what the report needs
    /// ([`Report::needs`]). Tickets given beside a log only lend their attributes to answers about them.
    #[must_use]
    pub fn log(mut self, log: &'f EventLog) -> Self {
        self.log = Some(log);
        self
    }

    /// One more table of answers.
    #[must_use]
    pub fn responses(mut self, frame: &'f ResponseFrame) -> Self {
        self.responses.push(frame);
        self
    }

    /// One more table of surveys sent.
    #[must_use]
    pub fn invitations(mut self, frame: &'f InvitationFrame) -> Self {
        self.invitations.push(frame);
        self
    }
}

/// Why a report cannot be made from columns.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A column cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The states of two threads do not merge.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// There are no threads to be had.
    #[error("{threads} threads cannot be started: {message}; ask for fewer")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        message: String,
    },
}

/// Feeds a report with tables, on so many threads; 1 (or 0) is the caller's own.
///
/// # Errors
/// When a column the report is sliced by has no text form, or the threads cannot be started.
pub fn run(report: &Report, frames: &Frames<'_>, threads: usize) -> Result<ReportState, RunError> {
    let threads = threads.max(1);
    let asks = !frames.responses.is_empty() || !frames.invitations.is_empty();
    let tickets = frames.tickets.map(|(tickets, _)| tickets).filter(|_| asks);
    let directory = Directory::of(report, tickets)?;
    let work = Work::plan(report, frames, directory.as_ref())?;
    if threads == 1 {
        return work.share(report, 0, 1).map_err(RunError::from);
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| RunError::Threads { threads, message: error.to_string() })?;
    let shares: Result<Vec<ReportState>, ReadError> = pool
        .install(|| (0..threads).into_par_iter().map(|share| work.share(report, share, threads)).collect());
    let mut whole: Option<ReportState> = None;
    for state in shares? {
        match &mut whole {
            None => whole = Some(state),
            Some(whole) => whole.merge(state)?,
        }
    }
    Ok(whole.unwrap_or_else(|| report.state()))
}

/// What there is to do, and which way.
struct Work<'f> {
    tickets: Option<Tickets<'f>>,
    answers: Vec<Answers<'f>>,
    /// Tables of which whole answers are needed.
    whole_answers: Vec<&'f ResponseFrame>,
    sendings: Vec<Sendings<'f>>,
    whole_sendings: Vec<&'f InvitationFrame>,
    frames: &'f Frames<'f>,
}

enum Tickets<'f> {
    /// Row by row, from columns.
    Columns { frame: &'f TicketFrame, replay: &'f Replay, keys: Keys<'f>, lives: Lives<'f> },
    /// Row by row, with their events.
    Log(&'f EventLog),
    /// As records.
    Records { frame: &'f TicketFrame, replay: &'f Replay },
}

impl<'f> Work<'f> {
    fn plan(
        report: &Report,
        frames: &'f Frames<'f>,
        directory: Option<&'f Directory<'f>>,
    ) -> Result<Self, ReadError> {
        let mut work = Self {
            tickets: None,
            answers: Vec::new(),
            whole_answers: Vec::new(),
            sendings: Vec::new(),
            whole_sendings: Vec::new(),
            frames,
        };
        work.tickets = match frames.tickets {
            _ if frames.log.is_some() => frames.log.map(Tickets::Log),
            None => None,
            Some((frame, replay)) if report.needs_whole_tickets() || !replay.is_plain() => {
                Some(Tickets::Records { frame, replay })
            }
            Some((frame, replay)) => {
                let keys = Keys::of(report, |attribute| frame.codes(attribute))?;
                Some(Tickets::Columns { frame, replay, keys, lives: Lives::of(frame, report.needs())? })
            }
        };
        for frame in &frames.responses {
            match Answers::of(report, frame, directory)? {
                Some(answers) => work.answers.push(answers),
                None => work.whole_answers.push(frame),
            }
        }
        for frame in &frames.invitations {
            match Sendings::of(report, frame, directory)? {
                Some(sendings) => work.sendings.push(sendings),
                None => work.whole_sendings.push(frame),
            }
        }
        Ok(work)
    }

    /// Does one of `shares` shares of the work.
    fn share(&self, report: &Report, share: usize, shares: usize) -> Result<ReportState, ReadError> {
        let mut state = report.state();
        let mut feed = state.feed();
        if let Some(Tickets::Columns { frame, replay, keys, lives }) = &self.tickets {
            ticket_rows(frame, replay, keys, lives, share, shares, &mut feed);
        }
        if let Some(Tickets::Log(log)) = &self.tickets {
            // What was left out of lives is no part of a state: the log tells it.
            let _left_out = log.feed(report, share_of(log.rows(), share, shares), &mut feed);
        }
        for answers in &self.answers {
            answers.feed(share, shares, &mut feed);
        }
        for sendings in &self.sendings {
            sendings.feed(share, shares, &mut feed);
        }
        if share == 0 {
            self.one_by_one(report, &mut feed)?;
        }
        feed.finish();
        Ok(state)
    }

    /// Feeds everything that must be a record.
    fn one_by_one(&self, report: &Report, feed: &mut Feed<'_>) -> Result<(), ReadError> {
        match &self.tickets {
            None | Some(Tickets::Log(_)) => {}
            Some(Tickets::Records { frame, replay }) => {
                let (tickets, events) = frame.records()?;
                replay.tickets(&tickets, &events).tickets.iter().for_each(|ticket| feed_whole(feed, ticket));
            }
            Some(Tickets::Columns { frame, replay, .. }) => {
                let (tickets, events) = frame.read_one_by_one();
                replay.tickets(tickets, events).tickets.iter().for_each(|ticket| feed_whole(feed, ticket));
            }
        }
        let read_answers = self.frames.responses.iter().any(|frame| !frame.read_one_by_one().is_empty());
        let read_sendings = self.frames.invitations.iter().any(|frame| !frame.read_one_by_one().is_empty());
        let whole = !self.whole_answers.is_empty() || !self.whole_sendings.is_empty();
        if !(read_answers || read_sendings || whole) {
            return Ok(());
        }
        let tickets = match self.frames.tickets {
            Some((frame, _)) if report.surveys_inherit() && !report.sliced_by().is_empty() => {
                frame.records()?.0
            }
            _ => Vec::new(),
        };
        let entry = |ticket: Ticket| (ticket.id, ticket.attributes);
        let tickets: HashMap<TicketId, Attributes> = tickets.into_iter().map(entry).collect();
        let of = |id: Option<&TicketId>| tickets.get(id?);
        for frame in &self.frames.responses {
            let records;
            let responses = if self.whole_answers.iter().any(|whole| std::ptr::eq(*whole, *frame)) {
                records = frame.records()?;
                &*records
            } else {
                frame.read_one_by_one()
            };
            for response in responses {
                feed.response(response, of(response.ticket.as_ref()));
            }
        }
        for frame in &self.frames.invitations {
            let records;
            let invitations = if self.whole_sendings.iter().any(|whole| std::ptr::eq(*whole, *frame)) {
                records = frame.records()?;
                &*records
            } else {
                frame.read_one_by_one()
            };
            for invitation in invitations {
                feed.invitation(invitation, of(invitation.ticket.as_ref()));
            }
        }
        Ok(())
    }
}

/// Feeds a ticket with its own attributes.
fn feed_whole(feed: &mut Feed<'_>, ticket: &Replayed) {
    let slices = feed.slices(|attribute| ticket.ticket.attributes.get(attribute));
    feed.ticket(ticket, &slices);
}

/// Rows taken in one go.
const ROWS: usize = 1024;

/// Feeds one of `shares` shares of the clean rows: by their lives where the report takes them, else with one record that is
/// filled anew for each.
fn ticket_rows(
    frame: &TicketFrame,
    replay: &Replay,
    keys: &Keys<'_>,
    lives: &Lives<'_>,
    share: usize,
    shares: usize,
    feed: &mut Feed<'_>,
) {
    let as_of = replay.as_of();
    let (needs, mut pass) = (feed.report().needs(), replay.pass());
    let metrics = deskmetrics::TicketMetrics::new(Timestamp::MIN, as_of);
    let mut scratch = Replayed::new(Ticket::new("", Timestamp::MIN), metrics);
    let mut slices = Slices::new(keys.combinations());
    let mut combinations = vec![0; ROWS];
    let takes_lives = keys.combinations().is_some() && feed.takes_lives(as_of);
    let mut shorts = Vec::with_capacity(ROWS);
    // Lives in short with the number of their slices.
    let mut told: Vec<(Short, usize)> = Vec::with_capacity(ROWS);
    for (number, part) in frame.parts().iter().enumerate() {
        for range in blocks(share_of(part.rows, share, shares), ROWS) {
            let combinations = &mut combinations[..range.len()];
            keys.of_rows(number, range.start, combinations);
            if takes_lives {
                lives.shorts(number, range.clone(), as_of.as_micros(), &mut shorts);
            }
            for (place, (row, combination)) in range.zip(&*combinations).enumerate() {
                let value = |attribute: &_| keys.value(*combination, attribute);
                if let Some(Some(short)) = shorts.get(place) {
                    told.push((*short, slices.number(*combination, NO_TICKET, feed, value)));
                    continue;
                }
                let Some(life) = lives.of_row(number, row) else { continue };
                life.measure(as_of.as_micros(), needs, &mut scratch.metrics, &mut pass);
                if keys.combinations().is_some() {
                    let slice = slices.number(*combination, NO_TICKET, feed, value);
                    feed.ticket(&scratch, slices.ids(slice));
                } else {
                    let slices = feed.slices(|attribute| keys.value_of_row(number, row, attribute));
                    feed.ticket(&scratch, &slices);
                }
            }
            if !told.is_empty() {
                let all = told.drain(..).map(|(short, slice)| short.with(slices.ids(slice)));
                // There are none unless the report takes them.
                let _fed = feed.lives(&all.collect::<Vec<_>>(), as_of);
            }
        }
    }
}
