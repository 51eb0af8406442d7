//! Representativeness of a survey, and weighted answers.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_schema::DataType;
use deskmetrics::engine::visible;
use deskmetrics::kpi::{Csat, Nps};
use deskmetrics::survey::{Adjusted, Representativeness as Core, WeightedRating as CoreRating};
use deskmetrics::{Excluded, Interval, Mean, Merge, Ratio, Scale};
use deskmetrics_arrow::column::TextColumn;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyMapping, PyType};

use super::scores::{numbers, scale_of};
use super::surveys::booleans;
use crate::class::{getters, pickled, summed};
use crate::data::Data;
use crate::error::{self, OrError as _};
use crate::input::{Given, array_of, describe, refuse, same_length, together_any};
use crate::result::{Level, interval};

/// Response by segment: who answered, and what a score would be if all segments had answered alike.
///
/// Made by :func:`representativeness`. Those of several surveys add up.
#[pyclass(module = "deskmetrics", frozen, eq)]
#[derive(PartialEq, Clone)]
pub(crate) struct Representativeness(Core);

/// Weighted answers to one question, made by :func:`weighted_score`.
///
/// Weights are floats, so unlike all other results, partial results add up only within rounding.
#[pyclass(module = "deskmetrics", frozen, eq)]
#[derive(PartialEq, Clone)]
pub(crate) struct WeightedRating(CoreRating);

/// Invitations by segment: a column of segments and one of answers, or a dict of counts.
#[pyfunction(name = "_representativeness", signature = (segments, answered = None))]
pub(crate) fn representativeness(
    segments: &Bound<'_, PyAny>,
    answered: Option<&Bound<'_, PyAny>>,
) -> PyResult<Representativeness> {
    let mut core = Core::default();
    let Some(answered) = answered else {
        let Ok(counts) = segments.cast::<PyMapping>() else {
            return Err(error::argument_type(format!(
                "segments: {} needs answered, a column of booleans: whether each invitation was answered; or give a dict of \
                 counts, such as {{\"mail\": (500, 150)}}",
                describe(segments)
            )));
        };
        for entry in counts.items()?.iter() {
            let (segment, counts) = entry.extract::<(String, Bound<'_, PyAny>)>()?;
            let (invited, answered) = counts.extract::<(u64, u64)>().map_err(|_| {
                error::argument_type(format!(
                    "segments[\"{segment}\"]: {} is not a pair of whole numbers from 0, (invited, answered)",
                    describe(&counts)
                ))
            })?;
            if answered > invited {
                return Err(error::argument(format!(
                    "segments[\"{segment}\"]: {answered} answered are more than the {invited} who were invited"
                )));
            }
            core.push_counts(&segment, Ratio::new(answered, invited));
        }
        return Ok(Representativeness(core));
    };
    let segments = labels("segments", segments)?;
    let answered: BooleanArray = booleans("answered", answered)?;
    same_length("answered", answered.len(), "segments", segments.len())?;
    for (segment, answered) in segments.iter().zip(answered.iter()) {
        core.push(segment, answered.unwrap_or(false));
    }
    Ok(Representativeness(core))
}

/// Weighted answers.
#[pyfunction(name = "_weighted")]
pub(crate) fn weighted(
    scores: &Bound<'_, PyAny>,
    weights: &Bound<'_, PyAny>,
    scale: &Bound<'_, PyAny>,
) -> PyResult<WeightedRating> {
    let mut core = CoreRating::new(&scale_of("csat", Some(scale))?);
    let scores = numbers(scores)?;
    let weights = floats("weights", weights)?;
    same_length("weights", weights.len(), "scores", scores.len())?;
    for (score, weight) in scores.into_iter().zip(weights) {
        match score {
            Ok(score) => core.push(score, weight),
            // Off every scale.
            Err(_) => core.push(Some(i32::MAX), weight),
        }
    }
    Ok(WeightedRating(core))
}

/// Adds objects up and stores them by what they hold.
macro_rules! added {
    ($class:ident) => {
        pickled!($class: "_store", "_restore");
        summed!($class, "result");

        #[pymethods]
        impl $class {
            fn __add__(&self, other: &Bound<'_, Self>) -> Self {
                let mut merged = self.clone();
                merged.0.merge(other.get().0.clone());
                merged
            }

            fn _store<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
                Ok(PyBytes::new(py, &serde_json::to_vec(&self.0).or_argument()?))
            }

            #[staticmethod]
            fn _restore(state: &[u8]) -> PyResult<Self> {
                let state = serde_json::from_slice(state).map(Self);
                state.map_err(|problem| error::argument(format!("state of a result: {problem}")))
            }
        }
    };
}

