//! Errors of reports.

use std::fmt;

use crate::kpi::RequestError;

/// Why a KPI has no slices by responder, and what to request instead.
fn no_responses(id: &str) -> String {
    let metric = "\"metric\": \"first_response\" or \"metric\": \"next_response\"";
    if ["sla_attainment", "sla_overshoot"].contains(&id) {
        return format!(
            "counts responses only with the metric of one, so that it has slices by \"responder\": add {metric}, such as \
             {{\"kpi\": \"{id}\", \"metric\": \"first_response\"}}"
        );
    }
    format!(
        "does not count responses, so it has no slices by \"responder\": take \"first_responder\" or \"solved_by\" instead, or \
         request only first_response_time, next_response_time and response_time, or sla_attainment and sla_overshoot with \
         {metric}"
    )
}

/// Why a report cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A KPI was requested that cannot be answered.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The report does not contain the requested KPI.
    #[error("the report is not about {id}; request one of its KPIs, with the same options")]
    NotInReport {
        /// The KPI's id.
        id: &'static str,
    },
    /// Nothing in the data has an attribute that slices or restrictions name.
    #[error("by: {why}")]
    UnknownAttribute {
        /// The attribute.
        attribute: String,
        /// The attributes there are.
        why: String,
    },
    /// Slices by responder of a KPI that does not count responses.
    #[error("by: {id} {}", no_responses(id))]
    NoResponses {
        /// The KPI's id.
        id: &'static str,
    },
    /// A KPI is restricted by responder.
    #[error(
        "where of {id}: a ticket may have several responders: slice by \"responder\" instead, or restrict by \
         \"first_responder\" or \"solved_by\""
    )]
    WhereResponder {
        /// The KPI's id.
        id: &'static str,
    },
    /// Two requests have one name.
    #[error("two requests are named \"{name}\": give each a name of its own")]
    NameTwice {
        /// The name.
        name: String,
    },
    /// There is nothing to report.
    #[error("report has no KPI: add at least one")]
    NoKpi,
    /// The confidence level is no share.
    #[error("confidence level {level} is not between 0 and 1: give for example 0.95")]
    Level {
        /// The level given.
        level: f64,
    },
    /// The state to be merged feeds another report.
    #[error("the two states feed different reports{}: merge only states made by equal reports", reason(differs.as_deref()))]
    OtherReport {
        /// Where they differ.
        differs: Option<Box<Difference>>,
    },
    /// The state to be merged was fed a part that this one was fed too.
    #[error("part \"{part}\" is in both states, so its records would count twice: merge each part once")]
    PartTwice {
        /// The part's name.
        part: String,
    },
    /// The tally to be merged has another request.
    #[error(
        "the tallies of {mine} and {theirs} do not add up{}: merge only tallies of equal requests and cut-offs",
        reason(differs.as_deref())
    )]
    OtherKpi {
        /// The KPI of the first tally.
        mine: String,
        /// The KPI of the other tally.
        theirs: String,
        /// Where they differ.
        differs: Option<Box<Difference>>,
    },
    /// The stored counts are not those of the stored request.
    #[error("the stored tally is not one of KPI \"{id}\", which was requested")]
    StoredOtherwise {
        /// The requested id.
        id: &'static str,
    },
}

fn reason(differs: Option<&Difference>) -> String {
    differs.map(|difference| format!(", since {difference}")).unwrap_or_default()
}

/// The first choice in which two requests differ, and what each of them chose.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The choice, under its name in data.
    pub choice: &'static str,
    /// The value in the first; `None` where it has none.
    pub mine: Option<String>,
    /// The value in the other.
    pub theirs: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |choice: &Option<String>| choice.clone().unwrap_or_else(|| "none".to_owned());
        write!(
            f,
            "{} is {} of the one and {} of the other",
            self.choice,
            shown(&self.mine),
            shown(&self.theirs)
        )
    }
}
