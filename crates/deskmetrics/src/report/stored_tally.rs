//! A KPI's tally in its stored form.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::{KpiRequest, KpiTally, ReportError};
use crate::Timestamp;
use crate::kpi::AnyKpi;

/// A stored tally, not checked yet.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredTally {
    pub(super) request: KpiRequest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) as_of: Option<Timestamp>,
    pub(super) counts: TallyCounts,
}

/// The counts of a tally as MessagePack, with the KPI's id.
#[derive(Serialize, Deserialize)]
pub(super) struct TallyCounts {
    kpi: Box<str>,
    counts: ByteBuf,
}

impl TallyCounts {
    pub(super) fn of(tally: &dyn AnyKpi) -> Self {
        Self { kpi: tally.definition().id.into(), counts: ByteBuf::from(tally.to_bytes()) }
    }

    /// The tally, if it is one like `empty`.
    pub(super) fn read(&self, empty: &dyn AnyKpi) -> Result<Box<dyn AnyKpi>, ReportError> {
        let id = empty.definition().id;
        let other = || ReportError::StoredOtherwise { id };
        if *self.kpi != *id {
            return Err(other());
        }
        empty.read(&self.counts).map_err(|_| other())
    }
}

impl From<KpiTally> for StoredTally {
    fn from(tally: KpiTally) -> Self {
        Self {
            as_of: tally.as_of(),
            request: tally.request().clone(),
            counts: TallyCounts::of(tally.counted()),
        }
    }
}

impl TryFrom<StoredTally> for KpiTally {
    type Error = ReportError;

    fn try_from(stored: StoredTally) -> Result<Self, ReportError> {
        let StoredTally { request, as_of, counts } = stored;
        let empty = Self::new(&request, as_of)?;
        Self::of_counted(&request, as_of, counts.read(empty.counted())?)
    }
}
