//! The schedule that applies to a ticket, and business time on it.

use serde::{Serialize, Serializer};

use super::names::Vocabulary;
use super::step::{NONE, StepKind};
use crate::Timestamp;
use crate::schedule::{CompiledSchedule, DayEnd, ScheduleHistory, Version, WorkingTime};
use crate::ticket::Attribute;

/// Named schedules, and rules that select one for each ticket.
///
/// The rules are applied again whenever an attribute of the ticket changes. A ticket that moves to another market
/// counts on the old market's schedule up to the move and on the new one's from then on.
///
/// ```
/// use deskmetrics::replay::Schedules;
/// use deskmetrics::schedule::Schedule;
/// use deskmetrics::ticket::Attribute;
///
/// let schedules = Schedules::default()
///     .with_schedule("nordic", Schedule::parse("Europe/Copenhagen", "Mo-Fr 08:00-16:00")?.compile())
///     .with_schedule("iberia", Schedule::parse("Europe/Madrid", "Mo-Fr 09:00-18:00")?.compile())
///     .with_rule(Attribute::Market, ["DK", "SE", "NO"], "nordic")
///     .with_rule(Attribute::Market, ["ES", "PT"], "iberia")
///     .with_fallback("nordic");
/// assert!(schedules.unknown_names().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # As data
///
/// The form is the one of dataset descriptions: `schedules` by name, the name of the fallback as `schedule`, and `schedule_by` with
/// the name for each value of an attribute. It can be part of a service's own configuration:
///
/// ```
/// use deskmetrics::replay::{Replay, ReplayOptions, Schedules};
/// use deskmetrics::sla::SlaPolicies;
/// use deskmetrics::{Ticket, Timestamp};
///
/// #[derive(serde::Deserialize)]
/// struct Rules {
///     #[serde(flatten)]
///     schedules: Schedules,
///     sla: SlaPolicies,
///     replay: ReplayOptions,
/// }
///
/// let rules: Rules = toml::from_str(r#"
///     schedule = "nordic"
///     schedule_by.market = { DK = "nordic", ES = "iberia", PT = "iberia" }
///
///     [schedules.nordic]
///     time_zone = "Europe/Copenhagen"
///     hours = "Mo-Fr 08:00-16:00"
///
///     [schedules.iberia]
///     time_zone = "Europe/Madrid"
///     hours = "Mo-Fr 09:00-18:00"
///     holidays = ["2026-03-19"]
///
///     [[sla.policies]]
///     name = "everyone"
///     targets = [{ metric = "first_response", clock = "business", within = "4h" }]
///
///     [replay]
///     first_response_start = "creation"
/// "#)?;
/// let replay = Replay::new(Timestamp::MAX)
///     .with_schedules(rules.schedules)
///     .with_policies(rules.sla)
///     .with_options(rules.replay);
/// let created: Timestamp = "2026-03-18T15:00:00Z".parse()?;
/// let tracker = replay.track(Ticket::new("T-1", created).with_attribute("market", "ES"));
/// // Two hours on Wednesday, and two on Friday: Thursday is a holiday in Spain.
/// assert_eq!(replay.next_due(&tracker)?, Some("2026-03-20T10:00:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Where several attributes have schedules, the first one decides, in the order of [`Attribute`].
#[derive(Debug, Clone, Default)]
pub struct Schedules {
    named: Vec<(Box<str>, CompiledSchedule, Vec<i64>)>,
    rules: Vec<(Attribute, Vec<Box<str>>, Box<str>)>,
    otherwise: Option<Box<str>>,
}

/// Names, definitions and rules of schedules, for fingerprints. The data form of [`Schedules`] is another one, since it has no order
/// of rules.
#[derive(Debug)]
pub(crate) struct ScheduleRules<'a>(pub(crate) &'a Schedules);

