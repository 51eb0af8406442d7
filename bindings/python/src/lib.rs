//! Python bindings of deskmetrics: converts arguments and results of the core; computes nothing.
#![forbid(unsafe_code)]
#![allow(
    clippy::doc_link_with_quotes,
    reason = "doc comments here are Python docstrings, whose examples have lists"
)]

mod class;
mod command;
mod data;
mod dataset;
mod draft;
mod error;
mod frame;
mod input;
mod keywords;
mod kpi;
mod policy;
mod replay;
mod report;
mod result;
mod schedule;
mod source;
mod tables;
mod zone;

/// The compiled half of the package; use `deskmetrics`.
#[pyo3::pymodule(gil_used = false)]
mod _deskmetrics {
    #[pymodule_export]
    use crate::command::command;
    #[pymodule_export]
    use crate::dataset::{Dataset, read};
    #[pymodule_export]
    use crate::draft::describe;
    #[pymodule_export]
    use crate::frame::Frame;
    #[pymodule_export]
    use crate::kpi::{
        ReplayedTickets, Representativeness, WeightedRating, attribute, columns, compare, definitions,
        of_contacts, of_counts, of_invitations, of_reasons, of_scores, of_tickets, representativeness,
        visible_text, weighted,
    };
    #[pymodule_export]
    use crate::policy::{FcrPolicy, SlaPolicies, SlaPolicy};
    #[pymodule_export]
    use crate::replay::{Replay, Tracker, replay};
    #[pymodule_export]
    use crate::report::{Report, ReportRow, report};
    #[pymodule_export]
    use crate::result::KpiResult;
    #[pymodule_export]
    use crate::schedule::Schedule;

    /// The version of the package.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "the name Python has for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_export]
    const _STYLE: &str = deskmetrics_html::STYLE;

    #[pymodule_init]
    fn init(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
        crate::dataset::progress::loaded(module)
    }
}
