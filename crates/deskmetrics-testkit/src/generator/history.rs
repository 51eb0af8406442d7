//! Simulates the history of one ticket: customer, bot and agents.

use chrono::{NaiveDate, TimeDelta};
use deskmetrics::ticket::{Attribute, EventKind};
use deskmetrics::{Author, Status, Ticket, TicketEvent, Timestamp};

use super::arrival::{Arrival, customer_name};
use super::company::{
    BILLING, BOT, CUSTOMER_REPLY, ENGINEERING, LIVE_REPLY, MARKETS, Market, NEXT_REPLY, PLATFORMS,
    PRIORITIES, RELAPSE, Roster, THANKS, THIRD_PARTY, Team, WRITTEN_REPLY, timestamp,
};
use super::draw::{Draw, Subject};

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// What all tickets share: rosters and cut-off.
pub(super) struct World {
    pub(super) seed: u64,
    care: Vec<Roster>,
    billing: Roster,
    engineering: Roster,
    /// The cut-off in UTC seconds.
    pub(super) end: i64,
}

impl World {
    pub(super) fn new(seed: u64, start: NaiveDate, days: u32, as_of: Timestamp) -> Self {
        let (first, end) = roster_dates(start, days);
        Self {
            seed,
            care: MARKETS.iter().map(|market| Roster::new(&market.care, first, end)).collect(),
            billing: Roster::new(&BILLING, first, end),
            engineering: Roster::new(&ENGINEERING, first, end),
            end: as_of.as_micros() / 1_000_000,
        }
    }
}

/// The first date and the day after the last date of the rosters: agents may still work after the last ticket.
fn roster_dates(start: NaiveDate, days: u32) -> (NaiveDate, NaiveDate) {
    let first = start.checked_sub_signed(TimeDelta::days(1)).unwrap_or(start);
    let end = start.checked_add_signed(TimeDelta::days(i64::from(days) + 2)).unwrap_or(NaiveDate::MAX);
    (first, end)
}

/// The team a ticket is assigned to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Desk {
    Care(usize),
    Billing,
    Engineering,
}

impl Desk {
    fn team(self) -> &'static Team {
        match self {
            Self::Care(market) => &MARKETS[market].care,
            Self::Billing => &BILLING,
            Self::Engineering => &ENGINEERING,
        }
    }

    fn roster(self, world: &World) -> &Roster {
        match self {
            Self::Care(market) => &world.care[market],
            Self::Billing => &world.billing,
            Self::Engineering => &world.engineering,
        }
    }
}

/// The scenario of a ticket.
#[derive(Debug, Clone, Copy)]
enum Scenario {
    Ordinary,
    SolvedByBot,
    HandedOver,
    Proactive,
    Forgotten,
    Spam,
    Deleted,
}

const SCENARIOS: [(u32, Scenario); 6] = [
    (905, Scenario::Ordinary),
    (26, Scenario::Spam),
    (9, Scenario::Deleted),
    (30, Scenario::Proactive),
    (18, Scenario::Forgotten),
    (12, Scenario::HandedOver),
];
const LIVE_SCENARIOS: [(u32, Scenario); 4] = [
    (560, Scenario::Ordinary),
    (210, Scenario::SolvedByBot),
    (220, Scenario::HandedOver),
    (10, Scenario::Spam),
];

/// The history of a ticket up to the cut-off.
pub(super) struct TicketHistory<'a> {
    world: &'a World,
    market: &'static Market,
    draw: Draw,
    desk: Desk,
    agent: &'static str,
    status: Status,
    live: bool,
    /// The current time, in UTC seconds.
    at: i64,
    pub(super) ticket: Ticket,
    pub(super) events: Vec<TicketEvent>,
    /// Seconds to the first reply of a person.
    pub(super) first_reply: Option<i64>,
    pub(super) replies: u32,
    pub(super) reopens: u32,
    pub(super) transfers: u32,
    /// When a person solved it last, in UTC seconds, and who.
    pub(super) solved: Option<(i64, &'static str)>,
}