impl Serialize for ScheduleRules<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Schedules { named, rules, otherwise } = self.0;
        let named: Vec<_> =
            named.iter().map(|(name, schedule, starts)| (name, schedule.definition(), starts)).collect();
        (named, rules, otherwise).serialize(serializer)
    }
}

impl Schedules {
    /// Creates one schedule for each value of an attribute, named after the value.
    pub fn by<V: Into<Box<str>>>(
        attribute: &Attribute,
        schedules: impl IntoIterator<Item = (V, CompiledSchedule)>,
    ) -> Self {
        schedules.into_iter().fold(Self::default(), |all, (value, schedule)| {
            let value = value.into();
            all.with_schedule(value.clone(), schedule).with_rule(attribute.clone(), [value.clone()], value)
        })
    }

    /// Adds a schedule, or replaces the one with the same name.
    #[must_use]
    pub fn with_schedule(self, name: impl Into<Box<str>>, schedule: CompiledSchedule) -> Self {
        self.named(name.into(), schedule, Vec::new())
    }

    /// Adds a schedule that changed over time. Explained verdicts then name the version they counted on.
    #[must_use]
    pub fn with_history(self, name: impl Into<Box<str>>, history: &ScheduleHistory) -> Self {
        let micros = |version: &Version| {
            let from = version.from()?;
            from.seconds(version.working_time().time_zone()).checked_mul(1_000_000)
        };
        let starts = history.versions().iter().map(|version| micros(version).unwrap_or(i64::MIN)).collect();
        self.named(name.into(), history.compile(), starts)
    }

    /// Adds working hours in any form: as a [history](Self::with_history) if they are one, else as a
    /// [schedule](Self::with_schedule).
    #[must_use]
    pub fn with_working_time(self, name: impl Into<Box<str>>, working_time: &WorkingTime) -> Self {
        match working_time {
            WorkingTime::History(history) => self.with_history(name, history),
            other => self.with_schedule(name, other.compile()),
        }
    }

    fn named(mut self, name: Box<str>, schedule: CompiledSchedule, starts: Vec<i64>) -> Self {
        self.named.retain(|(known, ..)| *known != name);
        self.named.push((name, schedule, starts));
        self
    }

    /// Adds a rule: tickets whose attribute has one of these values follow the named schedule. The first matching
    /// rule decides.
    #[must_use]
    pub fn with_rule<V: Into<Box<str>>>(
        mut self,
        attribute: impl Into<Attribute>,
        values: impl IntoIterator<Item = V>,
        schedule: impl Into<Box<str>>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.rules.push((attribute.into(), values, schedule.into()));
        self
    }

    /// Sets the schedule of tickets that match no rule.
    #[must_use]
    pub fn with_fallback(mut self, schedule: impl Into<Box<str>>) -> Self {
        self.otherwise = Some(schedule.into());
        self
    }

    /// Names in rules that no schedule has. Tickets that match such a rule have no schedule.
    pub fn unknown_names(&self) -> Vec<&str> {
        let used = self.rules.iter().map(|(_, _, name)| name).chain(&self.otherwise);
        used.filter(|name| self.place(name).is_none()).map(|name| &**name).collect()
    }

    /// The names of the schedules.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(|(name, ..)| &**name)
    }

    fn place(&self, name: &str) -> Option<u16> {
        let place = self.named.iter().position(|(known, ..)| &**known == name)?;
        u16::try_from(place).ok()
    }
}

/// The schedules of a replay, with names as numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clocks {
    schedules: Schedules,
    /// (attribute, values, schedule)
    rules: Vec<(u16, Vec<u32>, Option<u16>)>,
    otherwise: Option<u16>,
    always_open: bool,
}

impl Clocks {
    pub(crate) fn new(schedules: Schedules, always_open: bool, vocabulary: &mut Vocabulary) -> Self {
        let rules = schedules
            .rules
            .iter()
            .map(|(attribute, values, name)| {
                let attribute = vocabulary.learn_attribute(attribute);
                let values = values.iter().map(|value| vocabulary.learn(value)).collect();
                (attribute, values, schedules.place(name))
            })
            .collect();
        let otherwise = schedules.otherwise.as_ref().and_then(|name| schedules.place(name));
        Self { schedules, rules, otherwise, always_open }
    }

