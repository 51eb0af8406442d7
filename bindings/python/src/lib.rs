//! Python bindings of deskmetrics: Python values in, core functions, Python values out. Nothing is computed here.
#![forbid(unsafe_code)]
#![allow(
    clippy::doc_link_with_quotes,
    reason = "doc comments here are Python docstrings, whose examples have lists"
)]

mod data;
mod dataset;
mod error;
mod frame;
mod input;
mod policy;
mod report;
mod result;
mod schedule;
mod schedule_column;
mod score;
mod survey;
mod zone;

/// The compiled half of the package; use `deskmetrics`.
#[pyo3::pymodule(gil_used = false)]
mod _deskmetrics {
    #[pymodule_export]
    use crate::dataset::{Dataset, read};
    #[pymodule_export]
    use crate::policy::{FcrPolicy, SlaPolicies, SlaPolicy};
    #[pymodule_export]
    use crate::report::{Report, ReportRow};
    #[pymodule_export]
    use crate::schedule::Schedule;
    #[pymodule_export]
    use crate::survey::{Ces, Csat, Nps, ResponseRate, ces, csat, nps, response_rate};

    /// The version of the package.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "the name Python has for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
