//! What to beware of when reading a survey score.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::measure::Measure;
use super::state::{ReportState, Sliced, ValueRank};
use super::value::{count_text, value_text};
use super::{ReportRow, SliceKeys};
use crate::kpi::AnyKpi;
use crate::survey::{Adjusted, Representativeness};
use crate::ticket::Attribute;
use crate::{Compared, Merge, Ratio, Unit};

/// Why a survey score of a report may not be what it seems.
///
/// `Display` gives a sentence for the reader; serde an object whose `warning` names the kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "warning", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Warning {
    /// A CSAT, NPS or CES rests on fewer answers than the report asks for
    /// ([`min_n`](super::ReportBuilder::min_n)): overall, or in some slices.
    TooFewAnswers {
        /// The KPI's id.
        kpi: &'static str,
        /// Its English name.
        name: Cow<'static, str>,
        /// What was chosen for it, such as the question.
        option: Option<String>,
        /// The slicing; empty for the overall score.
        by: Vec<Attribute>,
        /// The slices concerned; the overall score is the slice without keys.
        slices: Vec<SliceKeys>,
        /// Slices that have a score.
        of: u64,
        /// What each should rest on.
        min_n: u64,
    },
    /// No record meets the restriction of a request, perhaps because a value is written otherwise in the data.
    NoRecord {
        /// The KPI's id.
        kpi: &'static str,
        /// The name it was requested under, else its English one.
        name: Cow<'static, str>,
        /// What was chosen for it, with the restriction.
        option: Option<String>,
    },
    /// Some slices answered much more readily than others, so that the overall score speaks for them more than for the
    /// rest.
    ///
    /// Told where the survey's invitations were fed, chance alone is unlikely to make the rates so uneven (Pearson's
    /// chi-squared test at the report's level), and either the R-indicator is below [`LEAST_R`](Self::LEAST_R) or
    /// the rates vary by more than [`MOST_VARIATION`](Self::MOST_VARIATION) of their mean.
    UnevenResponse {
        /// The KPI's id.
        kpi: &'static str,
        /// Its English name.
        name: Cow<'static, str>,
        /// What was chosen for it, such as the question.
        option: Option<String>,
        /// The slicing whose response is uneven.
        by: Vec<Attribute>,
        /// 1 when all slices answer alike; see [`Representativeness::r_indicator`].
        r_indicator: f64,
        /// How much the rates vary relative to their mean; see [`Representativeness::variation`].
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
        /// The score if all slices had answered alike (post-stratified), with the n of evenly weighted answers that would
        /// tell as much.
        adjusted: Option<Adjusted>,
    },
}

/// How one slice answered a survey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    /// Rates whose standard deviation exceeds this share of their mean are uneven.
    pub const MOST_VARIATION: f64 = 0.2;
}

