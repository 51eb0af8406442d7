//! The KPIs: one file each, and in it the definition, the formula, a worked example and what to beware of.
//!
//! Each KPI is a *tally* that is fed records one by one, merged with others of its kind, and asked at the end; the
//! function of the same name feeds one from an iterator. Nothing here fails: a record that cannot count is left out under
//! its [`Reason`](crate::Reason), and where nothing counted the answer is `None`.

mod definition;
mod presence;
pub mod tally;

pub mod backlog;
pub mod ces;
pub mod csat;
pub mod fcr;
pub mod first_resolution_time;
pub mod first_response_time;
pub mod full_resolution_time;
pub mod nps;
pub mod one_touch;
pub mod reopen_rate;
pub mod response_rate;
pub mod sla_attainment;
pub mod volume;

pub use definition::{Anchor, Choice, Definition, Good, Text, Topic, Variant};

pub use backlog::{Backlog, backlog};
pub use ces::{Ces, ces};
pub use csat::{Csat, csat};
pub use fcr::{Fcr, FcrPolicy, RepeatKey, UnknownFcrPolicy, fcr};
pub use first_resolution_time::{FirstResolutionTime, first_resolution_time};
pub use first_response_time::{FirstResponseTime, first_response_time};
pub use full_resolution_time::{FullResolutionTime, full_resolution_time};
pub use nps::{Nps, nps};
pub use one_touch::{OneTouch, one_touch};
pub use reopen_rate::{ReopenRate, reopen_rate};
pub use response_rate::{ResponseRate, response_rate};
pub use sla_attainment::{SlaAttainment, sla_attainment};
pub use volume::{Volume, volume};

/// Every KPI's definition, by topic.
pub const DEFINITIONS: &[&Definition] = &[
    &csat::DEFINITION,
    &nps::DEFINITION,
    &ces::DEFINITION,
    &response_rate::DEFINITION,
    &volume::DEFINITION,
    &backlog::DEFINITION,
    &first_response_time::DEFINITION,
    &first_resolution_time::DEFINITION,
    &full_resolution_time::DEFINITION,
    &fcr::DEFINITION,
    &one_touch::DEFINITION,
    &reopen_rate::DEFINITION,
    &sla_attainment::DEFINITION,
];

/// The definition of the KPI with this id or alias; case, spaces and hyphens do not matter.
///
/// ```
/// use deskmetrics::kpi;
///
/// assert_eq!(kpi::definition("First reply time").unwrap().id, "first_response_time");
/// assert_eq!(kpi::definition("MTTR").unwrap().id, "full_resolution_time");
/// assert!(kpi::definition("horoscope").is_none());
/// ```
pub fn definition(name: &str) -> Option<&'static Definition> {
    let wanted = normal_form(name);
    let goes_by = |definition: &&&Definition| {
        let names = std::iter::once(&definition.id).chain(definition.aliases);
        names.into_iter().any(|name| normal_form(name) == wanted)
    };
    DEFINITIONS.iter().find(goes_by).copied()
}

fn normal_form(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}
