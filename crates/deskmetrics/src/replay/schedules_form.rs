//! The data form of schedules by name and their choice.

use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer, Error as _};

use super::clocks::Schedules;
use crate::schedule::WorkingTime;
use crate::ticket::Attribute;

/// The keys of dataset descriptions.
#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SchedulesForm {
    schedules: BTreeMap<Box<str>, WorkingTime>,
    schedule: Option<Box<str>>,
    schedule_by: BTreeMap<Attribute, BTreeMap<Box<str>, Box<str>>>,
}

impl SchedulesForm {
    /// The schedules, or what is wrong with them and how to correct it.
    fn build(self) -> Result<Schedules, String> {
        if self.schedule_by.contains_key(&Attribute::Tag) {
            return Err(
                "schedule_by: a ticket may have several tags, so they select no schedule: name another \
                        attribute, such as \"group\""
                    .to_owned(),
            );
        }
        let known: Vec<&str> = self.schedules.keys().map(|name| &**name).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        let mut schedules = Schedules::default();
        for (name, working_time) in &self.schedules {
            schedules = schedules.with_working_time(name.clone(), working_time);
        }
        for (attribute, values) in self.schedule_by {
            for (value, name) in values {
                schedules = schedules.with_rule(attribute.clone(), [value], name);
            }
        }
        if let Some(name) = self.schedule {
            schedules = schedules.with_fallback(name);
        }
        match schedules.unknown_names().first() {
            None => Ok(schedules),
            Some(unknown) => Err(format!("there is no schedule \"{unknown}\"; [schedules] has {known}")),
        }
    }
}

impl<'de> Deserialize<'de> for Schedules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SchedulesForm::deserialize(deserializer)?.build().map_err(D::Error::custom)
    }
}
