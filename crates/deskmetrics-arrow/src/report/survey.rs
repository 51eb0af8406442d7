//! Answers and surveys sent, counted by cell and kind before the report is fed.

use std::ops::Range;

use deskmetrics::kpi::{InvitationLimits, InvitationOutcome, ResponseRate};
use deskmetrics::report::{Feed, Report};
use deskmetrics::{Reason, Timestamp};

use super::cell::{Cells, GroupKeys, NOWHERE};
use super::owner::Owners;
use super::place::Keys;
use crate::column::score::{BLOCK, Places};
use crate::decode::Tables;
use crate::decode::invitation::InvitationTable;
use crate::decode::survey::{AnswerTable, Questions};

/// A question some KPI is about.
#[derive(Debug)]
struct Asked {
    name: Box<str>,
    scale: Places,
    /// The column it is in, or its code in the column of names.
    at: u32,
}

/// Feeds the rows of a table of answers.
#[derive(Debug)]
pub(super) struct Answers<'d> {
    table: &'d AnswerTable,
    ways: GroupKeys<'d>,
    asked: Vec<Asked>,
    /// Questions whose scale has too many points to be counted by place.
    wide: Vec<Box<str>>,
    /// Whether some KPI needs more of an answer than question, date and score.
    whole: bool,
}

impl<'d> Answers<'d> {
    pub(super) fn of(
        report: &Report,
        tables: &'d Tables,
        table: &'d AnswerTable,
        owners: Option<&'d Owners<'d>>,
    ) -> Self {
        let (mut asked, mut wide) = (Vec::new(), Vec::new());
        for (question, ends) in report.score_ranges() {
            let names = table.question_names();
            let Some(place) = names.iter().position(|name| **name == *question) else { continue };
            // Codes of names begin at 1.
            let at = match &table.questions {
                Questions::Columns(_) => place,
                Questions::Named(_) => place + 1,
            };
            match (Places::new(*ends.start(), *ends.end()), u32::try_from(at)) {
                (Some(scale), Ok(at)) => asked.push(Asked { name: question, scale, at }),
                _ => wide.push(question),
            }
        }
        let ways = GroupKeys {
            keys: Keys::of(report, |attribute| table.attribute(attribute)),
            owners: owners
                .filter(|_| table.tickets.is_described())
                .map(|owners| (owners, table.tickets.places(&tables.tickets))),
            as_of: report.as_of(),
            unusable: &table.unusable,
            at: table.at.as_ref(),
        };
        Self { table, ways, asked, wide, whole: report.needs_whole_answers() }
    }

    /// Feeds one of `shares` shares of the rows.
    pub(super) fn feed(&self, share: usize, shares: usize, feed: &mut Feed<'_>) {
        let mut cells = Cells::new(&self.ways, 1, feed);
        let mut counts: Vec<Vec<u64>> = vec![Vec::new(); self.asked.len()];
        let mut found = Vec::with_capacity(BLOCK);
        let mut places = [0_u8; BLOCK];
        let mut before = 0;
        let mut absent = 0;
        for part in &self.table.parts {
            for range in blocks(share_of(part.rows, share, shares), BLOCK) {
                let rows = before + range.start..before + range.end;
                cells.find(&self.ways, rows.clone(), feed, |_| 0, &mut found);
                for (asked, counts) in self.asked.iter().zip(&mut counts) {
                    let places = &mut places[..range.len()];
                    let kinds = asked.scale.count();
                    counts.resize(cells.len() * kinds, 0);
                    let (column, words) = match &self.table.questions {
                        Questions::Columns(_) => (asked.at as usize, None),
                        Questions::Named(words) => (0, Some(words)),
                    };
                    let Some(scores) = part.scores.get(column) else { continue };
                    scores.column.places(asked.scale, range.start, places);
                    let rows = rows.clone().zip(range.clone());
                    if words.is_none() && scores.absent.is_empty() {
                        for (cell, place) in found.iter().zip(&*places) {
                            counts[*cell as usize * kinds + usize::from(*place)] += 1;
                        }
                        continue;
                    }
                    for ((cell, place), (row, own)) in found.iter().zip(&*places).zip(rows) {
                        let other = words.is_some_and(|words| words.codes.get(row) != asked.at);
                        let gone = other || scores.absent.get(own).copied().unwrap_or(false);
                        let cell = if gone { NOWHERE } else { *cell };
                        counts[cell as usize * kinds + usize::from(*place)] += 1;
                    }
                }
                for scores in part.scores.iter().filter(|scores| !scores.absent.is_empty()) {
                    let gone = range.clone().zip(&found);
                    let gone = gone.filter(|(own, cell)| scores.absent[*own] && **cell != NOWHERE);
                    absent += gone.count() as u64;
                }
            }
            before += part.rows;
        }
        let answers_a_row = match &self.table.questions {
            Questions::Columns(names) => names.len() as u64,
            Questions::Named(_) => 1,
        };
        let first = cells.first.map(Timestamp::saturating_from_micros).filter(|_| answers_a_row > 0);
        feed.count_responses(cells.rows * answers_a_row - absent, first);
        for (asked, counts) in self.asked.iter().zip(&counts) {
            let kinds = asked.scale.count();
            for (number, cell, slices) in cells.each() {
                let here = counts.get(number * kinds..(number + 1) * kinds).unwrap_or_default();
                for (place, times) in here.iter().enumerate().filter(|(_, times)| **times > 0) {
                    let score = asked.scale.score(place);
                    feed.scores(&asked.name, slices, cell.period, cell.later, score, *times);
                }
            }
        }
        if self.whole || !self.wide.is_empty() {
            self.one_by_one(share, shares, feed);
        }
    }

