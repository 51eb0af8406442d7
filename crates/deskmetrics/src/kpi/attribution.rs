//! Attribution of scores to agents.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::replay::{Replayed, Replier, Stint};
use crate::ticket::{Attribute, TicketId};
use crate::{SurveyResponse, TicketMetrics, Timestamp};

/// The rule that attributes a ticket's score to agents.
///
/// ```
/// use deskmetrics::kpi::Attribution;
/// use deskmetrics::{Status, SurveyResponse, TicketMetrics, Timestamp};
///
/// let at = |text: &str| text.parse::<Timestamp>().unwrap();
/// let mut ticket = TicketMetrics::new(at("2026-03-02T09:00:00Z"), at("2026-03-09T09:00:00Z"));
/// ticket.status = Status::Solved;
/// ticket.first_solved_at = Some(at("2026-03-02T12:00:00Z"));
/// ticket.assignee_stints = serde_json::from_str(
///     r#"[{"name": "maria", "from": "2026-03-02T09:00:00Z", "until": "2026-03-03T08:00:00Z",
///          "elapsed": {"calendar_micros": 82800000000}},
///         {"name": "lars", "from": "2026-03-03T08:00:00Z", "until": null,
///          "elapsed": {"calendar_micros": 522000000000}}]"#,
/// ).unwrap();
/// let rating = SurveyResponse::new("csat", Some(5)).with_at(at("2026-03-04T09:00:00Z"));
///
/// assert_eq!(Attribution::AtSolve.agents(&ticket, &rating), [("maria", 1.0)]);
/// assert_eq!(Attribution::AtRating.agents(&ticket, &rating), [("lars", 1.0)]);
/// ticket.repliers = serde_json::from_str(
///     r#"[{"name": "maria", "from": "2026-03-02T10:00:00Z"}, {"name": "ivan", "from": "2026-03-02T11:00:00Z"},
///         {"name": "maria", "from": "2026-03-04T18:00:00Z"}]"#,
/// ).unwrap();
/// assert_eq!(Attribution::LastReplier.agents(&ticket, &rating), [("ivan", 1.0)]); // maria wrote after the rating
/// assert_eq!(Attribution::EveryReplier.agents(&ticket, &rating), [("ivan", 0.5), ("maria", 0.5)]);
/// assert_eq!(Attribution::EveryAssignee.agents(&ticket, &rating), [("lars", 0.5), ("maria", 0.5)]);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Attribution {
    /// The assignee at the ticket's last solve.
    #[default]
    AtSolve,
    /// The assignee at the time of the answer. (Zendesk)
    AtRating,
    /// The author of the last reply before the answer. (HappyFox's first rule)
    LastReplier,
    /// All assignees, in equal shares.
    EveryAssignee,
    /// All agents who replied before the answer, in equal shares.
    #[doc(alias = "participants")]
    EveryReplier,
}

words!(Attribution: "attribution");

impl Attribution {
    /// The agents the score belongs to, by name, with their shares, which add up to 1. Empty if the ticket had no
    /// assignee at that time, or the time is not known.
    pub fn agents<'a>(self, ticket: &'a TicketMetrics, response: &SurveyResponse) -> Vec<(&'a str, f64)> {
        let stints = &ticket.assignee_stints;
        let replied = |replier: &&Replier| response.at.is_some_and(|at| replier.from <= at);
        match self {
            Self::AtSolve => holder(stints, ticket.solves().last()),
            Self::AtRating => holder(stints, response.at),
            Self::LastReplier => {
                let last = ticket.repliers.iter().rfind(replied);
                last.and_then(|last| last.name.as_deref()).map(|name| (name, 1.0)).into_iter().collect()
            }
            Self::EveryAssignee => in_equal_shares(stints.iter().map(|stint| &*stint.name)),
            Self::EveryReplier => {
                in_equal_shares(ticket.repliers.iter().filter(replied).filter_map(|one| one.name.as_deref()))
            }
        }
    }
}

