//! Survey questions and their scales.

use serde_json::{Value, json};

use super::role::{quoted, words_of};
use super::{DraftQuestion, Seen};

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
    } else {
        None
    }
}

/// The numbers of answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scores {
    pub(super) n: u64,
    pub(super) least: f64,
    pub(super) greatest: f64,
    pub(super) whole: bool,
}

impl Scores {
    pub(super) fn of(column: &Seen<'_>) -> Option<Self> {
        let (least, greatest) = column.profile.range.filter(|_| column.profile.is_numbers())?;
        Some(Self { n: column.profile.filled, least, greatest, whole: column.profile.is_whole() })
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
    let mut form = json!({ "column": column.name, "words": words });
    if !missing.is_empty() {
        form["missing"] = json!(missing);
    }
    Some((form, json!("1-2")))
}

/// The scale of a question, `null` where none is needed, or the question about it.
pub(super) fn decide(question: &str, name: &str, scores: Scores) -> Result<Value, DraftQuestion> {
    let Scores { n, least, greatest, whole } = scores;
    let open = |text: String, candidates: &[&str]| {
        let candidates = candidates.iter().map(|scale| format!("{question} = {scale}")).collect();
        Err(DraftQuestion::new(format!("scales.{question}"), text, candidates))
    };
    let seen = format!("{} has {n} answers from {least} to {greatest}", quoted(name));
    let full = n >= ENOUGH || least <= 1.0;
    match question {
        _ if !whole => open(
            format!(
                "{seen}, not all whole numbers: which scale is it, and by which factor do scores become whole numbers (times)?"
            ),
            &["\"1-5\""],
        ),
        "nps" if least >= 1.0 && greatest <= 5.0 && n >= ENOUGH => {
            open(format!("{seen}: is it the question of NPS, which has answers from 0 to 10?"), &["\"nps\""])
        }
        "nps" => Ok(Value::Null),
        "ces" if least >= 1.0 && greatest == 7.0 => Ok(json!("ces2")),
        "ces" => open(
            format!("{seen}: which scale is it, and is a high score easy or much effort?"),
            &["\"ces2\"", "\"ces1\"", "{ min = 1, max = 5, positive = [4, 5], negative = [1, 2] }"],
        ),
        _ if least >= 1.0 && full && (greatest == 5.0 || greatest == 7.0) => {
            Ok(json!(format!("1-{greatest}")))
        }
        _ => open(
            format!("{seen}: which scale is it?"),
            &["\"1-5\"", "\"1-7\"", "\"1-10, 9-10 good, 1-6 bad\""],
        ),
    }
}
