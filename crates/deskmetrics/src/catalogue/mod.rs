//! The catalogue: all KPIs with their definitions, as data.
//!
//! The same list is shipped as `docs/catalogue.json` (with a JSON Schema beside it) and as one page per KPI under
//! `docs/kpi/`; a test keeps the three equal to the code.

use serde::Serialize;

use crate::kpi::{self, Definition, Topic};

/// Every KPI's definition.
///
/// ```
/// use deskmetrics::catalogue::catalogue;
///
/// let catalogue = catalogue();
/// let satisfaction = catalogue.find("% satisfied").unwrap();
/// assert_eq!((satisfaction.id, satisfaction.name.es), ("csat", "Satisfacción del cliente (CSAT)"));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Catalogue {
    /// The shape of this list; grows when a field is added, renamed or dropped.
    pub format: u32,
    /// The languages of names and descriptions.
    pub languages: [&'static str; 3],
    /// The definitions, by topic.
    pub kpis: &'static [&'static Definition],
}

/// Every KPI of this library.
pub fn catalogue() -> Catalogue {
    Catalogue { format: 1, languages: ["en", "es", "da"], kpis: kpi::DEFINITIONS }
}

impl Catalogue {
    /// The KPI with this id or alias; see [`kpi::definition`].
    pub fn find(&self, name: &str) -> Option<&'static Definition> {
        kpi::definition(name)
    }

    /// The KPIs of one topic, in order.
    pub fn of(&self, topic: Topic) -> impl Iterator<Item = &'static Definition> + use<> {
        self.kpis.iter().copied().filter(move |definition| definition.topic == topic)
    }
}
