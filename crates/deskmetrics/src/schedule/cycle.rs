//! Cumulative counts for all times, from blocks that repeat every 400 years.
//!
//! Time is divided into blocks of 189 days: 27 weeks, 773 blocks to the 146 097 days of 400 years. Within an
//! irregular stretch each block has its own count; before and after it the counts repeat every 773 blocks.

use super::offsets::DAY;

/// Days in 400 years, after which dates and weekdays repeat: 20 871 weeks.
pub(crate) const CYCLE_DAYS: i64 = 146_097;
/// Days in a block.
pub(crate) const BLOCK_DAYS: i64 = 189;
/// Seconds in a block.
pub(crate) const BLOCK: i64 = BLOCK_DAYS * DAY;

const BLOCKS_PER_CYCLE: i64 = CYCLE_DAYS / BLOCK_DAYS;

/// The count before each block, for all blocks.
#[derive(Debug)]
pub(crate) struct CycleTable {
    /// The irregular stretch: its first block, and the block after its last.
    first: i64,
    last: i64,
    /// For the blocks of the irregular stretch, a cycle to either side, and the block after those.
    before: Vec<i64>,
}

/// A block, with an equal one of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    /// An equal block of the table.
    pub(crate) index: i64,
    /// How many cycles it is after that.
    pub(crate) cycles: i64,
    /// The count before it.
    pub(crate) before: i128,
}

impl CycleTable {
    /// The table of what `count` returns for blocks. Those from `first` to just before `last` are irregular;
    /// outside, all blocks are alike if they `repeat_weekly`.
    pub(crate) fn new(first: i64, last: i64, repeat_weekly: bool, mut count: impl FnMut(i64) -> i64) -> Self {
        let mut before = vec![0];
        let mut counted = 0;
        let mut alike = None;
        for block in first - BLOCKS_PER_CYCLE..last + BLOCKS_PER_CYCLE {
            let regular = repeat_weekly && !(first..last).contains(&block);
            if block == last {
                alike = None; // the offsets after the irregular stretch may be others than before it
            }
            counted += match alike {
                Some(same) if regular => same,
                _ => {
                    let this = count(block);
                    alike = regular.then_some(this);
                    this
                }
            };
            before.push(counted);
        }
        Self { first, last, before }
    }

    /// A block by its number.
    pub(crate) fn block(&self, block: i64) -> Block {
        let (anchor, per_cycle) = if block >= self.last {
            (self.last, self.cycle_after())
        } else if block < self.first {
            (self.first - BLOCKS_PER_CYCLE, self.cycle_before())
        } else {
            return Block { index: block, cycles: 0, before: self.at(block) };
        };
        let cycles = (block - anchor).div_euclid(BLOCKS_PER_CYCLE);
        let index = block - cycles * BLOCKS_PER_CYCLE;
        Block { index, cycles, before: self.at(index) + i128::from(cycles) * per_cycle }
    }

    /// The block in which `count` is exceeded; `None` if that is never the case, or always.
    pub(crate) fn exceeding(&self, count: i128) -> Option<Block> {
        let (start, per_cycle) = if count < self.at(self.first) {
            (self.at(self.first - BLOCKS_PER_CYCLE), self.cycle_before())
        } else if count >= self.at(self.last) {
            (self.at(self.last), self.cycle_after())
        } else {
            (0, i128::MAX)
        };
        if per_cycle == 0 {
            return None;
        }
        let cycles = (count - start).div_euclid(per_cycle);
        let lifted = count - cycles * per_cycle;
        let after = self.before.partition_point(|before| i128::from(*before) <= lifted);
        let index = i64::try_from(after.checked_sub(1)?).ok()? + self.first - BLOCKS_PER_CYCLE;
        Some(Block {
            index,
            cycles: i64::try_from(cycles).ok()?,
            before: self.at(index) + cycles * per_cycle,
        })
    }

    /// The count before a block of the table.
    fn at(&self, block: i64) -> i128 {
        let index = usize::try_from(block - self.first + BLOCKS_PER_CYCLE).ok();
        index.and_then(|i| self.before.get(i)).copied().unwrap_or_default().into()
    }

    fn cycle_before(&self) -> i128 {
        self.at(self.first) - self.at(self.first - BLOCKS_PER_CYCLE)
    }

    fn cycle_after(&self) -> i128 {
        self.at(self.last + BLOCKS_PER_CYCLE) - self.at(self.last)
    }
}
