//! Latest plausible timestamp of a dataset.

use deskmetrics::replay::StatedValue;
use deskmetrics::report::Warning;
use deskmetrics::{Scale, Timestamp};

use super::ticket::MilestoneColumns;
use super::{Tables, kind};
use crate::column::utc::{Timestamps, ends_of};

/// Ten years in microseconds: a timestamp so much later than nearly all others is implausible.
const FAR: i64 = 3_653 * 86_400_000_000;

/// One in this many timestamps may be implausible.
const ONE_IN: usize = 1_000;

/// The number of plausible timestamps that is sufficient for comparison.
const ENOUGH: usize = 3;

/// The origin of a timestamp: its table, the role of its column, its row.
type TimestampOrigin = (&'static str, &'static str, usize);

impl Tables {
    /// The last plausible timestamp in the data; `None` if there is none.
    pub(crate) fn last_timestamp(&self) -> Option<Timestamp> {
        self.last_micros(true).map(Timestamp::saturating_from_micros)
    }

    /// A timestamp is implausible when it is more than ten years later than 99.9 % of all timestamps, or than all others.
    /// With `stated`, the ends of stated durations count.
    pub(super) fn last_micros(&self, stated: bool) -> Option<i64> {
        self.last_of(self.ends(stated)?, stated)
    }

    fn last_of(&self, (least, most): (i64, i64), stated: bool) -> Option<i64> {
        if least > most.saturating_sub(FAR) {
            return Some(most);
        }
        let (mut latest, mut all) = (Some(most), 0);
        self.each_timestamp(stated, |_, _| all += 1);
        loop {
            let limit = latest?.saturating_sub(FAR);
            let (mut near, mut earlier, mut before) = (0, 0, None);
            self.each_timestamp(stated, |_, at| {
                if at <= limit {
                    before = before.max(Some(at));
                    earlier += 1;
                } else if Some(at) <= latest {
                    near += 1;
                }
            });
            if earlier < ENOUGH || near > (all / ONE_IN).max(1) {
                return latest;
            }
            latest = before;
        }
    }

    /// The implausible timestamps: the first of each column, with their number.
    pub(crate) fn implausible(&self) -> Vec<Warning> {
        let Some(ends) = self.ends(true) else { return Vec::new() };
        let Some(latest) = self.last_of(ends, true).filter(|latest| *latest < ends.1) else {
            return Vec::new();
        };
        let mut found: Vec<(TimestampOrigin, i64, u64)> = Vec::new();
        self.each_timestamp(true, |place, at| {
            if at <= latest {
                return;
            }
            match found.iter_mut().find(|((table, role, _), ..)| (*table, *role) == (place.0, place.1)) {
                Some((.., count)) => *count += 1,
                None => found.push((place, at, 1)),
            }
        });
        let warning =
            |((table, role, row), at, count): (TimestampOrigin, i64, u64)| Warning::ImplausibleTimestamp {
                table: table.to_owned(),
                column: role.to_owned(),
                row: self.row_number(table, row),
                value: Timestamp::saturating_from_micros(at),
                count,
                cut_off: Timestamp::saturating_from_micros(latest),
            };
        found.into_iter().map(warning).collect()
    }

    /// A note on the first answer that is outside the scale of a question.
    pub(crate) fn outside_scale(&self, question: &str, scale: &Scale) -> Option<String> {
        let mut before = 0;
        for table in &self.answers {
            if let Some((row, score)) = table.first_outside(question, scale) {
                let row = self.row_number("surveys", before + row);
                return Some(format!(
                    "surveys: row {row}: {score} is an answer to \"{question}\" outside its scale {} to {}, the first such",
                    scale.min(),
                    scale.max()
                ));
            }
            before += table.rows;
        }
        None
    }

    /// The number in its file of a row of all tables of one kind.
    fn row_number(&self, table: &str, row: usize) -> u64 {
        let mut row = row as u64;
        for (_, rows, numbers) in self.row_numbers.iter().filter(|(holds, ..)| *holds == table) {
            if row < *rows {
                return numbers.number(row);
            }
            row -= rows;
        }
        row + 1
    }

