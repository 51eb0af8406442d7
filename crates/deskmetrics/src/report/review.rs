//! What to beware of in a finished report.

use std::collections::BTreeMap;

use super::measure::Measure;
use super::row::{ReportRow, SliceKeys};
use super::slice::Values;
use super::state::{ReportState, Sliced, ValueRank};
use super::warning::{SegmentResponse, Warning};
use crate::kpi::AnyKpi;
use crate::survey::{Adjusted, Representativeness};
use crate::ticket::Attribute;
use crate::{Compared, Merge, Ratio};

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
    values: Values,
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
