//! States and tallies as bytes: compact, versioned and checked.
#![warn(clippy::indexing_slicing)]

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_bytes::ByteBuf;

use super::resolved_kpi::ResolvedKpi;
use super::slice::Values;
use super::stored_tally::{StoredTally, TallyCounts};
use super::table::RecordCounts;
use super::{Difference, KpiRequest, KpiTally, Report, ReportBuilder, ReportState};
use crate::kpi::{AnyKpi, ResponseRate};
use crate::{Excluded, Merge, Timestamp};

/// The first bytes.
const MAGIC: [u8; 4] = *b"DKMS";

/// The version of the form; another one is refused.
const VERSION: u8 = 4;

/// Magic, version, kind, checksum of the rest.
const HEADER: usize = 10;

/// The most levels of lists and tables inside each other, as in JSON.
const MOST_LEVELS: usize = 128;

/// Cells a stored state may make room for without filling them, beside as many for each that it fills.
const ROOM: usize = 1 << 22;
const ROOM_PER_CELL: usize = 256;

/// The kind of stored object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    State = 1,
    Tally = 2,
}

/// Why bytes are not taken for a stored state or tally.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoredError {
    /// They are something else.
    #[error("the bytes are not a stored {expected}: pass the bytes of to_bytes")]
    Foreign {
        /// What was expected: a report state or a KPI tally.
        expected: &'static str,
    },
    /// They were written by another version of the library.
    #[error(
        "the stored {expected} has version {found} of the form, this library reads version {known}: store it again"
    )]
    Version {
        /// What was expected: a report state or a KPI tally.
        expected: &'static str,
        /// The version found.
        found: u8,
        /// The version read here.
        known: u8,
    },
    /// Some of them changed or are missing since they were written.
    #[error("the stored {expected} is damaged: its checksum is {found:08x}, not {stored:08x}")]
    Damaged {
        /// What was expected: a report state or a KPI tally.
        expected: &'static str,
        /// The checksum of the bytes.
        found: u32,
        /// The checksum stored with them.
        stored: u32,
    },
    /// The checksum is right, but the content is not valid.
    #[error("the stored {expected} cannot be read: {why}")]
    Unreadable {
        /// What was expected: a report state or a KPI tally.
        expected: &'static str,
        /// The reason.
        why: String,
    },
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::State => "report state",
            Self::Tally => "KPI tally",
        }
    }

    /// The settings, named since they may leave fields out, then the counts, by place since there are many.
    fn write(self, settings: &impl Serialize, counts: &impl Serialize) -> Vec<u8> {
        let mut bytes = vec![0; HEADER];
        let mut writer = rmp_serde::Serializer::new(&mut bytes).with_struct_map();
        // Writing to memory cannot fail, and MessagePack supports every type here: a test writes all.
        let _ = settings.serialize(&mut writer);
        let _ = counts.serialize(&mut rmp_serde::Serializer::new(&mut bytes));
        if let Some((header, rest)) = bytes.split_first_chunk_mut::<HEADER>() {
            let ([m0, m1, m2, m3], [s0, s1, s2, s3]) = (MAGIC, crc32fast::hash(rest).to_le_bytes());
            *header = [m0, m1, m2, m3, VERSION, self as u8, s0, s1, s2, s3];
        }
        bytes
    }

    fn read<S: DeserializeOwned, C: DeserializeOwned>(self, bytes: &[u8]) -> Result<(S, C), StoredError> {
        let expected = self.name();
        let (header, rest) = bytes.split_first_chunk::<HEADER>().ok_or(StoredError::Foreign { expected })?;
        let [m0, m1, m2, m3, version, kind, sum @ ..] = *header;
        if [m0, m1, m2, m3] != MAGIC {
            return Err(StoredError::Foreign { expected });
        }
        if version != VERSION {
            return Err(StoredError::Version { expected, found: version, known: VERSION });
        }
        if kind != self as u8 {
            return Err(StoredError::Foreign { expected });
        }
        let (found, stored) = (crc32fast::hash(rest), u32::from_le_bytes(sum));
        if found != stored {
            return Err(StoredError::Damaged { expected, found, stored });
        }
        let unreadable = |error: rmp_serde::decode::Error| self.unreadable(&error);
        let mut reader = rmp_serde::Deserializer::from_read_ref(rest);
        reader.set_max_depth(MOST_LEVELS);
        let settings = S::deserialize(&mut reader).map_err(unreadable)?;
        Ok((settings, C::deserialize(&mut reader).map_err(unreadable)?))
    }

    fn unreadable(self, why: &impl ToString) -> StoredError {
        StoredError::Unreadable { expected: self.name(), why: why.to_string() }
    }
}

/// The counts of a state. Slices and periods are in order, so that equal states have equal bytes.
#[derive(Serialize)]
struct Counts<'a> {
    records: RecordCounts,
    events: &'a Excluded,
    links: &'a Excluded,
    first: Option<Timestamp>,
    /// By slicing.
    slices: Vec<Vec<SliceCounts<'a>>>,
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
}

#[derive(Deserialize)]
struct ReadSlice {
    values: Values,
    #[serde(rename = "asked")]
    invited: Option<BTreeMap<Box<str>, ResponseRate>>,
    periods: Vec<(Option<Timestamp>, Vec<ByteBuf>)>,
}

impl ReportState {
    /// The state as bytes, to be kept or sent, and read back by [`from_bytes`](Self::from_bytes): the report, every count and
    /// a checksum, as MessagePack. Equal states have equal bytes.
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
        }
    }

    fn of_counts(report: &Report, counts: ReadCounts) -> Result<Self, String> {
        let mut state = report.state();
        if counts.slices.len() != state.slicings.len() {
            let (found, expected) = (counts.slices.len(), state.slicings.len());
            return Err(format!("it has {found} slicings, its report has {expected}"));
        }
        state.restore(counts.records, [counts.events, counts.links], counts.first);
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
