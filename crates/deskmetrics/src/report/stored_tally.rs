//! A KPI's tally in its stored form.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
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

impl Serialize for KpiTally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (request, counts) = (self.request().clone(), TallyCounts::of(self.counted()));
        StoredTally { request, as_of: self.as_of(), counts }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for KpiTally {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(StoredTally::deserialize(deserializer)?).map_err(D::Error::custom)
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