added!(Representativeness);
added!(WeightedRating);

getters! { Representativeness, response;
    /// People invited, over all segments.
    n -> u64 = response.0.overall().total;

    /// Answered among invited over all segments, in percent; ``None`` without invitations.
    response_rate -> Option<f64> = response.0.overall().percent();

    /// The R-indicator, 0 to 1: 1 minus twice the standard deviation of the response rates (Schouten, Cobben and Bethlehem
    /// 2009). 1 when every segment answers alike; ``None`` with fewer than two people invited.
    r_indicator -> Option<f64> = response.0.r_indicator();

    /// The standard deviation of the response rates relative to their mean, which bounds the bias of any mean; ``None`` when
    /// no one answered.
    variation -> Option<f64> = response.0.variation();

    /// The probability of rates as uneven as these if all segments answered alike (Pearson's chi-squared test); ``None`` with
    /// fewer than two segments, and where all or none answered.
    p_even -> Option<f64> = response.0.p_even();
}

#[pymethods]
impl Representativeness {
    /// Each segment with ``invited``, ``answered`` and ``percent``.
    ///
    /// Returns
    /// -------
    /// dict
    fn segments<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let segments = PyDict::new(py);
        for (segment, ratio) in self.0.segments() {
            let counts = PyDict::new(py);
            counts.set_item("invited", ratio.total)?;
            counts.set_item("answered", ratio.hits)?;
            counts.set_item("percent", ratio.percent())?;
            segments.set_item(segment, counts)?;
        }
        Ok(segments)
    }

    /// What a score would be if every segment had answered in proportion to its invitations (post-stratification).
    ///
    /// Parameters
    /// ----------
    /// scores : column or sequence of int or float
    ///     The answers; ``None``, NaN and null are skipped questions.
    /// segments : column or sequence of str
    ///     The segment of each answer, named as those invited.
    /// kpi : {"csat", "nps", "ces"}, default "csat"
    ///     Of which the headline is adjusted: the share of positive answers, the net score, or the mean.
    /// scale : tuple of int, str or dict, optional
    ///     The scale of the question; see :func:`csat` and :func:`ces`.
    /// level : float, default 0.95
    ///     Of the interval, between 0 and 1.
    ///
    /// Returns
    /// -------
    /// Adjusted or None
    ///     ``None`` when no segment has both invitations and answers.
    ///
    /// Raises
    /// ------
    /// ArgumentError
    ///     When the columns differ in length or an option makes no sense.
    ///
    /// Examples
    /// --------
    /// Chat users answer twice as readily, and are happier:
    ///
    /// >>> import deskmetrics as dm
    /// >>> response = dm.representativeness({"chat": (500, 300), "mail": (500, 150)})
    /// >>> scores = [10] * 180 + [8] * 60 + [3] * 60 + [10] * 45 + [8] * 45 + [3] * 60
    /// >>> segments = ["chat"] * 300 + ["mail"] * 150
    /// >>> round(dm.nps(scores).value, 1)
    /// 23.3
    /// >>> adjusted = response.adjust(scores, segments, kpi="nps")
    /// >>> round(adjusted.value, 1), round(adjusted.effective_n), adjusted.uncovered
    /// (15.0, 400, 0.0)
    #[pyo3(
        signature = (scores, segments, *, kpi = "csat", scale = None, level = Level(0.95)),
        text_signature = "($self, scores, segments, *, kpi='csat', scale=None, level=0.95)"
    )]
    fn adjust<'py>(
        &self,
        py: Python<'py>,
        scores: &Bound<'py, PyAny>,
        segments: &Bound<'py, PyAny>,
        kpi: &str,
        scale: Option<&Bound<'py, PyAny>>,
        level: Level,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let level = level.0;
        let scale = scale_of(kpi, scale)?;
        let scores = numbers(scores)?;
        let segments = labels("segments", segments)?;
        same_length("segments", segments.len(), "scores", scores.len())?;
        let answers = segments.iter().map(String::as_str).zip(&scores);
        let answers = answers.filter_map(|(segment, score)| Some((segment, (*score).ok()??)));
        let adjusted = match kpi {
            "nps" => {
                let by = by_segment(answers, Nps::default, Nps::push);
                self.0.adjusted_net(by.iter().map(|(segment, tally)| (*segment, tally.sides())), level)
            }
            "csat" => {
                let by = by_segment(answers, || Csat::new(&scale), Csat::push);
                self.0.adjusted_percent(by.iter().map(|(segment, tally)| (*segment, tally.positive())), level)
            }
            "ces" => {
                let on_scale = answers.filter(|(_, score)| scale.contains(*score));
                let from_lowest = |score: i32| u32::try_from(score - scale.min()).unwrap_or(0);
                let by = by_segment(on_scale, Mean::default, |mean, score| mean.push(from_lowest(score)));
                let adjusted = self.0.adjusted_mean(by, level);
                adjusted.map(|adjusted| on_scale_from_lowest(adjusted, &scale))
            }
            other => {
                return Err(error::argument(format!("kpi: \"{other}\" is not one of csat, nps, ces")));
            }
        };
        let Some(adjusted) = adjusted else { return Ok(None) };
        let interval = interval(py, adjusted.interval)?;
        let class = CLASS.import(py, "deskmetrics.interval", "Adjusted")?;
        class.call1((adjusted.value, interval, adjusted.effective_n, adjusted.uncovered)).map(Some)
    }

    fn __repr__(&self) -> String {
        let number = |value: Option<f64>, digits: usize| {
            value.map_or_else(|| "none".to_owned(), |value| format!("{value:.digits$}"))
        };
        let mut segments: Vec<String> = self
            .0
            .segments()
            .map(|(segment, ratio)| format!("{segment} {} %", number(ratio.percent(), 1)))
            .collect();
        let more = segments.len().saturating_sub(SHOWN);
        segments.truncate(SHOWN);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        let text = format!(
            "Representativeness({} % of {} answered, R-indicator {}, {}{rest})",
            number(self.0.overall().percent(), 1),
            self.0.overall().total,
            number(self.0.r_indicator(), 3),
            segments.join(", "),
        );
        visible(&text).into_owned()
    }
}

