//! Offsets of a time zone, and conversion of local times.
//!
//! Everything here is in whole seconds since 1970: of UTC, or of the clock on the wall ("local").

use chrono::{DateTime, NaiveDate, Offset as _, TimeZone as _};
use chrono_tz::Tz;

use super::Gap;

pub(crate) const DAY: i64 = 86_400;

/// Before this no zone of the database changes its offset: 1800-01-01.
pub(crate) const FIRST_CHANGE: i64 = -62_091 * DAY;
/// After this no zone of the database changes its offset: the tables of `chrono-tz` end in 2099.
pub(crate) const LAST_CHANGE: i64 = 47_846 * DAY;

/// Two changes of a zone are further apart than this; the closest in the database are 167 hours apart.
const STRIDE: i64 = 3 * DAY;

/// A stretch of UTC time with one offset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    /// Its first second; far in the past for the first piece.
    pub(crate) start: i64,
    /// The second after its last; far in the future for the last piece.
    pub(crate) end: i64,
    /// The offset from UTC to local time.
    pub(crate) offset: i64,
}

/// The offsets of a zone around some stretch of time, without gaps.
#[derive(Clone, Debug)]
pub(crate) struct Offsets {
    pieces: Vec<Piece>,
}

/// Beyond all timestamps, with room to add offsets.
const FOREVER: i64 = i64::MAX / 4;

impl Offsets {
    /// The offsets of `zone` that matter from `from` to `to` and two days around.
    #[expect(clippy::expect_used, reason = "there is one piece from the beginning")]
    pub(crate) fn between(zone: Tz, from: i64, to: i64) -> Self {
        let from = (from - 2 * DAY).clamp(FIRST_CHANGE, LAST_CHANGE);
        let to = (to + 2 * DAY).clamp(FIRST_CHANGE, LAST_CHANGE);
        let mut pieces = vec![Piece { start: -FOREVER, end: FOREVER, offset: offset_at(zone, from) }];
        let mut at = from;
        while at < to {
            let next = (at + STRIDE).min(to);
            let last = pieces.last_mut().expect("it begins with one piece");
            let offset = offset_at(zone, next);
            if offset == last.offset {
                at = next;
                continue;
            }
            // The change is in (at, next]: halve until its second is known.
            let (mut before, mut after) = (at, next);
            while after - before > 1 {
                let middle = before + (after - before) / 2;
                if offset_at(zone, middle) == last.offset {
                    before = middle;
                } else {
                    after = middle;
                }
            }
            last.end = after;
            pieces.push(Piece { start: after, end: FOREVER, offset: offset_at(zone, after) });
            at = after;
        }
        Self { pieces }
    }

    /// The pieces in order.
    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The first timestamp of a local date: 00:00, or the first time that the clocks show after it.
    pub(crate) fn start_of_day(zone: Tz, date: NaiveDate) -> i64 {
        let local = date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
        Self::between(zone, local, local).cursor().opening(local, Gap::Change)
    }

    /// A reader that turns ascending local times into timestamps.
    pub(crate) fn cursor(&self) -> Cursor<'_> {
        Cursor { pieces: &self.pieces, opening: 0, closing: 0 }
    }
}

/// Turns ascending local times into timestamps.
#[derive(Debug)]
pub(crate) struct Cursor<'a> {
    pieces: &'a [Piece],
    opening: usize,
    closing: usize,
}

impl Cursor<'_> {
    /// The first timestamp at which the clock on the wall shows `local` or later.
    ///
    /// A time that the clocks skip gives the timestamp that `gap` defines, one they show twice the first.
    pub(crate) fn opening(&mut self, local: i64, gap: Gap) -> i64 {
        while local >= self.pieces[self.opening].end + self.pieces[self.opening].offset {
            self.opening += 1;
        }
        let piece = self.pieces[self.opening];
        let at = local - piece.offset;
        match self.opening.checked_sub(1).map(|before| self.pieces[before].offset) {
            Some(before) if gap == Gap::Shift && at < piece.start => local - before,
            _ => at.max(piece.start),
        }
    }

    /// The last timestamp at which the clock on the wall comes to show `local`.
    ///
    /// A time that the clocks skip gives the timestamp that `gap` defines, one they show twice the second.
    pub(crate) fn closing(&mut self, local: i64, gap: Gap) -> i64 {
        while self.pieces.get(self.closing + 1).is_some_and(|next| next.start + next.offset <= local) {
            self.closing += 1;
        }
        let piece = self.pieces[self.closing];
        let at = local - piece.offset;
        if gap == Gap::Shift { at } else { at.min(piece.end) }
    }
}

/// The offset from UTC to local time, in seconds.
pub(crate) fn offset_at(zone: Tz, utc: i64) -> i64 {
    let utc = utc.clamp(FIRST_CHANGE, LAST_CHANGE);
    let timestamp = DateTime::from_timestamp(utc, 0).unwrap_or_default();
    i64::from(zone.offset_from_utc_datetime(&timestamp.naive_utc()).fix().local_minus_utc())
}

/// Days since 1970-01-01.
pub(crate) fn day_number(date: NaiveDate) -> i64 {
    date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp().div_euclid(DAY)
}
