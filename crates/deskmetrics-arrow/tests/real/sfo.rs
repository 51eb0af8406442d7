use deskmetrics::kpi::{csat, nps};
use deskmetrics::ticket::Attribute;
use deskmetrics::{Estimates as _, Reason, SurveyResponse};

use crate::{Data, assert_near, count, dataset, number};

static DATA: Data = Data::new(|| dataset("sfo-airport-survey"));

fn of_year(
    responses: impl Iterator<Item = SurveyResponse>,
    year: &str,
) -> impl Iterator<Item = SurveyResponse> {
    responses.filter(move |response| response.attributes.get(&Attribute::from("year")) == Some(year))
}

#[test]
fn the_recommendation_score_of_2017_is_that_of_the_facts() {
    let Some((dataset, facts)) = &*DATA else { return };
    let all = nps(dataset.answers("nps").map(|response| response.score));
    let sides = all.sides();
    assert_eq!((sides.positive, sides.neutral, sides.negative), (1436, 968, 342));
    assert_eq!(all.n(), 2746);
    assert_near(all.score(), 39.839_767);
    assert_near(all.score(), number(facts, "/2017/NETPRO/nps"));
    // 84 elevens and one empty cell are people who did not answer, and no promoters
    assert_eq!(all.excluded().count(Reason::NotAnswered), 85);
    assert!(dataset.excluded().is_empty());
}

#[test]
fn satisfaction_is_that_of_the_facts_in_every_year() {
    let Some((dataset, facts)) = &*DATA else { return };
    for year in ["2014", "2015", "2016", "2017"] {
        for (question, column) in [("csat", "Q7ALL"), ("safety", "Q10SAFE"), ("ces", "Q14FIND_ease_1to5")] {
            let scale = &dataset.scales[question];
            let tally = csat(of_year(dataset.answers(question), year).map(|response| response.score), scale);
            assert_eq!(tally.n(), count(facts, &format!("/{year}/{column}/n")), "{year} {column}");
            assert_near(tally.percent(), number(facts, &format!("/{year}/{column}/top2_pct")));
        }
        let rows = of_year(dataset.answers("csat"), year).count() as u64;
        assert_eq!(rows, count(facts, &format!("/{year}/rows")));
    }
    let airport = csat(
        of_year(dataset.answers("csat"), "2017").map(|response| response.score),
        &dataset.scales["csat"],
    );
    assert_near(airport.percent(), 82.068_452);
}

#[test]
fn weights_are_read() {
    let Some((dataset, _)) = &*DATA else { return };
    let (mut good, mut bad, mut all) = (0.0, 0.0, 0.0);
    for response in dataset.answers("nps") {
        let (Some(score), Some(weight)) = (response.score, response.weight) else { continue };
        all += weight;
        good += if score >= 9 { weight } else { 0.0 };
        bad += if score <= 6 { weight } else { 0.0 };
    }
    assert_near(Some(100.0 * (good - bad) / all), 40.398_436);
}
