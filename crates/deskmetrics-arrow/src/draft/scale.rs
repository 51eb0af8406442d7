//! Survey questions and their scales.

use serde_json::{Value, json};

use super::form::DraftQuestion;
use super::label::quoted;
use super::seen::Seen;
use crate::column::measure::words as words_of;
use crate::infer::usual;

/// Labels of satisfaction in help desks, with their scores on a scale of 1 to 2.
const GOOD: [&str; 2] = ["good", "good with comment"];
const BAD: [&str; 2] = ["bad", "bad with comment"];
/// Labels of surveys without an answer.
const UNANSWERED: [&str; 5] = ["offered", "unoffered", "not offered", "not rated", "unrated"];

/// Answers that make a scale certain.
const ENOUGH: u64 = 30;

/// The question that a text or name is about.
pub(super) fn question_of(text: &str) -> Option<&'static str> {
    let words = words_of(text);
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    let begins = |start: &str| words.iter().any(|word| word.starts_with(start));
    if has(&["nps", "netpro"]) || begins("recommend") || begins("promoter") {
        Some("nps")
    } else if has(&["csat"]) || begins("satisf") {
        Some("csat")
    } else if has(&["ces", "easy", "ease", "effort"]) {
        Some("ces")
    } else if has(&["rating"]) {
        Some("csat")
    } else {
        None
    }
}

/// The numbers of answers by score.
#[derive(Debug, Clone)]
pub(super) struct AnswerCounts(Vec<(f64, u64)>);

impl AnswerCounts {
    pub(super) fn new(values: impl IntoIterator<Item = (f64, u64)>) -> Option<Self> {
        let mut scores: Vec<(f64, u64)> = values.into_iter().filter(|(score, _)| score.is_finite()).collect();
        scores.sort_by(|one, other| one.0.total_cmp(&other.0));
        (!scores.is_empty()).then_some(Self(scores))
    }

    pub(super) fn of(column: &Seen<'_>) -> Option<Self> {
        if !column.profile.is_numbers() || column.profile.many {
            return None;
        }
        let values = column.profile.values().into_iter();
        Self::new(values.filter_map(|(text, count)| Some((text.parse().ok()?, count))))
    }

    pub(super) fn least(&self) -> f64 {
        self.0.first().map_or(0.0, |(score, _)| *score)
    }

    pub(super) fn greatest(&self) -> f64 {
        self.0.last().map_or(0.0, |(score, _)| *score)
    }

    fn n(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// Whether a scale from 1 is certain: both ends occur or there are many answers, the upper end occurs, and at most two
    /// in a hundred answers are outside.
    fn is_from_1_to(&self, greatest: f64) -> bool {
        let has = |score: f64| self.0.iter().any(|(known, _)| (known - score).abs() < f64::EPSILON);
        let inside: u64 =
            self.0.iter().filter(|(score, _)| (1.0..=greatest).contains(score)).map(|(_, count)| count).sum();
        let n = self.n();
        has(greatest) && (has(1.0) || n >= ENOUGH) && (inside == n || (n >= ENOUGH && inside * 100 >= n * 98))
    }
}

/// The column of a question's scores as labels of a help desk, with its scale.
pub(super) fn labelled(column: &Seen<'_>) -> Option<(Value, Value)> {
    let values = column.profile.values();
    let is = |known: &[&str], label: &str| known.contains(&label.to_lowercase().as_str());
    let known = |label: &str| is(&GOOD, label) || is(&BAD, label) || is(&UNANSWERED, label);
    if column.profile.many || values.is_empty() || !values.iter().all(|(label, _)| known(label)) {
        return None;
    }
    let mut words = serde_json::Map::new();
    for (label, _) in &values {
        if is(&GOOD, label) || is(&BAD, label) {
            words.insert((*label).to_owned(), json!(if is(&GOOD, label) { 2 } else { 1 }));
        }
    }
    if words.is_empty() {
        return None;
    }
    let missing: Vec<&str> =
        values.iter().map(|(label, _)| *label).filter(|label| is(&UNANSWERED, label)).collect();
    let mut form = serde_json::Map::from_iter([
        ("column".to_owned(), json!(column.name)),
        ("words".to_owned(), Value::Object(words)),
    ]);
    if !missing.is_empty() {
        form.insert("missing".to_owned(), json!(missing));
    }
    Some((Value::Object(form), json!("1-2")))
}

/// The scale of a question, `null` where none is needed, or the question about it.
pub(super) fn decide(question: &str, name: &str, scores: &AnswerCounts) -> Result<Value, DraftQuestion> {
    let (n, least, greatest) = (scores.n(), scores.least(), scores.greatest());
    let open = |text: String, candidates: &[&str]| {
        let candidates = candidates.iter().map(|scale| format!("{question} = {scale}")).collect();
        Err(DraftQuestion::new(format!("scales.{question}"), text, "it is not counted", candidates))
    };
    let seen = format!("{} has {n} answers from {least} to {greatest}", quoted(name));
    if scores.0.iter().any(|(score, _)| score.fract() != 0.0) {
        let text = format!(
            "{seen}, not all whole numbers: which scale is it, and which factor (times) makes its scores whole numbers?"
        );
        return open(text, &["\"1-5\""]);
    }
    match question {
        "nps" if least >= 1.0 && greatest <= 5.0 && n >= ENOUGH => {
            open(format!("{seen}: is it the question of NPS, which has answers from 0 to 10?"), &["\"nps\""])
        }
        "nps" => Ok(Value::Null),
        "ces" if scores.is_from_1_to(7.0) => Ok(json!("ces2")),
        "ces" => open(
            format!("{seen}: which scale is it, and is a high score little or much effort?"),
            &["\"ces2\"", "\"ces1\"", "{ min = 1, max = 5, positive = [4, 5], negative = [1, 2] }"],
        ),
        _ if scores.is_from_1_to(5.0) => Ok(json!("1-5")),
        _ if scores.is_from_1_to(7.0) => Ok(json!("1-7")),
        _ => open(
            format!("{seen}: which scale is it?"),
            &["\"1-5\"", "\"1-7\"", "\"1-10, 8-10 good, 1-4 bad\""],
        ),
    }
}

/// Whether a column has scores of a known question.
pub(super) fn is_score(column: &Seen<'_>) -> bool {
    !column.repeated
        && question_of(&column.name).is_some()
        && (AnswerCounts::of(column)
            .is_some_and(|scores| scores.least() >= -10.0 && scores.greatest() <= 100.0)
            || labelled(column).is_some())
}

/// Whether a column has scores, of whichever question.
pub(super) fn is_any_score(column: &Seen<'_>) -> bool {
    let named =
        || ["score", "rating"].contains(&usual(&column.name).as_str()) && AnswerCounts::of(column).is_some();
    is_score(column) || (!column.repeated && named())
}
