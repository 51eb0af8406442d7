//! Schedules and SLA policies of a description and its files.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray};
use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz;
use deskmetrics::schedule::WorkingTime;
use deskmetrics::sla::{Conditions, SlaPolicies, SlaPolicy, SlaTarget, Within};
use deskmetrics::{ClockKind, Reason, SlaMetric};

use crate::column::{BadCell, TextColumn, TimestampReading};
use crate::description::{
    DescriptionError, HolidayFile, ScheduleSource, SlaSource, SlaTable, Values, did_you_mean, listed,
    nearest, of_toml,
};
use crate::file::{FileSpec, Folder, Gap, Part, RowNumbers, SkippedRows, Table, read_text};
use crate::{Description, ReadError};

/// Every schedule of the description. The notes list other rules that may change dates.
pub(crate) fn schedules(
    description: &Description,
    folder: Folder<'_>,
    notes: &mut Vec<String>,
) -> Result<BTreeMap<Box<str>, WorkingTime>, ReadError> {
    let mut schedules = BTreeMap::new();
    for (name, source) in &description.schedules {
        let schedule = match source.file() {
            None => build(source, name, folder, notes)?,
            Some(file) => {
                let path = folder.path.join(file);
                let text = read_text(&path)?;
                let source: ScheduleSource = of_toml(&text).map_err(|error| error.with_file(&path))?;
                build(&source, name, folder.at(path.parent().unwrap_or(folder.path)), notes)?
            }
        };
        check_opens(name, &schedule)?;
        schedules.insert(name.clone(), schedule);
    }
    Ok(schedules)
}

fn build(
    source: &ScheduleSource,
    name: &str,
    folder: Folder<'_>,
    notes: &mut Vec<String>,
) -> Result<WorkingTime, ReadError> {
    source.build(name, |holidays| dates(name, holidays, folder, notes))
}

/// Checks that a schedule opens at all. Otherwise every duration would be 0 and every target met.
fn check_opens(name: &str, schedule: &WorkingTime) -> Result<(), DescriptionError> {
    let compiled = schedule.compile_years(2000..=2000); // one year suffices, because the result is exact for all others
    let ever =
        compiled.is_open(DateTime::UNIX_EPOCH) || compiled.next_opening(DateTime::UNIX_EPOCH).is_some();
    if ever {
        return Ok(());
    }
    Err(DescriptionError::new(format!(
        "schedules.{name}: it never opens, so no business time can be counted on it; give it hours such as \
         \"Mo-Fr 09:00-17:00\""
    )))
}

/// Checks that a schedule with this name exists.
pub(crate) fn known_schedule(
    name: &str,
    schedules: &BTreeMap<Box<str>, WorkingTime>,
) -> Result<(), DescriptionError> {
    if schedules.contains_key(name) {
        return Ok(());
    }
    let known = if schedules.is_empty() { "none".to_owned() } else { listed(schedules.keys()) };
    Err(DescriptionError::new(format!(
        "there is no schedule \"{name}\"{}; [schedules] has {known}",
        did_you_mean(nearest(name, schedules.keys()).as_deref()),
    )))
}

/// The dates of a holiday file, as schedules write them.
fn dates(
    schedule: &str,
    holidays: &HolidayFile,
    folder: Folder<'_>,
    notes: &mut Vec<String>,
) -> Result<Vec<String>, ReadError> {
    if holidays.file.decimal.is_some() {
        notes.push(format!("schedules.{schedule}: decimal has no effect on dates"));
    }
    let rules = holidays.rules();
    let reading = match &rules.format {
        Some(format) => TimestampReading::new(Tz::UTC)
            .with_format(format)
            .map_err(|error| DescriptionError::new(format!("schedules.{schedule}: {error}")))?,
        None => TimestampReading::new(Tz::UTC),
    };
    let mut rows: Vec<(u64, String)> = Vec::new();
    let mut file = PathBuf::new();
    each_row(folder, &holidays.file, &holidays.filter, &[&holidays.column], notes, |table, row, cells| {
        table.path().clone_into(&mut file);
        rows.push((row, cells[0].to_owned()));
        Ok(())
    })?;
    let texts: ArrayRef = Arc::new(rows.iter().map(|(_, text)| Some(text)).collect::<StringArray>());
    let reading = reading.inferred([&texts]).map_err(|error| ReadError::DateOrder {
        file: file.clone(),
        column: holidays.column.clone(),
        error: Box::new(error),
    })?;
    let mut dates = Vec::new();
    for (row, text) in rows {
        match reading.read(&text) {
            Ok(None) => {}
            Ok(Some(at)) => dates.push(at.to_utc().date_naive().to_string()),
            Err(bad) => {
                return Err(ReadError::BadRow {
                    file,
                    row,
                    column: holidays.column.clone(),
                    reason: bad.reason(),
                    remedy: reading.remedy(&text),
                    value: text,
                });
            }
        }
    }
    if dates.is_empty() {
        let filter: Vec<String> =
            holidays.filter.iter().map(|(column, values)| format!("{column} = {values}")).collect();
        return Err(DescriptionError::new(format!(
            "schedules.{schedule}: no row of {} has {}: check the values under where",
            holidays.file.path.display(),
            if filter.is_empty() { "a date".to_owned() } else { filter.join(" and ") },
        ))
        .into());
    }
    Ok(dates)
}

