//! The configuration, and the replay made from it.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::Utc;
use chrono_tz::Tz;
use deskmetrics::Timestamp;
use deskmetrics::replay::{Replay, ReplayOptions, Schedules};
use deskmetrics::report::KpiRequest;
use deskmetrics::sla::SlaPolicies;
use serde::Deserialize;

/// The configuration of the service. Schedules, policies, conventions and KPIs have the data forms of the library.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rules {
    pub(crate) listen: String,
    pub(crate) database: PathBuf,
    pub(crate) time_zone: Tz,
    /// The number of records after which the open tickets are stored again.
    pub(crate) snapshot_every: u32,
    /// A fixed time in place of the clock.
    #[serde(skip)]
    now: Option<Timestamp>,
    hours: Schedules,
    sla: SlaPolicies,
    #[serde(default)]
    replay: ReplayOptions,
    pub(crate) kpis: Vec<KpiRequest>,
}

impl Rules {
    /// Reads and checks a configuration.
    pub(crate) fn read(path: &Path, now: Option<Timestamp>) -> Result<Self, Box<dyn Error>> {
        let rules = Self { now, ..toml::from_str(&fs::read_to_string(path)?)? };
        for kpi in &rules.kpis {
            kpi.check()?;
        }
        for warning in rules.replay(Timestamp::MAX).check() {
            eprintln!("{}: {warning}", path.display());
        }
        Ok(rules)
    }

    /// The replay up to a cut-off. That of live tickets has none.
    pub(crate) fn replay(&self, as_of: Timestamp) -> Replay {
        Replay::new(as_of)
            .with_options(self.replay.clone())
            .with_schedules(self.hours.clone())
            .with_policies(self.sla.clone())
    }

    /// The current time. The library never reads the clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.now.unwrap_or_else(|| Utc::now().into())
    }
}