/// The ticket that arrives at `place`, simulated to its end or to the cut-off.
pub(super) fn simulate<'a>(world: &'a World, arrivals: &[Arrival], place: usize) -> TicketHistory<'a> {
    let arrival = &arrivals[place];
    let mut draw = Draw::new(world.seed, Subject::History, place as u64);
    let market = &MARKETS[arrival.market];
    let desk = Desk::Care(arrival.market);
    let scenarios: &[(u32, Scenario)] = if arrival.channel.is_live() { &LIVE_SCENARIOS } else { &SCENARIOS };
    let is_open = desk.roster(world).is_open(arrival.at);
    let scenario = match draw.weighted(scenarios, Scenario::Ordinary) {
        // No agent is there to write first.
        Scenario::Proactive if !is_open => Scenario::Ordinary,
        scenario => scenario,
    };
    let bot_first = matches!(scenario, Scenario::SolvedByBot | Scenario::HandedOver);
    let mut ticket = Ticket::new(ticket_name(place), timestamp(arrival.at))
        .with_requester(customer_name(arrival.market, arrival.customer))
        .with_attribute(Attribute::Market, market.code)
        .with_attribute(Attribute::Channel, arrival.channel.as_str())
        .with_attribute(Attribute::Category, arrival.category)
        .with_attribute(Attribute::Priority, draw.weighted(&PRIORITIES, "normal"))
        .with_attribute(Attribute::Group, if bot_first { BOT } else { market.care.name })
        .with_attribute(Attribute::Custom("platform".into()), draw.weighted(&PLATFORMS, "ios"));
    if draw.chance(60) {
        ticket.add_tag("vip".into());
    }
    if arrival.repeats.is_some() {
        ticket.add_tag("again".into());
    }
    let agent = draw.any(market.care.agents);
    let mut history = TicketHistory {
        world,
        market,
        draw,
        desk,
        agent,
        status: Status::New,
        live: arrival.channel.is_live() && is_open,
        at: arrival.at,
        ticket,
        events: Vec::with_capacity(12),
        first_reply: None,
        replies: 0,
        reopens: 0,
        transfers: 0,
        solved: None,
    };
    // A ticket may be merged into the one it repeats while both are recent.
    let twin =
        arrival.repeats.filter(|before| *before < place && arrival.at - arrivals[*before].at < 2 * DAY);
    match twin {
        Some(twin) if history.draw.chance(400) => history.merged_into(twin),
        _ => history.follow(scenario),
    };
    history
}

/// The id of the ticket at `place`.
fn ticket_name(place: usize) -> String {
    (place + 20_001).to_string()
}