impl Attribution {
    /// Copies of the answers with the agent's name in the attribute `agent`, so that a report can slice scores by agent.
    /// An answer shared by several agents gives one copy per agent, each with its share of the weight (1 unless stated).
    ///
    /// Answers without a known ticket or agent do not get the attribute. Under the rules that assign an answer to one agent,
    /// the copies count like the answers themselves. Shared answers need a
    /// [`WeightedRating`](crate::survey::WeightedRating), which reads the weight.
    ///
    /// ```
    /// use deskmetrics::replay::Replay;
    /// use deskmetrics::kpi::Attribution;
    /// use deskmetrics::survey::{Scale, SurveyResponse, WeightedRating};
    /// use deskmetrics::ticket::{Attribute, Author, EventKind, Ticket, TicketEvent};
    /// use deskmetrics::Timestamp;
    ///
    /// let at = |text: &str| format!("2026-03-02T{text}Z").parse::<Timestamp>().unwrap();
    /// let reply = |time, name| TicketEvent::new("T-1", at(time), Author::Agent, EventKind::PublicMessage).with_author_name(name);
    /// let ticket = Ticket::new("T-1", at("09:00:00"));
    /// let replayed = Replay::new(at("18:00:00")).ticket(&ticket, &[reply("10:00:00", "maria"), reply("11:00:00", "ivan")]);
    /// let rating = SurveyResponse::new("csat", Some(5)).with_ticket("T-1").with_at(at("12:00:00"));
    ///
    /// let by_agent = |rule: Attribution| {
    ///     let named = rule.attributed(std::slice::from_ref(&rating), std::slice::from_ref(&replayed));
    ///     let agent = |answer: &SurveyResponse| answer.attributes.get(&Attribute::from("agent")).map(str::to_owned);
    ///     named.iter().map(|answer| (agent(answer).unwrap(), answer.weight)).collect::<Vec<_>>()
    /// };
    /// assert_eq!(by_agent(Attribution::LastReplier), [("ivan".to_owned(), None)]);
    /// let shared = [("ivan".to_owned(), Some(0.5)), ("maria".to_owned(), Some(0.5))];
    /// assert_eq!(by_agent(Attribution::EveryReplier), shared);
    /// ```
    pub fn attributed(self, responses: &[SurveyResponse], tickets: &[Replayed]) -> Vec<SurveyResponse> {
        let known: HashMap<&TicketId, &TicketMetrics> =
            tickets.iter().map(|replayed| (&replayed.ticket.id, &replayed.metrics)).collect();
        let of_agents = |response: &SurveyResponse| {
            let ticket = response.ticket.as_ref().and_then(|ticket| known.get(ticket));
            let agents = ticket.map(|ticket| self.agents(ticket, response)).unwrap_or_default();
            if agents.is_empty() {
                return vec![response.clone()];
            }
            let shared = agents.len() > 1;
            let copy = |(name, share): (&str, f64)| {
                let mut copy = response.clone().with_attribute(Attribute::from("agent"), name);
                if shared {
                    copy.weight = Some(response.weight.unwrap_or(1.0) * share);
                }
                copy
            };
            agents.into_iter().map(copy).collect()
        };
        responses.iter().flat_map(of_agents).collect()
    }
}

fn in_equal_shares<'a>(names: impl Iterator<Item = &'a str>) -> Vec<(&'a str, f64)> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    let share = 1.0 / names.len().max(1) as f64;
    names.into_iter().map(|name| (name, share)).collect()
}

/// The assignee at a timestamp: the last stint that had begun and had not ended before.
fn holder(stints: &[Stint], at: Option<Timestamp>) -> Vec<(&str, f64)> {
    let had_it =
        |stint: &&Stint, at: Timestamp| stint.from <= at && stint.until.is_none_or(|until| at < until);
    let found = at.and_then(|at| stints.iter().rev().find(|stint| had_it(stint, at)));
    found.map(|stint| (&*stint.name, 1.0)).into_iter().collect()
}
