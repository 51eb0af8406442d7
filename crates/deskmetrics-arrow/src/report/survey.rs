//! Counts of answers and invitations by cell, for feeding reports.

use std::ops::RangeInclusive;

use deskmetrics::engine::{Feed, Milestones};
use deskmetrics::kpi::{InvitationLimits, ResponseRate};
use deskmetrics::report::Report;
use deskmetrics::survey::InvitationOutcome;
use deskmetrics::{Reason, Timestamp};

use super::cell::{CellCounts, Cells, GroupKeys};
use super::owner::Owners;
use super::place::{Keys, blocks, share_of};
use crate::column::score::{BLOCK, Places};
use crate::column::utc::read_or;
use crate::decode::invitation::InvitationTable;
use crate::decode::survey::{AnswerTable, Questions};
use crate::decode::ticket::TicketTable;
use crate::decode::word::{Codes, NONE};

/// The code of the question that a column is about.
const ONLY: u32 = 1;

/// A column with the scores of questions that a KPI requires.
#[derive(Debug)]
struct Scores {
    column: usize,
    /// The questions, each with its code in the column of names, or [`ONLY`].
    questions: Vec<(Box<str>, u32)>,
    /// From the lowest to the highest score on any of their scales.
    scale: Places,
}

impl Scores {
    /// For each code of a name, the offset of the question's counts within a cell. The first counts are for all other
    /// questions.
    fn offsets(&self, names: usize) -> Vec<usize> {
        let mut offsets = vec![0; names + 1];
        for ((_, code), number) in self.questions.iter().zip(1..) {
            offsets[*code as usize] = number * self.scale.count();
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
            Questions::Columns(_) => {
                questions.map(|one| (one.1 as usize, vec![(one.0, ONLY, one.2)])).collect()
            }
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
            Questions::Columns(_) => &Codes::All(ONLY, self.table.rows),
            Questions::Named(words) => &words.codes,
        };
        let offsets = |scores: &Scores| scores.offsets(self.table.question_names().len());
        let offsets: Vec<Vec<usize>> = self.scores.iter().map(offsets).collect();
        // For each column, the counts by cell, question and place.
        let mut counts: Vec<CellCounts> =
            self.scores.iter().map(|scores| CellCounts::new(scores.width())).collect();
        let (mut dates, mut places, mut codes) = (Vec::with_capacity(BLOCK), [0_u8; BLOCK], [NONE; BLOCK]);
        let mut before = 0;
        let mut absent = 0;
        for part in &self.table.parts {
            for range in blocks(share_of(part.rows, share, shares), BLOCK) {
                let rows = before + range.start..before + range.end;
                let dates = self.group_keys.dates(rows.clone(), &mut dates);
                cells.find(&self.group_keys, rows.clone(), dates, feed, &Codes::default());
                let (places, codes) = (&mut places[..range.len()], &mut codes[..range.len()]);
                for ((column_scores, offsets), counts) in self.scores.iter().zip(&offsets).zip(&mut counts) {
                    let Some(scores) = part.scores.get(column_scores.column) else { continue };
                    scores.column.places(column_scores.scale, range.start, places);
                    names.read(rows.start, codes);
                    // No answer counts as one to another question.
                    for (code, _) in
                        codes.iter_mut().zip(scores.absent(&range)).filter(|(_, absent)| **absent)
                    {
                        *code = NONE;
                    }
                    let answers = codes.iter().zip(&*places);
                    counts.add(
                        &cells,
                        answers.map(|(code, place)| offsets[*code as usize] + usize::from(*place)),
                    );
                }
                for scores in &part.scores {
                    let absent_here = scores.absent(&range).iter().enumerate();
                    absent +=
                        absent_here.filter(|(place, absent)| **absent && cells.counts(*place)).count() as u64;
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
            let kinds = column_scores.scale.count();
            for (number, cell, slices) in cells.each() {
                let here = counts.of(number);
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
        let mut dates = Vec::with_capacity(1);
        for (row, answer) in self.table.records() {
            if row % shares.max(1) != share {
                continue;
            }
            let dates = self.group_keys.dates(row..row + 1, &mut dates);
            cells.find(&self.group_keys, row..row + 1, dates, feed, &Codes::default());
            let Some(slices) = cells.slices_of_row(0) else { continue };
            let created = Timestamp::from_micros(self.group_keys.created_at(row));
            if self.whole {
                feed.whole_response(&answer, created, slices);
            }
            if self.wide.contains(&answer.question) {
                let known = answer.at.or(created);
                let later = known.zip(self.group_keys.as_of).is_some_and(|(at, as_of)| at > as_of);
                let period = feed.period(answer.at);
                feed.scores(&answer.question, slices, period, later, answer.score, 1);
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
        let rules: Vec<Rule<'_>> = self.rules.iter().map(Rule::of).collect();
        let mut counts: Vec<CellCounts> = rules.iter().map(|_| CellCounts::new(OUTCOMES.len())).collect();
        let (mut dates, mut answered_at) = (Vec::with_capacity(BLOCK), Vec::with_capacity(BLOCK));
        let mut codes = [NONE; BLOCK];
        let arrived: Vec<bool> =
            std::iter::once(true).chain(table.delivered.meanings().iter().copied()).collect();
        for range in blocks(share_of(table.rows, share, shares), BLOCK) {
            let dates = self.group_keys.dates(range.clone(), &mut dates);
            cells.find(&self.group_keys, range.clone(), dates, feed, &questions.codes);
            let codes = &mut codes[..range.len()];
            table.delivered.codes.read(range.start, codes);
            let answered_at = read_or(table.answered_at.as_ref(), Milestones::NEVER, range, &mut answered_at);
            for (rule, counts) in rules.iter().zip(&mut counts) {
                let rows = dates.iter().zip(answered_at).zip(&*codes);
                counts.add(
                    &cells,
                    rows.map(|((sent, answered), code)| {
                        rule.outcome(arrived[*code as usize], *sent, *answered)
                    }),
                );
            }
        }
        feed.count_invitations(cells.rows, cells.first.map(Timestamp::saturating_from_micros));
        for (number, cell, slices) in cells.each() {
            let Some(question) = questions.meaning(cell.kind) else { continue };
            for (rule, counts) in counts.iter().enumerate() {
                let outcomes = OUTCOMES.iter().zip(counts.of(number)).filter(|(_, times)| **times > 0);
                for (outcome, times) in outcomes {
                    feed.outcomes(rule, question, slices, cell.period, cell.later, *outcome, *times);
                }
            }
        }
        if self.whole {
            self.one_by_one(share, shares, feed);
        }
    }

    /// Feeds each invitation separately.
    fn one_by_one(&self, share: usize, shares: usize, feed: &mut Feed<'_>) {
        let mut cells = Cells::new(&self.group_keys, 1, feed);
        let mut dates = Vec::with_capacity(1);
        for (row, invitation) in self.table.records() {
            if row % shares.max(1) != share {
                continue;
            }
            let dates = self.group_keys.dates(row..row + 1, &mut dates);
            cells.find(&self.group_keys, row..row + 1, dates, feed, &Codes::default());
            let Some(slices) = cells.slices_of_row(0) else { continue };
            feed.whole_invitation(&invitation, slices);
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
