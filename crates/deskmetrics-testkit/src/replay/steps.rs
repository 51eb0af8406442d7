//! A deterministic stream of tickets and steps of any size.

use deskmetrics::engine::step::{FIRST_FREE, NONE, Start, Step, StepKind};
use deskmetrics::{Author, Status};

const MINUTE: i64 = 60_000_000;

/// Many tickets' steps in one list, ticket after ticket.
#[derive(Debug, Clone, Default)]
pub struct StepLog {
    created: Vec<i64>,
    priorities: Vec<u32>,
    /// Where each ticket's steps end.
    ends: Vec<usize>,
    steps: Vec<Step>,
}

/// A small generator of numbers (xorshift64*): the same seed gives the same log everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % sides
    }

    fn minutes(&mut self, most: u64) -> i64 {
        i64::try_from(1 + self.roll(most)).unwrap_or(1) * MINUTE
    }
}

impl StepLog {
    /// `tickets` tickets over two years from 2024 on, six steps each on average: replies, questions, pauses, solves,
    /// reopenings. `priorities` are the numbers their priorities are drawn from.
    pub fn generate(tickets: usize, seed: u64, priorities: &[u32]) -> Self {
        let mut dice = Dice(seed | 1);
        let mut log = Self {
            created: Vec::with_capacity(tickets),
            priorities: Vec::with_capacity(tickets),
            ends: Vec::with_capacity(tickets),
            steps: Vec::with_capacity(tickets * 6 + tickets / 8),
        };
        for _ in 0..tickets {
            let created = 1_704_067_200_000_000 + dice.minutes(2 * 366 * 24 * 60);
            log.created.push(created);
            let which = usize::try_from(dice.roll(priorities.len().max(1) as u64)).unwrap_or(0);
            log.priorities.push(priorities.get(which).copied().unwrap_or(NONE));
            log.push_ticket(created, &mut dice);
            log.ends.push(log.steps.len());
        }
        log
    }

    fn push_ticket(&mut self, created: i64, dice: &mut Dice) {
        let agent = FIRST_FREE + u32::try_from(dice.roll(200)).unwrap_or(0);
        let mut at = created + dice.minutes(30);
        self.push(at, NONE, Author::System, StepKind::Changed { attribute: 7, to: agent });
        at += dice.minutes(600);
        self.push(at, agent, Author::Agent, StepKind::PublicMessage);
        for _ in 0..dice.roll(3) {
            self.push(at, agent, Author::Agent, StepKind::Status(Status::Pending));
            at += dice.minutes(2000);
            self.push(at, NONE, Author::Customer, StepKind::PublicMessage);
            self.push(at, NONE, Author::System, StepKind::Status(Status::Open));
            at += dice.minutes(900);
            self.push(at, agent, Author::Agent, StepKind::PublicMessage);
        }
        self.push(at, agent, Author::Agent, StepKind::Status(Status::Solved));
        if dice.roll(12) == 0 {
            at += dice.minutes(3000);
            self.push(at, NONE, Author::Customer, StepKind::Status(Status::Open));
            at += dice.minutes(500);
            self.push(at, agent, Author::Agent, StepKind::Status(Status::Solved));
        }
    }

    fn push(&mut self, at: i64, by: u32, author: Author, kind: StepKind) {
        self.steps.push(Step { at, kind, by, author });
    }

    /// The number of tickets.
    pub fn tickets(&self) -> usize {
        self.created.len()
    }

    /// The number of steps.
    pub fn events(&self) -> usize {
        self.steps.len()
    }

    /// The tickets from place `from` up to place `to`, each with what it starts with and its steps.
    pub fn each(&self, from: usize, to: usize, mut visit: impl FnMut(Start<'_>, &[Step])) {
        let mut begin = from.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let range = from..to.min(self.created.len());
        for place in range {
            let (Some(end), Some(priority)) = (self.ends.get(place), self.priorities.get(place)) else {
                return;
            };
            let attributes = [(3, *priority)];
            let start = Start {
                created_at: self.created[place],
                created_by: None,
                attributes: &attributes,
                tags: &[],
            };
            visit(start, &self.steps[begin..*end]);
            begin = *end;
        }
    }
}