    /// Feeds what is not counted by place: each answer by itself.
    fn one_by_one(&self, share: usize, shares: usize, feed: &mut Feed<'_>) {
        let mut cells = Cells::new(&self.ways, 1, feed);
        let mut found = Vec::with_capacity(1);
        for (row, answer) in self.table.records() {
            if row % shares.max(1) != share {
                continue;
            }
            cells.find(&self.ways, row..row + 1, feed, |_| 0, &mut found);
            let Some(cell) = found.first() else { continue };
            let slices = cells.slices_of(*cell).clone();
            if self.whole {
                feed.whole_response(&answer, &slices);
            }
            if self.wide.contains(&answer.question) {
                let later = answer.at.zip(self.ways.as_of).is_some_and(|(at, as_of)| at > as_of);
                let period = feed.period(answer.at);
                feed.scores(&answer.question, &slices, period, later, answer.score, 1);
            }
        }
    }
}

/// Feeds the rows of a table of surveys sent.
#[derive(Debug)]
pub(super) struct Invitations<'d> {
    table: &'d InvitationTable,
    ways: GroupKeys<'d>,
    rules: Vec<ResponseRate>,
    whole: bool,
}

/// Everything an invitation can come to.
const OUTCOMES: [InvitationOutcome; 7] = [
    InvitationOutcome::Answered,
    InvitationOutcome::Unanswered,
    InvitationOutcome::Late,
    InvitationOutcome::LeftOut(Reason::Bounced),
    InvitationOutcome::LeftOut(Reason::AfterCutOff),
    InvitationOutcome::LeftOut(Reason::Immature),
    InvitationOutcome::LeftOut(Reason::EndBeforeStart),
];

impl<'d> Invitations<'d> {
    pub(super) fn of(
        report: &Report,
        tables: &'d Tables,
        table: &'d InvitationTable,
        owners: Option<&'d Owners<'d>>,
    ) -> Self {
        let ways = GroupKeys {
            keys: Keys::of(report, |attribute| table.attribute(attribute)),
            owners: owners
                .filter(|_| table.tickets.is_described())
                .map(|owners| (owners, table.tickets.places(&tables.tickets))),
            as_of: report.as_of(),
            unusable: &table.unusable,
            at: Some(&table.sent_at),
        };
        Self { table, ways, rules: report.invitation_rules(), whole: report.needs_whole_invitations() }
    }

