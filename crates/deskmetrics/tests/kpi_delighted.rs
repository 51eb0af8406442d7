//! NPS of recorded answers of a survey product, where bounced invitations do not count in the response rate.
//!
//! The recordings are found through `DESKMETRICS_DATA`, else `../shared/data` beside the workspace; skipped where absent.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use deskmetrics::{Estimates, Invitation, Reason, Timestamp, kpi};
use serde_json::Value;

fn recorded(file: &str) -> Option<Vec<Value>> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data = std::env::var_os("DESKMETRICS_DATA").map_or(beside, PathBuf::from);
    let file = data.join("helpdesk-api-fixtures/delighted-sandbox").join(file);
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!(
            "skipped: there is no {}; set DESKMETRICS_DATA to the folder with the real data",
            file.display()
        );
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

fn timestamp(seconds: &Value) -> Timestamp {
    Timestamp::from_micros(seconds.as_i64().unwrap() * 1_000_000).unwrap()
}

#[test]
fn bounced_people_are_out_of_the_response_rate() {
    let Some(answers) = recorded("survey_responses.json") else { return };
    let (Some(people), Some(returned)) = (recorded("people.json"), recorded("bounces.json")) else { return };

    let nps =
        kpi::nps(answers.iter().map(|answer| i32::try_from(answer["score"].as_i64().unwrap()).unwrap()));
    assert_eq!((nps.score(), nps.n()), (Some(-50.0), 10));
    let sides = nps.sides();
    assert_eq!((sides.positive, sides.neutral, sides.negative), (1, 3, 6));

    let bounced: BTreeSet<&str> = returned.iter().map(|mail| mail["person_id"].as_str().unwrap()).collect();
    let unanswered = people.iter().map(|person| {
        let id = person["id"].as_str().unwrap();
        let invitation = Invitation::new(id, "nps", timestamp(&person["last_sent_at"]));
        if bounced.contains(id) { invitation.without_delivery() } else { invitation }
    });
    let answered = answers.iter().map(|answer| {
        let at = timestamp(&answer["created_at"]);
        Invitation::new(answer["person"].as_str().unwrap(), "nps", at).with_answered_at(at)
    });
    let invitations: Vec<Invitation> = unanswered.chain(answered).collect();
    let rate = kpi::response_rate(&invitations);
    assert_eq!((rate.percent(), rate.n()), (Some(100.0), 10), "not 10 of 15");
    assert_eq!(rate.excluded().count(Reason::Bounced), 5);
    let only_bounced = kpi::response_rate(&invitations[..5]);
    assert_eq!((only_bounced.percent(), only_bounced.n()), (None, 0));
}
