//! Every KPI of the catalogue, in one list.

use super::evidence::Evidence;
use super::interface::{AnyKpi, Kpi};
use super::{Definition, KpiRequest, RequestError};
use crate::Timestamp;
use crate::replay::StatedMeasure;

/// A KPI of the catalogue, which requests name by id.
pub(crate) trait Registered: Kpi {
    /// Whether reports show it unless other KPIs are requested.
    const USUAL: bool = false;

    /// The data it requires.
    const EVIDENCE: Evidence = Evidence::Records;

    /// The measures which, if the source states all of them, are enough without the evidence.
    const STATED: &[StatedMeasure] = &[];

    /// The empty tally of a request.
    fn requested(request: &KpiRequest, as_of: Option<Timestamp>) -> Result<Self, RequestError>;

    /// The options chosen, for readers.
    fn option(_request: &KpiRequest) -> Option<String> {
        None
    }
}

/// Makes the empty tally of a request.
pub(crate) type Requested = fn(&KpiRequest, Option<Timestamp>) -> Result<Box<dyn AnyKpi>, RequestError>;

/// A KPI of the catalogue, with its functions for requests.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Entry {
    /// The definition.
    pub definition: &'static Definition,
    /// Whether reports show it unless other KPIs are requested.
    pub usual: bool,
    /// The data it requires.
    pub evidence: Evidence,
    /// The measures which, if the source states all of them, are enough without the evidence.
    pub stated: &'static [StatedMeasure],
    pub(crate) requested: Requested,
    pub(crate) option: fn(&KpiRequest) -> Option<String>,
}

impl Entry {
    pub(crate) const fn of<K: Registered>(definition: &'static Definition) -> Self {
        Self {
            definition,
            usual: K::USUAL,
            evidence: K::EVIDENCE,
            stated: K::STATED,
            requested: |request, as_of| Ok(Box::new(K::requested(request, as_of)?)),
            option: K::option,
        }
    }
}

/// The registry of KPIs: the module and the tally of each.
macro_rules! registry {
    ($($module:ident :: $tally:ident),+ $(,)?) => {
        $(pub use $module::{$tally, $module};)+

        /// Every KPI of the catalogue, by topic.
        pub const REGISTRY: &[Entry] = &[$(Entry::of::<$tally>(&$module::DEFINITION)),+];

        /// Every KPI's definition, by topic.
        pub const DEFINITIONS: &[&Definition] = &[$(&$module::DEFINITION),+];
    };
}
pub(crate) use registry;

/// The KPI of the catalogue with this id or alias; case, spaces and hyphens do not matter.
pub(super) fn entry<'r>(registry: &'r [Entry], name: &str) -> Option<&'r Entry> {
    let requested = normal_form(name);
    let goes_by = |entry: &&Entry| {
        let names = std::iter::once(&entry.definition.id).chain(entry.definition.aliases);
        names.into_iter().any(|name| normal_form(name) == requested)
    };
    registry.iter().find(goes_by)
}

fn normal_form(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}
