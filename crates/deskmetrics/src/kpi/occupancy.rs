//! Occupancy of agents.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Definition, Polarity, Text, Topic, Variant};
use super::registry::Registered;
use super::tally::feeds_on;
use super::{Kpi, KpiRequest, Records, RequestError};
use crate::Timestamp;
use crate::queue::AgentShift;
use crate::{Estimate, Estimates, Excluded, Merge, Reason, Unit};

/// The definition of occupancy.
pub const DEFINITION: Definition = Definition {
    id: "occupancy",
    topic: Topic::Queue,
    name: Text { en: "Occupancy", es: "Ocupación", da: "Belægningsgrad" },
    description: Text {
        en: "The share of their time on duty that agents are busy with contacts.",
        es: "La proporción de su tiempo de servicio que los agentes están ocupados con contactos.",
        da: "Andelen af vagttiden, hvor agenterne er optaget af henvendelser.",
    },
    aliases: &["agent_occupancy", "utilization"],
    formula: "handle time / time on duty x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Neither,
    population: "stretches of agents on duty, pauses not included",
    anchor: Anchor::ShiftStarted,
    clocks: &[],
    measures: &["percent", "busy_seconds", "staffed_seconds"],
    options: &[],
    variants: &[Variant {
        name: "utilization",
        differs: "over paid time, pauses and training included",
        used_by: &["workforce management"],
    }],
    references: &["WFM Labs wiki: Occupancy"],
};

/// Occupancy of many agents.
///
/// # What it measures
/// The share of their time on duty in which agents are busy; the rest is waiting for work.
///
/// # Formula
/// `100 · busy / on duty`, time over time, so that long shifts weigh more than short ones.
///
/// # Worked example
/// ```
/// use chrono::TimeDelta;
/// use deskmetrics::queue::AgentShift;
/// use deskmetrics::{Estimates, Reason, Timestamp, kpi};
///
/// let morning: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
/// let shift = |on_duty, busy| AgentShift::new(morning, TimeDelta::minutes(on_duty), TimeDelta::minutes(busy));
/// // the third agent was busier than on duty: a recording error
/// let occupancy = kpi::occupancy(&[shift(420, 360), shift(180, 150), shift(180, 200)]);
/// assert_eq!(occupancy.percent(), Some(85.0)); // 510 of 600 minutes
/// assert_eq!(occupancy.excluded().count(Reason::EndBeforeStart), 1);
/// ```
///
/// # Who is counted
/// Every shift. One with more busy time than time on duty, or a negative time, is excluded.
///
/// # When it misleads
/// Neither end is good: at 60 % agents are idle, at 95 % they burn out. Several chats at once count more than once: give the time in
/// which at least one was open.
///
/// # References
/// See [`DEFINITION`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occupancy {
    busy_micros: i128,
    staffed_micros: i128,
    stretches: u64,
    excluded: Excluded,
}

impl Occupancy {
    /// Counts one shift and the busy time in it.
    pub fn push(&mut self, shift: &AgentShift) {
        let AgentShift { busy_micros: busy, on_duty_micros: on_duty, .. } = *shift;
        if !(0..=on_duty).contains(&busy) {
            return self.excluded.add(Reason::EndBeforeStart);
        }
        self.busy_micros = self.busy_micros.saturating_add(i128::from(busy));
        self.staffed_micros = self.staffed_micros.saturating_add(i128::from(on_duty));
        self.stretches.merge(1);
    }

    /// Counts a record that is no shift.
    pub fn exclude_one(&mut self, reason: Reason) {
        self.excluded.add(reason);
    }

    /// Shifts counted.
    pub fn n(&self) -> u64 {
        self.stretches
    }

    /// Occupancy in percent; `None` without time on duty.
    pub fn percent(&self) -> Option<f64> {
        (self.staffed_micros > 0).then(|| 100.0 * self.busy_micros as f64 / self.staffed_micros as f64)
    }
}

impl Merge for Occupancy {
    fn merge(&mut self, other: Self) {
        self.busy_micros = self.busy_micros.saturating_add(other.busy_micros);
        self.staffed_micros = self.staffed_micros.saturating_add(other.staffed_micros);
        self.stretches.merge(other.stretches);
        self.excluded.merge(other.excluded);
    }
}

feeds_on!(Occupancy, AgentShift);

impl Estimates for Occupancy {
    fn estimates(&self, _level: f64) -> Vec<Estimate> {
        const SECOND: f64 = 1e6;
        vec![
            Estimate::new("percent", self.percent(), Unit::Percent, self.n()),
            Estimate::new("busy_seconds", Some(self.busy_micros as f64 / SECOND), Unit::Seconds, self.n()),
            Estimate::new(
                "staffed_seconds",
                Some(self.staffed_micros as f64 / SECOND),
                Unit::Seconds,
                self.n(),
            ),
        ]
    }

    fn excluded(&self) -> &Excluded {
        &self.excluded
    }
}

impl Kpi for Occupancy {
    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn exclude(&mut self, reason: Reason, records: u64) {
        self.excluded.add_many(reason, records);
    }

    fn records(&self) -> Records {
        Records::Shifts
    }

    fn push_shift(&mut self, shift: &AgentShift) {
        self.push(shift);
    }
}

impl Registered for Occupancy {
    fn requested(_request: &KpiRequest, _as_of: Option<Timestamp>) -> Result<Self, RequestError> {
        Ok(Self::default())
    }
}

/// Occupancy over `shifts`; see [`Occupancy`].
pub fn occupancy<'a>(shifts: impl IntoIterator<Item = &'a AgentShift>) -> Occupancy {
    let mut tally = Occupancy::default();
    tally.extend(shifts);
    tally
}
