//! Schedules, combinations and histories prepared to compute their openings.

use super::WorkingTime;
use super::offsets::{DAY, FIRST_CHANGE, LAST_CHANGE};
use super::plan::SchedulePlan;
use super::span::{Count, Span, add_span, intersect, union};
use super::working_time::Members;

/// A [`WorkingTime`] prepared to compute its openings.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    One(Box<SchedulePlan>),
    Any(Vec<Source>),
    All(Vec<Source>),
    /// Each version with the first second at which it is in force, in order.
    Versions(Vec<(i64, Source)>),
}

impl Source {
    pub(crate) fn new(whole: &WorkingTime) -> Self {
        let all = |members: &Members| members.as_slice().iter().map(Self::new).collect();
        match whole {
            WorkingTime::Schedule(schedule) => Self::One(Box::new(SchedulePlan::new(schedule))),
            WorkingTime::AnyOf(members) => Self::Any(all(members)),
            WorkingTime::AllOf(members) => Self::All(all(members)),
            WorkingTime::History(history) => {
                Self::Versions(history.in_force().map(|(from, version)| (from, Self::new(version))).collect())
            }
        }
    }

    /// Adds the openings between two seconds of UTC, in order.
    pub(crate) fn openings(&self, from: i64, to: i64, out: &mut Vec<Span>) {
        match self {
            Self::One(plan) => plan.openings(from, to, out),
            Self::Any(members) => {
                let mut open = Vec::new();
                for member in members {
                    let mut also = Vec::new();
                    member.openings(from, to, &mut also);
                    open.append(&mut also);
                }
                union(&mut open);
                for span in open {
                    add_span(out, span);
                }
            }
            Self::All(members) => {
                let mut open = vec![Span::new(from, to)];
                for member in members {
                    let mut also = Vec::new();
                    member.openings(from, to, &mut also);
                    open = intersect(&open, &also);
                }
                for span in open {
                    add_span(out, span);
                }
            }
            Self::Versions(versions) => {
                for (version, span) in in_force(versions, from, to) {
                    version.openings(span.start, span.end, out);
                }
            }
        }
    }

    /// Adds the counted time between two seconds of UTC, in order.
    pub(crate) fn counts(&self, from: i64, to: i64, out: &mut Vec<Count>) {
        match self {
            Self::One(plan) => plan.counts(from, to, out),
            Self::Versions(versions) => {
                for (version, span) in in_force(versions, from, to) {
                    version.counts(span.start, span.end, out);
                }
            }
            Self::Any(_) | Self::All(_) => {
                let mut openings = Vec::new();
                self.openings(from, to, &mut openings);
                out.extend(openings.into_iter().map(Count::plain));
            }
        }
    }

    /// Whether counted time differs from openings.
    pub(crate) fn counts_wall_time(&self) -> bool {
        match self {
            Self::One(plan) => plan.counts_wall_time(),
            Self::Any(members) | Self::All(members) => members.iter().any(Self::counts_wall_time),
            Self::Versions(versions) => versions.iter().any(|(_, v)| v.counts_wall_time()),
        }
    }

    /// Whether all weeks are equal, except for dated exceptions.
    pub(crate) fn repeats_weekly(&self) -> bool {
        match self {
            Self::One(plan) => plan.repeats_weekly(),
            Self::Any(members) | Self::All(members) => members.iter().all(Self::repeats_weekly),
            Self::Versions(versions) => versions.iter().all(|(_, v)| v.repeats_weekly()),
        }
    }

    /// The first and the last local date outside which business days repeat every 400 years.
    pub(crate) fn dated_days(&self) -> Option<(i64, i64)> {
        let cover = |one: (i64, i64), other: (i64, i64)| (one.0.min(other.0), one.1.max(other.1));
        match self {
            Self::One(plan) => plan.dated_days(),
            Self::Any(members) | Self::All(members) => {
                members.iter().filter_map(Self::dated_days).reduce(cover)
            }
            Self::Versions(versions) => {
                let changes = versions.iter().filter(|(from, _)| *from != i64::MIN);
                let changes = changes.map(|(from, _)| (from.div_euclid(DAY), from.div_euclid(DAY)));
                versions.iter().filter_map(|(_, v)| v.dated_days()).chain(changes).reduce(cover)
            }
        }
    }

    /// A stretch of UTC, in seconds, outside which openings repeat every 400 years: it holds all changes
    /// of offsets, dated exceptions and changes of version.
    pub(crate) fn irregular(&self) -> Span {
        match self {
            Self::One(plan) => {
                let mut span = Span::new(FIRST_CHANGE, LAST_CHANGE);
                if let Some((first, last)) = plan.dated_days() {
                    span.start = span.start.min(first * DAY);
                    span.end = span.end.max(last * DAY);
                }
                Span::new(span.start - 4 * DAY, span.end + 4 * DAY)
            }
            Self::Any(members) | Self::All(members) => cover(members.iter().map(Self::irregular)),
            Self::Versions(versions) => {
                let cover = cover(versions.iter().map(|(_, version)| version.irregular()));
                let changes = versions.iter().map(|(from, _)| *from).filter(|from| *from != i64::MIN);
                changes.fold(cover, |cover, from| {
                    Span::new(cover.start.min(from - DAY), cover.end.max(from + DAY))
                })
            }
        }
    }

    /// Whether working time begins on this local date.
    pub(crate) fn is_business_day(&self, day: i64) -> bool {
        match self {
            Self::One(plan) => plan.is_business_day(day),
            Self::Any(members) => members.iter().any(|member| member.is_business_day(day)),
            Self::All(members) => members.iter().all(|member| member.is_business_day(day)),
            Self::Versions(versions) => {
                let noon = day * DAY + DAY / 2;
                let version = versions.iter().rev().find(|(from, _)| *from <= noon);
                version.is_some_and(|(_, version)| version.is_business_day(day))
            }
        }
    }
}

/// The versions in force between two seconds, each with the part in which it is.
fn in_force(versions: &[(i64, Source)], from: i64, to: i64) -> impl Iterator<Item = (&Source, Span)> {
    let ends = versions.iter().skip(1).map(|(from, _)| *from).chain([i64::MAX]);
    versions
        .iter()
        .zip(ends)
        .map(move |((start, version), end)| (version, Span::new(*start, end).clipped(from, to)))
        .filter(|(_, span)| span.length() > 0)
}

fn cover(spans: impl Iterator<Item = Span>) -> Span {
    spans
        .reduce(|one, other| Span::new(one.start.min(other.start), one.end.max(other.end)))
        .unwrap_or(Span::new(FIRST_CHANGE, LAST_CHANGE))
}
