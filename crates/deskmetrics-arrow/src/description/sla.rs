//! SLA policies of a description.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use deskmetrics::sla::{CustomClock, Matching, SlaPolicy};
use deskmetrics::ticket::Attribute;
use deskmetrics::{ClockKind, SlaMetric};
use serde::Deserialize;

use crate::file::FileSpec;

/// SLA policies: in the core's data form, and as tables of rules in files.
///
/// ```toml
/// [[sla.policies]]
/// name = "Everybody"
/// targets = [{ metric = "first_response", clock = "business", within = { urgent = "1h", "*" = "8h" } }]
/// ```
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SlaSource {
    /// How many policies a ticket can have.
    #[serde(default)]
    pub matching: Matching,
    /// Custom clocks that targets can limit.
    #[serde(default)]
    pub clocks: Vec<CustomClock>,
    /// The policies. The first match has priority.
    #[serde(default)]
    pub policies: Vec<SlaPolicy>,
    /// Tables of rules, which follow the policies.
    #[serde(default)]
    pub tables: Vec<SlaTable>,
}

/// A table of rules in a file. Each row is a policy for tickets with its values.
///
/// ```toml
/// [[sla.tables]]
/// file = "deadline_rules.csv"
/// when = { group = "QUEUE", category = "TYPE" }
/// metric = "resolution"
/// clock = "business"
/// schedule = "boston"
/// within = { column = "business_days", each = "8h 30m" }
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SlaTable {
    /// The file.
    pub file: FileSpec,
    /// The column of each attribute that a ticket must have.
    pub when: BTreeMap<Attribute, String>,
    /// The metric that the targets limit.
    pub metric: SlaMetric,
    /// The clock of the targets.
    #[serde(default)]
    pub clock: ClockKind,
    /// The named schedule. Default: the tickets' own.
    #[serde(default)]
    pub schedule: Option<Box<str>>,
    /// The column of the target durations.
    pub within: WithinColumn,
}

/// A column with the number of time units.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct WithinColumn {
    /// The column.
    pub column: String,
    /// The length of one unit, such as `"8h 30m"` for a business day.
    #[serde(with = "deskmetrics::duration_text")]
    pub each: TimeDelta,
}
