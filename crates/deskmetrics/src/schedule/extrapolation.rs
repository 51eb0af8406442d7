//! Exact results far from the compiled years, in bounded time.
//!
//! Outside a [stretch](Source::irregular) that holds all changes of offsets, dated exceptions and changes of
//! version, openings repeat every 400 years. A table of the time counted before each
//! [block](super::cycle) is made when it is first needed; a query then expands one or two blocks.

use std::sync::{Arc, OnceLock};

use super::DueError;
use super::cycle::{BLOCK, Block, CYCLE_DAYS, CycleTable};
use super::offsets::DAY;
use super::source::Source;
use super::span::{Count, Span, subtract};
use super::timeline::{SECOND, Timeline};

/// Microseconds in 400 years.
const CYCLE: i128 = (CYCLE_DAYS * DAY) as i128 * SECOND as i128;

/// The kind of time measured.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MeasuredTime {
    /// Time that counts as elapsed.
    Counted,
    /// Real time within openings.
    Open,
    /// Real time outside openings.
    Closed,
}

/// The time measured since the far past, for all timestamps; in microseconds.
#[derive(Debug)]
pub(crate) struct Extrapolation {
    source: Arc<Source>,
    measure: MeasuredTime,
    table: OnceLock<CycleTable>,
}

impl Extrapolation {
    pub(crate) fn new(source: Arc<Source>, measure: MeasuredTime) -> Self {
        Self { source, measure, table: OnceLock::new() }
    }

    /// The time measured up to `at`.
    pub(crate) fn counted(&self, at: i64) -> i128 {
        let block = self.table().block(at.div_euclid(SECOND * BLOCK));
        let within = i128::from(at) - start_of(block);
        let within = i64::try_from(within).unwrap_or_default();
        block.before * i128::from(SECOND) + i128::from(self.timeline(block).counted(within))
    }

    /// Whether the moment at `at` is measured.
    pub(crate) fn is_within(&self, at: i64) -> bool {
        let block = self.table().block(at.div_euclid(SECOND * BLOCK));
        let within = (i128::from(at) - start_of(block)).div_euclid(i128::from(SECOND));
        let within = i64::try_from(within).unwrap_or_default() + block.index * BLOCK;
        let counts = self.counts(block.index);
        counts.iter().any(|count| count.span.start <= within && within < count.span.end)
    }

    /// The first timestamp by which `target` is measured.
    pub(crate) fn first_reach(&self, target: i128) -> Result<i64, DueError> {
        // It is in the block that exceeds what comes just before the target.
        self.reach(target, target - 1, Timeline::first_reach)
    }

    /// The last timestamp up to which no more than `target` is measured.
    pub(crate) fn last_reach(&self, target: i128) -> Result<i64, DueError> {
        self.reach(target, target, Timeline::last_reach)
    }

    fn reach(
        &self,
        target: i128,
        exceeded: i128,
        find: impl Fn(&Timeline, i64) -> Option<i64>,
    ) -> Result<i64, DueError> {
        let block =
            self.table().exceeding(exceeded.div_euclid(i128::from(SECOND))).ok_or(DueError::NeverOpens)?;
        let within = target - block.before * i128::from(SECOND);
        let within = i64::try_from(within).unwrap_or(i64::MAX);
        let at = find(&self.timeline(block), within).ok_or(DueError::NeverOpens)?;
        i64::try_from(i128::from(at) + start_of(block)).map_err(|_| DueError::OutOfRange)
    }

    /// The time measured in a block.
    fn timeline(&self, block: Block) -> Timeline {
        Timeline::new(block.index * BLOCK, &self.counts(block.index))
    }

    fn counts(&self, block: i64) -> Vec<Count> {
        let span = Span::new(block * BLOCK, (block + 1) * BLOCK);
        let mut counts = Vec::new();
        if let MeasuredTime::Counted = self.measure {
            self.source.counts(span.start, span.end, &mut counts);
            return counts;
        }
        let mut openings = Vec::new();
        self.source.openings(span.start, span.end, &mut openings);
        if let MeasuredTime::Closed = self.measure {
            openings = subtract(&[span], &openings);
        }
        counts.extend(openings.into_iter().map(Count::plain));
        counts
    }

    fn table(&self) -> &CycleTable {
        self.table.get_or_init(|| {
            let irregular = self.source.irregular();
            let first = irregular.start.div_euclid(BLOCK);
            let last = irregular.end.div_euclid(BLOCK) + 1;
            CycleTable::new(first, last, self.source.repeats_weekly(), |block| {
                self.counts(block).iter().map(|count| count.leap + count.span.length()).sum()
            })
        })
    }
}

/// Microseconds from 1970 to the beginning of a block.
fn start_of(block: Block) -> i128 {
    i128::from(block.index) * i128::from(BLOCK * SECOND) + i128::from(block.cycles) * CYCLE
}
