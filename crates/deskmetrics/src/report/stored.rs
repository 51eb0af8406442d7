//! States and tallies as bytes: compact, versioned and checked.
#![warn(clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_bytes::ByteBuf;

use super::resolved_kpi::ResolvedKpi;
use super::slice::Values;
use super::stored_tally::{StoredTally, TallyCounts};
use super::table::RecordCounts;
use super::{Difference, KpiRequest, KpiTally, Report, ReportBuilder, ReportState};
use crate::kpi::{AnyKpi, ResponseRate};
use crate::stored::{Kind, StoredError};
use crate::{Excluded, Merge, Timestamp};

/// Cells a stored state may make room for without filling them, beside as many for each that it fills.
const ROOM: usize = 1 << 22;
const ROOM_PER_CELL: usize = 256;

/// The counts of a state. Slices and periods are in order, so that equal states have equal bytes.
#[derive(Serialize)]
struct Counts<'a> {
    records: RecordCounts,
    events: &'a Excluded,
    links: &'a Excluded,
    first: Option<Timestamp>,
    /// By slicing.
    slices: Vec<Vec<SliceCounts<'a>>>,
    parts: &'a BTreeSet<Box<str>>,
}

#[derive(Serialize)]
struct SliceCounts<'a> {
    values: &'a Values,
    #[serde(rename = "asked")]
    invited: Option<&'a BTreeMap<Box<str>, ResponseRate>>,
    /// By the first timestamp of a period, `None` for what belongs to none.
    periods: Vec<(Option<Timestamp>, Vec<ByteBuf>)>,
}

#[derive(Deserialize)]
struct ReadCounts {
    records: RecordCounts,
    events: Excluded,
    links: Excluded,
    first: Option<Timestamp>,
    slices: Vec<Vec<ReadSlice>>,
    /// States of earlier versions have none.
    #[serde(default)]
    parts: BTreeSet<Box<str>>,
}

#[derive(Deserialize)]
struct ReadSlice {
    values: Values,
    #[serde(rename = "asked")]
    invited: Option<BTreeMap<Box<str>, ResponseRate>>,
    periods: Vec<(Option<Timestamp>, Vec<ByteBuf>)>,
}

impl ReportState {
    /// The state as bytes, to be kept or sent, and read back by [`from_bytes`](Self::from_bytes): the report, every count, the
    /// names of its [parts](Self::with_part) and a checksum, as MessagePack. Equal states have equal bytes.
    ///
    /// ```
    /// use deskmetrics::report::{KpiRequest, Report, ReportState};
    /// use deskmetrics::{Scale, SurveyResponse};
    ///
    /// let nps = KpiRequest::new("nps").with_question("nps", Scale::nps());
    /// let report = Report::undated().with_kpi(nps).build().unwrap();
    /// let answers = [10, 9, 3].map(|score| SurveyResponse::new("nps", Some(score)));
    /// let here = report.run(&[], &answers, &[]).unwrap();
    ///
    /// let there = ReportState::from_bytes(&here.to_bytes()).unwrap();
    /// assert_eq!(there.table(), here.table());
    /// assert!(ReportState::from_bytes(b"something else").is_err());
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        Kind::State.write(&self.report, &self.counts())
    }

    /// The state that [`to_bytes`](Self::to_bytes) wrote. It feeds the report that it was made by, and merges with any other
    /// state of an equal one.
    ///
    /// # Errors
    /// When the bytes are something else, of another version, damaged, or do not fit the report they name; and when the report
    /// has a [KPI of the user's own](crate::kpi::Kpi), which only [`Report::state_from_bytes`] knows.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoredError> {
        let (report, counts): (Report, _) = Kind::State.read(bytes)?;
        Self::of_counts(&report, counts).map_err(|why| Kind::State.unreadable(&why))
    }

    fn counts(&self) -> Counts<'_> {
        let slices = self.slicings.iter().map(|sliced| {
            let mut slices: Vec<SliceCounts<'_>> = (0..)
                .map_while(|slice| Some((slice, sliced.slicer.values(slice)?)))
                .map(|(slice, values)| {
                    let periods = sliced.cells.get(slice).into_iter().flatten().enumerate();
                    let filled = periods.filter_map(|(period, tallies)| {
                        let start = self.calendar.span(period).map(|span| span.start);
                        Some((
                            start,
                            tallies.as_deref()?.iter().map(|tally| ByteBuf::from(tally.to_bytes())).collect(),
                        ))
                    });
                    let mut periods: Vec<_> = filled.collect();
                    periods.sort_unstable_by_key(|(start, _)| *start);
                    let invited = sliced.invited.get(slice).filter(|invited| !invited.is_empty());
                    SliceCounts { values, invited, periods }
                })
                // Records that no KPI counts have slices too, which merging does not keep.
                .filter(|slice| slice.invited.is_some() || !slice.periods.is_empty())
                .collect();
            slices.sort_unstable_by(|one, other| one.values.cmp(other.values));
            slices
        });
        Counts {
            records: self.records,
            events: &self.events,
            links: &self.links,
            first: self.first(),
            slices: slices.collect(),
            parts: &self.parts,
        }
    }

    fn of_counts(report: &Report, counts: ReadCounts) -> Result<Self, String> {
        let mut state = report.state();
        if counts.slices.len() != state.slicings.len() {
            let (found, expected) = (counts.slices.len(), state.slicings.len());
            return Err(format!("it has {found} slicings, its report has {expected}"));
        }
        state.restore(counts.records, [counts.events, counts.links], counts.first);
        state.parts = counts.parts;
        let Self { report, calendar, slicings, .. } = &mut state;
        for (sliced, slices) in slicings.iter_mut().zip(counts.slices) {
            let (mut filled, mut room) = (0_usize, 0_usize);
            for read in slices {
                if read.values.len() != sliced.slicer.width() {
                    return Err("a slice does not have the attributes of its slicing".to_owned());
                }
                let slice = sliced.slicer.slice_of_values(&read.values);
                for (question, rate) in read.invited.into_iter().flatten() {
                    sliced.response_rate(slice, &question, report.settings.as_of).merge(rate);
                }
                for (start, tallies) in read.periods {
                    let period = calendar.period(start);
                    if calendar.span(period).map(|span| span.start) != start {
                        return Err("a period does not begin where one of its report does".to_owned());
                    }
                    let measures = &report.measures;
                    if tallies.len() != measures.len() {
                        return Err("its counts are not those of its report's KPIs".to_owned());
                    }
                    let read = |(bytes, measure): (&ByteBuf, &ResolvedKpi)| measure.empty.read(bytes);
                    let tallies: Vec<Box<dyn AnyKpi>> =
                        tallies.iter().zip(measures).map(read).collect::<Result<_, _>>()?;
                    // The cells of a slice reach up to its last period.
                    (filled, room) = (filled + 1, room.saturating_add(period));
                    if room > ROOM.saturating_add(filled.saturating_mul(ROOM_PER_CELL)) {
                        return Err("it has too few counts for its slices and periods".to_owned());
                    }
                    for (kpi, tally) in tallies.into_iter().enumerate() {
                        sliced.tally(slice, period, kpi, report, calendar).merge_any(tally);
                    }
                }
            }
        }
        Ok(state)
    }
}

