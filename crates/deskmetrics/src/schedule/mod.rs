//! Business time: schedules, and working time between timestamps.
//!
//! A [`Schedule`] defines when one team works: weekly hours in a time zone, holidays, special days, breaks. A
//! [`WorkingTime`] is a schedule, several of them together, or a [`ScheduleHistory`]. Each compiles to a
//! [`CompiledSchedule`], which all queries use; a [`Clock`] is either that or plain calendar time.
//!
//! ```
//! use chrono::TimeDelta;
//! use deskmetrics::schedule::Schedule;
//!
//! let schedule = Schedule::parse("Europe/London", "Mo-Fr 09:00-17:00")?.compile();
//! // Raised Wednesday 16:30, answered Thursday 09:30: one hour of working time.
//! let raised = "2026-01-14T16:30:00Z".parse()?;
//! let answered = "2026-01-15T09:30:00Z".parse()?;
//! assert_eq!(schedule.elapsed(raised, answered), TimeDelta::hours(1));
//! assert_eq!(schedule.due(raised, TimeDelta::hours(1))?, answered);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod budget;
mod business_days;
mod clock;
mod compile;
mod compiled;
mod convention;
mod cycle;
mod dates;
mod day_table;
mod definition;
mod error;
mod extrapolation;
mod form;
mod holiday;
mod hours_text;
mod lookup;
mod offsets;
mod pause;
mod plan;
mod shift;
mod slices;
mod source;
mod span;
mod time_of_day;
mod timeline;
mod weekly_hours;
mod working_time;

pub use self::budget::{Budget, BudgetError, DayEnd};
pub use self::clock::Clock;
pub use self::compiled::{CompiledSchedule, Openings};
pub use self::convention::{Boundary, Conventions, Counting, Gap, HolidayScope, ZeroBudget};
pub use self::definition::{Schedule, parse_zone};
pub use self::error::{DueError, ScheduleError, SliceLengthError};
pub use self::holiday::Holiday;
pub use self::pause::Break;
pub use self::shift::Shift;
pub use self::time_of_day::TimeOfDay;
pub use self::weekly_hours::WeeklyHours;
pub use self::working_time::{Effective, Members, ScheduleHistory, Version, WorkingTime};
