//! Answers and surveys sent, counted by cell and kind before the report is fed.

use std::ops::Range;

use deskmetrics::kpi::{InvitationLimits, InvitationOutcome, ResponseRate};
use deskmetrics::report::{Feed, Report};
use deskmetrics::{Reason, Timestamp};

use super::cell::{Cells, NOWHERE, Rows, Ways};
use super::directory::Directory;
use super::place::Keys;
use crate::ReadError;
use crate::column::score::{BLOCK, Places};
use crate::frame::{InvitationFrame, Questions, ResponseFrame};

/// A question some KPI is about.
#[derive(Debug)]
struct Asked {
    name: Box<str>,
    scale: Places,
    /// The column it is in, or its number in the column of names.
    at: u32,
}

/// Feeds the clean rows of a table of answers.
#[derive(Debug)]
pub(super) struct Answers<'f> {
    frame: &'f ResponseFrame,
    ways: Ways<'f>,
    asked: Vec<Asked>,
}

impl<'f> Answers<'f> {
    /// `None` where the report must see whole answers.
    pub(super) fn of(
        report: &Report,
        frame: &'f ResponseFrame,
        directory: Option<&'f Directory<'f>>,
    ) -> Result<Option<Self>, ReadError> {
        if report.needs_whole_answers() {
            return Ok(None);
        }
        let mut asked = Vec::new();
        for (question, ends) in report.score_ranges() {
            let at: Vec<usize> = match frame.questions() {
                Questions::Columns(names) => {
                    names.iter().position(|name| **name == *question).into_iter().collect()
                }
                Questions::Named(words) => {
                    let is = |meaning: &crate::column::Cell<Box<str>>| {
                        meaning.as_ref().ok().and_then(Option::as_deref) == Some(&*question)
                    };
                    let meanings = words.meanings().iter().enumerate();
                    meanings.filter(|(_, meaning)| is(meaning)).map(|(code, _)| code).collect()
                }
            };
            let Some(scale) = Places::new(*ends.start(), *ends.end()) else { return Ok(None) };
            for at in at {
                let Ok(at) = u32::try_from(at) else { return Ok(None) };
                asked.push(Asked { name: question.clone(), scale, at });
            }
        }
        let ways = Ways {
            keys: Keys::of(report, |attribute| frame.codes(attribute))?,
            directory,
            tickets: frame.tickets(),
            as_of: report.as_of(),
        };
        Ok(Some(Self { frame, ways, asked }))
    }

    /// Feeds one of `shares` shares of the rows.
    pub(super) fn feed(&self, share: usize, shares: usize, feed: &mut Feed<'_>) {
        let mut cells = Cells::new(&self.ways, 1, feed);
        let mut counts: Vec<Vec<u64>> = vec![Vec::new(); self.asked.len()];
        let mut found = Vec::with_capacity(BLOCK);
        let mut places = [0_u8; BLOCK];
        let mut before = 0;
        for (number, part) in self.frame.parts().iter().enumerate() {
            let rows = Rows { part: number, before, clean: part.clean.as_ref(), at: part.at.as_ref() };
            before += part.rows;
            for range in blocks(share_of(part.rows, share, shares), BLOCK) {
                cells.find(&self.ways, &rows, range.clone(), feed, |_| 0, &mut found);
                for (asked, counts) in self.asked.iter().zip(&mut counts) {
                    let places = &mut places[..range.len()];
                    let kinds = asked.scale.count();
                    counts.resize(cells.len() * kinds, 0);
                    match self.frame.questions() {
                        Questions::Columns(_) => {
                            let Some(column) = part.scores.get(asked.at as usize) else { continue };
                            column.places(asked.scale, range.start, places);
                            for (cell, place) in found.iter().zip(&*places) {
                                counts[*cell as usize * kinds + usize::from(*place)] += 1;
                            }
                        }
                        Questions::Named(words) => {
                            let Some(column) = part.scores.first() else { continue };
                            column.places(asked.scale, range.start, places);
                            let codes = words.part(number);
                            for ((cell, place), row) in found.iter().zip(&*places).zip(range.clone()) {
                                let cell = if codes.get(row) == asked.at { *cell } else { NOWHERE };
                                counts[cell as usize * kinds + usize::from(*place)] += 1;
                            }
                        }
                    }
                }
            }
        }
        let answers_a_row = match self.frame.questions() {
            Questions::Columns(names) => names.len() as u64,
            Questions::Named(_) => 1,
        };
        let first = cells.first.map(Timestamp::saturating_from_micros).filter(|_| answers_a_row > 0);
        feed.count_responses(cells.rows * answers_a_row, first);
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
    }
}

