//! Attributes of a dataset, and checks that they exist.

use std::collections::{BTreeMap, BTreeSet};

use deskmetrics::replay::Actor;
use deskmetrics::report::{Report, Warning};
use deskmetrics::sla::{ConditionValue, SlaPolicies, SlaPolicy, Within};
use deskmetrics::ticket::Attribute;

use crate::decode::Tables;
use crate::decode::word::Words;
use crate::description::{DescriptionError, EventMapping, did_you_mean, listed, nearest, nearest_first};
use crate::selection::PROVIDE_SCHEDULES;
use crate::{Dataset, Description};

/// An attribute that the data does not contain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no attribute \"{attribute}\"{}; {}{}{}",
    did_you_mean(nearest.as_deref()),
    if present.is_empty() { "there is none".to_owned() } else { format!("present are {}", listed(present)) },
    if Actor::of(&attribute.as_str().into()).is_some() {
        "; it is the name of who acted: name the column of people with the role author_name of events or tickets"
    } else {
        ""
    },
    self.if_changed()
)]
#[non_exhaustive]
pub struct UnknownAttribute {
    /// The requested attribute.
    pub attribute: String,
    /// The most similar attribute that exists.
    pub nearest: Option<String>,
    /// The attributes that exist.
    pub present: Vec<String>,
    /// Whether there are events, which may change the attribute on other days.
    pub logged: bool,
}

impl UnknownAttribute {
    /// Checks that an attribute is known.
    ///
    /// # Errors
    /// If it is not.
    ///
    /// ```
    /// use deskmetrics::ticket::Attribute;
    /// use deskmetrics_arrow::UnknownAttribute;
    ///
    /// let known = [Attribute::Market, Attribute::Channel].into();
    /// assert!(UnknownAttribute::check(&Attribute::Market, &known).is_ok());
    /// assert_eq!(
    ///     UnknownAttribute::check(&"markt".into(), &known).unwrap_err().to_string(),
    ///     "there is no attribute \"markt\", did you mean \"market\"?; present are \"market\", \"channel\"",
    /// );
    /// ```
    pub fn check(attribute: &Attribute, known: &BTreeSet<Attribute>) -> Result<(), Self> {
        if known.contains(attribute) {
            return Ok(());
        }
        let present: Vec<String> = known.iter().map(ToString::to_string).collect();
        let attribute = attribute.to_string();
        Err(Self { nearest: nearest(&attribute, &present), attribute, present, logged: false })
    }

    /// How a description declares the attribute if events of other days change it. A name like a present one is probably
    /// misspelled: declared, it would hide the mistake.
    fn if_changed(&self) -> String {
        let attribute = &self.attribute;
        let word = match Attribute::from(attribute.as_str()) {
            _ if !self.logged || self.nearest.is_some() => return String::new(),
            acting if Actor::of(&acting).is_some() => return String::new(),
            Attribute::Tag => "\"tagged\" = \"tagged\"".to_owned(),
            _ => format!("\"{attribute} changed\" = \"changed {attribute}\""),
        };
        format!("; if events change it, name their word under kind, such as words = {{ {word} }}")
    }
}

impl Description {
    /// The attributes of its files' columns and of its event mappings; [`Attribute::Tag`] if there are tags.
    pub fn attributes(&self) -> BTreeSet<Attribute> {
        let tickets = self.tickets.iter().map(|source| &source.attributes);
        let events = self.events.iter().map(|source| &source.attributes);
        let snapshots = self.snapshots.iter().map(|source| &source.attributes);
        let surveys = self.surveys.iter().map(|source| &source.attributes);
        let invitations = self.invitations.iter().map(|source| &source.attributes);
        let all = tickets.chain(events).chain(snapshots).chain(surveys).chain(invitations);
        let words: Vec<&EventMapping> = self
            .events
            .iter()
            .flat_map(|source| source.kind.words.values().chain(&source.kind.value).chain(&source.kind.other))
            .collect();
        let tagged = self.tickets.iter().any(|source| source.tags.is_some());
        let tagged = tagged || words.iter().any(|kind| kind.change_tags());
        let changed = words.into_iter().flat_map(EventMapping::changed);
        let tag = tagged.then_some(&Attribute::Tag);
        all.flat_map(BTreeMap::keys).chain(changed).chain(tag).cloned().collect()
    }
}

impl Dataset {
    /// The attributes with a column, those that events change, [`Attribute::Tag`] if there are tags, and the names of
    /// [actors](Actor) if the data names people.
    pub fn attributes(&self) -> BTreeSet<Attribute> {
        let mut known = self.described.clone();
        let kinds = &self.tables.events.kinds;
        known.extend(kinds.changed().cloned());
        known.extend(kinds.change_tags().then_some(Attribute::Tag));
        known.extend(self.tables.credits().map(Actor::attribute));
        known
    }

