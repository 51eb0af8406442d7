//! What was promised, as a description states it.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use deskmetrics::sla::{CustomClock, Matching, SlaPolicy};
use deskmetrics::ticket::Attribute;
use deskmetrics::{ClockKind, SlaMetric};
use serde::Deserialize;

use crate::file::FileSpec;

/// What was promised: policies in the core's data form, and tables of rules in files.
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
    /// How many of the policies a ticket can have.
    #[serde(default)]
    pub matching: Matching,
    /// Clocks of your own that targets can limit.
    #[serde(default)]
    pub clocks: Vec<CustomClock>,
    /// The policies, first match first.
    #[serde(default)]
    pub policies: Vec<SlaPolicy>,
    /// Tables of rules, after the policies.
    #[serde(default)]
    pub tables: Vec<SlaTable>,
}

/// A table of rules in a file, each row a policy: for tickets with these values, so much time.
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
    /// The column of each attribute a ticket must have.
    pub when: BTreeMap<Attribute, String>,
    /// What is limited.
    pub metric: SlaMetric,
    /// The clock it is counted on.
    #[serde(default)]
    pub clock: ClockKind,
    /// The named schedule; the tickets' own if not said.
    #[serde(default)]
    pub schedule: Option<Box<str>>,
    /// How long it may take.
    pub within: WithinColumn,
}

/// A column with a number of some unit of time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct WithinColumn {
    /// The column.
    pub column: String,
    /// What one stands for, such as a business day of `"8h 30m"`.
    #[serde(with = "deskmetrics::duration_text")]
    pub each: TimeDelta,
}
