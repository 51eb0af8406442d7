//! Survey invitations and answers.

use deskmetrics::ticket::{Attribute, CustomerId, EventKind};
use deskmetrics::{Author, Invitation, SurveyResponse, Ticket, TicketEvent};

use super::arrival::{Arrival, customer_name, customers};
use super::company::{Channel, MARKETS, SURVEY_ANSWER, local_hour, timestamp};
use super::draw::{Draw, Subject};
use super::history::{TicketHistory, World};
use super::settings::Generator;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The code some sources put in the place of "don't know" on the 0 to 10 question.
const DO_NOT_KNOW: i32 = 11;

const PRAISE: [&str; 4] = ["solved at once", "friendly", "fast answer", "clear explanation"];
const COMPLAINTS: [&str; 6] =
    ["slow answer", "had to explain twice", "not solved", "unclear answer", "bot did not help", "price"];

/// The survey after a person's solution, if one is sent: three quarters CSAT, one quarter CES.
pub(super) fn after_solve(
    world: &World,
    arrival: &Arrival,
    place: usize,
    history: &TicketHistory,
) -> Option<(Invitation, Option<SurveyResponse>)> {
    let (solved_at, agent) = history.solved?;
    let mut draw = Draw::new(world.seed, Subject::Feedback, place as u64);
    let sent = solved_at + HOUR;
    if !draw.chance(720) || sent > world.end {
        return None;
    }
    let question = if draw.chance(750) { "csat" } else { "ces" };
    let customer = customer_name(arrival.market, arrival.customer);
    let mut invitation = Invitation::new(format!("S{}", place + 50_001), question, timestamp(sent))
        .with_attribute(Attribute::Market, MARKETS[arrival.market].code)
        .with_attribute(Attribute::Channel, arrival.channel.as_str())
        .with_attribute(Attribute::Assignee, agent);
    invitation.ticket = Some(history.ticket.id.clone());
    invitation.customer = Some(CustomerId::new(customer));

    let mood = mood(arrival, history);
    let eager = 230 + u32::from(history.reopens > 0) * 60 + u32::from(arrival.channel == Channel::Chat) * 120;
    let score = if question == "csat" { five_steps(&mut draw, mood) } else { seven_steps(&mut draw, mood) };
    Some(answer(&mut draw, invitation, sent, eager, score, world.end))
}

/// How likely a good score is, per mille.
fn mood(arrival: &Arrival, history: &TicketHistory) -> i32 {
    let hours = history.first_reply.unwrap_or(0) / HOUR;
    let impatience = i32::try_from((hours * 6).min(260)).unwrap_or(260);
    let detours = i32::try_from(history.reopens * 130 + history.transfers * 70).unwrap_or(400);
    let at_once = if history.replies == 1 { 70 } else { 0 };
    (800 + MARKETS[arrival.market].kindness + at_once - impatience - detours).clamp(60, 970)
}

fn is_good(draw: &mut Draw, mood: i32) -> bool {
    draw.chance(u32::try_from(mood).unwrap_or(0))
}

/// 1 to 5, 5 is best.
fn five_steps(draw: &mut Draw, mood: i32) -> i32 {
    if is_good(draw, mood) {
        draw.weighted(&[(640, 5), (360, 4)], 5)
    } else {
        draw.weighted(&[(330, 3), (240, 2), (430, 1)], 1)
    }
}

/// 1 to 7, 7 is easiest.
fn seven_steps(draw: &mut Draw, mood: i32) -> i32 {
    if is_good(draw, mood) {
        draw.weighted(&[(380, 7), (370, 6), (250, 5)], 6)
    } else {
        draw.weighted(&[(310, 4), (230, 3), (200, 2), (260, 1)], 4)
    }
}

/// 0 to 10.
fn eleven_steps(draw: &mut Draw, mood: i32) -> i32 {
    if is_good(draw, mood) {
        draw.weighted(&[(380, 10), (270, 9), (230, 8), (120, 7)], 9)
    } else {
        draw.weighted(&[(240, 6), (220, 5), (110, 4), (120, 3), (80, 2), (70, 1), (160, 0)], 5)
    }
}

