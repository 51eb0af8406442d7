//! A report that cannot be made.

/// Why a report cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The catalogue has no such KPI.
    #[error("KPI \"{id}\" is not in the catalogue, which has {}", known.join(", "))]
    UnknownKpi {
        /// The id asked for.
        id: String,
        /// Every id.
        known: Vec<&'static str>,
    },
    /// The catalogue has the KPI, but it is worked out from something a report is not fed with.
    #[error("KPI \"{id}\" cannot stand in a report of tickets and surveys: use the function kpi::{id}")]
    NotReported {
        /// Its id.
        id: &'static str,
    },
    /// A choice that must be made was not made.
    #[error("KPI \"{id}\" needs its {option}, since {why}: give {allowed}")]
    NeedsChoice {
        /// The KPI's id.
        id: &'static str,
        /// What is missing.
        option: &'static str,
        /// Why there is no default.
        why: &'static str,
        /// What can be given.
        allowed: &'static str,
    },
    /// A choice was made that the KPI does not have.
    #[error("KPI \"{id}\" has no {option}: leave it out")]
    NoSuchChoice {
        /// The KPI's id.
        id: &'static str,
        /// What was given.
        option: &'static str,
    },
    /// No duration lies within the limit asked for.
    #[error("KPI \"{id}\" within \"{limit}\" has no meaning: give a duration above zero, such as \"4h\"")]
    Limit {
        /// The KPI's id.
        id: &'static str,
        /// The limit given.
        limit: String,
    },
    /// There is nothing to report.
    #[error("report has no KPI: ask for at least one")]
    NoKpi,
    /// The confidence level is no share.
    #[error("confidence level {level} is not between 0 and 1: give for example 0.95")]
    Level {
        /// The level given.
        level: f64,
    },
    /// The state to be merged feeds another report.
    #[error("the two states feed different reports: merge only states made by equal reports")]
    OtherReport,
}
