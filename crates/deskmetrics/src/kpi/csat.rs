//! Customer satisfaction.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Choice, Definition, Polarity, Text, Topic, Variant};
use super::shape::survey_kpi;
use super::tally::Rated;
use crate::{Compared, Estimate, Estimates, Excluded, NetScore, Ratio, Scale, Unit};

/// The definition of CSAT.
pub const DEFINITION: Definition = Definition {
    id: "csat",
    topic: Topic::Surveys,
    name: Text {
        en: "Customer satisfaction (CSAT)",
        es: "Satisfacción del cliente (CSAT)",
        da: "Kundetilfredshed (CSAT)",
    },
    description: Text {
        en: "The share of satisfaction answers that are positive.",
        es: "La proporción de respuestas de satisfacción que son positivas.",
        da: "Andelen af tilfredshedssvar, der er positive.",
    },
    aliases: &[
        "csat_pct",
        "csat_mean",
        "csat_net",
        "dsat_pct",
        "dsat",
        "satisfaction_score",
        "top_2_box",
        "% satisfied",
    ],
    formula: "positive answers / all scored answers x 100",
    unit: Unit::Percent,
    min: Some(0.0),
    max: Some(100.0),
    good: Polarity::Up,
    population: "scored answers, neutral ones included; skipped questions and scores outside the scale are excluded",
    anchor: Anchor::Responded,
    clocks: &[],
    measures: &["percent", "mean", "net", "dissatisfied"],
    options: &[Choice {
        name: "scale",
        decides: "the ends of the scale and which answers are positive and negative",
        default: None,
        values: &[
            "1-2",
            "1-3",
            "1-4",
            "1-5",
            "1-6",
            "1-7",
            "or ends with positive and negative answers stated",
        ],
    }],
    variants: &[
        Variant {
            name: "neutral is negative",
            differs: "3 of 5 counts as bad: use the complement of `percent` for dissatisfied",
            used_by: &["Zendesk 5-point"],
        },
        Variant { name: "top 3 of 7", differs: "5 is positive too: state 5 to 7", used_by: &["Zencity"] },
        Variant {
            name: "top 3 of 10",
            differs: "8 to 10 are positive: state them",
            used_by: &["Formbricks"],
        },
        Variant {
            name: "top 2 of 10",
            differs: "9 and 10 are positive: state them",
            used_by: &["CustomerGauge"],
        },
        Variant {
            name: "mean rating",
            differs: "the measure `mean`",
            used_by: &["Frappe Helpdesk (anchored on resolution)", "Sendbird"],
        },
        Variant {
            name: "net satisfaction",
            differs: "the measure `net`",
            used_by: &["Help Scout", "Qualtrics"],
        },
    ],
    references: &[
        "Wilson, E. B. (1927): Probable inference, the law of succession, and statistical inference. JASA 22",
        "Zendesk help: Metrics and attributes for Zendesk Support",
        "SimpleSat help: how CSAT is calculated (neutral answers stay in the denominator)",
    ],
};

/// Customer satisfaction of many answers.
///
/// # What it measures
/// The share of respondents who were satisfied, on the question's own [`Scale`].
///
/// # Formula
/// `percent = 100 · positive / n`, `mean = Σ score / n`, `net = 100 · (positive − negative) / n`,
/// `dissatisfied = 100 · negative / n`, where n is all scored answers. Shares carry a Wilson interval, the mean
/// Student's t, the net score an adjusted Wald.
///
/// # Worked example
/// ```
/// use deskmetrics::{Estimates, Reason, Scale, kpi};
///
/// let stars = Scale::csat(1, 5).unwrap();
/// // seven satisfied, one neutral, two dissatisfied, one skipped, one typing error
/// let answers = [5, 5, 5, 4, 4, 4, 4, 3, 2, 1].map(Some).into_iter().chain([None, Some(50)]);
/// let csat = kpi::csat(answers, &stars);
///
/// assert_eq!(csat.percent(), Some(70.0));
/// assert_eq!(csat.mean(), Some(3.7));
/// assert_eq!(csat.net().points(), Some(50.0));
/// assert_eq!(csat.n(), 10);
/// assert_eq!(csat.excluded().count(Reason::NotAnswered), 1);
/// assert_eq!(csat.excluded().count(Reason::OutOfScale), 1);
/// let interval = csat.interval(0.95).unwrap();
/// assert!((interval.lower - 39.68).abs() < 0.01 && (interval.upper - 89.22).abs() < 0.01);
/// ```
///
/// # Who is counted
/// Every scored answer. A neutral answer stays in n and on neither side. Skipped and off-scale answers are excluded
/// and counted under their reasons.
///
/// # When it misleads
/// Few answers (check the interval), a low response rate, and comparing scales: top two of five and top two of
/// seven are different questions. The mean hides whether all customers are lukewarm or half are furious.
///
/// # References
/// See [`DEFINITION`].
#[doc(alias = "top two box")]
#[doc(alias = "DSAT")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Csat(Rated);

survey_kpi!(Csat);

impl Csat {
    /// Positive answers among all, in percent.
    pub fn percent(&self) -> Option<f64> {
        self.positive().percent()
    }

    /// The Wilson interval of [`percent`](Self::percent), in percent.
    pub fn interval(&self, level: f64) -> Option<crate::Interval> {
        self.positive().interval(level).map(|interval| interval.scaled(100.0))
    }

    /// Positive against negative answers.
    pub fn net(&self) -> NetScore {
        self.sides()
    }

    /// Negative answers among all.
    pub fn dissatisfied(&self) -> Ratio {
        self.negative()
    }
}

impl Estimates for Csat {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        vec![
            Estimate::share("percent", self.positive(), level),
            Estimate::new("mean", self.mean(), Unit::ScaleStep, self.n())
                .with_interval(self.scores().mean_interval(level)),
            Estimate::net("net", self.net(), level),
            Estimate::share("dissatisfied", self.dissatisfied(), level),
        ]
    }

    fn excluded(&self) -> &Excluded {
        self.0.excluded()
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Share(self.positive())
    }
}

/// Customer satisfaction of `answers` (scores, `None` for skipped, or [`SurveyResponse`](crate::SurveyResponse)s)
/// given on `scale`; see [`Csat`].
#[doc(alias = "customer satisfaction")]
pub fn csat<S: Into<Option<i32>>>(answers: impl IntoIterator<Item = S>, scale: &Scale) -> Csat {
    let mut tally = Csat::new(scale);
    tally.extend(answers);
    tally
}