    /// Feeds one of `shares` shares of the rows.
    pub(super) fn feed(&self, share: usize, shares: usize, feed: &mut Feed<'_>) {
        let Self { table, .. } = self;
        let questions = &table.question;
        let mut cells = Cells::new(&self.ways, questions.kinds(), feed);
        let mut counts: Vec<u64> = Vec::new();
        let stride = self.rules.len() * OUTCOMES.len();
        let mut found = Vec::with_capacity(BLOCK);
        let rules: Vec<Rule<'_>> = self.rules.iter().map(Rule::of).collect();
        let arrived: Vec<bool> =
            std::iter::once(true).chain(table.delivered.meanings().iter().copied()).collect();
        let all_arrived = arrived.len() == 1;
        for range in blocks(share_of(table.rows, share, shares), BLOCK) {
            cells.find(&self.ways, range.clone(), feed, |row| questions.codes.get(row), &mut found);
            counts.resize(cells.len() * stride, 0);
            let sent = table.sent_at.of_rows(range.clone());
            let answered = table.answered_at.as_ref().map(|answered| answered.of_rows(range.clone()));
            for ((place, cell), row) in found.iter().enumerate().zip(range) {
                let (sent, _) = sent.get_any(place);
                let answered = answered.as_ref().map_or((0, false), |answered| answered.get_any(place));
                let delivered = all_arrived || arrived[table.delivered.codes.get(row) as usize];
                for (number, rule) in rules.iter().enumerate() {
                    let outcome = rule.outcome(delivered, sent, answered);
                    counts[*cell as usize * stride + number * OUTCOMES.len() + outcome] += 1;
                }
            }
        }
        feed.count_invitations(cells.rows, cells.first.map(Timestamp::saturating_from_micros));
        for (number, cell, slices) in cells.each() {
            let Some(question) = questions.meaning(cell.kind) else { continue };
            let here = counts.get(number * stride..(number + 1) * stride).unwrap_or_default();
            for (place, times) in here.iter().enumerate().filter(|(_, times)| **times > 0) {
                let (rule, outcome) = (place / OUTCOMES.len(), OUTCOMES[place % OUTCOMES.len()]);
                feed.outcomes(rule, question, slices, cell.period, cell.later, outcome, *times);
            }
        }
        if self.whole {
            self.one_by_one(share, shares, feed);
        }
    }

    /// Feeds each survey sent by itself.
    fn one_by_one(&self, share: usize, shares: usize, feed: &mut Feed<'_>) {
        let mut cells = Cells::new(&self.ways, 1, feed);
        let mut found = Vec::with_capacity(1);
        for (row, invitation) in self.table.records() {
            if row % shares.max(1) != share {
                continue;
            }
            cells.find(&self.ways, row..row + 1, feed, |_| 0, &mut found);
            let Some(cell) = found.first() else { continue };
            let slices = cells.slices_of(*cell).clone();
            feed.whole_invitation(&invitation, &slices);
        }
    }
}

/// By what it is decided what a survey sent came to.
struct Rule<'r> {
    rate: &'r ResponseRate,
    limits: InvitationLimits,
}

impl<'r> Rule<'r> {
    fn of(rate: &'r ResponseRate) -> Self {
        Self { rate, limits: rate.limits() }
    }

    /// The place of the outcome among [`OUTCOMES`]; `answered` says whether it holds an instant.
    #[inline]
    #[expect(clippy::needless_bitwise_bool, reason = "a branch on the answer is one that nobody can foresee")]
    fn outcome(&self, delivered: bool, sent: i64, (at, answered): (i64, bool)) -> usize {
        if delivered & self.limits.counts(sent) & (self.limits.is_in_time(sent, at) | !answered) {
            usize::from(!answered)
        } else {
            self.other(delivered, sent, answered.then_some(at))
        }
    }

    #[cold]
    fn other(&self, delivered: bool, sent: i64, answered: Option<i64>) -> usize {
        let at = Timestamp::saturating_from_micros;
        match self.rate.outcome(delivered, at(sent), answered.map(at)) {
            InvitationOutcome::Answered => 0,
            InvitationOutcome::Unanswered => 1,
            InvitationOutcome::Late => 2,
            InvitationOutcome::LeftOut(Reason::Bounced) => 3,
            InvitationOutcome::LeftOut(Reason::AfterCutOff) => 4,
            InvitationOutcome::LeftOut(Reason::Immature) => 5,
            InvitationOutcome::LeftOut(_) => 6,
        }
    }
}

/// One of `shares` shares of so many rows.
pub(super) fn share_of(rows: usize, share: usize, shares: usize) -> Range<usize> {
    let shares = shares.max(1);
    let cut = |share: usize| rows / shares * share + (rows % shares) * share / shares;
    cut(share)..cut(share + 1)
}

/// A range in pieces of at most so many rows.
pub(super) fn blocks(range: Range<usize>, rows: usize) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range.step_by(rows).map(move |from| from..(from + rows).min(end))
}
