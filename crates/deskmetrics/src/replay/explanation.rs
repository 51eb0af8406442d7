//! The explanation of one ticket: its events, and the counted time of each SLA target.

use std::fmt;

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::metrics::Replayed;
use super::replay::Replay;
use crate::sla::{Segment, SlaVerdict, VerdictState};
use crate::ticket::EventKind;
use crate::visible_text::visible;
use crate::{Author, ClockKind, Elapsed, Ticket, TicketEvent, Timestamp, duration_text};

/// One replayed ticket with its events, for readers.
///
/// `Display` prints the events, the time until the response and the resolution, and for each SLA target, the segments of time that were counted.
///
/// ```
/// use deskmetrics::replay::Replay;
/// use deskmetrics::sla::SlaPolicies;
/// use deskmetrics::ticket::{Author, EventKind};
/// use deskmetrics::{Ticket, TicketEvent, Timestamp};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let policies: SlaPolicies = toml::from_str(r#"
///     [[policies]]
///     name = "everybody"
///     targets = [{ metric = "first_response", within = "15m" }]
/// "#).unwrap();
/// let replay = Replay::new(at("2026-03-03T00:00:00Z")).with_policies(policies);
/// let reply = TicketEvent::new("T-1", at("2026-03-02T09:20:00Z"), Author::Agent, EventKind::PublicMessage);
/// let explained = replay.explain(&Ticket::new("T-1", at("2026-03-02T09:00:00Z")), vec![reply], chrono_tz::UTC);
/// assert_eq!(explained.to_string(), "\
/// Ticket T-1, new
/// created 2026-03-02 09:00:00 UTC, as of 2026-03-03 00:00:00
///
/// Events
///   2026-03-02 09:20:00  agent  public message
///
/// Measures
///   first response time: 20m
///
/// first response: breached, 20m of 15m on the calendar clock (policy \"everybody\")
///   2026-03-02 09:00:00 to 2026-03-02 09:20:00, new: 20m
/// ");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The ticket with its measures and verdicts. The verdicts have their segments.
    pub replayed: Replayed,
    /// Its events, in the order of their timestamps.
    pub events: Vec<TicketEvent>,
    /// The zone in which timestamps are printed.
    pub zone: Tz,
}

impl Replay {
    /// Explains a ticket by its events. Timestamps are printed in `zone`.
    pub fn explain(&self, ticket: &Ticket, mut events: Vec<TicketEvent>, zone: Tz) -> Explanation {
        let replayed = self.clone().with_segments().ticket(ticket, &events);
        events.sort_by_key(|event| (event.at, event.sequence));
        Explanation { replayed, events, zone }
    }
}

impl Explanation {
    fn at(&self, at: Timestamp) -> impl fmt::Display + use<> {
        at.to_utc().with_timezone(&self.zone).format("%Y-%m-%d %H:%M:%S")
    }

    fn text(&self) -> Result<String, fmt::Error> {
        use fmt::Write as _;

        let mut text = String::new();
        let Replayed { ticket, metrics, verdicts, excluded } = &self.replayed;
        writeln!(text, "Ticket {}, {}", ticket.id, words(metrics.status.as_str()))?;
        let about: Vec<String> =
            ticket.attributes.iter().map(|(attribute, value)| format!("{attribute} {value}")).collect();
        if !about.is_empty() {
            writeln!(text, "{}", about.join(", "))?;
        }
        let (created, as_of) = (self.at(metrics.created_at), self.at(metrics.as_of));
        writeln!(text, "created {created} {}, as of {as_of}", self.zone)?;
        if let Some(reason) = metrics.exclusion {
            writeln!(text, "counts in no KPI: {reason}")?;
        }
        writeln!(text, "\nEvents")?;
        let who: Vec<String> = self.events.iter().map(author).collect();
        let width = who.iter().map(|name| name.chars().count()).max().unwrap_or_default();
        for (event, who) in self.events.iter().zip(who) {
            writeln!(text, "  {}  {who:width$}  {}", self.at(event.at), kind(&event.kind))?;
        }
        let measured: Vec<(&str, Elapsed)> = [
            ("first response time", metrics.first_response_time),
            ("full resolution time", metrics.full_resolution_time),
        ]
        .into_iter()
        .filter_map(|(name, span)| Some((name, span?)))
        .collect();
        if !measured.is_empty() {
            writeln!(text, "\nMeasures")?;
        }
        for (name, span) in measured {
            writeln!(text, "  {name}: {}", both_clocks(span))?;
        }
        for verdict in verdicts {
            self.write_verdict(&mut text, verdict)?;
        }
        if !excluded.is_empty() {
            writeln!(text, "\nExcluded: {excluded}")?;
        }
        Ok(text)
    }

