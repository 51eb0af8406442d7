//! Finds the option in which two requests differ.

use super::builder::ReportBuilder;
use super::error::Difference;
use crate::kpi::{KpiRequest, definition};
use crate::{ClockKind, Timestamp, duration_text};

/// Choices by name.
type Choices = Vec<(&'static str, Option<String>)>;

impl Difference {
    /// Between two requests for a KPI, each up to its cut-off.
    pub(super) fn of_kpis(
        mine: (&KpiRequest, Option<Timestamp>),
        theirs: (&KpiRequest, Option<Timestamp>),
    ) -> Option<Self> {
        Self::first(chosen(mine.0, mine.1), chosen(theirs.0, theirs.1))
    }

    /// Between two reports.
    pub(super) fn of_reports(mine: &ReportBuilder, theirs: &ReportBuilder) -> Option<Self> {
        let kpis = mine.kpis.iter().zip(&theirs.kpis);
        Self::first(settings(mine), settings(theirs)).or_else(|| {
            kpis.into_iter().find_map(|(mine, theirs)| Self::of_kpis((mine, None), (theirs, None)))
        })
    }

    fn first(mine: Choices, theirs: Choices) -> Option<Self> {
        let mut both = mine.into_iter().zip(theirs);
        let different = both.find(|((_, mine), (_, theirs))| mine != theirs);
        different.map(|((choice, mine), (_, theirs))| Self { choice, mine, theirs })
    }
}

fn text(choice: Option<&impl ToString>) -> Option<String> {
    choice.map(ToString::to_string)
}

fn listed(choices: impl Iterator<Item = impl ToString>) -> Option<String> {
    let texts: Vec<String> = choices.map(|choice| choice.to_string()).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

fn chosen(request: &KpiRequest, as_of: Option<Timestamp>) -> Choices {
    let clock = |clock| match clock {
        ClockKind::Calendar => "calendar".to_owned(),
        ClockKind::Business => "business".to_owned(),
    };
    vec![
        ("kpi", Some(definition(&request.kpi).map_or(&*request.kpi, |known| known.id).to_owned())),
        ("name", text(request.name.as_ref())),
        ("where", Some(request.filter.to_string()).filter(|text| !text.is_empty())),
        ("question", text(request.question.as_ref())),
        ("scale", text(request.scale.as_ref())),
        ("policy", text(request.policy.as_ref())),
        ("metric", text(request.metric.as_ref())),
        ("sla_policy", text(request.sla_policy.as_ref())),
        ("status", text(request.status.as_ref())),
        ("group", text(request.group.as_ref())),
        ("clock", Some(clock(request.clock.unwrap_or_default()))),
        ("within", request.within.map(duration_text::format)),
        ("bands", listed(request.bands.iter().copied().map(duration_text::format))),
        ("distribution", Some(request.distribution.to_string())),
        ("with", Some(format!("{:?}", request.with.unwrap_or_default()).to_lowercase())),
        ("without_automatic_solves", Some(request.without_automatic_solves.unwrap_or_default().to_string())),
        ("since", text(request.since.as_ref())),
        ("until", text(request.until.as_ref())),
        ("mature_after", request.mature_after.map(duration_text::format)),
        ("expire_after", request.expire_after.map(duration_text::format)),
        ("short_abandon", request.short_abandon.map(duration_text::format)),
        ("threshold_percent", text(request.threshold_percent.as_ref())),
        ("as_of", text(as_of.as_ref())),
    ]
}

fn settings(report: &ReportBuilder) -> Choices {
    let together = report
        .by
        .iter()
        .map(|attributes| attributes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" with "));
    vec![
        ("kpis", listed(report.kpis.iter().map(|request| &*request.kpi))),
        ("by", listed(together)),
        ("period", report.periods.as_ref().map(|periods| periods.period.as_str().to_owned())),
        ("tz", report.periods.as_ref().map(|periods| periods.zone.to_string())),
        ("week_start", report.periods.as_ref().map(|periods| periods.week_start.to_string())),
        ("year_start", report.periods.as_ref().map(|periods| periods.year_start.to_string())),
        ("as_of", text(report.as_of.as_ref())),
        ("observed_from", text(report.observed_from.as_ref())),
        ("observed_until", text(report.observed_until.as_ref())),
        ("level", Some(report.level.to_string())),
        ("min_n", Some(report.min_n.to_string())),
        ("surveys_inherit", Some(report.surveys_inherit.to_string())),
    ]
}