/// The outcome of an invitation: bounced, ignored, opened, left blank, answered in time or late.
fn answer(
    draw: &mut Draw,
    mut invitation: Invitation,
    sent: i64,
    eager: u32,
    score: i32,
    end: i64,
) -> (Invitation, Option<SurveyResponse>) {
    if draw.chance(35) {
        return (invitation.without_delivery(), None);
    }
    let is_late = draw.chance(15);
    let delay = draw.seconds(&SURVEY_ANSWER) + if is_late { 14 * DAY } else { 0 };
    let answered_at = sent + delay;
    let opens = draw.chance(eager + 130);
    let answers = draw.chance(eager * 1000 / (eager + 130));
    if !opens || answered_at > end {
        return (invitation, None);
    }
    invitation.started_at = Some(timestamp(answered_at - delay.min(45)));
    if !answers {
        return (invitation, None);
    }
    let off_scale = if &*invitation.question == "nps" { DO_NOT_KNOW } else { 0 };
    let score = draw.weighted(&[(955, Some(score)), (33, None), (12, Some(off_scale))], None);
    let invitation = invitation.with_answered_at(timestamp(answered_at));
    let mut response =
        SurveyResponse::new(invitation.question.clone(), score).with_at(timestamp(answered_at));
    response.ticket.clone_from(&invitation.ticket);
    response.customer.clone_from(&invitation.customer);
    response.invitation = Some(invitation.id.clone());
    response.attributes = invitation.attributes.clone();
    let top = if &*invitation.question == "nps" { 9 } else { 5 };
    let stated = match score {
        Some(score) if score >= top => &PRAISE[..],
        Some(_) => &COMPLAINTS[..],
        None => &[],
    };
    for reason in stated {
        if response.reasons.len() < 2 && draw.chance(150) {
            response.reasons.push((*reason).into());
        }
    }
    (invitation, Some(response))
}

/// The survey in the ticket's history.
pub(super) fn events(
    ticket: &Ticket,
    invitation: &Invitation,
    response: Option<&SurveyResponse>,
) -> impl Iterator<Item = TicketEvent> {
    let sent = TicketEvent::new(ticket.id.clone(), invitation.sent_at, Author::System, EventKind::SurveySent);
    let answered = response
        .and_then(|response| response.at)
        .map(|at| TicketEvent::new(ticket.id.clone(), at, Author::Customer, EventKind::SurveyAnswered));
    std::iter::once(sent).chain(answered)
}

/// The NPS surveys: every Tuesday at ten, local time, to some customers of each market; one for every three
/// tickets over the whole span.
pub(super) fn relationship(generator: &Generator) -> Vec<(Invitation, Option<SurveyResponse>)> {
    let end = generator.as_of().as_micros() / 1_000_000;
    let mut draw = Draw::new(generator.seed, Subject::Relationship, 0);
    let tuesdays: Vec<_> = generator
        .start
        .iter_days()
        .take(generator.days as usize)
        .filter(|day| chrono::Datelike::weekday(day) == chrono::Weekday::Tue)
        .collect();
    let mut sent = Vec::new();
    for (place, market) in MARKETS.iter().enumerate() {
        let total = generator.tickets * market.share as usize / 3000;
        for (wave, day) in tuesdays.iter().enumerate() {
            let before = total * wave / tuesdays.len();
            let until = total * (wave + 1) / tuesdays.len();
            let at = local_hour(market.zone, *day, 10);
            for _ in before..until {
                let pool = customers(generator.tickets, place);
                let customer = draw.below(pool).min(draw.below(pool));
                let channel = draw.weighted(&[(700, "mail"), (300, "site")], "mail");
                let mood = (640 + market.kindness * 2).clamp(60, 970);
                let score = eleven_steps(&mut draw, mood);
                let number = sent.len() + 1;
                let mut invitation = Invitation::new(format!("N{number:06}"), "nps", timestamp(at))
                    .with_attribute(Attribute::Market, market.code)
                    .with_attribute(Attribute::Channel, channel);
                invitation.customer = Some(CustomerId::new(customer_name(place, customer)));
                sent.push(answer(&mut draw, invitation, at, 250, score, end));
            }
        }
    }
    sent.sort_by(|(a, _), (b, _)| a.sent_at.cmp(&b.sent_at).then_with(|| a.id.cmp(&b.id)));
    sent
}