impl Report {
    /// The state of this report that [`ReportState::to_bytes`] wrote; it may have KPIs of the user's own.
    ///
    /// # Errors
    /// Those of [`ReportState::from_bytes`], and when the bytes are the state of another report.
    pub fn state_from_bytes(&self, bytes: &[u8]) -> Result<ReportState, StoredError> {
        let (settings, counts): (ReportBuilder, _) = Kind::State.read(bytes)?;
        let mut mine = self.settings.clone();
        mine.kpis.iter_mut().for_each(|request| request.own = None);
        if let Some(differs) = Difference::of_reports(&mine, &settings) {
            return Err(Kind::State.unreadable(&format!("it is of another report: {differs}")));
        }
        ReportState::of_counts(self, counts).map_err(|why| Kind::State.unreadable(&why))
    }
}

impl KpiTally {
    /// The tally as bytes, to be kept or sent, and read back by [`from_bytes`](Self::from_bytes): the request, the counts
    /// and a checksum, as MessagePack. Equal tallies have equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        Kind::Tally.write(&(self.request(), self.as_of()), &TallyCounts::of(self.counted()))
    }

    /// The tally that [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// ```
    /// use deskmetrics::report::{KpiRequest, KpiTally};
    /// use deskmetrics::{Scale, SurveyResponse};
    ///
    /// let mut nps = KpiRequest::new("nps").with_question("nps", Scale::nps()).tally(None).unwrap();
    /// nps.push_response(&SurveyResponse::new("nps", Some(9)));
    /// let mut bytes = nps.to_bytes();
    /// assert_eq!(KpiTally::from_bytes(&bytes).unwrap(), nps);
    /// bytes[20] ^= 1;
    /// assert!(KpiTally::from_bytes(&bytes).unwrap_err().to_string().starts_with("the stored KPI tally is damaged"));
    /// ```
    ///
    /// # Errors
    /// When the bytes are something else, of another version or damaged, or the counts are not those of the request.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoredError> {
        let ((request, as_of), counts) =
            Kind::Tally.read::<(KpiRequest, Option<Timestamp>), TallyCounts>(bytes)?;
        Self::try_from(StoredTally { request, as_of, counts }).map_err(|why| Kind::Tally.unreadable(&why))
    }
}

/// As [`to_bytes`](ReportState::to_bytes), for any format of serde.
impl Serialize for ReportState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.report, self.counts()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ReportState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (report, counts): (Report, _) = Deserialize::deserialize(deserializer)?;
        Self::of_counts(&report, counts).map_err(serde::de::Error::custom)
    }
}