/// Feeds the clean rows of a table of surveys sent.
#[derive(Debug)]
pub(super) struct Sendings<'f> {
    frame: &'f InvitationFrame,
    ways: Ways<'f>,
    rules: Vec<ResponseRate>,
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

impl<'f> Sendings<'f> {
    /// `None` where the report must see whole invitations.
    pub(super) fn of(
        report: &Report,
        frame: &'f InvitationFrame,
        directory: Option<&'f Directory<'f>>,
    ) -> Result<Option<Self>, ReadError> {
        if report.needs_whole_invitations() {
            return Ok(None);
        }
        let ways = Ways {
            keys: Keys::of(report, |attribute| frame.codes(attribute))?,
            directory,
            tickets: frame.tickets(),
            as_of: report.as_of(),
        };
        Ok(Some(Self { frame, ways, rules: report.invitation_rules() }))
    }

    /// Feeds one of `shares` shares of the rows.
    pub(super) fn feed(&self, share: usize, shares: usize, feed: &mut Feed<'_>) {
        let questions = self.frame.question();
        let mut cells = Cells::new(&self.ways, questions.meanings().len(), feed);
        let mut counts: Vec<u64> = Vec::new();
        let stride = self.rules.len() * OUTCOMES.len();
        let mut found = Vec::with_capacity(BLOCK);
        let mut before = 0;
        let rules: Vec<Rule<'_>> = self.rules.iter().map(Rule::of).collect();
        for (number, part) in self.frame.parts().iter().enumerate() {
            let codes = questions.part(number);
            let arrived = self.frame.delivered().map(|words| {
                let arrived = words.meanings().iter().map(|meaning| meaning.ok().flatten().unwrap_or(true));
                (words.part(number), arrived.collect::<Vec<bool>>())
            });
            let rows = Rows { part: number, before, clean: part.clean.as_ref(), at: Some(&part.sent_at) };
            before += part.rows;
            for range in blocks(share_of(part.rows, share, shares), BLOCK) {
                cells.find(&self.ways, &rows, range.clone(), feed, |row| codes.get(row), &mut found);
                counts.resize(cells.len() * stride, 0);
                let sent = part.sent_at.of_rows(range.clone());
                let answered = part.answered_at.as_ref().map(|answered| answered.of_rows(range.clone()));
                for ((place, cell), row) in found.iter().enumerate().zip(range) {
                    let (sent, _) = sent.get_any(place);
                    let answered = answered.as_ref().map_or((0, false), |answered| answered.get_any(place));
                    let delivered = arrived.as_ref().is_none_or(|(codes, arrived)| {
                        arrived.get(codes.get(row) as usize).copied().unwrap_or(true)
                    });
                    for (number, rule) in rules.iter().enumerate() {
                        let outcome = rule.outcome(delivered, sent, answered);
                        counts[*cell as usize * stride + number * OUTCOMES.len() + outcome] += 1;
                    }
                }
            }
        }
        feed.count_invitations(cells.rows, cells.first.map(Timestamp::saturating_from_micros));
        for (number, cell, slices) in cells.each() {
            let Ok(Some(question)) = questions.meaning(cell.kind) else { continue };
            let here = counts.get(number * stride..(number + 1) * stride).unwrap_or_default();
            for (place, times) in here.iter().enumerate().filter(|(_, times)| **times > 0) {
                let (rule, outcome) = (place / OUTCOMES.len(), OUTCOMES[place % OUTCOMES.len()]);
                feed.outcomes(rule, question, slices, cell.period, cell.later, outcome, *times);
            }
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
