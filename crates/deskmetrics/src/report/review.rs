//! Computes the warnings of a finished report.

use std::collections::BTreeMap;

use super::resolved_kpi::ResolvedKpi;
use super::row::{ReportRow, SliceKeys};
use super::slice::SliceOrder;
use super::state::{ReportState, Sliced};
use super::warning::{SegmentResponse, Warning};
use crate::kpi::AnyKpi;
use crate::survey::{Adjusted, Representativeness};
use crate::ticket::Attribute;
use crate::{Compared, Merge, Ratio};

impl ReportState {
    /// The warnings, by KPI in the order of the report. `rows` are those without a period, `orders` the slices of each
    /// slicing.
    pub(super) fn warnings(&self, rows: &[ReportRow], orders: &[SliceOrder]) -> Vec<Warning> {
        let dates = self.report.settings.as_of.zip(self.first());
        let too_early = dates.filter(|(cut_off, first)| cut_off < first);
        let mut warnings: Vec<Warning> = too_early
            .map(|(cut_off, first)| Warning::CutOffBeforeData { cut_off, first })
            .into_iter()
            .collect();
        warnings.extend(self.overlapping(rows));
        for (number, measure) in self.report.measures.iter().enumerate() {
            let own: Vec<&ReportRow> = rows
                .iter()
                .filter(|row| row.headline && row.name == measure.name)
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
            warnings.extend(overall.iter().flat_map(|row| many_excluded(measure, row)));
            let Some(question) = measure.scored_question() else { continue };
            warnings.extend(self.too_few(measure, Vec::new(), &overall));
            let whole = self.whole().and_then(|(place, sliced)| {
                let parts = Stratum::all(sliced, orders.get(place)?, (number, measure), question).into_iter();
                parts.filter_map(|segment| segment.tally).reduce(|mut all, part| {
                    all.merge_any(part);
                    all
                })
            });
            warnings.extend(whole.and_then(|whole| whole.caution()).map(|why| Warning::Caution {
                kpi: measure.definition.id,
                name: measure.name.clone(),
                option: measure.option.clone(),
                why: why.into(),
            }));
            for ((by, sliced), order) in self.report.settings.by.iter().zip(&self.slicings).zip(orders) {
                let about = |row: &&ReportRow| row.keys.0.iter().map(|(key, _)| key).eq(by);
                let slices: Vec<&ReportRow> = own.iter().copied().filter(about).collect();
                warnings.extend(self.too_few(measure, by.clone(), &slices));
                if sliced.slicer.overlaps() {
                    // The test of uneven response is one of independent groups.
                    continue;
                }
                let value = own.iter().find(|row| row.keys.is_empty()).and_then(|row| row.value);
                let segments = Stratum::all(sliced, order, (number, measure), question);
                warnings.extend(self.uneven(measure, by, &segments, value));
            }
        }
        warnings
    }

    /// Slicings whose slices count some records several times.
    fn overlapping(&self, rows: &[ReportRow]) -> impl Iterator<Item = Warning> {
        let by_tag = self.report.settings.by.iter().filter(|by| by.contains(&Attribute::Tag));
        let met = by_tag.filter(|by| {
            let mut counts: BTreeMap<_, [u64; 2]> = BTreeMap::new();
            for row in rows.iter().filter(|row| row.headline) {
                let [whole, sliced] = counts.entry((row.kpi, &row.name, &row.option)).or_default();
                if row.keys.is_empty() {
                    *whole += row.n;
                } else if row.keys.0.iter().map(|(key, _)| key).eq(by.iter()) {
                    *sliced += row.n;
                }
            }
            counts.values().any(|[whole, sliced]| sliced > whole)
        });
        met.map(|by| Warning::OverlappingSlices { by: by.clone() })
    }

