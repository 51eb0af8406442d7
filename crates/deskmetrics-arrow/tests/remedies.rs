//! Every error and exclusion of the reader has a remedy that works.
//!
//! Variants and reasons are read from the source, so a new one without a case fails.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use deskmetrics::ClockKind;
use deskmetrics::report::{KpiRequest, Report};
use deskmetrics::ticket::Attribute;
use deskmetrics_arrow::file::Limits;
use deskmetrics_arrow::{Dataset, Description, KpiSelection, ReadError, ReadOptions, SelectionError};
use tempfile::TempDir;

/// The variants of an enum in a source.
fn variants(source: &str, name: &str) -> BTreeSet<String> {
    let (_, body) = source.split_once(&format!("pub enum {name} {{\n")).unwrap();
    let (body, _) = body.split_once("\n}\n").unwrap();
    let lines = body.lines().filter_map(|line| line.strip_prefix("    "));
    let names = lines.filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()));
    names.map(|line| line.split([' ', '(', ',']).next().unwrap().to_owned()).collect()
}

/// The reasons for which the reader excludes rows and values.
fn reasons(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            reasons(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let word =
            |rest: &str| rest.split(|one: char| !one.is_ascii_alphanumeric()).next().map(str::to_owned);
        found.extend(text.split("Reason::").skip(1).filter_map(word));
    }
}

/// The quoted texts after "such as".
fn example<'m>(message: &'m str, before: &str) -> &'m str {
    let (_, rest) = message.split_once(before).unwrap_or_else(|| panic!("{message}"));
    rest.split('"').nth(1).unwrap()
}

fn read(description: &str, files: &[(&str, &[u8])]) -> Result<Dataset, ReadError> {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let description: Description = format!("time_zone = 'UTC'\n{description}").parse()?;
    Dataset::of_description(&description, ReadOptions::default().with_data_root(folder.path()))
}

/// The variant of the first description's error, whose message contains this advice; the second description follows
/// it.
fn followed(wrong: Result<Dataset, ReadError>, advice: &str, right: Result<Dataset, ReadError>) -> String {
    let error = wrong.unwrap_err();
    assert!(error.to_string().contains(advice), "\"{error}\" does not contain \"{advice}\"");
    let right = right.unwrap_or_else(|problem| panic!("the remedy of \"{error}\" does not work: {problem}"));
    assert!(right.sources.iter().all(|source| source.exclusions.is_empty()), "{:?}", right.sources);
    format!("{error:?}").split([' ', '(', '{']).next().unwrap().to_owned()
}

const TICKETS: &str = "[[tickets]]\nfile = 't.csv'\nid = 'id'\ncreated_at = 'created'\n";
const ROWS: &str = "id,created\n1,2026-03-02T09:00:00Z\n2,2026-03-02T10:00:00Z\n";

