//! Exact answers for any instant, however far from the compiled years, in bounded time.
//!
//! Outside a [stretch](Source::irregular) that holds all changes of offsets, dated exceptions and changes of
//! version, openings repeat every 400 years: 146 097 days, which is a whole number of weeks. UTC is cut into
//! blocks of 189 days, 773 to the 400 years. A table of the time counted before each block, for the
//! irregular stretch and one cycle to either side, is made when it is first needed; every other block is
//! one of these moved by whole cycles. A question then opens one or two blocks.

use std::sync::{Arc, OnceLock};

use super::DueError;
use super::offsets::DAY;
use super::plan::CYCLE_DAYS;
use super::source::Source;
use super::span::{Count, Span};
use super::timeline::{SECOND, Timeline};

/// Seconds in a block.
const BLOCK: i64 = 189 * DAY;
/// Blocks in 400 years.
const BLOCKS_PER_CYCLE: i64 = CYCLE_DAYS / 189;
/// Microseconds in 400 years.
const CYCLE: i128 = CYCLE_DAYS as i128 * DAY as i128 * SECOND as i128;

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Measure {
    /// What counts towards elapsed time.
    Counted,
    /// Real time within openings.
    Open,
    /// Real time outside openings.
    Closed,
}

/// The time counted since the beginning of the irregular stretch, for all instants.
#[derive(Debug)]
pub(crate) struct Far {
    source: Arc<Source>,
    measure: Measure,
    table: OnceLock<Table>,
}

/// Seconds counted before each block.
#[derive(Debug)]
struct Table {
    /// The first and the last block of the irregular stretch.
    first: i64,
    last: i64,
    /// For the blocks from `first - BLOCKS_PER_CYCLE` to `last + BLOCKS_PER_CYCLE`, both included.
    before: Vec<i64>,
}

impl Far {
    pub(crate) fn new(source: Arc<Source>, measure: Measure) -> Self {
        Self { source, measure, table: OnceLock::new() }
    }

    /// Microseconds counted up to `at`.
    pub(crate) fn counted(&self, at: i64) -> i128 {
        let table = self.table();
        let (block, cycles) = table.fold(at.div_euclid(SECOND).div_euclid(BLOCK));
        let within = i128::from(at) - cycles * CYCLE - block_start(block);
        let within = i64::try_from(within).unwrap_or_default();
        let per_cycle = if cycles < 0 { table.cycle_before() } else { table.cycle_after() };
        i128::from(table.at(block)) * i128::from(SECOND)
            + cycles * per_cycle
            + i128::from(self.block(block).counted(within))
    }

    /// Whether the second `at` is one of those measured.
    pub(crate) fn is_open(&self, second: i64) -> bool {
        let (block, cycles) = self.table().fold(second.div_euclid(BLOCK));
        let second = i128::from(second) - cycles * CYCLE / i128::from(SECOND);
        let second = i64::try_from(second).unwrap_or_default();
        let span = Span::new(block * BLOCK, (block + 1) * BLOCK);
        self.counts(span).iter().any(|c| c.span.start <= second && second < c.span.end)
    }

    /// The first instant by which `target` is counted.
    pub(crate) fn first_reach(&self, target: i128) -> Result<i64, DueError> {
        self.reach(target, Reach::First)
    }

    /// The last instant up to which no more than `target` is counted.
    pub(crate) fn last_reach(&self, target: i128) -> Result<i64, DueError> {
        self.reach(target, Reach::Last)
    }