    fn write_verdict(&self, text: &mut impl fmt::Write, verdict: &SlaVerdict) -> fmt::Result {
        let instance = if verdict.instance > 1 { format!(" {}", verdict.instance) } else { String::new() };
        let clock = match verdict.clock {
            ClockKind::Calendar => "calendar",
            ClockKind::Business => "business",
        };
        writeln!(
            text,
            "\n{}{instance}: {}, {} of {} on the {clock} clock (policy \"{}\")",
            words(verdict.metric.as_str()),
            verdict.state.as_str(),
            span_text(verdict.elapsed_on_clock(), verdict.clock),
            duration_text::format(verdict.target),
            verdict.policy,
        )?;
        if let (VerdictState::Running | VerdictState::Paused, Some(due)) = (verdict.state, verdict.due_at) {
            writeln!(text, "  due {}", self.at(due))?;
        }
        verdict.segments.iter().try_for_each(|segment| self.write_segment(text, segment))
    }

    fn write_segment(&self, text: &mut impl fmt::Write, segment: &Segment) -> fmt::Result {
        let (from, to) = (self.at(segment.from), self.at(segment.to));
        let (status, counted) = (words(segment.status.as_str()), both_clocks(segment.counted));
        write!(text, "  {from} to {to}, {status}: {counted}")?;
        if let Some(schedule) = &segment.schedule {
            write!(text, " on \"{schedule}\"")?;
        }
        if let Some(version) = segment.version {
            write!(text, " version {version}")?;
        }
        writeln!(text)
    }
}

/// The text, with control characters of names and values escaped.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&visible(&self.text()?))
    }
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

fn author(event: &TicketEvent) -> String {
    let role = match event.author {
        Author::Customer => "customer",
        Author::Agent => "agent",
        Author::Bot => "bot",
        Author::System => "system",
        Author::External => "external",
    };
    event.author_name.as_ref().map_or_else(|| role.to_owned(), |name| format!("{role} {name}"))
}

fn kind(kind: &EventKind) -> String {
    match kind {
        EventKind::PublicMessage => "public message".to_owned(),
        EventKind::InternalNote => "internal note".to_owned(),
        EventKind::Status(status) => format!("status {}", words(status.as_str())),
        EventKind::Changed { attribute, to } => {
            format!("changed {} to {}", words(attribute.as_str()), to.as_deref().unwrap_or("nothing"))
        }
        EventKind::Tagged(tag) => format!("tagged {tag}"),
        EventKind::Untagged(tag) => format!("untagged {tag}"),
        EventKind::Escalated => "escalated".to_owned(),
        EventKind::MergedInto(ticket) => format!("merged into {ticket}"),
        EventKind::SplitFrom(ticket) => format!("split from {ticket}"),
        EventKind::Deleted => "deleted".to_owned(),
        EventKind::Spam => "spam".to_owned(),
        EventKind::Restored => "restored".to_owned(),
        EventKind::EndUnknown => "end unknown".to_owned(),
        EventKind::SurveySent => "survey sent".to_owned(),
        EventKind::SurveyAnswered => "survey answered".to_owned(),
    }
}

fn both_clocks(span: Elapsed) -> String {
    let calendar = span_text(Some(span.calendar()), ClockKind::Calendar);
    match span.business() {
        None => calendar,
        business => format!("{calendar}, {} of business time", span_text(business, ClockKind::Business)),
    }
}

/// A duration to the second: `2d 4h`, `1h 20m`, `15s`. Business time has no days.
fn span_text(span: Option<TimeDelta>, clock: ClockKind) -> String {
    let Some(span) = span else { return "unknown".to_owned() };
    let (size, sign) = (span.abs(), if span < TimeDelta::zero() { "-" } else { "" });
    let days = if clock == ClockKind::Calendar && size.num_days() >= 2 { size.num_days() } else { 0 };
    let rest = size - TimeDelta::days(days);
    let parts = [
        (days, "d"),
        (rest.num_hours(), "h"),
        (rest.num_minutes() % 60, "m"),
        (rest.num_seconds() % 60, "s"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, unit)| format!("{count}{unit}")).collect();
    match parts.as_slice() {
        [] if size.is_zero() => "0s".to_owned(),
        [] => format!("{sign}<1s"),
        parts => format!("{sign}{}", parts.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_every_unit_above_zero() {
        let text = |seconds: i64, clock| span_text(Some(TimeDelta::seconds(seconds)), clock);
        assert_eq!(text(187_200, ClockKind::Calendar), "2d 4h");
        assert_eq!(text(187_200, ClockKind::Business), "52h");
        assert_eq!(text(-4_815, ClockKind::Calendar), "-1h 20m 15s");
        assert_eq!(text(0, ClockKind::Calendar), "0s");
        assert_eq!(span_text(Some(TimeDelta::milliseconds(20)), ClockKind::Calendar), "<1s");
        assert_eq!(span_text(None, ClockKind::Business), "unknown");
    }
}