#[test]
fn errors() {
    let csv = |text: &str| read(TICKETS, &[("t.csv", text.as_bytes())]);
    let of = |description: &str, text: &str| read(description, &[("t.csv", text.as_bytes())]);
    let right = || csv(ROWS);
    let mut met = vec![
        followed(
            of(&TICKETS.replace("created_at", "creatd_at"), ROWS),
            "did you mean \"created_at\"?",
            right(),
        ),
        followed(
            read(TICKETS, &[("tt.csv", ROWS.as_bytes())]),
            "did you mean \"tt.csv\"?",
            read(&TICKETS.replace("t.csv", "tt.csv"), &[("tt.csv", ROWS.as_bytes())]),
        ),
        followed(read(&TICKETS.replace("t.csv", "t.xls"), &[("t.xls", b"x")]), "allowed are .csv", right()),
        followed(csv(""), "expected at least a line with column names", csv("id,created\n")),
        followed(
            csv(&ROWS.replace("created", "creatd")),
            "did you mean \"creatd\"?",
            of(&TICKETS.replace("'created'", "'creatd'"), &ROWS.replace("created", "creatd")),
        ),
        followed(
            of(&TICKETS.replace("'t.csv'", "{ path = 't.csv', skip_rows = 3 }"), ROWS),
            "or remove skip_rows",
            right(),
        ),
        followed(csv(&ROWS.replace("id,created", "id,id")), "rename all but the one to be read", right()),
    ];
    let hours = "id,created,reply\n1,2026-03-02T09:00:00Z,2\n";
    let reply = |key: &str| of(&format!("{TICKETS}first_response_time = {key}\n"), hours);
    met.push(followed(reply("'reply'"), "unit = \"", reply("{ column = 'reply', unit = 'hours' }")));

    // Column names in Cyrillic letters of one byte each.
    let cyrillic = b"id,created,\xca\xe0\xed\xe0\xeb\n1,2026-03-02T09:00:00Z,web\n".as_slice();
    let encoded = |file: &str| read(&TICKETS.replace("'t.csv'", file), &[("t.csv", cyrillic)]);
    let wrong = encoded("'t.csv'");
    example(&wrong.as_ref().unwrap_err().to_string(), "name its encoding, such as");
    let right = encoded("{ path = 't.csv', encoding = 'windows-1251' }");
    met.push(followed(wrong, "name its encoding", right));

    let ambiguous = "id,created\n1,01/02/2026 09:00\n2,03/02/2026 09:00\n";
    let order = TICKETS.replace("'created'", "{ column = 'created', format = 'day_first' }");
    met.push(followed(csv(ambiguous), "state format = \"day_first\"", of(&order, ambiguous)));
    let foreign = "id,created\n1,2. marts kl. 9\n";
    met.push(followed(csv(foreign), "not one of 1 values", csv(ROWS)));

    // Tables in memory have types.
    let table = |column: ArrayRef, key: &str| -> Result<Dataset, ReadError> {
        let rows = RecordBatch::try_from_iter([("created", column)]).unwrap();
        let description =
            format!("time_zone = 'UTC'\n[[tickets]]\nfile = 't'\nid = {{}}\ncreated_at = {key}\n");
        let options = ReadOptions::default().with_table("t", rows.schema(), vec![rows]);
        Dataset::of_description(&description.parse()?, options)
    };
    let seconds = || Arc::new(Int64Array::from(vec![1_770_000_000])) as ArrayRef;
    let epoch = "{ column = 'created', format = 'epoch_seconds' }";
    met.push(followed(table(seconds(), "'created'"), "epoch_seconds", table(seconds(), epoch)));

    // A strict reader stops at the first row that it would exclude.
    let strict = |text: &str| -> Result<Dataset, ReadError> {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("t.csv"), text).unwrap();
        let description: Description = format!("time_zone = 'UTC'\n{TICKETS}").parse()?;
        Dataset::of_description(
            &description,
            ReadOptions::default().with_data_root(folder.path()).with_strict(true),
        )
    };
    let twice = format!("{ROWS}1,2026-03-02T09:00:00Z\n");
    met.push(followed(strict(&twice), "keep one row per ticket", strict(ROWS)));
    let short = format!("{ROWS}3\n");
    met.push(followed(strict(&short), "remove the line", strict(ROWS)));

    // A folder, and a table that is too wide.
    let within = |columns: usize, name: &str| -> Result<Dataset, ReadError> {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("folder.csv")).unwrap();
        fs::write(folder.path().join("t.csv"), ROWS).unwrap();
        let description: Description =
            format!("time_zone = 'UTC'\n{}", TICKETS.replace("t.csv", name)).parse()?;
        let mut limits = Limits::default();
        limits.columns = columns;
        Dataset::of_description(
            &description,
            ReadOptions::default().with_data_root(folder.path()).with_limits(limits),
        )
    };
    met.push(followed(within(9, "folder.csv"), "give the name of a file", within(9, "t.csv")));
    met.push(followed(within(1, "t.csv"), "raise limits.columns", within(9, "t.csv")));

    // Errors of the system or a format have no remedy here, a caller that stops the reading needs none, and tests without features
    // turn one on.
    met.extend(["Io", "Damaged", "Stopped", "FeatureOff"].map(str::to_owned));
    let met: BTreeSet<String> = met.into_iter().collect();
    assert_eq!(met, variants(include_str!("../src/error.rs"), "ReadError"), "each error needs a case");
}

