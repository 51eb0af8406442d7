//! Counts of answers and invitations by cell, for feeding reports.

use std::ops::RangeInclusive;

use deskmetrics::engine::{Feed, Milestones};
use deskmetrics::kpi::{InvitationLimits, ResponseRate};
use deskmetrics::report::Report;
use deskmetrics::survey::InvitationOutcome;
use deskmetrics::{Reason, Timestamp};

use super::cell::{Cells, GroupKeys, NOWHERE};
use super::owner::Owners;
use super::place::{Keys, blocks, share_of};
use crate::column::score::{BLOCK, Places};
use crate::column::utc::read_or;
use crate::decode::invitation::InvitationTable;
use crate::decode::survey::{AnswerTable, Questions};
use crate::decode::ticket::TicketTable;
use crate::decode::word::Codes;

/// A column with the scores of questions that a KPI requires.
#[derive(Debug)]
struct Scores {
    column: usize,
    /// The questions, each with its code in the column of names, if any.
    questions: Vec<(Box<str>, u32)>,
    /// From the lowest to the highest score on any of their scales.
    scale: Places,
}

impl Scores {
    /// For each code of a name, the offset of the question's counts within a cell. The first counts are for all other
    /// questions.
    fn offsets(&self, names: usize) -> Vec<u64> {
        let mut offsets = vec![0; names + 1];
        for ((_, code), offset) in self.questions.iter().zip(1_u64..) {
            offsets[*code as usize] = offset * self.scale.count() as u64;
        }
        offsets
    }

    /// The number of counts of a cell.
    fn width(&self) -> usize {
        self.scale.count() * (self.questions.len() + 1)
    }
}

/// Feeds the rows of a table of answers.
#[derive(Debug)]
pub(super) struct Answers<'d> {
    table: &'d AnswerTable,
    group_keys: GroupKeys<'d>,
    scores: Vec<Scores>,
    /// Questions whose scales have too many points to count by place.
    wide: Vec<Box<str>>,
    /// Whether a KPI needs more of an answer than question, date and score.
    whole: bool,
}

impl<'d> Answers<'d> {
    pub(super) fn of(
        report: &Report,
        table: &'d AnswerTable,
        tickets: &'d TicketTable,
        owners: Option<&'d Owners<'d>>,
    ) -> Self {
        let (mut scores, mut wide) = (Vec::new(), Vec::new());
        let names = table.question_names();
        let questions = report.score_ranges().into_iter().filter_map(|(question, ends)| {
            let place = names.iter().position(|name| **name == *question)?;
            Some((question, u32::try_from(place).ok()?, ends))
        });
        let columns: Vec<(usize, Vec<_>)> = match &table.questions {
            Questions::Columns(_) => questions.map(|one| (one.1 as usize, vec![(one.0, 0, one.2)])).collect(),
            // Codes of names begin at 1.
            Questions::Named(_) => vec![(0, questions.map(|one| (one.0, one.1 + 1, one.2)).collect())],
        };
        for (column, questions) in columns {
            let ends =
                |ends: fn(&RangeInclusive<i32>) -> &i32| questions.iter().map(move |one| *ends(&one.2));
            let (lowest, highest) = (ends(RangeInclusive::start).min(), ends(RangeInclusive::end).max());
            match lowest.zip(highest).and_then(|(lowest, highest)| Places::new(lowest, highest)) {
                Some(scale) => {
                    let questions =
                        questions.into_iter().map(|(question, code, _)| (question, code)).collect();
                    scores.push(Scores { column, questions, scale });
                }
                None => wide.extend(questions.into_iter().map(|(question, ..)| question)),
            }
        }
        let group_keys = GroupKeys {
            keys: Keys::of(report, |attribute| table.attributes.get(attribute), None),
            owners: owners
                .filter(|_| table.tickets.is_described())
                .map(|owners| (owners, table.tickets.places())),
            created: table.tickets.is_described().then(|| (&*tickets.created_at, table.tickets.places())),
            as_of: report.as_of(),
            unusable: &table.unusable,
            at: table.at.as_ref(),
        };
        Self { table, group_keys, scores, wide, whole: report.needs_whole_answers() }
    }

