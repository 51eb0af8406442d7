//! Many KPIs at once, sliced by keys and periods.

mod period;

pub use period::{Period, PeriodSpan, Periods, UnknownPeriod};