/// Segments that a representation shows.
const SHOWN: usize = 6;

getters! { WeightedRating, rating;
    /// Answers counted, whatever their weight.
    n -> u64 = rating.0.n();

    /// The sum of the weights.
    weight -> f64 = rating.0.weight();

    /// The number of equally weighted answers with the same precision (Kish); ``None`` without weight.
    effective_n -> Option<f64> = rating.0.effective_n();

    /// The weighted mean score, in steps of the scale.
    mean -> Option<f64> = rating.0.mean();

    /// The weighted share of positive answers, in percent.
    percent -> Option<f64> = rating.0.positive_percent();

    /// The weighted net score: positive minus negative answers, in points.
    net -> Option<f64> = rating.0.net_points();

    /// Records excluded, counted by reason.
    excluded -> Data<&Excluded> = Data(rating.0.excluded());
}

#[pymethods]
impl WeightedRating {
    /// The 95 % Wilson interval of ``percent`` at the effective n.
    #[getter]
    fn percent_interval<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.percent_interval_at(py, Level(0.95))
    }

    /// The Wilson interval of ``percent`` at the effective n and a confidence level.
    ///
    /// Parameters
    /// ----------
    /// level : float
    ///     Between 0 and 1.
    ///
    /// Returns
    /// -------
    /// Interval or None
    fn percent_interval_at<'py>(&self, py: Python<'py>, level: Level) -> PyResult<Option<Bound<'py, PyAny>>> {
        let level = level.0;
        interval(py, self.0.positive_interval(level))
    }

    /// The 95 % adjusted Wald interval of ``net`` at the effective n.
    #[getter]
    fn net_interval<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.net_interval_at(py, Level(0.95))
    }

    /// The adjusted Wald interval of ``net`` at the effective n and a confidence level.
    ///
    /// Parameters
    /// ----------
    /// level : float
    ///     Between 0 and 1.
    ///
    /// Returns
    /// -------
    /// Interval or None
    fn net_interval_at<'py>(&self, py: Python<'py>, level: Level) -> PyResult<Option<Bound<'py, PyAny>>> {
        let level = level.0;
        interval(py, self.0.net_interval(level))
    }

    fn __repr__(&self) -> String {
        let number =
            |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |value| format!("{value:.1}"));
        let excluded = self.0.excluded();
        let exclusion = if excluded.is_empty() { String::new() } else { format!(", excluded: {excluded}") };
        format!(
            "WeightedRating({} % positive, net {}, n={}, effective n {}{exclusion})",
            number(self.percent()),
            number(self.net()),
            self.n(),
            number(self.effective_n()),
        )
    }
}

