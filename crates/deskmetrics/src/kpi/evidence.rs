//! Data requirements of KPIs.

/// The data that a KPI requires.
///
/// In ascending order: of several requirements the greatest decides. None is needed where the source states the
/// [measures](super::KpiRequest::stated_measures) of the KPI itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Evidence {
    /// The records themselves.
    Records,
    /// The solve of each ticket: its time, its status or a log of events.
    Solves,
    /// Replies to customers; the time of each ticket's first reply suffices.
    Replies,
    /// A log of events.
    Events,
    /// A log of events that has every message.
    Messages,
}
