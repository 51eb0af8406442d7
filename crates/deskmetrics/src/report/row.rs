//! One line of a report.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Change, PeriodSpan};
use crate::kpi::{self, RequestError};
use crate::ticket::Attribute;
use crate::{ClockKind, Excluded, Interval, Timestamp, Unit};

/// One number of one KPI for one slice and one period, with its n, interval and exclusions.
///
/// Rows share their common parts, because a report of many slices and periods has many rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportRow {
    /// The KPI's id in the catalogue, such as `first_response_time`.
    #[serde(deserialize_with = "kpi_id")]
    pub kpi: KpiId,
    /// The name it was requested under, else its English one.
    pub name: Cow<'static, str>,
    /// The options chosen: the policy, the survey question, the SLA metric.
    pub option: Option<Arc<str>>,
    /// Whether the request was restricted to some records; `option` contains the restriction.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restricted: bool,
    /// The measure of the KPI: `percent`, `mean`, `median`, `up to 4h` ...
    pub measure: Cow<'static, str>,
    /// Whether this is the KPI's headline, the first of its measures.
    pub headline: bool,
    /// The clock of its durations.
    pub clock: Option<ClockKind>,
    /// The slice it is about; empty for all records together.
    pub keys: SliceKeys,
    /// The period it is about; `None` for all periods together.
    pub period: Option<Arc<ReportPeriod>>,
    /// The number; `None` when nothing was counted.
    pub value: Option<f64>,
    /// The unit.
    pub unit: Unit,
    /// Records behind it.
    pub n: u64,
    /// Whether `n` is below the report's guard, so that the number is uncertain; never set for a count.
    pub small_n: bool,
    /// Its confidence interval, where there is one.
    pub interval: Option<Interval>,
    /// Records excluded of this number's KPI in this slice and period, by reason.
    pub excluded: Arc<Excluded>,
    /// The change against the period before. `None` without periods, for the first period, for an undated or
    /// partial count, after a partial count, and where the data covers nothing of one of the two.
    pub change: Option<Change>,
}

impl ReportRow {
    /// The name with the options, such as `First response time (business hours)`.
    pub fn title(&self) -> String {
        let business = self.clock.filter(|clock| *clock == ClockKind::Business).map(|_| "business hours");
        let remarks: Vec<&str> = self.option.as_deref().into_iter().chain(business).collect();
        if remarks.is_empty() {
            self.name.to_string()
        } else {
            format!("{} ({})", self.name, remarks.join(", "))
        }
    }
}

/// The attribute values of a slice, in the order requested; `None` means records without the attribute.
///
/// As JSON it is an object: `{"market": "DK", "channel": null}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SliceKeys(pub Arc<[(Attribute, Option<Box<str>>)]>);

impl SliceKeys {
    /// The value of the slice in which [`with_largest_slices`](super::ReportState::with_largest_slices) joins all others.
    pub const OTHERS: &str = "(others)";

    /// Whether it is that slice.
    pub fn is_others(&self) -> bool {
        !self.is_empty() && self.values().all(|value| value == Some(Self::OTHERS))
    }

    /// The values without their attributes.
    pub(super) fn values(&self) -> impl Iterator<Item = Option<&str>> {
        self.0.iter().map(|(_, value)| value.as_deref())
    }

    /// The value of `attribute`: `None` when the slice is not about it, `Some(None)` when it is about the records
    /// that lack it.
    pub fn get(&self, attribute: &Attribute) -> Option<Option<&str>> {
        self.0.iter().find(|(key, _)| key == attribute).map(|(_, value)| value.as_deref())
    }

    /// Whether it is all records together.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values side by side, `(none)` where there is no value.
    pub fn label(&self) -> String {
        let values: Vec<&str> =
            self.0.iter().map(|(_, value)| value.as_deref().unwrap_or("(none)")).collect();
        values.join(", ")
    }
}

impl Serialize for SliceKeys {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (attribute, value) in &*self.0 {
            map.serialize_entry(attribute.as_str(), value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for SliceKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;

        impl<'de> Visitor<'de> for Keys {
            type Value = SliceKeys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of attributes and values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut keys = Vec::new();
                while let Some((Exactly(attribute), value)) = map.next_entry()? {
                    keys.push((attribute, value));
                }
                Ok(SliceKeys(keys.into()))
            }
        }

        deserializer.deserialize_map(Keys)
    }
}

/// The id of a KPI.
pub(super) type KpiId = &'static str;

/// Reads the id of a KPI of the catalogue.
pub(super) fn kpi_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<KpiId, D::Error> {
    let id = Cow::<'de, str>::deserialize(deserializer)?;
    let known = kpi::definition(&id).map(|definition| definition.id).filter(|known| **known == *id);
    known.ok_or_else(|| {
        let known = kpi::DEFINITIONS.iter().map(|definition| definition.id).collect();
        serde::de::Error::custom(RequestError::UnknownKpi { id: id.into_owned(), known })
    })
}

/// An attribute of a table, where `team` is the name that the report gives [`Attribute::Group`].
#[derive(Deserialize)]
#[serde(from = "String")]
pub(super) struct Exactly(pub(super) Attribute);

impl From<String> for Exactly {
    fn from(name: String) -> Self {
        let usual = Attribute::from(&name);
        Self(if usual.as_str() == name { usual } else { Attribute::Custom(name.into()) })
    }
}

/// Reads the attributes of a slicing.
pub(super) fn slicing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Attribute>, D::Error> {
    Ok(Vec::deserialize(deserializer)?.into_iter().map(|Exactly(attribute)| attribute).collect())
}

/// The period of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportPeriod {
    /// Its name, such as `2026-W10`; `no date` for records that belong to no period.
    pub label: String,
    /// Its first timestamp; `None` for records that belong to no period.
    pub start: Option<Timestamp>,
    /// The first timestamp after it.
    pub end: Option<Timestamp>,
    /// Whether the data does not cover it wholly: it begins before the first day of the data, or ends after the cut-off or
    /// after the [end of the data](super::ReportBuilder::with_observed_until).
    pub partial: bool,
}

impl ReportPeriod {
    pub(super) fn new(span: &PeriodSpan, partial: bool) -> Self {
        Self { label: span.label(), start: Some(span.start), end: Some(span.end), partial }
    }

    pub(super) fn undated() -> Self {
        Self { label: "no date".to_owned(), start: None, end: None, partial: false }
    }
}