    fn too_few(&self, measure: &ResolvedKpi, by: Vec<Attribute>, rows: &[&ReportRow]) -> Option<Warning> {
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
        measure: &ResolvedKpi,
        by: &[Attribute],
        segments: &[Stratum],
        value: Option<f64>,
    ) -> Option<Warning> {
        let level = self.report.settings.level;
        let mut response = Representativeness::default();
        for segment in segments {
            response.push_counts(&segment.place, segment.answered);
        }
        let (r_indicator, variation, p_value) =
            (response.r_indicator()?, response.variation()?, response.p_even()?);
        let uneven = r_indicator < Warning::LEAST_R || variation > Warning::MOST_VARIATION;
        if !uneven || p_value >= 1.0 - level {
            return None;
        }
        let invited = || segments.iter().filter(|segment| segment.answered.total > 0);
        let response_of =
            |segment: &Stratum| SegmentResponse { keys: segment.keys.clone(), answered: segment.answered };
        let by_share = |one: &&Stratum, other: &&Stratum| {
            let share = |segment: &Stratum| segment.answered.share().unwrap_or_default();
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
            lowest: response_of(invited().min_by(by_share)?),
            highest: response_of(invited().max_by(by_share)?),
            unit: measure.headline_unit(level)?,
            value,
            adjusted: adjusted(measure, segments, &response, level),
        })
    }
}

/// Faults in the data that exclude many of a KPI's records.
fn many_excluded(measure: &ResolvedKpi, row: &ReportRow) -> impl Iterator<Item = Warning> {
    let of = row.n.saturating_add(row.excluded.total());
    let many = move |excluded: u64| excluded as f64 > Warning::MOST_EXCLUDED * of as f64;
    let faults = row.excluded.iter().filter(move |(reason, excluded)| reason.is_fault() && many(*excluded));
    faults.map(move |(reason, excluded)| Warning::ManyExcluded {
        kpi: measure.definition.id,
        name: measure.name.clone(),
        option: measure.option.clone(),
        reason,
        excluded,
        of,
    })
}

/// The score of all segments, each weighted by its invitations.
fn adjusted(
    measure: &ResolvedKpi,
    segments: &[Stratum],
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
struct Stratum {
    /// Its place among the slices, as text.
    place: String,
    keys: SliceKeys,
    answered: Ratio,
    /// Its scores, all periods together.
    tally: Option<Box<dyn AnyKpi>>,
}

impl Stratum {
    fn all(
        sliced: &Sliced,
        order: &SliceOrder,
        (kpi, measure): (usize, &ResolvedKpi),
        question: &str,
    ) -> Vec<Self> {
        let known = sliced.invited.len().max(sliced.cells.len());
        let places = order.places.iter().take(known).enumerate();
        let met = places.filter(|(slice, _)| sliced.slicer.meets(*slice, &measure.filter));
        let mut ordered: Vec<(usize, usize)> = met.map(|(slice, place)| (*place, slice)).collect();
        ordered.sort_unstable();
        let segment = |same: &[(usize, usize)]| {
            let numbers = || same.iter().map(|(_, slice)| *slice);
            let (place, _) = *same.first()?;
            let cells = numbers().filter_map(|slice| sliced.cells.get(slice));
            let mut parts = cells.flatten().flatten().filter_map(|cell| cell.get(kpi));
            let mut scores = parts.next().cloned();
            if let Some(scores) = &mut scores {
                parts.for_each(|part| scores.merge_copy(&**part));
            }
            let invited = numbers().filter_map(|slice| sliced.invited.get(slice)?.get(question));
            let mut answered = Ratio::default();
            invited.for_each(|rate| answered.merge(rate.answered()));
            // Which other slices exist depends on the order of feeding.
            let counted = scores.is_some() || answered.total > 0;
            let keys = order.keys.get(place).filter(|_| counted)?.clone();
            Some(Self { place: format!("{place:09}"), keys, answered, tally: scores })
        };
        ordered.chunk_by(|(one, _), (other, _)| one == other).filter_map(segment).collect()
    }
}
