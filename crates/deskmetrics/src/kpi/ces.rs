//! Customer Effort Score.

use serde::{Deserialize, Serialize};

use super::definition::{Anchor, Choice, Definition, Polarity, Text, Topic, Variant};
use super::shape::survey_kpi;
use super::tally::Rated;
use crate::{Compared, Estimate, Estimates, Excluded, NetScore, Ratio, Scale, Unit};

/// The definition of CES.
pub const DEFINITION: Definition = Definition {
    id: "ces",
    topic: Topic::Surveys,
    name: Text {
        en: "Customer Effort Score (CES)",
        es: "Índice de esfuerzo del cliente (CES)",
        da: "Kundens indsats (CES)",
    },
    description: Text {
        en: "How easy customers found it to get their issue handled.",
        es: "Lo fácil que resultó a los clientes resolver su problema.",
        da: "Hvor nemt kunderne syntes, det var at få løst deres sag.",
    },
    aliases: &["ces1_mean", "ces2_mean", "ces2_pct", "ces_net", "customer_effort_score", "effort_score"],
    formula: "sum of scores / n; easy answers / n x 100; easy minus hard in points",
    unit: Unit::ScaleStep,
    min: None,
    max: None,
    good: Polarity::ByScale,
    population: "scored answers; skipped questions and scores outside the scale are excluded",
    anchor: Anchor::Responded,
    clocks: &[],
    measures: &["mean", "percent", "net"],
    options: &[Choice {
        name: "scale",
        decides: "the scale of the question, and with it which end is good",
        default: None,
        values: &[
            "ces2 (1-7, higher is easier)",
            "ces1 (1-5, lower is easier)",
            "or any scale stated in full",
        ],
    }],
    variants: &[
        Variant {
            name: "CES 2.0",
            differs: "\"the company made it easy\", 1 to 7, high is good: scale ces2",
            used_by: &["CustomerGauge", "CYS"],
        },
        Variant {
            name: "CES 1.0",
            differs: "\"how much effort\", 1 to 5, low is good: scale ces1",
            used_by: &["the 2010 original"],
        },
        Variant {
            name: "flipped CES",
            differs: "7 points with low as good: state positive 1 to 3 and negative 5 to 7",
            used_by: &["HubSpot handbook"],
        },
    ],
    references: &[
        "Dixon, Freeman, Toman (2010): Stop trying to delight your customers. Harvard Business Review 88(7)",
        "CYS help: CES 7-point average, 7-point index (6-7 minus 1-3), 5-point average",
        "CustomerGauge help: CES as the share of 5-7 on 7",
    ],
};

/// Customer Effort Score of many answers.
///
/// # What it measures
/// The effort it took the customer to get help. Which end is good is part of the [`Scale`], never assumed.
///
/// # Formula
/// `mean = Σ score / n`; `percent = 100 · easy / n` with the scale's positive answers as easy (5 to 7 of 7);
/// `net = 100 · (easiest − hardest) / n`. On a seven-step scale the net takes the two best against the three worst
/// steps (6-7 minus 1-3, the CES index); on any other the scale's positive against its negative answers.
///
/// # Worked example
/// ```
/// use deskmetrics::{Scale, kpi};
///
/// let counts = [(1, 80), (2, 210), (3, 140), (4, 110), (5, 160), (6, 180), (7, 120)];
/// let answers = counts.into_iter().flat_map(|(score, times)| std::iter::repeat_n(score, times));
/// let ces = kpi::ces(answers, &Scale::ces2());
///
/// assert_eq!(ces.n(), 1000);
/// assert!((ces.mean().unwrap() - 4.08).abs() < 1e-9);
/// assert_eq!(ces.percent(), Some(46.0)); // 460 of 1000 answered 5 to 7
/// assert_eq!(ces.net().points(), Some(-13.0)); // 30 % answered 6 or 7, 43 % answered 1 to 3
/// ```
///
/// # Who is counted
/// Every scored answer; skipped and off-scale ones are excluded and counted under their reasons.
///
/// # When it misleads
/// When the direction is mistaken: 3.0 is bad on "made it easy" and good on "how much effort". Means of 5-point and
/// 7-point questions cannot be compared.
///
/// # References
/// See [`DEFINITION`].
#[doc(alias = "customer effort score")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ces(Rated);

survey_kpi!(Ces);

impl Ces {
    /// Answers that found it easy, in percent.
    #[doc(alias = "percent easy")]
    pub fn percent(&self) -> Option<f64> {
        self.easy().percent()
    }

    /// Answers that found it easy, among all.
    pub fn easy(&self) -> Ratio {
        self.positive()
    }

    /// Easiest against hardest answers; see the formula above.
    #[doc(alias = "CES index")]
    pub fn net(&self) -> NetScore {
        if self.scale().max() - self.scale().min() == 6 { self.0.ends(2, 3) } else { self.sides() }
    }
}

impl Estimates for Ces {
    fn estimates(&self, level: f64) -> Vec<Estimate> {
        vec![
            Estimate::new("mean", self.mean(), Unit::ScaleStep, self.n())
                .with_interval(self.scores().mean_interval(level)),
            Estimate::share("percent", self.easy(), level),
            Estimate::net("net", self.net(), level),
        ]
    }

    fn excluded(&self) -> &Excluded {
        self.0.excluded()
    }

    fn compared(&self) -> Compared<'_> {
        Compared::Scores(self.scores())
    }
}

/// Customer Effort Score of `answers` (scores, `None` for skipped, or [`SurveyResponse`](crate::SurveyResponse)s) given
/// on `scale`; see [`Ces`].
#[doc(alias = "customer effort score")]
pub fn ces<S: Into<Option<i32>>>(answers: impl IntoIterator<Item = S>, scale: &Scale) -> Ces {
    let mut tally = Ces::new(scale);
    tally.extend(answers);
    tally
}
