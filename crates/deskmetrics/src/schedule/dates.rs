//! Counting the dates on which working time begins.

use std::sync::{Arc, OnceLock};

use super::cycle::{BLOCK_DAYS, CYCLE_DAYS, CycleTable};
use super::source::Source;

/// The business days before each date, for all dates.
#[derive(Debug)]
pub(crate) struct BusinessDays {
    source: Arc<Source>,
    table: OnceLock<CycleTable>,
}

impl BusinessDays {
    pub(crate) fn new(source: Arc<Source>) -> Self {
        Self { source, table: OnceLock::new() }
    }

    pub(crate) fn includes(&self, day: i64) -> bool {
        self.source.is_business_day(day)
    }

    /// The number of business days before a day, since the far past.
    pub(crate) fn before(&self, day: i64) -> i128 {
        let block = self.table().block(day.div_euclid(BLOCK_DAYS));
        let like = day - block.cycles * CYCLE_DAYS;
        let within = (block.index * BLOCK_DAYS..like).map(|day| i128::from(self.includes(day)));
        block.before + within.sum::<i128>()
    }

    /// The business day with this number of business days before it.
    pub(crate) fn after(&self, count: i128) -> Option<i64> {
        let block = self.table().exceeding(count)?;
        let skipped = usize::try_from(count - block.before).ok()?;
        let mut days = block.index * BLOCK_DAYS..(block.index + 1) * BLOCK_DAYS;
        let like = days.by_ref().filter(|day| self.includes(*day)).nth(skipped)?;
        Some(like + block.cycles * CYCLE_DAYS)
    }

    fn table(&self) -> &CycleTable {
        self.table.get_or_init(|| {
            let (first, last) = self.source.dated_days().unwrap_or((0, 0));
            CycleTable::new(
                (first - 2).div_euclid(BLOCK_DAYS),
                (last + 2).div_euclid(BLOCK_DAYS) + 1,
                self.source.repeats_weekly(),
                |block| {
                    let days = block * BLOCK_DAYS..(block + 1) * BLOCK_DAYS;
                    days.map(|day| i64::from(self.includes(day))).sum()
                },
            )
        })
    }
}