/// A mean that was counted from the lowest step of the scale, with an interval that does not leave the scale.
fn on_scale_from_lowest(mut adjusted: Adjusted, scale: &Scale) -> Adjusted {
    let (lowest, highest) = (f64::from(scale.min()), f64::from(scale.max()));
    adjusted.value += lowest;
    adjusted.interval = adjusted.interval.map(|interval| {
        let (lower, upper) = (interval.lower + lowest, interval.upper + lowest);
        Interval { lower, upper, ..interval }.within(lowest, highest)
    });
    adjusted
}

/// The tally of each segment.
fn by_segment<'a, T>(
    answers: impl Iterator<Item = (&'a str, i32)>,
    new: impl Fn() -> T,
    push: impl Fn(&mut T, i32),
) -> BTreeMap<&'a str, T> {
    let mut tallies = BTreeMap::new();
    for (segment, score) in answers {
        push(tallies.entry(segment).or_insert_with(&new), score);
    }
    tallies
}

/// A column or sequence as one array.
fn array(name: &str, value: &Bound<'_, PyAny>, what: &str) -> PyResult<ArrayRef> {
    match Given::read(name, value, what)? {
        Given::Column(column) => together_any(name, &column),
        Given::Values(values) => array_of(name, &values),
        Given::Single(value) => Err(refuse(name, &value, what)),
    }
}

/// Texts, numbers or bools as the names of segments; what is missing is the segment "".
fn labels(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    let labels = texts(name, value, "a sequence of segments")?;
    Ok(labels.into_iter().map(Option::unwrap_or_default).collect())
}

/// Texts, numbers or bools as texts.
pub(super) fn texts(name: &str, value: &Bound<'_, PyAny>, what: &str) -> PyResult<Vec<Option<String>>> {
    let array = array(name, value, what)?;
    let texts = TextColumn::new(&array).or_column_type(name)?;
    Ok((0..array.len()).map(|row| texts.get(row).map(str::to_owned)).collect())
}

/// Numbers; what is missing is no weight.
fn floats(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    let array = array(name, value, "a sequence of numbers")?;
    let numeric = array.data_type().is_numeric() || *array.data_type() == DataType::Null;
    let wrong = || {
        error::column_type(format!("{name}: a column of {} is not a column of numbers", array.data_type()))
    };
    if !numeric {
        return Err(wrong());
    }
    let floats = arrow_cast::cast(&array, &DataType::Float64).map_err(|_| wrong())?;
    Ok(floats.as_primitive::<Float64Type>().iter().map(|number| number.unwrap_or(f64::NAN)).collect())
}