    /// The latest timestamp that determines the end of the data, and one that is not later than the earliest.
    fn ends(&self, stated: bool) -> Option<(i64, i64)> {
        let Self { tickets, events, answers, invitations, .. } = self;
        let mut all: Option<(i64, i64)> = None;
        let mut add = |ends: Option<(i64, i64)>| {
            all = match (all, ends) {
                (Some(one), Some(other)) => Some((one.0.min(other.0), one.1.max(other.1))),
                (one, other) => one.or(other),
            };
        };
        let some_excluded = tickets.unusable(0..tickets.rows()).next().is_some();
        let some_excluded = some_excluded || events.codes.contains(&kind::NOTHING);
        let some_excluded = some_excluded || answers.iter().any(|table| table.unusable.contains(&true));
        let some_excluded = some_excluded || invitations.iter().any(|table| table.unusable.contains(&true));
        let stated = stated && self.stated_only(false).any(|column| column.measure.ends_with_event());
        if some_excluded || stated {
            self.each_timestamp(stated, |_, at| add(Some((at, at))));
            return all;
        }
        add(ends_of(&tickets.created_at));
        if let Some(MilestoneColumns { replied_at, solved_at, closed_at, .. }) = &tickets.milestones {
            [replied_at, solved_at, closed_at].into_iter().flatten().for_each(|column| add(column.ends()));
        }
        add(ends_of(&events.at));
        answers.iter().filter_map(|table| table.at.as_ref()).for_each(|column| add(column.ends()));
        for table in invitations {
            // No answer is earlier than its invitation.
            add(table.sent_at.ends());
            add(table.answered_at.as_ref().and_then(Timestamps::ends));
        }
        all
    }

    /// Calls `each` with every timestamp that determines the end of the data; with `stated`, also with the ends of stated
    /// durations.
    fn each_timestamp(&self, stated: bool, mut each: impl FnMut(TimestampOrigin, i64)) {
        let Self { tickets, events, answers, invitations, .. } = self;
        for (row, at) in tickets.created_at.iter().enumerate().filter(|(row, _)| tickets.is_usable(*row)) {
            each(("tickets", "created_at", row), *at);
        }
        if let Some(columns) = &tickets.milestones {
            let columns = [
                ("first_response_at", &columns.replied_at),
                ("solved_at", &columns.solved_at),
                ("closed_at", &columns.closed_at),
            ];
            for (role, column) in columns {
                let Some(column) = column else { continue };
                for row in (0..column.len()).filter(|row| tickets.is_usable(*row)) {
                    if let Some(at) = column.get(row) {
                        each(("tickets", role, row), at);
                    }
                }
            }
        }
        // An event whose time is stated as a duration from the creation.
        let columns = self.stated_only(false).filter(|column| stated && column.measure.ends_with_event());
        for column in columns {
            for (row, created) in tickets.created_at.iter().enumerate() {
                if let StatedValue::Known(value) = column.of_row(row).value
                    && tickets.is_usable(row)
                {
                    each(("tickets", column.role, row), created.saturating_add(value));
                }
            }
        }
        for (row, (code, at)) in events.codes.iter().zip(events.at.iter()).enumerate() {
            if *code != kind::NOTHING {
                each(("events", "at", row), *at);
            }
        }
        for table in answers.iter().filter(|table| table.len > 0) {
            let Some(column) = &table.at else { continue };
            for row in (0..column.len()).filter(|row| table.is_usable(*row)) {
                if let Some(at) = column.get(row) {
                    each(("surveys", "at", row), at);
                }
            }
        }
        for table in invitations {
            for row in (0..table.rows).filter(|row| table.is_usable(*row)) {
                let answered = table.answered_at.as_ref().and_then(|answered| answered.get(row));
                match answered {
                    Some(at) => each(("invitations", "answered_at", row), at),
                    None => {
                        if let Some(at) = table.sent_at.get(row) {
                            each(("invitations", "sent_at", row), at);
                        }
                    }
                }
            }
        }
    }
}
