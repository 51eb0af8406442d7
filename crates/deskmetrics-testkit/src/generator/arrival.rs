//! Arrivals of tickets: time, customer, channel and category.

use chrono::{Datelike, NaiveDate};

use super::company::{CATEGORIES, Channel, HOURS, MARKETS, REPEAT_CONTACT, WEEKDAYS, local_hour};
use super::draw::{Draw, Subject};
use super::settings::Generator;

/// The arrival of a ticket.
#[derive(Debug, Clone)]
pub(super) struct Arrival {
    /// UTC seconds.
    pub(super) at: i64,
    /// Place in [`MARKETS`].
    pub(super) market: usize,
    /// Number of the customer within the market.
    pub(super) customer: u32,
    pub(super) channel: Channel,
    pub(super) category: &'static str,
    /// The place of the ticket this one repeats: same customer, same matter.
    pub(super) repeats: Option<usize>,
}

/// The days of a market with their volumes.
struct Season {
    days: Vec<NaiveDate>,
    /// Volume of all days up to and including each.
    cumulated: Vec<u32>,
}

impl Season {
    fn new(start: NaiveDate, days: u32) -> Self {
        let days: Vec<NaiveDate> = start.iter_days().take(days as usize).collect();
        let mut sum = 0_u32;
        let cumulated = (0_u32..)
            .zip(&days)
            .map(|(number, day)| {
                sum = sum.saturating_add(volume(number, *day));
                sum
            })
            .collect();
        Self { days, cumulated }
    }

    fn draw(&self, draw: &mut Draw) -> Option<NaiveDate> {
        let share = draw.below(self.cumulated.last().copied()?);
        self.days.get(self.cumulated.partition_point(|sum| *sum <= share)).copied()
    }
}

/// Relative volume of a day: busiest on Mondays, growing half a percent a week, and half as much again in the
/// fifth week of each quarter year, when the app had a faulty release.
fn volume(number: u32, day: NaiveDate) -> u32 {
    let weekday = WEEKDAYS[day.weekday().num_days_from_monday() as usize];
    let week = number / 7;
    let growth = 200 + (week % 260);
    weekday * growth * if is_unlucky(number) { 3 } else { 2 } / 4
}

fn is_unlucky(number: u32) -> bool {
    (number / 7) % 13 == 4
}

/// All arrivals in order of time.
pub(super) fn arrivals(generator: &Generator) -> Vec<Arrival> {
    let season = Season::new(generator.start, generator.days);
    let mut draw = Draw::new(generator.seed, Subject::Arrivals, 0);
    let end = generator.as_of().as_micros() / 1_000_000;
    let shares: Vec<(u32, usize)> = MARKETS.iter().map(|market| market.share).zip(0..).collect();
    let hours: Vec<(u32, u32)> = HOURS.into_iter().zip(0..).collect();

    // `repeats` names the place in this list until it is sorted.
    let mut arrivals: Vec<Arrival> = Vec::with_capacity(generator.tickets);
    while arrivals.len() < generator.tickets {
        if !arrivals.is_empty() && draw.chance(90) {
            let place = draw.index(arrivals.len());
            let at = arrivals[place].at + draw.seconds(&REPEAT_CONTACT);
            let channel = draw.weighted(&Channel::SHARES, Channel::Mail);
            if at < end {
                let repeated = Arrival { at, channel, repeats: Some(place), ..arrivals[place].clone() };
                arrivals.push(repeated);
                continue;
            }
        }
        let Some(day) = season.draw(&mut draw) else { break };
        let market = draw.weighted(&shares, 0);
        let hour = draw.weighted(&hours, 12);
        let at = local_hour(MARKETS[market].zone, day, hour) + i64::from(draw.below(3600));
        let channel = draw.weighted(&Channel::SHARES, Channel::Mail);
        let number = u32::try_from((day - generator.start).num_days()).unwrap_or(0);
        let category = if is_unlucky(number) && draw.chance(250) {
            "playback"
        } else {
            draw.weighted(&CATEGORIES, "playback")
        };
        let pool = customers(generator.tickets, market);
        let customer = draw.below(pool).min(draw.below(pool));
        // In markets west of Greenwich the last day continues after midnight UTC.
        arrivals.push(Arrival { at: at.min(end), market, customer, channel, category, repeats: None });
    }
    in_order(&arrivals)
}

/// Sorts by time and lets `repeats` follow.
fn in_order(arrivals: &[Arrival]) -> Vec<Arrival> {
    let mut order: Vec<usize> = (0..arrivals.len()).collect();
    order.sort_by_key(|place| (arrivals[*place].at, *place));
    let mut place_of = vec![0; arrivals.len()];
    for (now, before) in order.iter().enumerate() {
        place_of[*before] = now;
    }
    let mut sorted: Vec<Arrival> = order.into_iter().map(|before| arrivals[before].clone()).collect();
    for arrival in &mut sorted {
        arrival.repeats = arrival.repeats.map(|before| place_of[before]);
    }
    sorted
}

/// The number of customers of a market: a little more than half the number of tickets.
pub(super) fn customers(tickets: usize, market: usize) -> u32 {
    let share = MARKETS[market].share as usize;
    u32::try_from(tickets.saturating_mul(share) / 1700).unwrap_or(u32::MAX).max(1)
}

/// The name of a customer in the records.
pub(super) fn customer_name(market: usize, number: u32) -> String {
    format!("{}-{:06}", MARKETS[market].code, number + 1)
}
