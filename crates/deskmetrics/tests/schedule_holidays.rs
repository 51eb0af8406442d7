//! Working days a year of nine countries and regions, from real lists of public holidays.
//!
//! The lists are read from the folder named by DESKMETRICS_DATA, else from `../shared/data` beside the workspace; without
//! them the test prints a note and passes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;
use deskmetrics::schedule::Schedule;

fn data() -> Option<PathBuf> {
    let data = std::env::var_os("DESKMETRICS_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let holidays = data.join("public-holidays");
    holidays.is_dir().then_some(holidays)
}

#[test]
fn working_days_a_year() {
    let Some(directory) = data() else {
        eprintln!("skipped: no public-holidays; name the data directory in DESKMETRICS_DATA");
        return;
    };
    let rows = std::fs::read_to_string(directory.join("holidays_2010_2030.csv")).unwrap();
    let mut calendars: BTreeMap<String, Vec<NaiveDate>> = BTreeMap::new();
    for row in rows.lines().skip(1) {
        // country, subdivision, date, weekday, name: only the name may hold commas
        let mut columns = row.split(',');
        let [country, subdivision, date] = [(); 3].map(|()| columns.next().unwrap());
        let calendar = match subdivision {
            "" => country.to_owned(),
            _ => format!("{country}-{subdivision}"),
        };
        calendars.entry(calendar).or_default().push(date.parse().unwrap());
    }
    let facts = std::fs::read_to_string(directory.join("facts.json")).unwrap();
    let facts: serde_json::Value = serde_json::from_str(&facts).unwrap();
    let expected = facts["mon_fri_working_days_per_year"].as_object().unwrap();
    let mut compared = 0;
    for (calendar, years) in expected {
        let schedule = Schedule::parse("UTC", "Mo-Fr 09:00-17:00")
            .unwrap()
            .with_holidays(calendars[calendar].iter().copied())
            .compile();
        for (year, days) in years.as_object().unwrap() {
            let new_year = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
            let year: i32 = year.parse().unwrap();
            let (from, to) = (new_year(year), new_year(year + 1));
            let days = days.as_i64().unwrap();
            assert_eq!(schedule.business_days_between(from, to), days, "{calendar} {year}");
            let midnight = |date: NaiveDate| date.and_time(chrono::NaiveTime::MIN).and_utc();
            let hours = schedule.elapsed(midnight(from), midnight(to)).num_hours();
            assert_eq!(hours, 8 * days, "{calendar} {year}");
            // The n-th business day of the year is the last.
            let last = schedule.add_business_days(from.pred_opt().unwrap(), days).unwrap();
            assert_eq!(schedule.business_days_between(last, to), 1, "{calendar} {year}");
            compared += 1;
        }
    }
    assert_eq!(compared, 36);
}