    /// Feeds one of `shares` shares of the rows.
    pub(super) fn feed(&self, share: usize, shares: usize, feed: &mut Feed<'_>) {
        let mut cells = Cells::new(&self.group_keys, 1, feed);
        let names = match &self.table.questions {
            Questions::Columns(_) => None,
            Questions::Named(words) => Some(words),
        };
        let offsets = |scores: &Scores| scores.offsets(self.table.question_names().len());
        let offsets: Vec<Vec<u64>> = self.scores.iter().map(offsets).collect();
        // For each column, the counts by cell, question and place.
        let mut counts: Vec<Vec<u64>> = vec![Vec::new(); self.scores.len()];
        let mut found = Vec::with_capacity(BLOCK);
        let mut places = [0_u8; BLOCK];
        let mut counted: Vec<u64> = Vec::with_capacity(BLOCK);
        let mut before = 0;
        let mut absent = 0;
        for part in &self.table.parts {
            for range in blocks(share_of(part.rows, share, shares), BLOCK) {
                let rows = before + range.start..before + range.end;
                cells.find(&self.group_keys, rows.clone(), feed, &Codes::default(), &mut found);
                for ((column_scores, offsets), counts) in self.scores.iter().zip(&offsets).zip(&mut counts) {
                    let places = &mut places[..range.len()];
                    let width = column_scores.width();
                    counts.resize(cells.len() * width, 0);
                    let Some(scores) = part.scores.get(column_scores.column) else { continue };
                    scores.column.places(column_scores.scale, range.start, places);
                    counted.clear();
                    counted.extend(found.iter().map(|cell| u64::from(*cell) * width as u64));
                    let offset = |code: u32| offsets[code as usize];
                    match names {
                        Some(names) => names.codes.add_each(rows.start, offset, &mut counted),
                        None => counted.iter_mut().for_each(|place| *place += offset(0)),
                    }
                    let absent = scores.absent.get(range.clone()).unwrap_or_default();
                    for (place, _) in absent.iter().enumerate().filter(|(_, absent)| **absent) {
                        counted[place] = u64::from(NOWHERE);
                    }
                    for (cell, place) in counted.iter().zip(&*places) {
                        // The counts of more cells would not fit into memory on 32 bits.
                        #[allow(clippy::cast_possible_truncation)]
                        let cell = *cell as usize;
                        counts[cell + usize::from(*place)] += 1;
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
        for (column_scores, counts) in self.scores.iter().zip(&counts) {
            let (kinds, by_question) = (column_scores.scale.count(), column_scores.width());
            for (number, cell, slices) in cells.each() {
                let here = counts.get(number * by_question..(number + 1) * by_question).unwrap_or_default();
                for ((question, _), here) in column_scores.questions.iter().zip(here.chunks(kinds).skip(1)) {
                    for (place, times) in here.iter().enumerate().filter(|(_, times)| **times > 0) {
                        let score = column_scores.scale.score(place);
                        feed.scores(question, slices, cell.period, cell.later, score, *times);
                    }
                }
            }
        }
        if self.whole || !self.wide.is_empty() {
            self.one_by_one(share, shares, feed);
        }
    }

    /// Feeds each answer that is not counted by place.
    fn one_by_one(&self, share: usize, shares: usize, feed: &mut Feed<'_>) {
        let mut cells = Cells::new(&self.group_keys, 1, feed);
        let mut found = Vec::with_capacity(1);
        for (row, answer) in self.table.records() {
            if row % shares.max(1) != share {
                continue;
            }
            cells.find(&self.group_keys, row..row + 1, feed, &Codes::default(), &mut found);
            let Some(cell) = found.first() else { continue };
            let slices = cells.slices_of(*cell).clone();
            let created = Timestamp::from_micros(self.group_keys.created_at(row));
            if self.whole {
                feed.whole_response(&answer, created, &slices);
            }
            if self.wide.contains(&answer.question) {
                let known = answer.at.or(created);
                let later = known.zip(self.group_keys.as_of).is_some_and(|(at, as_of)| at > as_of);
                let period = feed.period(answer.at);
                feed.scores(&answer.question, &slices, period, later, answer.score, 1);
            }
        }
    }
}

/// Feeds the rows of a table of invitations.
#[derive(Debug)]
pub(super) struct Invitations<'d> {
    table: &'d InvitationTable,
    group_keys: GroupKeys<'d>,
    rules: Vec<ResponseRate>,
    whole: bool,
}

/// All outcomes of an invitation.
const OUTCOMES: [InvitationOutcome; 7] = [
    InvitationOutcome::Answered,
    InvitationOutcome::Unanswered,
    InvitationOutcome::Late,
    InvitationOutcome::Excluded(Reason::Bounced),
    InvitationOutcome::Excluded(Reason::AfterCutOff),
    InvitationOutcome::Excluded(Reason::Immature),
    InvitationOutcome::Excluded(Reason::EndBeforeStart),
];

impl<'d> Invitations<'d> {
    pub(super) fn of(report: &Report, table: &'d InvitationTable, owners: Option<&'d Owners<'d>>) -> Self {
        let group_keys = GroupKeys {
            keys: Keys::of(report, |attribute| table.attributes.get(attribute), None),
            owners: owners
                .filter(|_| table.tickets.is_described())
                .map(|owners| (owners, table.tickets.places())),
            created: None,
            as_of: report.as_of(),
            unusable: &table.unusable,
            at: Some(&table.sent_at),
        };
        Self { table, group_keys, rules: report.invitation_rules(), whole: report.needs_whole_invitations() }
    }

    /// Feeds one of `shares` shares of the rows.
    pub(super) fn feed(&self, share: usize, shares: usize, feed: &mut Feed<'_>) {
        let Self { table, .. } = self;
        let questions = &table.question;
        let mut cells = Cells::new(&self.group_keys, questions.kinds(), feed);
        let mut counts: Vec<u64> = Vec::new();
        let stride = self.rules.len() * OUTCOMES.len();
        let mut found = Vec::with_capacity(BLOCK);
        let mut answered_at = Vec::with_capacity(BLOCK);
        let rules: Vec<Rule<'_>> = self.rules.iter().map(Rule::of).collect();
        let arrived: Vec<bool> =
            std::iter::once(true).chain(table.delivered.meanings().iter().copied()).collect();
        let all_arrived = arrived.len() == 1;
        for range in blocks(share_of(table.rows, share, shares), BLOCK) {
            cells.find(&self.group_keys, range.clone(), feed, &questions.codes, &mut found);
            counts.resize(cells.len() * stride, 0);
            let column = table.answered_at.as_ref();
            read_or(column, Milestones::NEVER, range.clone(), &mut answered_at);
            for (number, rule) in rules.iter().enumerate() {
                let rows = found.iter().zip(&cells.dates).zip(&answered_at).zip(range.clone());
                for (((cell, sent), answered), row) in rows {
                    let delivered = all_arrived || arrived[table.delivered.codes.get(row) as usize];
                    let outcome = rule.outcome(delivered, *sent, *answered);
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

    /// Feeds each invitation separately.
    fn one_by_one(&self, share: usize, shares: usize, feed: &mut Feed<'_>) {
        let mut cells = Cells::new(&self.group_keys, 1, feed);
        let mut found = Vec::with_capacity(1);
        for (row, invitation) in self.table.records() {
            if row % shares.max(1) != share {
                continue;
            }
            cells.find(&self.group_keys, row..row + 1, feed, &Codes::default(), &mut found);
            let Some(cell) = found.first() else { continue };
            let slices = cells.slices_of(*cell).clone();
            feed.whole_invitation(&invitation, &slices);
        }
    }
}

/// The rule that determines the outcome of an invitation.
struct Rule<'r> {
    rate: &'r ResponseRate,
    limits: InvitationLimits,
}

impl<'r> Rule<'r> {
    fn of(rate: &'r ResponseRate) -> Self {
        Self { rate, limits: rate.limits() }
    }

    /// The index of the outcome in [`OUTCOMES`]. `at` is the timestamp of the answer, [`Milestones::NEVER`] for none.
    #[inline]
    #[expect(clippy::needless_bitwise_bool, reason = "a branch on the answer would be unpredictable")]
    fn outcome(&self, delivered: bool, sent: i64, at: i64) -> usize {
        let answered = at != Milestones::NEVER;
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
            InvitationOutcome::Excluded(Reason::Bounced) => 3,
            InvitationOutcome::Excluded(Reason::AfterCutOff) => 4,
            InvitationOutcome::Excluded(Reason::Immature) => 5,
            InvitationOutcome::Excluded(_) => 6,
        }
    }
}