    /// Checks that the attributes that select schedules exist and have one value per ticket. If only events of other
    /// days can provide one, a note is added.
    ///
    /// # Errors
    /// If an attribute does not exist and there are no events, or if it is the tag.
    pub fn check_schedule_by(&self) -> Result<(), DescriptionError> {
        if let Err(unknown) = self.check_attributes(self.schedule_by.keys())
            && !unknown.logged
        {
            return Err(DescriptionError::new(format!("schedule_by: {unknown}")));
        }
        if !self.schedule_by.contains_key(&Attribute::Tag) {
            return Ok(());
        }
        Err(DescriptionError::new(
            "schedule_by: a ticket may have several tags, so they select no schedule: name another attribute, such as \"group\"",
        ))
    }

    /// Notes on conditions of SLA policies and schedule rules that never hold: the data does not contain the
    /// attribute, or no ticket has the value although a similar one exists.
    pub fn unmet_conditions(&self) -> Vec<String> {
        self.unknown_conditions().chain(self.unknown_values()).chain(self.without_schedule()).collect()
    }

    fn unknown_conditions(&self) -> impl Iterator<Item = String> {
        let unknown = |attribute| self.check_attributes([attribute]).err();
        let rules = self.schedule_by.keys().filter_map(unknown);
        let rules = rules.map(|unknown| format!("schedule_by: {unknown}; it selects no schedule"));
        let conditions = self.policies.policies.iter().flat_map(move |policy| {
            let named = policy.when.named().chain(policy.unless.named()).filter_map(unknown);
            named.map(|unknown| {
                format!("SLA policy \"{}\": {unknown}; its condition never holds", policy.name)
            })
        });
        rules.chain(conditions)
    }

    /// Notes on events that change an attribute without a column, the name of which is like that of a column.
    pub(crate) fn misspelled_changes(&self) -> Vec<String> {
        let Tables { tickets, events, .. } = &*self.tables;
        let columns: BTreeSet<&Attribute> =
            tickets.attributes.iter().map(|(attribute, _)| attribute).collect();
        let others = events
            .kinds
            .changed()
            .filter(|attribute| !Attribute::NAMED.contains(attribute) && !columns.contains(attribute));
        let notes: BTreeSet<String> = others
            .filter_map(|changed| {
                let meant = nearest(changed.as_str(), columns.iter().map(|column| column.as_str()))?;
                Some(format!(
                    "events: \"changed {changed}\" changes an attribute that no table of tickets has, did you mean \"changed {meant}\"?"
                ))
            })
            .collect();
        notes.into_iter().collect()
    }

    /// Targets in business time although no ticket has business hours.
    fn without_schedule(&self) -> Vec<String> {
        let policies = self.policies.policies.iter().filter(|policy| self.lacks_schedule(policy));
        let targets = policies.flat_map(|policy| {
            let targets = policy.targets.iter().filter(|target| target.needs_business_hours());
            targets.map(|target| {
                format!(
                    "SLA policy \"{}\": its target for {} is in business time, but no ticket has business hours, so it applies to \
                     none: {PROVIDE_SCHEDULES}",
                    policy.name,
                    target.metric.as_str()
                )
            })
        });
        targets.collect()
    }

    /// Whether business time of a policy is that of tickets, and none has business hours.
    pub(crate) fn lacks_schedule(&self, policy: &SlaPolicy) -> bool {
        policy.schedule.is_none() && !self.has_business_time()
    }

    /// Values of conditions that no ticket has, if a similar one exists or if no ticket has any of the values.
    fn unknown_values(&self) -> Vec<String> {
        let schedules = self.schedule_by.iter().flat_map(|(attribute, values)| {
            let stated = values.keys().map(|value| (attribute, ConditionValue::from(&**value))).collect();
            self.absent_values("schedule_by", &stated)
        });
        self.absent_values("SLA policies", &self.stated_values()).into_iter().chain(schedules).collect()
    }

    /// The values that SLA policies mention.
    fn stated_values(&self) -> BTreeSet<(&Attribute, ConditionValue)> {
        let policies = &self.policies.policies;
        let mut stated: BTreeSet<(&Attribute, ConditionValue)> = BTreeSet::new();
        for policy in policies {
            for (attribute, values) in policy.when.attributes().chain(policy.unless.attributes()) {
                stated.extend(values.iter().map(|value| (attribute, value.clone())));
            }
            for target in &policy.targets {
                if let Within::ByPriority(targets) = &target.within {
                    stated
                        .extend(targets.keys().map(|priority| (&Attribute::Priority, (&**priority).into())));
                }
            }
        }
        stated
    }