    /// Whether this step can change the schedule.
    pub(crate) fn depends_on(&self, kind: StepKind) -> bool {
        match kind {
            StepKind::Changed { attribute, .. } => {
                self.rules.iter().any(|(watched, ..)| *watched == attribute)
            }
            _ => false,
        }
    }

    /// The attributes that the rules depend on.
    pub(crate) fn watched(&self) -> impl Iterator<Item = u16> {
        self.rules.iter().map(|(attribute, ..)| *attribute)
    }

    /// The number of a named schedule.
    pub(crate) fn place(&self, name: &str) -> Option<u16> {
        self.schedules.place(name)
    }

    /// The name of a schedule.
    pub(crate) fn name(&self, clock: u16) -> &str {
        self.schedules.named.get(usize::from(clock)).map_or("", |(name, ..)| name)
    }

    /// The timestamps at which new versions of a schedule begin.
    pub(crate) fn version_starts(&self, clock: u16) -> &[i64] {
        self.schedules.named.get(usize::from(clock)).map_or(&[], |(_, _, starts)| starts)
    }

    /// The schedule that applies to a ticket with these attribute values.
    pub(crate) fn choose(&self, values: &[u32]) -> Option<u16> {
        for (attribute, allowed, clock) in &self.rules {
            let value = values.get(usize::from(*attribute)).copied().unwrap_or(NONE);
            if value != NONE && allowed.contains(&value) {
                return *clock;
            }
        }
        self.otherwise
    }

    /// Whether any ticket can have a schedule.
    pub(crate) fn counts_business_time(&self) -> bool {
        self.always_open || self.otherwise.is_some() || !self.rules.is_empty()
    }

    /// Whether business time is known with this schedule.
    pub(crate) fn is_known(&self, clock: Option<u16>) -> bool {
        clock.is_some() || self.always_open
    }

    fn schedule(&self, clock: u16) -> Option<&CompiledSchedule> {
        self.schedules.named.get(usize::from(clock)).map(|(_, schedule, _)| schedule)
    }

    /// Business time from `from` to `to`; `None` where no schedule applies.
    pub(crate) fn elapsed(&self, clock: Option<u16>, from: i64, to: i64) -> Option<i64> {
        match clock.and_then(|clock| self.schedule(clock)) {
            Some(schedule) => Some(schedule.elapsed_micros(from, to)),
            None => self.always_open.then(|| to.saturating_sub(from)),
        }
    }

    /// Business time on a schedule up to `at`, from an arbitrary origin: the difference of two readings is the time
    /// between. `None` if no schedule applies or `at` is outside the compiled years.
    #[inline]
    pub(crate) fn reading(&self, clock: Option<u16>, at: i64) -> Option<i64> {
        self.schedule(clock?)?.reading(at)
    }

    /// Business time from `from` until the end of `days` business days; `None` if no schedule applies.
    pub(crate) fn business_days(&self, clock: Option<u16>, from: i64, days: u32, end: DayEnd) -> Option<i64> {
        let schedule = self.schedule(clock?)?;
        let start = Timestamp::saturating_from_micros(from).to_utc();
        let due = schedule.due_in_business_days(start, days, end).ok()?;
        Some(schedule.elapsed_micros(from, due.timestamp_micros()))
    }

    /// When `budget` of business time has passed since `from`.
    pub(crate) fn due(&self, clock: Option<u16>, from: i64, budget: i64) -> Option<i64> {
        match clock.and_then(|clock| self.schedule(clock)) {
            Some(schedule) => schedule.due_micros(from, budget),
            None if self.always_open => from.checked_add(budget),
            None => None,
        }
    }
}
