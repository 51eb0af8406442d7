//! Random changes of seeds, for runs without a fuzzer.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng as _, SeedableRng as _};

/// Values that parsers often treat specially.
const TOKENS: [&[u8]; 14] = [
    b"\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\"",
    b"\n",
    b",",
    b"[",
    b"{",
    b"(",
    b"-1",
    b"99999999999999999999",
    b"1e308",
    b"24:00",
    b"9999-12-31T23:59:59Z",
];

/// An endless sequence of mutated seeds, the same for the same number.
#[derive(Debug)]
pub struct Mutations {
    seeds: Vec<Vec<u8>>,
    random: Pcg64Mcg,
}

impl Mutations {
    /// Creates the sequence.
    pub fn new(seeds: Vec<Vec<u8>>, number: u64) -> Self {
        Self { seeds, random: Pcg64Mcg::seed_from_u64(number) }
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.random.next_u64() % end.max(1) as u64).unwrap_or(0)
    }

    fn change(&mut self, data: &mut Vec<u8>) {
        let at = self.below(data.len());
        let end = (at + 1 + self.below(8)).min(data.len());
        match self.below(6) {
            0 if !data.is_empty() => data[at] ^= 1 << self.below(8),
            1 => drop(data.drain(at..end)),
            2 => {
                let copy = data[at..end].to_vec();
                let times = 1 + self.below(40);
                data.splice(at..at, copy.repeat(times));
            }
            3 => {
                let token = TOKENS[self.below(TOKENS.len())];
                data.splice(at..end, token.iter().copied());
            }
            4 => data.truncate(at),
            _ => {
                let other = self.below(self.seeds.len());
                let from = self.below(self.seeds.get(other).map_or(0, Vec::len));
                let rest = self.seeds.get(other).map_or_else(Vec::new, |seed| seed[from..].to_vec());
                data.splice(at.., rest);
            }
        }
    }
}

impl Iterator for Mutations {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let seed = self.below(self.seeds.len());
        let mut data = self.seeds.get(seed).cloned().unwrap_or_default();
        for _ in 0..=self.below(4) {
            self.change(&mut data);
        }
        Some(data)
    }
}