    fn absent_values(&self, rules: &str, stated: &BTreeSet<(&Attribute, ConditionValue)>) -> Vec<String> {
        let unknown = |(attribute, value): &(&Attribute, ConditionValue)| {
            let present = || self.tables.texts_of(attribute);
            if value.is_any() || present().any(|known| value.is(known)) {
                return None;
            }
            let matches = |known: &&str| stated.iter().any(|(of, value)| of == attribute && value.is(known));
            if let Some(meant) = nearest(value.as_str(), present().filter(|known| !matches(known))) {
                return Some(format!(
                    "{rules}: no ticket has {attribute} \"{value}\", did you mean \"{meant}\"? Texts are compared exactly"
                ));
            }
            let any = stated.iter().any(|(of, value)| of == attribute && value.is_any());
            let there: BTreeSet<&str> = present().take(10).collect();
            (!any && !there.is_empty() && !present().any(|known| matches(&known))).then(|| {
                format!(
                    "{rules}: no ticket has {attribute} \"{value}\"; values of tickets are {}",
                    listed(there)
                )
            })
        };
        stated.iter().filter_map(unknown).collect()
    }

    /// The policies, with the texts of the data that equal the numbers and booleans of their conditions.
    pub(crate) fn policies_of_data(&self) -> SlaPolicies {
        let mut policies = self.policies.clone();
        let of_policies =
            policies.policies.iter_mut().flat_map(|policy| [&mut policy.when, &mut policy.unless]);
        let of_clocks = policies.clocks.iter_mut().flat_map(|clock| {
            let moments =
                [&mut clock.start, &mut clock.stop, &mut clock.pause, &mut clock.cancel, &mut clock.reset];
            moments.into_iter().flatten().map(|moment| &mut moment.when)
        });
        for conditions in of_policies.chain(of_clocks) {
            *conditions =
                std::mem::take(conditions).with_equal_texts(|attribute| self.tables.texts_of(attribute));
        }
        policies
    }

    /// Warnings that no record of any table has the value, or one of the values, that a request is restricted to.
    pub(crate) fn unknown_restrictions(&self, report: &Report) -> Vec<Warning> {
        let tables = &*self.tables;
        let mut warnings = Vec::new();
        for request in report.kpis() {
            let tags = (&Attribute::Tag, request.filter.tags());
            for (attribute, values) in request.filter.attributes().chain([tags]) {
                if Actor::of(attribute).is_some() {
                    continue;
                }
                let of_answers = tables.answers.iter().map(|table| &table.attributes);
                let others = of_answers.chain(tables.invitations.iter().map(|table| &table.attributes));
                let others = others.filter_map(|attributes| attributes.get(attribute));
                let present: BTreeSet<&str> = tables
                    .texts_of(attribute)
                    .chain(others.flat_map(Words::meanings).map(|text| &**text))
                    .collect();
                let is_known =
                    |value: &ConditionValue| value.is_any() || present.iter().any(|text| value.is(text));
                // One of several values may be absent for a while, unless it is like a present one.
                let any = values.iter().any(is_known);
                let others = || present.iter().filter(|text| !values.iter().any(|value| value.is(text)));
                let is_unknown = |value: &&ConditionValue| {
                    !any || (!is_known(value) && nearest(value.as_str(), others()).is_some())
                };
                if let Some(value) = values.iter().find(is_unknown) {
                    let present = nearest_first(value.as_str(), present.iter().copied());
                    let warning = Warning::NoSuchValue {
                        attribute: attribute.clone(),
                        value: value.to_string(),
                        present: present.into_iter().map(str::to_owned).collect(),
                    };
                    if !warnings.contains(&warning) {
                        warnings.push(warning);
                    }
                }
            }
        }
        warnings
    }

    /// Checks that the data contains these attributes, so that a report can be sliced by them. In a log without
    /// events, every attribute is possible.
    ///
    /// # Errors
    /// If one does not exist. It is then probably misspelled.
    pub fn check_attributes<'a>(
        &self,
        attributes: impl IntoIterator<Item = &'a Attribute>,
    ) -> Result<(), UnknownAttribute> {
        let mut attributes =
            attributes.into_iter().filter(|attribute| !self.described.contains(attribute)).peekable();
        if attributes.peek().is_none() {
            return Ok(());
        }
        let mut logs = self.sources.iter().filter(|source| source.holds == "events").peekable();
        let logged = logs.peek().is_some();
        if logged && logs.all(|log| log.rows == 0) {
            return Ok(());
        }
        let known = self.attributes();
        attributes
            .try_for_each(|attribute| UnknownAttribute::check(attribute, &known))
            .map_err(|unknown| UnknownAttribute { logged, ..unknown })
    }
}

impl Tables {
    /// The values of an attribute of tickets, at creation and by their events.
    fn texts_of<'t>(&'t self, attribute: &Attribute) -> impl Iterator<Item = &'t str> + use<'t> {
        let Self { tickets, events, .. } = self;
        let changes = events.kinds.changed().any(|changed| changed == attribute);
        let is_tag = *attribute == Attribute::Tag;
        let changes = changes || (is_tag && events.kinds.change_tags());
        let tags = is_tag.then_some(&tickets.tags.texts).into_iter();
        let own = tickets.attributes.get(attribute).into_iter().chain(tags).flat_map(Words::meanings);
        own.chain(events.values.meanings().iter().filter(move |_| changes)).map(|text| &**text)
    }
}