/// The policies of the description and of its tables. The notes list other rules that may change them.
pub(crate) fn policies(
    description: &Description,
    folder: Folder<'_>,
    schedules: &BTreeMap<Box<str>, WorkingTime>,
    notes: &mut Vec<String>,
) -> Result<SlaPolicies, ReadError> {
    let sla = &description.sla;
    let mut policies = sla.policies.clone();
    for target in sla.policies.iter().flat_map(|policy| &policy.targets) {
        known_metric(&target.metric, sla)?;
    }
    for table in &sla.tables {
        known_metric(&table.metric, sla)?;
        rules(table, folder, &mut policies, notes)?;
    }
    for schedule in policies.iter().filter_map(|policy| policy.schedule.as_deref()) {
        known_schedule(schedule, schedules)?;
    }
    let mut all = SlaPolicies::new(policies).with_matching(sla.matching);
    all.clocks.clone_from(&sla.clocks);
    Ok(all)
}

/// Checks that a target limits a known metric or a custom clock.
fn known_metric(metric: &SlaMetric, sla: &SlaSource) -> Result<(), DescriptionError> {
    let SlaMetric::Custom(name) = metric else { return Ok(()) };
    let clocks = sla.clocks.iter().map(|clock| &*clock.name);
    let known: Vec<&str> = SlaMetric::NAMED.iter().map(SlaMetric::as_str).chain(clocks).collect();
    if known.contains(&&**name) {
        return Ok(());
    }
    Err(DescriptionError::new(format!(
        "sla: there is no metric \"{name}\"{}; known are {}, and clocks of your own under [[sla.clocks]]",
        did_you_mean(nearest(name, &known).as_deref()),
        listed(&known),
    )))
}

/// The policies of a table, one per row.
fn rules(
    source: &SlaTable,
    folder: Folder<'_>,
    policies: &mut Vec<SlaPolicy>,
    notes: &mut Vec<String>,
) -> Result<(), ReadError> {
    let mut names: Vec<&str> = vec![&source.within.column];
    names.extend(source.when.values().map(String::as_str));
    each_row(folder, &source.file, &BTreeMap::new(), &names, notes, |table, row, cells| {
        let numbers = table.numbers();
        let number = numbers.number(cells[0]);
        let within = number.ok().flatten().and_then(|number| target(number, source.within.each));
        let target = within.ok_or_else(|| ReadError::BadRow {
            file: table.path().to_owned(),
            row,
            column: source.within.column.clone(),
            value: cells[0].to_owned(),
            reason: Reason::Unreadable,
            remedy: match number {
                Err(BadCell::DecimalMark) => numbers.decimal_remedy(),
                _ => "expected a number above 0".to_owned(),
            },
        })?;
        let conditions =
            source.when.keys().zip(&cells[1..]).fold(Conditions::default(), |all, (attribute, value)| {
                all.with_attribute(attribute.clone(), [*value])
            });
        let target = match source.clock {
            ClockKind::Calendar => SlaTarget::calendar(source.metric.clone(), Within::from(target)),
            ClockKind::Business => SlaTarget::business(source.metric.clone(), Within::from(target)),
        };
        let mut policy =
            SlaPolicy::new(cells[1..].join(" / ")).with_conditions(conditions).with_target(target);
        policy.schedule.clone_from(&source.schedule);
        policies.push(policy);
        Ok(())
    })
}

/// `number` times `each`, to the microsecond.
fn target(number: f64, each: TimeDelta) -> Option<TimeDelta> {
    let micros = (number * each.num_microseconds()? as f64).round();
    #[expect(clippy::cast_possible_truncation, reason = "limited to a range in which it is exact")]
    let whole = (micros > 0.0 && micros < 9e15).then_some(micros as i64)?;
    Some(TimeDelta::microseconds(whole))
}

/// Calls a function with the trimmed texts of these columns for each selected row, with its number.
fn each_row(
    folder: Folder<'_>,
    file: &FileSpec,
    filter: &BTreeMap<String, Values>,
    names: &[&str],
    notes: &mut Vec<String>,
    mut each: impl FnMut(&Table, u64, &[&str]) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let table = folder.table(file)?.select(filter)?;
    notes.extend(table.notes().iter().map(|note| format!("{}: {note}", file.path.display())));
    let places = names.iter().map(|name| table.column(name)).collect::<Result<Vec<_>, _>>()?;
    let (mut rows, mut numbers) = (0, RowNumbers::default());
    let mut batches = table.batches(&places)?;
    while let Some(part) = batches.next_part() {
        let Part { batch, gaps } = part?;
        for Gap { before, passed_over } in gaps {
            numbers.pass_over(rows + before as u64, passed_over.rows());
            if let SkippedRows::Bad(line) = passed_over {
                return Err(ReadError::bad_line(table.path(), line));
            }
        }
        let mut columns = Vec::with_capacity(places.len());
        for (name, array) in names.iter().zip(batch.columns()) {
            columns.push(TextColumn::new(array).map_err(|wrong| ReadError::ColumnType {
                file: table.path().to_owned(),
                column: (*name).to_owned(),
                found: wrong.found,
                expected: wrong.expected,
            })?);
        }
        for row in 0..batch.num_rows() {
            let cells: Vec<&str> =
                columns.iter().map(|column| column.get(row).unwrap_or_default().trim()).collect();
            each(&table, numbers.number(rows + row as u64), &cells)?;
        }
        rows += batch.num_rows() as u64;
    }
    Ok(())
}