/// Each step returns `None` once the cut-off is reached, which ends the history.
impl TicketHistory<'_> {
    fn follow(&mut self, scenario: Scenario) -> Option<()> {
        match scenario {
            Scenario::Ordinary => {
                self.customer_writes()?;
                self.assign()?;
                self.first_answer()?;
                self.converse()
            }
            Scenario::SolvedByBot => {
                self.customer_writes()?;
                self.bot_answers()?;
                if self.draw.chance(350) {
                    self.wait_up_to(5 * MINUTE);
                    self.customer_writes()?;
                    self.bot_answers()?;
                }
                self.wait(10 * MINUTE);
                self.become_status(Author::Bot, Some(BOT), Status::Solved)?;
                self.close()
            }
            Scenario::HandedOver => {
                self.customer_writes()?;
                self.bot_answers()?;
                self.wait_up_to(4 * MINUTE);
                self.customer_writes()?;
                self.wait(2);
                self.change(Author::Bot, Some(BOT), Attribute::Group, Some(self.desk.team().name))?;
                self.assign()?;
                self.first_answer()?;
                self.converse()
            }
            Scenario::Proactive => {
                self.change(Author::Agent, Some(self.agent), Attribute::Assignee, Some(self.agent))?;
                self.happen(Author::Agent, Some(self.agent), EventKind::PublicMessage)?;
                self.become_status(Author::Agent, Some(self.agent), Status::Pending)?;
                self.converse_from_pending()
            }
            Scenario::Forgotten => {
                self.customer_writes()?;
                self.assign()?;
                if self.draw.chance(500) {
                    self.first_answer()?;
                    self.become_status(Author::Agent, Some(self.agent), Status::OnHold)?;
                }
                let days = 15 + i64::from(self.draw.below(70));
                self.work(0);
                self.wait(days * DAY);
                self.work(NEXT_REPLY.0[2]);
                self.agent_writes()?;
                self.solve()
            }
            Scenario::Spam => {
                self.customer_writes()?;
                self.wait_up_to(2 * HOUR);
                self.happen(Author::System, None, EventKind::Spam)
            }
            Scenario::Deleted => {
                self.customer_writes()?;
                self.work(HOUR);
                self.happen(Author::Agent, Some(self.agent), EventKind::Deleted)
            }
        }
    }

    fn merged_into(&mut self, twin: usize) -> Option<()> {
        self.customer_writes()?;
        self.assign()?;
        let delay = self.draw.seconds(&WRITTEN_REPLY) / 2;
        self.work(delay);
        self.happen(Author::Agent, Some(self.agent), EventKind::InternalNote)?;
        self.happen(Author::Agent, Some(self.agent), EventKind::MergedInto(ticket_name(twin).into()))
    }

    /// Until a person has answered for the first time.
    fn first_answer(&mut self) -> Option<()> {
        if self.live {
            let delay = self.draw.seconds(&LIVE_REPLY);
            self.wait(delay * self.market.pace / 100);
        } else {
            let curve = self.draw.seconds(&WRITTEN_REPLY);
            let urgency = match self.ticket.attributes.get(&Attribute::Priority) {
                Some("urgent") => 25,
                Some("high") => 55,
                Some("low") => 170,
                _ => 100,
            };
            self.work(curve * urgency / 100);
        }
        if self.draw.chance(220) {
            self.happen(Author::Agent, Some(self.agent), EventKind::InternalNote)?;
            self.wait_up_to(10 * MINUTE);
        }
        self.become_status(Author::Agent, Some(self.agent), Status::Open)?;
        self.agent_writes()
    }

    /// After an answer: solved, or back and forth until it is.
    fn converse(&mut self) -> Option<()> {
        for _ in 0..6 {
            if self.replies > 12 || self.draw.chance(if self.live { 620 } else { 520 }) {
                break;
            }
            if self.transfers < 2 && self.draw.chance(190) {
                self.transfer()?;
                continue;
            }
            if self.draw.chance(110) {
                self.hold()?;
                continue;
            }
            if self.draw.chance(30) {
                let priority = self.draw.weighted(&PRIORITIES, "high");
                self.change(Author::Agent, Some(self.agent), Attribute::Priority, Some(priority))?;
            }
            self.become_status(Author::Agent, Some(self.agent), Status::Pending)?;
            return self.converse_from_pending();
        }
        self.solve()
    }

    /// The customer answers or not.
    fn converse_from_pending(&mut self) -> Option<()> {
        if self.draw.chance(210) {
            self.wait(3 * DAY);
            self.happen(Author::Bot, Some(BOT), EventKind::PublicMessage)?;
            self.wait(4 * DAY);
            self.become_status(Author::System, None, Status::Solved)?;
            return self.close();
        }
        if self.live {
            self.wait_up_to(6 * MINUTE);
        } else {
            let delay = self.draw.seconds(&CUSTOMER_REPLY);
            self.wait(delay);
        }
        self.customer_writes()?;
        if self.draw.chance(180) {
            self.wait_up_to(30 * MINUTE);
            self.customer_writes()?;
        }
        self.next_answer()?;
        self.converse()
    }

    fn next_answer(&mut self) -> Option<()> {
        if self.live {
            let delay = self.draw.seconds(&LIVE_REPLY);
            self.wait(delay);
        } else {
            let delay = self.draw.seconds(&NEXT_REPLY);
            self.work(delay);
        }
        self.agent_writes()
    }

    /// To the second line, which answers in its own hours.
    fn transfer(&mut self) -> Option<()> {
        self.desk = match self.ticket.attributes.get(&Attribute::Category) {
            Some("billing" | "premium" | "account") => Desk::Billing,
            _ => Desk::Engineering,
        };
        self.transfers += 1;
        self.live = false;
        self.wait_up_to(20 * MINUTE);
        self.happen(Author::Agent, Some(self.agent), EventKind::InternalNote)?;
        self.change(Author::Agent, Some(self.agent), Attribute::Group, Some(self.desk.team().name))?;
        self.happen(Author::Agent, Some(self.agent), EventKind::Escalated)?;
        self.agent = self.draw.any(self.desk.team().agents);
        self.work(20 * MINUTE);
        self.change(Author::System, None, Attribute::Assignee, Some(self.agent))?;
        self.next_answer()
    }

    /// Until a third party has done its part.
    fn hold(&mut self) -> Option<()> {
        self.live = false;
        self.become_status(Author::Agent, Some(self.agent), Status::OnHold)?;
        let delay = self.draw.seconds(&THIRD_PARTY);
        self.wait(delay);
        self.happen(Author::External, None, EventKind::InternalNote)?;
        self.become_status(Author::System, None, Status::Open)?;
        self.next_answer()
    }

    fn solve(&mut self) -> Option<()> {
        self.wait_up_to(90);
        if self.draw.chance(80) {
            let tag = self.draw.any(&["refund", "known_bug", "how_to", "voucher"]);
            self.happen(Author::Agent, Some(self.agent), EventKind::Tagged(tag.into()))?;
        }
        self.become_status(Author::Agent, Some(self.agent), Status::Solved)?;
        self.solved = Some((self.at, self.agent));
        self.aftermath()
    }

    /// Thanks, complaints, and finally closing.
    fn aftermath(&mut self) -> Option<()> {
        let solved_at = self.at;
        if self.reopens < 3 && self.draw.chance(65) {
            let delay = self.draw.seconds(&THANKS);
            self.wait(delay);
            self.customer_writes()?;
            self.reopens += 1;
            self.work(15 * MINUTE);
            if self.draw.chance(300) {
                self.agent_writes()?;
            }
            return self.solve();
        }
        if self.reopens < 3 && self.draw.chance(70) {
            let delay = self.draw.seconds(&RELAPSE);
            self.wait(delay);
            self.live = false;
            self.customer_writes()?;
            self.reopens += 1;
            self.next_answer()?;
            return self.converse();
        }
        self.at = solved_at;
        self.close()
    }

    /// Four days after the solution nothing can be added any more.
    fn close(&mut self) -> Option<()> {
        self.wait(4 * DAY);
        self.become_status(Author::System, None, Status::Closed)
    }

    fn customer_writes(&mut self) -> Option<()> {
        self.happen(Author::Customer, None, EventKind::PublicMessage)?;
        if matches!(self.status, Status::Pending | Status::Solved) {
            self.become_status(Author::System, None, Status::Open)?;
        }
        Some(())
    }

    fn bot_answers(&mut self) -> Option<()> {
        self.wait(2);
        self.happen(Author::Bot, Some(BOT), EventKind::PublicMessage)
    }

    fn agent_writes(&mut self) -> Option<()> {
        self.happen(Author::Agent, Some(self.agent), EventKind::PublicMessage)?;
        self.replies += 1;
        let created = self.ticket.created_at.as_micros() / 1_000_000;
        self.first_reply = self.first_reply.or(Some(self.at - created));
        Some(())
    }

    /// Routing: at once by rule, or in working time by a person.
    fn assign(&mut self) -> Option<()> {
        if self.draw.chance(700) || self.live {
            self.wait_up_to(8);
        } else {
            let delay = i64::from(self.draw.below(1800));
            self.work(delay);
        }
        self.change(Author::System, None, Attribute::Assignee, Some(self.agent))
    }

    fn change(
        &mut self,
        author: Author,
        name: Option<&str>,
        attribute: Attribute,
        to: Option<&str>,
    ) -> Option<()> {
        self.happen(author, name, EventKind::Changed { attribute, to: to.map(Into::into) })
    }

    fn become_status(&mut self, author: Author, name: Option<&str>, status: Status) -> Option<()> {
        if self.status == status {
            return Some(());
        }
        self.happen(author, name, EventKind::Status(status))?;
        self.status = status;
        Some(())
    }

    fn happen(&mut self, author: Author, name: Option<&str>, kind: EventKind) -> Option<()> {
        if self.at > self.world.end {
            return None;
        }
        let event = TicketEvent::new(self.ticket.id.clone(), timestamp(self.at), author, kind);
        self.events.push(match name {
            Some(name) => event.with_author_name(name),
            None => event,
        });
        Some(())
    }

    fn wait(&mut self, seconds: i64) {
        self.at = self.at.saturating_add(seconds);
    }

    fn wait_up_to(&mut self, seconds: i64) {
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        self.at = self.at.saturating_add(1 + i64::from(self.draw.below(seconds)));
    }

    /// Advances by working time of the desk.
    fn work(&mut self, seconds: i64) {
        self.at = self.desk.roster(self.world).after(self.at, seconds * self.market.pace / 100);
    }
}
