//! Exact tests for small groups.

use crate::stats::tail::hypergeometric_mass;
use crate::{NetScore, Ratio};

/// Probabilities that differ only by rounding are equal, as in R's `fisher.test`.
const ROUNDING: f64 = 1.0 + 1e-7;

/// Answers in both groups up to which the permutation test is exact.
const FEW: u64 = 100;

/// Fisher's exact test, two-sided: the tables that are at most as likely as this one. `None` when every expected count is
/// at least 5.
pub(super) fn fisher(first: Ratio, second: Ratio) -> Option<f64> {
    // Forged states may have more hits than records.
    if first.hits > first.total || second.hits > second.total {
        return None;
    }
    let all = first.total.checked_add(second.total)?;
    let hits = first.hits.checked_add(second.hits)?;
    let expected = hits.min(all - hits) as f64 * first.total.min(second.total) as f64 / all as f64;
    if expected >= 5.0 {
        return None;
    }
    let mass = |cell: u64| hypergeometric_mass(cell, hits, all - hits, first.total);
    let limit = mass(first.hits) * ROUNDING;
    // Away from the likeliest table they only get rarer: soon the rest adds nothing.
    let unlikely = |cells: &mut dyn Iterator<Item = u64>| {
        let mut sum = 0.0;
        for p in cells.map(mass).filter(|p| *p <= limit) {
            sum += p;
            if p <= f64::EPSILON / 4.0 * sum {
                break;
            }
        }
        sum
    };
    let (fewest, most) = (hits.saturating_sub(second.total), hits.min(first.total));
    let likeliest = u128::from(hits) * u128::from(first.total) / u128::from(all);
    let likeliest = u64::try_from(likeliest).unwrap_or(most).clamp(fewest, most);
    let p: f64 = unlikely(&mut (fewest..=likeliest).rev()) + unlikely(&mut (likeliest + 1..=most));
    Some(p.min(1.0))
}

/// The permutation test of two net scores, two-sided: every way to divide the answers into two groups of these sizes.
/// `None` for many answers, for which the normal approximation holds.
pub(super) fn permutation(first: NetScore, second: NetScore) -> Option<f64> {
    let (n_1, n_2) = (first.n(), second.n());
    let all = n_1.checked_add(n_2).filter(|all| *all <= FEW && n_1 > 0 && n_2 > 0)?;
    let (positive, negative) = (first.positive + second.positive, first.negative + second.negative);
    #[expect(clippy::cast_possible_wrap, reason = "at most 100")]
    let difference = |plus: u64, minus: u64| {
        let net = plus as i64 - minus as i64;
        (net * n_2 as i64 - (positive as i64 - negative as i64 - net) * n_1 as i64).abs()
    };
    let observed = difference(first.positive, first.negative);
    // For each kind of answer, the number of ways to choose that many of them for the first group.
    let neutral = all - positive - negative;
    let [positives, neutrals, negatives] = [positive, neutral, negative].map(ways);
    let (mut extreme, mut possible) = (0.0, 0.0);
    for (plus, positives) in (0..=n_1).zip(&positives) {
        // Fewer negative answers would leave more than the neutral ones.
        let fewest = (n_1 - plus).saturating_sub(neutral);
        let skipped = usize::try_from(fewest).unwrap_or(usize::MAX);
        for (minus, negatives) in (fewest..=n_1 - plus).zip(negatives.iter().skip(skipped)) {
            let rest = usize::try_from(n_1 - plus - minus).ok().and_then(|rest| neutrals.get(rest));
            let ways = positives * negatives * rest.unwrap_or(&0.0);
            possible += ways;
            extreme += if difference(plus, minus) >= observed { ways } else { 0.0 };
        }
    }
    Some(extreme / possible)
}

/// The numbers of ways to choose none, one, two and so on of `n` things.
fn ways(n: u64) -> Vec<f64> {
    let mut ways = 1.0;
    let more = (0..n).map(|taken| {
        ways = ways * (n - taken) as f64 / (taken + 1) as f64;
        ways
    });
    std::iter::once(1.0).chain(more).collect()
}
