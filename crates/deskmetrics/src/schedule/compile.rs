//! Compiling schedules of every kind.

use std::ops::RangeInclusive;

use super::{CompiledSchedule, Schedule, ScheduleHistory, WorkingTime};

impl Schedule {
    /// The compiled form, fast for the years 2000 to 2049 and exact for all others.
    pub fn compile(&self) -> CompiledSchedule {
        WorkingTime::from(self.clone()).compile()
    }

    /// The compiled form, fast for these years and exact for all others.
    ///
    /// At most 136 years are compiled; results do not depend on the years.
    pub fn compile_years(&self, years: RangeInclusive<i32>) -> CompiledSchedule {
        WorkingTime::from(self.clone()).compile_years(years)
    }
}

impl ScheduleHistory {
    /// The compiled form, fast for the years 2000 to 2049 and exact for all others.
    pub fn compile(&self) -> CompiledSchedule {
        WorkingTime::from(self.clone()).compile()
    }

    /// The compiled form, fast for these years and exact for all others.
    pub fn compile_years(&self, years: RangeInclusive<i32>) -> CompiledSchedule {
        WorkingTime::from(self.clone()).compile_years(years)
    }
}

impl WorkingTime {
    /// The compiled form, fast for the years 2000 to 2049 and exact for all others.
    pub fn compile(&self) -> CompiledSchedule {
        self.compile_years(CompiledSchedule::DEFAULT_YEARS)
    }

    /// The compiled form, fast for these years and exact for all others.
    ///
    /// At most 136 years are compiled; results do not depend on the years.
    pub fn compile_years(&self, years: RangeInclusive<i32>) -> CompiledSchedule {
        CompiledSchedule::new(self, years)
    }
}
