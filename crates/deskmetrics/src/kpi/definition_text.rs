//! A KPI's definition as text.

use std::fmt;

use super::definition::{Anchor, Choice, Definition, Polarity, Topic};
use crate::{ClockKind, Unit};

impl Topic {
    /// All topics, in reading order.
    pub const ALL: [Self; 6] =
        [Self::Surveys, Self::Volume, Self::Time, Self::Quality, Self::Sla, Self::Queue];

    /// The heading of its KPIs.
    pub fn title(self) -> &'static str {
        match self {
            Self::Surveys => "Survey scores and response",
            Self::Volume => "How much there is to do",
            Self::Time => "How long customers wait",
            Self::Quality => "How well and with how much effort tickets are solved",
            Self::Sla => "SLA targets",
            Self::Queue => "Phone and chat queues",
        }
    }
}

impl Definition {
    /// What is known about it beside its name, description, options and references: each fact with its heading. Facts that
    /// it does not have are absent.
    ///
    /// ```
    /// use deskmetrics::kpi;
    ///
    /// let facts = kpi::nps::DEFINITION.facts();
    /// assert!(facts.contains(&("Unit", "points, -100 to 100".to_owned())));
    /// assert!(facts.iter().all(|(heading, _)| *heading != "Clock"));
    /// ```
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let facts = [
            ("Id", self.id.to_owned()),
            ("Also called", self.aliases.join(", ")),
            ("Formula", self.formula.to_owned()),
            ("Unit", self.unit_text()),
            ("Better", self.good.as_text().to_owned()),
            ("Counts", self.population.to_owned()),
            ("Belongs to the period of", self.anchor.as_text().to_owned()),
            ("Clock", self.clocks.iter().copied().map(clock_text).collect::<Vec<_>>().join(" or ")),
            ("Numbers", self.measures.join(", ")),
        ];
        facts.into_iter().filter(|(_, text)| !text.is_empty()).collect()
    }

    /// Its unit in words, with the smallest and largest value.
    pub fn unit_text(&self) -> String {
        let name = match self.unit {
            Unit::Percent => "percent",
            Unit::Points => "points",
            Unit::ScaleStep => "steps of the scale",
            Unit::Seconds => "a duration (seconds in data)",
            Unit::Count => "a count",
            Unit::PerTicket => "per ticket",
        };
        match (self.min, self.max) {
            (Some(min), Some(max)) => format!("{name}, {min} to {max}"),
            _ => name.to_owned(),
        }
    }
}

impl Choice {
    /// Its default in words.
    pub fn default_text(&self) -> &'static str {
        self.default.unwrap_or("none: must be chosen")
    }
}

impl Polarity {
    /// The better direction in words.
    pub fn as_text(self) -> &'static str {
        match self {
            Self::Up => "higher",
            Self::Down => "lower",
            Self::Neither => "neither",
            Self::ByScale => "depends on the scale",
        }
    }
}

impl Anchor {
    /// The timestamp in words.
    pub fn as_text(self) -> &'static str {
        match self {
            Self::Created => "the ticket's creation",
            Self::FirstSolved => "the ticket's first solve",
            Self::LastSolved => "the ticket's last solve",
            Self::Responded => "the answer",
            Self::Sent => "the date the survey was sent",
            Self::Decided => "the target's completion or breach",
            Self::Event => "each event",
            Self::Snapshot => "none: it is the state at a timestamp, in a report at the end of each period",
            Self::Queued => "the entry into the queue",
            Self::WrappedUp => "the end of wrap-up",
            Self::ShiftStarted => "the beginning of the stretch on duty",
        }
    }
}

fn clock_text(clock: ClockKind) -> &'static str {
    match clock {
        ClockKind::Calendar => "calendar",
        ClockKind::Business => "business hours",
    }
}

/// Lines are wrapped at this many columns.
const LINE: usize = 100;

/// The definition in English for a terminal, wrapped at 100 columns.
impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.name.en)?;
        write_wrapped(f, "", self.description.en)?;
        writeln!(f)?;
        let facts = self.facts();
        let width = facts.iter().map(|(heading, _)| heading.len()).max().unwrap_or_default();
        for (heading, text) in facts {
            write_wrapped(f, &format!("{heading:width$}  "), &text)?;
        }
        if !self.options.is_empty() {
            writeln!(f, "\nOptions")?;
        }
        for option in self.options {
            write_wrapped(f, &format!("  {}: ", option.name), option.decides)?;
            write_wrapped(f, "    values:  ", &option.values.join(", "))?;
            write_wrapped(f, "    default: ", option.default_text())?;
        }
        if !self.variants.is_empty() {
            writeln!(f, "\nVariants under the same name")?;
        }
        for variant in self.variants {
            write_wrapped(f, &format!("  {}: ", variant.name), variant.differs)?;
            if !variant.used_by.is_empty() {
                write_wrapped(f, "    used by: ", &variant.used_by.join(", "))?;
            }
        }
        if !self.references.is_empty() {
            writeln!(f, "\nReferences")?;
        }
        self.references.iter().try_for_each(|reference| write_wrapped(f, "  - ", reference))
    }
}

/// Writes a text after its heading, with further lines below its start.
fn write_wrapped(f: &mut fmt::Formatter<'_>, heading: &str, text: &str) -> fmt::Result {
    // Below a long heading, the lines would be too short.
    let indent = heading.chars().count().min(28);
    let mut line = heading.to_owned();
    let mut used = heading.chars().count();
    let mut first = true;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if !first && used + 1 + width > LINE {
            writeln!(f, "{}", line.trim_end())?;
            line = " ".repeat(indent);
            (used, first) = (indent, true);
        }
        if !first {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += width;
        first = false;
    }
    writeln!(f, "{}", line.trim_end())
}
