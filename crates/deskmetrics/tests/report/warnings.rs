//! The warnings of a report.

use deskmetrics::report::{KpiRequest, Report, Warning};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Invitation, Ratio, Scale, SurveyResponse};

use crate::made::{as_of, hour};

/// Invitations and answers of one market: the number invited, and how many answered as promoters and as detractors.
fn surveyed(
    market: &str,
    invited: usize,
    promoters: usize,
    detractors: usize,
) -> (Vec<SurveyResponse>, Vec<Invitation>) {
    let answer = |score| {
        SurveyResponse::new("nps", Some(score)).with_at(hour(30)).with_attribute(Attribute::Market, market)
    };
    let answers =
        std::iter::repeat_n(answer(10), promoters).chain(std::iter::repeat_n(answer(0), detractors));
    let invitation = |number: usize| {
        let sent = Invitation::new(format!("{market}{number}"), "nps", hour(1))
            .with_attribute(Attribute::Market, market);
        if number < promoters + detractors { sent.with_answered_at(hour(30)) } else { sent }
    };
    (answers.collect(), (0..invited).map(invitation).collect())
}

fn warnings(markets: &[(&str, usize, usize, usize)]) -> Vec<Warning> {
    let report = Report::builder(as_of())
        .with_kpi(KpiRequest::new("nps").with_question("nps", Scale::nps()))
        .with_slices([Attribute::Market])
        .build()
        .unwrap();
    let mut state = report.state();
    for (market, invited, promoters, detractors) in markets {
        let (answers, invitations) = surveyed(market, *invited, *promoters, *detractors);
        for answer in &answers {
            state.push_response(answer, None);
        }
        for invitation in &invitations {
            state.push_invitation(invitation, None);
        }
    }
    let table = state.table();
    let printed = table.to_string();
    assert_eq!(printed.contains("\nWarnings\n"), !table.warnings.is_empty());
    assert!(printed.lines().all(|line| line.chars().count() <= 100), "{printed}");
    table.warnings
}

#[test]
fn uneven_response_is_reported_with_the_adjusted_score() {
    // chat answers twice as readily as mail and is happier
    let uneven = warnings(&[("DK", 500, 210, 90), ("ES", 500, 60, 90)]);
    let [Warning::UnevenResponse { r_indicator, p_value, lowest, highest, value, adjusted, .. }] =
        &uneven[..]
    else {
        panic!("{uneven:?}")
    };
    assert!((r_indicator - 0.70).abs() < 1e-3 && *p_value < 1e-9);
    assert_eq!((lowest.keys.label().as_str(), lowest.answered), ("ES", Ratio::new(150, 500)));
    assert_eq!(highest.keys.label(), "DK");
    assert_eq!(value.map(f64::round), Some(20.0)); // 270 of 450 against 180
    let adjusted = adjusted.unwrap();
    assert!((adjusted.value - 10.0).abs() < 1e-9); // half of +40, half of -20
    assert!((adjusted.effective_n - 400.0).abs() < 1e-9);
    assert_eq!(
        uneven[0].to_string(),
        "Net Promoter Score by market: uneven response, from 30.0 % (ES) to 60.0 % (DK), R-indicator 0.70; \
         if all had answered alike the score would be +10.0, not +20.0"
    );
    let data = serde_json::to_value(&uneven[0]).unwrap();
    assert_eq!((&data["warning"], &data["by"]), (&"uneven_response".into(), &serde_json::json!(["market"])));
    assert_eq!(data["lowest"]["keys"], serde_json::json!({ "market": "ES" }));
}

#[test]
fn uneven_response_is_reported_where_few_answer_at_all() {
    // 15 % against 5 %: an R-indicator of 0.9, but one market has three times the weight
    let uneven = warnings(&[("DK", 2000, 200, 100), ("ES", 2000, 60, 40)]);
    assert!(matches!(&uneven[..], [Warning::UnevenResponse { r_indicator, .. }] if *r_indicator > 0.89));
}

#[test]
fn what_may_be_chance_or_is_even_enough_is_no_warning() {
    assert_eq!(warnings(&[("DK", 500, 160, 90), ("ES", 500, 150, 80)]), []);
    // 60 % against 40 % of ten each: too few for a test, which is the warning
    let few = warnings(&[("DK", 10, 3, 3), ("ES", 10, 2, 2)]);
    assert!(few.iter().all(|warning| matches!(warning, Warning::TooFewAnswers { .. })), "{few:?}");
}

#[test]
fn too_few_answers_are_reported_overall_and_by_slice() {
    let few = warnings(&[("DK", 100, 30, 20), ("ES", 20, 5, 5), ("FR", 10, 2, 2)]);
    assert_eq!(
        few.iter().map(Warning::to_string).collect::<Vec<_>>(),
        ["Net Promoter Score by market: 2 of 3 rest on fewer than 30 answers (ES; FR)"]
    );
    assert_eq!(
        warnings(&[("DK", 10, 3, 2)]).iter().map(Warning::to_string).collect::<Vec<_>>(),
        [
            "Net Promoter Score rests on fewer than 30 answers",
            "Net Promoter Score by market: 1 of 1 rests on fewer than 30 answers (DK)",
        ]
    );
    assert_eq!(warnings(&[]), []); // no score, nothing to beware of
}
