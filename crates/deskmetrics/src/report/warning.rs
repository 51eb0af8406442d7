//! Warnings of a report.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use super::calendar::SNAPSHOTS;
use super::row::{Exactly, KpiId, SliceKeys, kpi_id, slicing};
use super::value::{count_text, value_text};
use crate::survey::Adjusted;
use crate::ticket::{Attribute, Status};
use crate::{ClockKind, Ratio, Reason, Timestamp, Unit};

/// Why a number of a report may mislead.
///
/// `Display` gives a sentence for the reader; serde an object whose `warning` names the kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "warning", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Warning {
    /// A CSAT, NPS or CES is based on fewer answers than the report requires
    /// ([`with_min_n`](super::ReportBuilder::with_min_n)): overall, or in some slices.
    TooFewAnswers {
        /// The KPI's id.
        #[serde(deserialize_with = "kpi_id")]
        kpi: KpiId,
        /// Its English name.
        name: Cow<'static, str>,
        /// Its options, such as the question.
        option: Option<Arc<str>>,
        /// The slicing; empty for the overall score.
        #[serde(deserialize_with = "slicing")]
        by: Vec<Attribute>,
        /// The slices concerned; the overall score is the slice without keys.
        slices: Vec<SliceKeys>,
        /// Slices that have a score.
        of: u64,
        /// The fewest answers required of each.
        min_n: u64,
    },
    /// The numbers may mislead, such as an NPS of answers from 1 to 5.
    Caution {
        /// The KPI's id.
        #[serde(deserialize_with = "kpi_id")]
        kpi: KpiId,
        /// The name it was requested under, else its English one.
        name: Cow<'static, str>,
        /// Its options, such as the question.
        option: Option<Arc<str>>,
        /// Why, without a full stop.
        why: Cow<'static, str>,
    },
    /// No record meets the restriction of a request, perhaps because a value is written otherwise in the data.
    NoRecord {
        /// The KPI's id.
        #[serde(deserialize_with = "kpi_id")]
        kpi: KpiId,
        /// The name it was requested under, else its English one.
        name: Cow<'static, str>,
        /// Its options, with the restriction.
        option: Option<Arc<str>>,
    },
    /// A request is restricted to a value that no record has.
    NoSuchValue {
        /// The attribute.
        #[serde(deserialize_with = "attribute")]
        attribute: Attribute,
        /// The value.
        value: String,
        /// Some of the values there are, those most like it first.
        present: Vec<String>,
    },
    /// A KPI excludes more than [`MOST_EXCLUDED`](Self::MOST_EXCLUDED) of its records because of one fault in their data.
    ManyExcluded {
        /// The KPI's id.
        #[serde(deserialize_with = "kpi_id")]
        kpi: KpiId,
        /// Its English name.
        name: Cow<'static, str>,
        /// Its options.
        option: Option<Arc<str>>,
        /// The fault.
        reason: Reason,
        /// Records excluded.
        excluded: u64,
        /// Records in all.
        of: u64,
    },
    /// More than [`MOST_EXCLUDED`](Self::MOST_EXCLUDED) of the rows of a table, or of their values, are excluded for one reason.
    ManyRowsExcluded {
        /// The table's name, or its file's.
        table: String,
        /// The column; empty where lines of a file are no rows.
        column: String,
        /// What is excluded: whole `rows`, only `values` of the column, or `links` to other records.
        what: Cow<'static, str>,
        /// Why.
        reason: Reason,
        /// Rows excluded.
        excluded: u64,
        /// Rows in all that are read.
        of: u64,
        /// Rows that `where` of the table does not select, besides.
        not_selected: u64,
        /// The first value.
        example: String,
        /// The remedy.
        remedy: String,
    },
    /// Timestamps are so much later than all others that they do not count when the cut-off is taken from the data. They are
    /// after the cut-off then.
    ImplausibleTimestamp {
        /// The kind of table.
        table: String,
        /// The role of the column.
        column: String,
        /// The first row, counted from 1.
        row: u64,
        /// Its value.
        value: Timestamp,
        /// Their number.
        count: u64,
        /// The cut-off without them.
        cut_off: Timestamp,
    },
    /// The cut-off is before all records, so that none counts.
    CutOffBeforeData {
        /// The cut-off.
        cut_off: Timestamp,
        /// The date of the first record.
        first: Timestamp,
    },
    /// The status that a table of tickets states differs from that of the ticket's last event.
    StatusDiffers {
        /// Tickets where it differs.
        count: u64,
        /// Tickets with a stated status.
        of: u64,
        /// The first of them.
        ticket: String,
        /// Its stated status.
        stated: Status,
        /// Its status by its events.
        replayed: Status,
    },
    /// A measure that a table of tickets states differs from the one by the ticket's timestamps or events, which counts.
    StatedDiffers {
        /// The role of its column, such as `first_response_time`.
        measure: Cow<'static, str>,
        /// The clock of a duration.
        clock: Option<ClockKind>,
        /// The column.
        column: String,
        /// Tickets where it differs.
        count: u64,
        /// Tickets that have both.
        of: u64,
        /// The first of them.
        ticket: String,
        /// Its stated value, in seconds or as a count.
        stated: f64,
        /// Its replayed value.
        replayed: f64,
        /// Whether that is by its events; else by timestamps in the table.
        by_events: bool,
    },
    /// Durations that a table of tickets states are so much longer than the tickets were open that their unit is probably wrong.
    UnitImplausible {
        /// The role of their column, such as `first_response_time`.
        measure: Cow<'static, str>,
        /// The column.
        column: String,
        /// Values longer than three times the time from creation to end.
        count: u64,
        /// Values of tickets with a known end.
        of: u64,
        /// The first ticket.
        ticket: String,
        /// Its stated value, in seconds.
        stated: f64,
        /// The time from its creation to its end, in seconds.
        age: f64,
        /// The unit of the column.
        unit: Cow<'static, str>,
        /// The longest unit with which nearly all values fit.
        likely: Option<Cow<'static, str>>,
        /// The remedy, if there is a likely unit; else empty.
        remedy: String,
    },
    /// The values of an attribute, or the tags, that a table of tickets states differ from those of the ticket's events.
    AttributeDiffers {
        /// The attribute, or `tags`.
        attribute: String,
        /// Tickets where it differs; of tags, pairs of a ticket and a tag.
        count: u64,
        /// Tickets whose attribute events change; of tags, pairs of a ticket and a tag.
        of: u64,
        /// The first of them.
        ticket: String,
        /// Its stated value.
        stated: Option<String>,
        /// Its value by its events: after the last one, or before the first one where the table states values at creation.
        replayed: Option<String>,
        /// The remedy.
        remedy: String,
    },
    /// The value of an attribute at creation is unknown, since neither a table nor the first change provides it.
    AttributeUnknown {
        /// The attribute.
        #[serde(deserialize_with = "attribute")]
        attribute: Attribute,
        /// Tickets concerned.
        count: u64,
        /// Tickets whose attribute events change.
        of: u64,
        /// The first of them.
        ticket: String,
        /// The KPIs of a report that count changes of the attribute or the time until one, by their ids.
        kpis: Vec<Cow<'static, str>>,
        /// The remedy.
        remedy: String,
    },
    /// Periods in which a count such as the ticket volume is 0 have no row.
    ZerosNotListed {
        /// The KPI's id.
        #[serde(deserialize_with = "kpi_id")]
        kpi: KpiId,
        /// The name it was requested under, else its English one.
        name: Cow<'static, str>,
        /// Its options.
        option: Option<Arc<str>>,
        /// The slicing; empty for all records together.
        #[serde(deserialize_with = "slicing")]
        by: Vec<Attribute>,
        /// The first period from which on all have rows, since the data covers more than 1,000; `None` if there are too many
        /// slices for any.
        before: Option<String>,
    },
    /// Records are in several slices of a slicing, so the `n` of the slices add up to more than the overall one. The slices are no
    /// independent samples.
    OverlappingSlices {
        /// The slicing.
        #[serde(deserialize_with = "slicing")]
        by: Vec<Attribute>,
    },
    /// Some slices answered much more readily than others, so that the overall score represents them more than the
    /// rest.
    ///
    /// It is given if the survey's invitations were fed, chance alone is unlikely to make the rates so uneven (Pearson's
    /// chi-squared test at the report's level), and either the R-indicator is below [`LEAST_R`](Self::LEAST_R) or
    /// the rates vary by more than [`MOST_VARIATION`](Self::MOST_VARIATION) of their mean.
    UnevenResponse {
        /// The KPI's id.
        #[serde(deserialize_with = "kpi_id")]
        kpi: KpiId,
        /// Its English name.
        name: Cow<'static, str>,
        /// Its options, such as the question.
        option: Option<Arc<str>>,
        /// The slicing whose response is uneven.
        #[serde(deserialize_with = "slicing")]
        by: Vec<Attribute>,
        /// 1 when all slices answer alike; see [`Representativeness::r_indicator`](crate::survey::Representativeness::r_indicator).
        r_indicator: f64,
        /// How much the rates vary relative to their mean; see [`Representativeness::variation`](crate::survey::Representativeness::variation).
        variation: f64,
        /// The probability of such rates by chance.
        p_value: f64,
        /// The slice that answered least.
        lowest: SegmentResponse,
        /// The slice that answered most.
        highest: SegmentResponse,
        /// The unit of the score.
        unit: Unit,
        /// The score as reported.
        value: Option<f64>,
        /// The score if all slices had answered alike (post-stratified), with the n of evenly weighted answers of the same
        /// precision.
        adjusted: Option<Adjusted>,
    },
}