/// Names listed before "and more".
const NAMES: usize = 6;

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
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
            Self::NoRecord { name, option, .. } => {
                write_subject(f, name, option.as_deref(), &[])?;
                f.write_str(": no record meets it; values are compared letter by letter")
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

impl ReportState {
    /// What to beware of, by KPI in the order of the report.
    pub(super) fn warnings(&self, rows: &[ReportRow]) -> Vec<Warning> {
        let mut warnings = Vec::new();
        for (number, measure) in self.report.measures.iter().enumerate() {
            let own: Vec<&ReportRow> = rows
                .iter()
                .filter(|row| row.headline && row.period.is_none() && row.name == measure.name)
                .filter(|row| row.kpi == measure.definition.id && row.option == measure.option)
                .collect();
            let overall: Vec<&ReportRow> = own.iter().copied().filter(|row| row.keys.is_empty()).collect();
            if !measure.filter.is_empty() && overall.iter().all(|row| row.n == 0 && row.excluded.is_empty()) {
                warnings.push(Warning::NoRecord {
                    kpi: measure.definition.id,
                    name: measure.name.clone(),
                    option: measure.option.clone(),
                });
            }
            let Some(question) = measure.scored_question() else { continue };
            warnings.extend(self.too_few(measure, Vec::new(), &overall));
            for (by, sliced) in self.report.settings.by.iter().zip(&self.slicings) {
                let about = |row: &&ReportRow| row.keys.0.iter().map(|(key, _)| key).eq(by);
                let slices: Vec<&ReportRow> = own.iter().copied().filter(about).collect();
                warnings.extend(self.too_few(measure, by.clone(), &slices));
                let value = own.iter().find(|row| row.keys.is_empty()).and_then(|row| row.value);
                warnings.extend(self.uneven(number, measure, question, by, sliced, value));
            }
        }
        warnings
    }

    fn too_few(&self, measure: &Measure, by: Vec<Attribute>, rows: &[&ReportRow]) -> Option<Warning> {
        let small = rows.iter().filter(|row| row.small_n);
        let slices: Vec<SliceKeys> = small.map(|row| row.keys.clone()).collect();
        (!slices.is_empty()).then(|| Warning::TooFewAnswers {
            kpi: measure.definition.id,
            name: measure.name.clone(),
            option: measure.option.clone(),
            by,
            slices,
            of: rows.iter().filter(|row| row.value.is_some()).count() as u64,
            min_n: self.report.settings.min_n,
        })
    }

    fn uneven(
        &self,
        number: usize,
        measure: &Measure,
        question: &str,
        by: &[Attribute],
        sliced: &Sliced,
        value: Option<f64>,
    ) -> Option<Warning> {
        let level = self.report.settings.level;
        let segments = Segment::all(sliced, (number, measure), question);
        let mut response = Representativeness::default();
        for segment in &segments {
            response.push_counts(&segment.place, segment.answered);
        }
        let (r_indicator, variation, p_value) =
            (response.r_indicator()?, response.variation()?, response.p_even()?);
        let uneven = r_indicator < Warning::LEAST_R || variation > Warning::MOST_VARIATION;
        if !uneven || p_value >= 1.0 - level {
            return None;
        }
        let asked = || segments.iter().filter(|segment| segment.answered.total > 0);
        let told = |segment: &Segment| SegmentResponse {
            keys: sliced.slicer.keys(&segment.values),
            answered: segment.answered,
        };
        let by_share = |one: &&Segment, other: &&Segment| {
            let share = |segment: &Segment| segment.answered.share().unwrap_or_default();
            share(one).total_cmp(&share(other))
        };
        Some(Warning::UnevenResponse {
            kpi: measure.definition.id,
            name: measure.name.clone(),
            option: measure.option.clone(),
            by: by.to_vec(),
            r_indicator,
            variation,
            p_value,
            lowest: told(asked().min_by(by_share)?),
            highest: told(asked().max_by(by_share)?),
            unit: measure.headline_unit(level)?,
            value,
            adjusted: adjusted(measure, &segments, &response, level),
        })
    }
}

/// The score of all segments, each weighted by its invitations.
fn adjusted(
    measure: &Measure,
    segments: &[Segment],
    response: &Representativeness,
    level: f64,
) -> Option<Adjusted> {
    let compared = || {
        segments.iter().filter_map(|segment| Some((&*segment.place, segment.tally.as_deref()?.compared())))
    };
    match measure.empty.compared() {
        Compared::Share(_) => response.adjusted_percent(
            compared().filter_map(|(place, score)| match score {
                Compared::Share(positive) => Some((place, positive)),
                _ => None,
            }),
            level,
        ),
        Compared::Net(_) => response.adjusted_net(
            compared().filter_map(|(place, score)| match score {
                Compared::Net(sides) => Some((place, sides)),
                _ => None,
            }),
            level,
        ),
        Compared::Scores(_) => response.adjusted_mean(
            compared().filter_map(|(place, score)| match score {
                Compared::Scores(scores) => Some((place, scores.clone())),
                _ => None,
            }),
            level,
        ),
        _ => None,
    }
}

/// One slice, in an order that does not depend on that of feeding.
struct Segment {
    /// Its place among the slices, as text.
    place: String,
    values: super::slice::Values,
    answered: Ratio,
    /// Its scores, all periods together.
    tally: Option<Box<dyn AnyKpi>>,
}

impl Segment {
    fn all(sliced: &Sliced, (kpi, measure): (usize, &Measure), question: &str) -> Vec<Self> {
        let mut ordered: BTreeMap<Vec<ValueRank>, Vec<usize>> = BTreeMap::new();
        let known = sliced.asked.len().max(sliced.cells.len());
        for slice in (0..known).filter(|slice| sliced.slicer.meets(*slice, &measure.filter)) {
            let values = sliced.slicer.shown(slice).into_iter().flatten();
            let values = values.map(|value| ValueRank::of(value.as_deref())).collect();
            ordered.entry(values).or_default().push(slice);
        }
        let segment = |(place, numbers): (usize, Vec<usize>)| {
            let cells = numbers.iter().filter_map(|number| sliced.cells.get(*number));
            let mut parts = cells.flatten().flatten().filter_map(|cell| cell.get(kpi));
            let mut scores = parts.next().cloned();
            if let Some(scores) = &mut scores {
                parts.for_each(|part| scores.merge_any(part.clone()));
            }
            let asked = numbers.iter().filter_map(|number| sliced.asked.get(*number)?.get(question));
            Some(Self {
                place: format!("{place:09}"),
                values: sliced.slicer.shown(*numbers.first()?)?.to_vec(),
                answered: asked.map(crate::kpi::ResponseRate::answered).fold(
                    Ratio::default(),
                    |mut all, one| {
                        all.merge(one);
                        all
                    },
                ),
                tally: scores,
            })
        };
        ordered.into_values().enumerate().filter_map(segment).collect()
    }
}