/// Rows excluded for a reason with this advice; the second description and rows follow it.
fn kept(
    reason: &str,
    advice: &str,
    wrong: (&str, &[(&str, &str)]),
    right: (&str, &[(&str, &str)]),
) -> String {
    let read = |(description, files): (&str, &[(&str, &str)])| {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        read(description, &files).unwrap_or_else(|error| panic!("{reason}: {error}"))
    };
    let found = |dataset: &Dataset| -> Option<String> {
        let mut all = dataset.sources.iter().flat_map(|source| &source.exclusions);
        all.find(|exclusion| format!("{:?}", exclusion.reason) == reason)
            .map(|exclusion| exclusion.remedy.clone())
    };
    let remedy = found(&read(wrong)).unwrap_or_else(|| panic!("nothing is excluded as {reason}"));
    assert!(remedy.contains(advice), "{reason}: \"{remedy}\" does not contain \"{advice}\"");
    assert_eq!(found(&read(right)), None, "{reason}: the remedy \"{advice}\" does not work");
    reason.to_owned()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of reasons with what is done about each")]
fn exclusions() {
    let tickets = |rows: &'static str| [("t.csv", rows)];
    let ends = format!("{TICKETS}solved_at = 'done'\nstatus = 'status'\n");
    let log = |kind: &str, more: &str| {
        format!("{TICKETS}[[events]]\nfile = 'e.csv'\nticket = 'ticket'\nat = 'at'\nkind = {kind}\n{more}")
    };
    let of_log = |events: &'static str| [("t.csv", ROWS), ("e.csv", events)];
    let survey = |more: &str| {
        format!("scales = {{ csat = '1-5' }}\n[[surveys]]\nfile = 'a.csv'\nquestions = {{ csat = {more} }}\n")
    };
    let sent = "[[invitations]]\nfile = 'i.csv'\nid = 'id'\nquestion = 'question'\nsent_at = 'sent'\n";
    let invited = ("i.csv", "id,question,sent\na,csat,2026-03-02T09:00:00Z\n");
    let linked = survey("'csat'") + "invitation = 'invitation'\nat = 'at'\n" + sent;
    let late = "id,created,done,status\n1,2026-03-02T09:00:00Z,2026-03-02T08:59:00Z,\n";
    let twice = tickets("id,created\n1,2026-03-02T09:00:00Z\n1,2026-03-03T09:00:00Z\n");
    let orphan = of_log("ticket,at,kind\n9,2026-03-02T10:00:00Z,solved\n");
    let early = of_log("ticket,at,kind\n1,2026-03-02T08:59:00Z,solved\n");
    let word = of_log("ticket,at,kind\n1,2026-03-02T10:00:00Z,solved\n1,2026-03-02T10:00:00Z,done\n");
    let answered = |rows: &'static str| [("a.csv", rows), invited];
    let met = [
        kept(
            "Missing",
            "give column \"id\" a value in every row",
            (TICKETS, &tickets("id,created\n1,2026-03-02T09:00:00Z\n,2026-03-02T09:00:00Z\n")),
            (TICKETS, &tickets(ROWS)),
        ),
        kept(
            "NoCreation",
            "give column \"created\" a value",
            (TICKETS, &tickets("id,created\n1,2026-03-02T09:00:00Z\n2,\n")),
            (TICKETS, &tickets(ROWS)),
        ),
        kept("Duplicate", "keep one row per ticket", (TICKETS, &twice), (TICKETS, &tickets(ROWS))),
        kept(
            "UnknownTicket",
            "set creates_tickets = true",
            (&log("'kind'", ""), &orphan),
            (&log("'kind'", "creates_tickets = true\n"), &orphan),
        ),
        kept(
            "UnknownTicket",
            "add its ticket",
            (&log("'kind'", ""), &orphan),
            (&log("'kind'", ""), &[("t.csv", "id,created\n9,2026-03-02T09:00:00Z\n"), orphan[1]]),
        ),
        kept(
            "BeforeCreation",
            "such as clock_skew = \"5m\"",
            (&log("'kind'", ""), &early),
            (&log("'kind'", "clock_skew = '1min'\n"), &early),
        ),
        kept(
            "EndBeforeStart",
            "with clock_skew = \"1m\"",
            (&ends, &tickets(late)),
            (&format!("{ends}clock_skew = '1min'\n"), &tickets(late)),
        ),
        kept(
            "EndUnknown",
            "provide solved_at or closed_at",
            (&ends, &tickets("id,created,done,status\n1,2026-03-02T09:00:00Z,,solved\n")),
            (&ends, &tickets("id,created,done,status\n1,2026-03-02T09:00:00Z,2026-03-02T10:00:00Z,solved\n")),
        ),
        kept(
            "Reopened",
            "this end did not last",
            (&ends, &tickets("id,created,done,status\n1,2026-03-02T09:00:00Z,2026-03-02T10:00:00Z,open\n")),
            (&ends, &tickets("id,created,done,status\n1,2026-03-02T09:00:00Z,,open\n")),
        ),
        kept(
            "UnknownWord",
            "give the word a meaning, such as words = { \"done\" = \"public_message\" }",
            (&log("'kind'", ""), &word),
            (&log("{ column = 'kind', words = { done = 'solved' } }", ""), &word),
        ),
        kept(
            "UnknownWord",
            "one to all others with other",
            (&log("'kind'", ""), &word),
            (&log("{ column = 'kind', other = 'solved' }", ""), &word),
        ),
        kept(
            "Unreadable",
            "or list it under missing",
            (&survey("'csat'"), &answered("csat\n5\nn/a\n")),
            (&survey("{ column = 'csat', missing = ['n/a'] }"), &answered("csat\n5\nn/a\n")),
        ),
        kept(
            "Unreadable",
            "such as words = { \"great\" = 5 }",
            (&survey("'csat'"), &answered("csat\n5\ngreat\n")),
            (&survey("{ column = 'csat', words = { great = 5 } }"), &answered("csat\n5\ngreat\n")),
        ),
        kept(
            "Unreadable",
            "with times = 2",
            (&survey("'csat'"), &answered("csat\n2\n1.5\n")),
            (&survey("{ column = 'csat', times = 2 }"), &answered("csat\n2\n1.5\n")),
        ),
        kept(
            "Unreadable",
            "with decimal = \",\" and times = 2",
            (&survey("'csat'"), &answered("csat\n2\n\"1,5\"\n")),
            (&survey("{ column = 'csat', decimal = ',', times = 2 }"), &answered("csat\n2\n\"1,5\"\n")),
        ),
        kept(
            "Unreadable",
            "with times = 4",
            (&survey("'csat'"), &answered("csat\n1\n1.25\n")),
            (&survey("{ column = 'csat', times = 4 }"), &answered("csat\n1\n1.25\n")),
        ),
        kept(
            "OutOfScale",
            "",
            (&survey("'csat'"), &answered("csat\n5\n9\n")),
            (&survey("{ column = 'csat', missing = [9] }"), &answered("csat\n5\n9\n")),
        ),
        kept(
            "UnknownInvitation",
            "write its id as there",
            (&linked, &answered("csat,invitation,at\n5,b,2026-03-02T10:00:00Z\n")),
            (&linked, &answered("csat,invitation,at\n5,a,2026-03-02T10:00:00Z\n")),
        ),
        kept(
            "Superseded",
            "keep one row per invitation",
            (
                &linked.replace("at = 'at'\n", "at = 'at'\nduplicates = 'last'\n"),
                &answered("csat,invitation,at\n5,a,2026-03-02T10:00:00Z\n4,a,2026-03-02T11:00:00Z\n"),
            ),
            (&linked, &answered("csat,invitation,at\n4,a,2026-03-02T11:00:00Z\n")),
        ),
    ];
    // The other remedies for duplicates choose another row, which counts.
    let newest = TICKETS.to_owned() + "updated_at = 'changed'\nattributes = { market = 'market' }\n";
    let rows = "id,created,changed,market\n1,2026-03-02T09:00:00Z,2026-03-03T09:00:00Z,DK\n1,2026-03-02T09:00:00Z,2026-03-04T09:00:00Z,ES\n";
    for description in [newest.clone(), newest.replace("updated_at = 'changed'", "duplicates = 'last'")] {
        let market = read(&description, &[("t.csv", rows.as_bytes())]).unwrap().tickets().remove(0);
        assert_eq!(market.attributes.get(&Attribute::Market), Some("ES"));
    }
    let mut known = BTreeSet::new();
    reasons(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/decode"), &mut known);
    assert_eq!(BTreeSet::from(met), known, "each reason needs a case");
}

#[test]
fn choices() {
    let flat = || {
        read(
            &format!("{TICKETS}solved_at = 'done'\nattributes = {{ group = 'group' }}\n"),
            &[("t.csv", b"id,created,done,group\n1,2026-03-02T09:00:00Z,,first\n")],
        )
        .unwrap()
    };
    let choose = |choice: KpiSelection, dataset: &Dataset| choice.of(dataset).map(|chosen| chosen.kpis);
    let name =
        |error: &SelectionError| format!("{error:?}").split([' ', '(', '{']).next().unwrap().to_owned();
    let mut met = BTreeSet::new();
    let mut follow = |wrong: Result<Vec<KpiRequest>, SelectionError>,
                      advice: &str,
                      right: Result<Vec<KpiRequest>, SelectionError>| {
        let error = wrong.unwrap_err();
        assert!(error.to_string().contains(advice), "\"{error}\" does not contain \"{advice}\"");
        assert!(!right.unwrap().is_empty(), "the remedy of \"{error}\" does not work");
        met.insert(name(&error));
    };
    follow(
        choose(KpiSelection::these(["volum"]), &flat()),
        "did you mean \"volume\"?",
        choose(KpiSelection::these(["volume"]), &flat()),
    );
    let policy = KpiSelection::these(["fcr"]).with_fcr("no_repeat_contact_within(7days)".parse().unwrap());
    follow(choose(KpiSelection::these(["fcr"]), &flat()), "choose a policy such as", choose(policy, &flat()));
    let answers = |scales: &str| {
        read(
            &format!("{scales}[[surveys]]\nfile = 'a.csv'\nquestion = 'question'\nscore = 'score'\n"),
            &[("a.csv", b"question,score\ncsat,5\n")],
        )
        .unwrap()
    };
    let wrong = choose(KpiSelection::these(["csat"]), &answers(""));
    follow(
        wrong,
        "csat = \"1-5\"",
        choose(KpiSelection::these(["csat"]), &answers("scales = { csat = \"1-5\" }\n")),
    );
    let logged = read(
        &format!("{TICKETS}[[events]]\nfile = 'e.csv'\nticket = 'ticket'\nat = 'at'\nkind = 'kind'\n"),
        &[("t.csv", ROWS.as_bytes()), ("e.csv", b"ticket,at,kind\n1,2026-03-02T10:00:00Z,solved\n")],
    );
    follow(
        choose(KpiSelection::these(["reopen_rate"]), &flat()),
        "provide events",
        choose(KpiSelection::these(["reopen_rate"]), &logged.unwrap()),
    );
    let stated = |more: &str| {
        let rows = "id,created,reply\n1,2026-03-02T09:00:00Z,30\n";
        let tickets =
            format!("{TICKETS}first_response_time = {{ column = 'reply', unit = 'minutes' }}\n{more}");
        read(&tickets, &[("t.csv", rows.as_bytes())]).unwrap()
    };
    let business = || KpiSelection::these(["first_response_time"]).with_clocks([ClockKind::Business]);
    follow(
        choose(business(), &stated("")),
        "request it with \"clock\": \"calendar\"",
        choose(KpiSelection::these(["first_response_time"]), &stated("")),
    );
    let attainment = || KpiSelection::these(["sla_attainment"]);
    let policy = "[[sla.policies]]\nname = 'p'\ntargets = [{ metric = 'first_response', within = '1h', clock = 'business' }]\n";
    let schedules = "[schedules.desk]\ntime_zone = 'UTC'\nhours = 'Mo-Fr 09:00-17:00'\n";
    let complete = format!("{policy}{schedules}");
    let named = |text: &str| {
        let rows = "id,created,reply\n1,2026-03-02T09:00:00Z,30\n";
        let text = format!("schedule = 'desk'\n{TICKETS}{text}");
        read(&text, &[("t.csv", rows.as_bytes())]).unwrap()
    };
    follow(
        choose(attainment(), &stated("")),
        "no SLA policy: provide policies with targets, as [[sla.policies]]",
        choose(attainment(), &named(&complete)),
    );
    follow(
        choose(attainment(), &stated(policy)),
        "and name the one of all tickets, such as schedule = \"default\"",
        choose(attainment(), &named(&complete)),
    );
    let complete = |request: KpiRequest| KpiSelection::all().complete(request, &named(&complete));
    let attainment = || KpiRequest::new("sla_attainment");
    follow(
        complete(attainment().with_sla_policy("P")),
        "there is no SLA policy \"P\", did you mean \"p\"?; present are \"p\"",
        complete(attainment().with_sla_policy("p")),
    );
    follow(
        complete(KpiRequest::new("volume").with_clock(ClockKind::Business)),
        "KPI \"volume\" has no clock: omit it",
        complete(KpiRequest::new("volume")),
    );
    let wrong = choose(KpiSelection::usual(), &answers(""));
    follow(wrong, "csat = \"1-5\"", choose(KpiSelection::usual(), &answers("scales = { csat = \"1-5\" }\n")));
    assert_eq!(
        met,
        variants(include_str!("../src/selection.rs"), "SelectionError"),
        "each error needs a case"
    );
}

/// A log of a quiet day, without any event that changes the attribute.
#[test]
fn an_attribute_that_no_event_changes_today() {
    let log = |kind: &str| {
        read(
            &format!("{TICKETS}[[events]]\nfile = 'e.csv'\nticket = 'ticket'\nat = 'at'\nkind = {kind}\n"),
            &[("t.csv", ROWS.as_bytes()), ("e.csv", b"ticket,at,kind\n1,2026-03-02T10:00:00Z,solved\n")],
        )
        .unwrap()
    };
    for (attribute, column) in
        [(Attribute::Assignee, "assignee"), ("task".into(), "task"), (Attribute::Tag, "tag")]
    {
        let report = Report::builder("2026-03-03T00:00:00Z".parse::<deskmetrics::Timestamp>().unwrap())
            .with_kpi(KpiRequest::new("volume"))
            .with_slices([attribute])
            .build()
            .unwrap();
        let error = log("'kind'").feed(&report, 1).unwrap_err().to_string();
        assert!(error.contains(&format!("there is no attribute \"{column}\"")), "{error}");
        let (_, words) = error.split_once("name their word under kind, such as ").unwrap();
        let table = log(&format!("{{ column = 'kind', {words} }}")).feed(&report, 1).unwrap().table();
        assert_eq!(table.headline("volume").unwrap().n, 2);
        assert_eq!(table.slices().next().unwrap().keys.label(), "(none)");
    }
}