    fn reach(&self, target: i128, reach: Reach) -> Result<i64, DueError> {
        let table = self.table();
        let counted = |block: i64| i128::from(table.at(block)) * i128::from(SECOND);
        // `First` looks for a target in (before, after] of a block, `Last` for one in [before, after).
        let nudge = match reach {
            Reach::First => 1,
            Reach::Last => 0,
        };
        let (start, per_cycle) = if target - nudge < counted(table.first) {
            (counted(table.first - BLOCKS_PER_CYCLE), table.cycle_before())
        } else if target - nudge >= counted(table.last) {
            (counted(table.last), table.cycle_after())
        } else {
            (counted(table.first), i128::MAX)
        };
        if per_cycle == 0 {
            return Err(DueError::NeverOpens);
        }
        let cycles = (target - nudge - start).div_euclid(per_cycle);
        let target = target - cycles * per_cycle;
        let seconds = (target - nudge).div_euclid(i128::from(SECOND));
        let block = table.block_of(i64::try_from(seconds).unwrap_or(i64::MAX));
        let within = i64::try_from(target - counted(block)).unwrap_or(i64::MAX);
        let timeline = self.block(block);
        let at = match reach {
            Reach::First => timeline.first_reach(within),
            Reach::Last => timeline.last_reach(within),
        };
        let at = at.ok_or(DueError::NeverOpens)?;
        i64::try_from(i128::from(at) + block_start(block) + cycles * CYCLE).map_err(|_| DueError::OutOfRange)
    }

    /// What is counted in a block.
    fn block(&self, block: i64) -> Timeline {
        let span = Span::new(block * BLOCK, (block + 1) * BLOCK);
        Timeline::new(span.start, &self.counts(span))
    }

    fn counts(&self, span: Span) -> Vec<Count> {
        let mut counts = Vec::new();
        if let Measure::Counted = self.measure {
            self.source.counts(span.start, span.end, &mut counts);
            return counts;
        }
        let mut openings = Vec::new();
        self.source.openings(span.start, span.end, &mut openings);
        if let Measure::Closed = self.measure {
            openings = super::span::subtract(&[span], &openings);
        }
        counts.extend(openings.into_iter().map(Count::plain));
        counts
    }

    fn table(&self) -> &Table {
        self.table.get_or_init(|| {
            let irregular = self.source.irregular();
            let first = irregular.start.div_euclid(BLOCK);
            let last = irregular.end.div_euclid(BLOCK) + 1;
            let mut before = vec![0];
            let mut counted = 0;
            for block in first - BLOCKS_PER_CYCLE..last + BLOCKS_PER_CYCLE {
                let span = Span::new(block * BLOCK, (block + 1) * BLOCK);
                counted += self.counts(span).iter().map(|c| c.leap + c.span.length()).sum::<i64>();
                before.push(counted);
            }
            Table { first, last, before }
        })
    }
}

#[derive(Clone, Copy)]
enum Reach {
    First,
    Last,
}

/// Microseconds from 1970 to the beginning of a block.
fn block_start(block: i64) -> i128 {
    i128::from(block) * i128::from(BLOCK) * i128::from(SECOND)
}

impl Table {
    /// The block of the table that is like this one, and by how many cycles it was moved.
    fn fold(&self, block: i64) -> (i64, i128) {
        let anchor = if block >= self.last {
            self.last
        } else if block < self.first {
            self.first - BLOCKS_PER_CYCLE
        } else {
            return (block, 0);
        };
        let cycles = (block - anchor).div_euclid(BLOCKS_PER_CYCLE);
        (block - cycles * BLOCKS_PER_CYCLE, i128::from(cycles))
    }

    /// Seconds counted before a block of the table.
    fn at(&self, block: i64) -> i64 {
        let index = block - self.first + BLOCKS_PER_CYCLE;
        usize::try_from(index).ok().and_then(|i| self.before.get(i)).copied().unwrap_or_default()
    }

    /// The last block before which no more than `seconds` are counted.
    fn block_of(&self, seconds: i64) -> i64 {
        let after = self.before.partition_point(|before| *before <= seconds);
        let index = after.clamp(1, self.before.len() - 1) - 1;
        self.first - BLOCKS_PER_CYCLE + i64::try_from(index).unwrap_or_default()
    }

    /// Microseconds counted in a cycle before the irregular stretch.
    fn cycle_before(&self) -> i128 {
        i128::from(self.at(self.first) - self.at(self.first - BLOCKS_PER_CYCLE)) * i128::from(SECOND)
    }

    /// Microseconds counted in a cycle after the irregular stretch.
    fn cycle_after(&self) -> i128 {
        i128::from(self.at(self.last + BLOCKS_PER_CYCLE) - self.at(self.last)) * i128::from(SECOND)
    }
}
