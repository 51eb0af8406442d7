//! A report that cannot be made.

use super::Difference;
use crate::Timestamp;

/// Why a report cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The report tells nothing of the KPI asked for.
    #[error("the report is not about {id}; ask for one of its KPIs, with the same choices")]
    NotInReport {
        /// The KPI's id.
        id: &'static str,
    },
    /// The catalogue has no such KPI.
    #[error("KPI \"{id}\" is not in the catalogue, which has {}", known.join(", "))]
    UnknownKpi {
        /// The id asked for.
        id: String,
        /// Every id.
        known: Vec<&'static str>,
    },
    /// The KPI is about an instant, and none was given.
    #[error("KPI \"{id}\" needs a cut-off, since it is about what was known at an instant: give as_of")]
    NeedsCutOff {
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
    /// Records are to be restricted by something that a report does not know.
    #[error("KPI \"{id}\" cannot be restricted by {by}: name attributes, each with the values it may have")]
    Filter {
        /// The KPI's id.
        id: &'static str,
        /// What was given.
        by: String,
    },
    /// A name that says nothing, or something else.
    #[error(
        "KPI \"{id}\" cannot be named \"{name}\": choose a name that is not empty and not the id of another KPI"
    )]
    Name {
        /// The KPI's id.
        id: &'static str,
        /// The name given.
        name: String,
    },
    /// Two requests have one name.
    #[error("two requests are named \"{name}\": give each a name of its own")]
    NameTwice {
        /// The name.
        name: String,
    },
    /// No duration lies within the limit asked for.
    #[error("KPI \"{id}\" within \"{limit}\" has no meaning: give a duration above zero, such as \"4h\"")]
    Limit {
        /// The KPI's id.
        id: &'static str,
        /// The limit given.
        limit: String,
    },
    /// A span of time is none, or not all of it is known.
    #[error(
        "KPI \"{id}\" from {from} to {to} has no meaning: give a span that ends after it begins, and not after the cut-off, \
         {as_of}"
    )]
    Span {
        /// The KPI's id.
        id: &'static str,
        /// The start given.
        from: Timestamp,
        /// The end given.
        to: Timestamp,
        /// The cut-off.
        as_of: Timestamp,
    },
    /// A share of a target is more than all of it.
    #[error("KPI \"{id}\" from {threshold} % of the target on has no meaning: give 0 to 100")]
    Threshold {
        /// The KPI's id.
        id: &'static str,
        /// The percentage given.
        threshold: u32,
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
    #[error("the two states feed different reports{}: merge only states made by equal reports", told(differs.as_deref()))]
    OtherReport {
        /// Where they differ.
        differs: Option<Box<Difference>>,
    },
    /// The tally to be merged was asked for differently.
    #[error(
        "the tallies of {mine} and {theirs} do not add up{}: merge only tallies of equal requests and cut-offs",
        told(differs.as_deref())
    )]
    OtherKpi {
        /// What the one counts.
        mine: String,
        /// What the other counts.
        theirs: String,
        /// Where they differ.
        differs: Option<Box<Difference>>,
    },
    /// The stored counts are not those of the stored request.
    #[error("the stored tally is not one of KPI \"{id}\", which was asked for")]
    StoredOtherwise {
        /// The id asked for.
        id: &'static str,
    },
}

fn told(differs: Option<&Difference>) -> String {
    differs.map(|difference| format!(", since {difference}")).unwrap_or_default()
}