fn attribute<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Attribute, D::Error> {
    Exactly::deserialize(deserializer).map(|Exactly(attribute)| attribute)
}

/// How one slice answered a survey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SegmentResponse {
    /// The slice.
    pub keys: SliceKeys,
    /// Answered among delivered invitations.
    pub answered: Ratio,
}

impl Warning {
    /// An R-indicator below this is uneven.
    pub const LEAST_R: f64 = 0.8;
    /// More than this share of records excluded is a warning.
    pub const MOST_EXCLUDED: f64 = 0.05;
    /// Rates whose standard deviation exceeds this share of their mean are uneven.
    pub const MOST_VARIATION: f64 = 0.2;
}

/// Names listed before "and more".
const NAMES: usize = 6;

impl fmt::Display for Warning {
    #[expect(clippy::too_many_lines, reason = "one sentence for each warning")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ZerosNotListed { name, option, by, before, .. } => {
                write_subject(f, name, option.as_deref(), by)?;
                match before {
                    Some(first) => write!(
                        f,
                        ": the data covers more than {SNAPSHOTS} periods; of those before {first}, only those with records have a \
                         row. If an early date is a mistake, exclude it or state where the data begins",
                    ),
                    None => f.write_str(
                        ": periods in which nothing was counted have no row, because there are too many slices and periods. \
                         A missing row means 0",
                    ),
                }
            }
            Self::TooFewAnswers { name, option, by, slices, of, min_n, .. } => {
                write_subject(f, name, option.as_deref(), by)?;
                if by.is_empty() {
                    return write!(f, " rests on fewer than {} answers", count_text(*min_n));
                }
                let named: Vec<String> = slices.iter().take(NAMES).map(SliceKeys::label).collect();
                let more = slices.len().saturating_sub(NAMES);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let rest = if slices.len() == 1 { "rests" } else { "rest" };
                write!(
                    f,
                    ": {} of {} {rest} on fewer than {} answers ({}{more})",
                    slices.len(),
                    count_text(*of),
                    count_text(*min_n),
                    named.join("; ")
                )
            }
            Self::Caution { name, option, why, .. } => {
                write_subject(f, name, option.as_deref(), &[])?;
                write!(f, ": {why}")
            }
            Self::NoRecord { name, option, .. } => {
                write_subject(f, name, option.as_deref(), &[])?;
                f.write_str(": no record meets it")
            }
            Self::NoSuchValue { attribute, value, present } => {
                write!(f, "where: no record has {attribute} \"{value}\"; ")?;
                let present: Vec<String> = present.iter().map(|value| format!("\"{value}\"")).collect();
                match present.as_slice() {
                    [] => f.write_str("none has a value of it"),
                    _ => write!(f, "present are {}", present.join(", ")),
                }
            }
            Self::ManyExcluded { name, option, reason, excluded, of, .. } => {
                write_subject(f, name, option.as_deref(), &[])?;
                write!(f, ": {} excluded: {reason}", share(*excluded, *of))
            }
            Self::ManyRowsExcluded {
                table,
                column,
                what,
                reason,
                excluded,
                of,
                not_selected,
                example,
                remedy,
            } => {
                write!(f, "{table}: {} {what}", share(*excluded, *of))?;
                if *not_selected > 0 {
                    write!(f, " that where selects ({} in all)", count_text(*of + *not_selected))?;
                }
                write!(f, " excluded: {reason}")?;
                if !column.is_empty() {
                    write!(f, " in column \"{column}\"")?;
                }
                write!(f, ", such as \"{example}\"; {remedy}")
            }
            Self::ImplausibleTimestamp { table, column, row, value, count, cut_off } => {
                write!(
                    f,
                    "{table}, {column}, row {row}: {value} is more than ten years later than nearly all timestamps"
                )?;
                if *count > 1 {
                    write!(f, ", as are {} more", count_text(*count - 1))?;
                }
                write!(f, ", so the cut-off is {cut_off}: correct the value, or set as_of")
            }
            Self::CutOffBeforeData { cut_off, first } => write!(
                f,
                "the cut-off {cut_off} is before all records, the first of which is of {first}, so none counts: set as_of to a later time"
            ),
            Self::StatusDiffers { count, of, ticket, stated, replayed } => {
                write!(
                    f,
                    "stated status differs from the status by events: {} of tickets, such as \"{ticket}\": {stated} in the table, \
                     {replayed} by its events, which count",
                    share(*count, *of)
                )?;
                match replayed {
                    Status::New => {
                        f.write_str("; if the log has no statuses, name solved_at and closed_at of the table")
                    }
                    _ => Ok(()),
                }
            }
            Self::StatedDiffers {
                measure,
                clock,
                column,
                count,
                of,
                ticket,
                stated,
                replayed,
                by_events,
            } => {
                let by = if *by_events { "events" } else { "timestamps" };
                write!(
                    f,
                    "stated {} (column \"{column}\") differs from the one by {by}: {} of tickets, such as \"{ticket}\": {} \
                     stated, {} by its {by}, which counts",
                    stated_name(measure, *clock),
                    share(*count, *of),
                    stated_text(*stated, *clock),
                    stated_text(*replayed, *clock)
                )
            }
            Self::UnitImplausible {
                measure, column, count, of, ticket, stated, age, unit, remedy, ..
            } => {
                let text = |seconds: f64| stated_text(seconds, Some(ClockKind::Calendar));
                write!(
                    f,
                    "stated {} (column \"{column}\"): {} of values are longer than three times the time from creation to end or cut-off, such \
                     as \"{ticket}\": {} stated, {} until then; the unit {unit} is probably wrong",
                    stated_name(measure, None),
                    share(*count, *of),
                    text(*stated),
                    text(*age)
                )?;
                if remedy.is_empty() { Ok(()) } else { write!(f, ": {remedy}") }
            }
            Self::AttributeDiffers { attribute, count, of, ticket, stated, replayed, remedy } => {
                let value = |value: &Option<String>| match value {
                    Some(value) => format!("\"{value}\""),
                    None => "none".to_owned(),
                };
                write!(
                    f,
                    "stated {attribute} {} from {attribute} by events: {} with changes, such as \"{ticket}\": {} in the \
                     table, {} by its events; {remedy}",
                    if attribute == "tags" { "differ" } else { "differs" },
                    share(*count, *of),
                    value(stated),
                    value(replayed),
                )
            }
            Self::AttributeUnknown { attribute, count, of, ticket, kpis, remedy } => {
                write!(
                    f,
                    "{attribute} at creation is unknown: {} of the tickets whose {attribute} changed, such as \"{ticket}\", \
                     have none until the first change",
                    share(*count, *of),
                )?;
                match kpis.as_slice() {
                    [] => {}
                    [one] => write!(f, ", which {one} does not count as one from another {attribute}")?,
                    several => {
                        let named = several.join(", ");
                        write!(f, ", which {named} do not count as one from another {attribute}")?;
                    }
                }
                write!(f, "; {remedy}")
            }
            Self::OverlappingSlices { by } => {
                let by: Vec<&str> = by.iter().map(Attribute::as_str).collect();
                write!(
                    f,
                    "by {}: a record counts in the slice of each of its tags, so the n of the slices add up to more than the \
                     total, and differences between them are not those of independent samples",
                    by.join(" and ")
                )
            }
            Self::UnevenResponse {
                name,
                option,
                by,
                r_indicator,
                lowest,
                highest,
                unit,
                value,
                adjusted,
                ..
            } => {
                write_subject(f, name, option.as_deref(), by)?;
                let rate =
                    |slice: &SegmentResponse| value_text(slice.answered.percent(), Unit::Percent, None);
                write!(
                    f,
                    ": uneven response, from {} ({}) to {} ({}), R-indicator {r_indicator:.2}",
                    rate(lowest),
                    lowest.keys.label(),
                    rate(highest),
                    highest.keys.label(),
                )?;
                let score = |value| value_text(value, *unit, None);
                match adjusted {
                    Some(adjusted) => write!(
                        f,
                        "; if all had answered alike the score would be {}, not {}",
                        score(Some(adjusted.value)),
                        score(*value)
                    ),
                    None => Ok(()),
                }
            }
        }
    }
}

fn stated_name(measure: &str, clock: Option<ClockKind>) -> String {
    let business = if clock == Some(ClockKind::Business) { " in business time" } else { "" };
    measure.replace('_', " ") + business
}

/// A duration to the second, or a count.
#[expect(clippy::cast_possible_truncation, reason = "out of range saturates")]
fn stated_text(value: f64, clock: Option<ClockKind>) -> String {
    match clock {
        Some(_) => crate::duration_text::format(chrono::TimeDelta::seconds(value.round() as i64)),
        None => value_text(Some(value), Unit::Count, None),
    }
}

fn share(part: u64, of: u64) -> String {
    let percent = value_text(Ratio::new(part, of).percent(), Unit::Percent, None);
    format!("{} of {} ({percent})", count_text(part), count_text(of))
}

fn write_subject(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    option: Option<&str>,
    by: &[Attribute],
) -> fmt::Result {
    f.write_str(name)?;
    if let Some(option) = option {
        write!(f, " ({option})")?;
    }
    if !by.is_empty() {
        let by: Vec<&str> = by.iter().map(Attribute::as_str).collect();
        write!(f, " by {}", by.join(" and "))?;
    }
    Ok(())
}
