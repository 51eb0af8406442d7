//! Tail probabilities and quantiles that are right, in bounded time, at any size.
//!
//! The incomplete beta and gamma functions of statistics libraries lose digits from some thousand records on, or need as many
//! steps as there are records. Here the leading factor is Loader's saddle-point form (2000), which keeps its digits. Series
//! and continued fractions take about the square root of the size in steps; from [`MANY`] on, Temme's uniform expansion (1979)
//! replaces them, with a relative error of about one in [`MANY`] at most and less near the centre.

use std::f64::consts::{SQRT_2, TAU};

use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::erf::erfc;
use statrs::function::gamma::ln_gamma;

/// The size (n p (1 - p) of a binomial, the expected count of a Poisson variable) from which the expansion takes over.
const MANY: f64 = 1e8;

/// Degrees of freedom from which a Student's t is transformed to a normal value.
const MANY_DEGREES: f64 = 1e4;

/// More steps than a series or fraction takes below [`MANY`].
const STEPS: u32 = 1_000_000;

/// The probabilities of at most and of at least a value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tails {
    pub(crate) lower: f64,
    pub(crate) upper: f64,
}

impl Tails {
    /// Twice the smaller one: the two-sided p-value.
    pub(crate) fn two_sided(self) -> f64 {
        (2.0 * self.lower.min(self.upper)).min(1.0)
    }

    fn from_lower(lower: f64) -> Self {
        Self { lower, upper: 1.0 - lower }
    }

    fn swapped(self) -> Self {
        Self { lower: self.upper, upper: self.lower }
    }
}

/// At most and at least `hits` of `total`, each of which is a hit with the probability `share`.
pub(crate) fn binomial(hits: u64, total: u64, share: f64) -> Option<Tails> {
    let misses = total.checked_sub(hits)? as f64;
    let hits = hits as f64;
    (0.0..=1.0).contains(&share).then(|| Tails {
        lower: if misses == 0.0 { 1.0 } else { beta(misses, hits + 1.0, 1.0 - share, share).lower },
        upper: if hits == 0.0 { 1.0 } else { beta(hits, misses + 1.0, share, 1.0 - share).lower },
    })
}

/// At most and at least `count` events where `expected` are expected; `None` unless that is positive and finite.
pub(crate) fn poisson(count: u64, expected: f64) -> Option<Tails> {
    let count = count as f64;
    usable(expected).then(|| Tails {
        lower: gamma(count + 1.0, expected).upper,
        upper: if count == 0.0 { 1.0 } else { gamma(count, expected).lower },
    })
}

/// The tails of a chi-squared statistic; `None` for degrees of freedom that are not positive and finite.
pub(crate) fn chi_squared(statistic: f64, degrees: f64) -> Option<Tails> {
    usable(degrees).then(|| gamma(degrees / 2.0, statistic / 2.0))
}

fn usable(parameter: f64) -> bool {
    parameter > 0.0 && parameter.is_finite()
}

/// The tails of a Student's t statistic; `None` for degrees of freedom that are not positive and finite.
pub(crate) fn student_t(t: f64, degrees: f64) -> Option<Tails> {
    if !usable(degrees) {
        return None;
    }
    let square = t * t;
    let upper = if !square.is_finite() {
        0.0
    } else if degrees < MANY_DEGREES {
        let whole = degrees + square;
        beta(degrees / 2.0, 0.5, degrees / whole, square / whole).lower / 2.0
    } else {
        // Hill (1970), algorithm 395
        let less = degrees - 0.5;
        let w = (less * (square / degrees).ln_1p()).sqrt();
        normal_upper(w + w * (w * w + 3.0) / (48.0 * less * less))
    };
    let tails = Tails { lower: 1.0 - upper, upper };
    Some(if t < 0.0 { tails.swapped() } else { tails })
}

/// The chi-squared value with the probability `p` below it; `None` unless `0 < p < 1` and the degrees are positive and finite.
pub(crate) fn chi_squared_quantile(degrees: f64, p: f64) -> Option<f64> {
    if !(usable(degrees) && p > 0.0 && p < 1.0) {
        return None;
    }
    let shape = degrees / 2.0;
    // From the approximation of Wilson and Hilferty.
    let spread = 2.0 / (9.0 * degrees);
    let near = degrees * (1.0 - spread + Normal::standard().inverse_cdf(p) * spread.sqrt()).powi(3);
    Some(root(near, |value| {
        let tails = gamma(shape, value / 2.0);
        // The difference of the smaller tails keeps the most digits.
        let error = if p < 0.5 { tails.lower - p } else { (1.0 - p) - tails.upper };
        let slope = poisson_mass(shape, value / 2.0) * shape / value;
        let bend = (shape - 1.0) / value - 0.5;
        Point { error, slope, bend, scale: value.min((2.0 * degrees).sqrt()) }
    }))
}

/// The Student's t value with the probability `tail` above it; `None` unless `0 < tail < 0.5` and the degrees are positive
/// and finite.
pub(crate) fn student_t_quantile(degrees: f64, tail: f64) -> Option<f64> {
    if !(usable(degrees) && tail > 0.0 && tail < 0.5) {
        return None;
    }
    // From the expansion of Cornish and Fisher, in powers of one over the degrees.
    let z = Normal::standard().inverse_cdf(1.0 - tail);
    let square = z * z;
    let first = (square + 1.0) / 4.0;
    let second = ((5.0 * square + 16.0) * square + 3.0) / 96.0;
    let third = (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0;
    let near = z * (1.0 + (first + (second + third / degrees) / degrees) / degrees);
    Some(root(near, |t| {
        let upper = student_t(t, degrees).map_or(0.0, |tails| tails.upper);
        let whole = degrees + t * t;
        let slope = degrees / 2.0 * beta_mass(degrees / 2.0, 0.5, degrees / whole, t * t / whole) / t;
        Point { error: tail - upper, slope, bend: -(degrees + 1.0) * t / whole, scale: t.min(1.0) }
    }))
}

/// The probability of `drawn_hits` among `drawn` of `hits` and `misses` records, drawn without putting back.
pub(crate) fn hypergeometric_mass(drawn_hits: u64, hits: u64, misses: u64, drawn: u64) -> f64 {
    let (Some(all), Some(drawn_misses)) = (hits.checked_add(misses), drawn.checked_sub(drawn_hits)) else {
        return 0.0;
    };
    let share = drawn as f64 / all as f64;
    binomial_mass(drawn_hits, hits, share) * binomial_mass(drawn_misses, misses, share)
        / binomial_mass(drawn, all, share)
}

fn binomial_mass(hits: u64, total: u64, share: f64) -> f64 {
    let Some(misses) = total.checked_sub(hits).map(|misses| misses as f64) else { return 0.0 };
    let (hits, total) = (hits as f64, total as f64);
    if misses == 0.0 {
        (total * share.ln()).exp()
    } else if hits == 0.0 {
        (total * (-share).ln_1p()).exp()
    } else {
        // The mass of the beta form counts one miss less.
        beta_mass(hits, misses, share, 1.0 - share) * total / misses
    }
}

/// x^a y^b Γ(a + b) / Γ(a + 1) Γ(b), where `y` is 1 - x.
fn beta_mass(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let whole = a + b;
    let stirling = stirling_error(whole) - stirling_error(a) - stirling_error(b);
    (stirling - deviance(a, whole * x) - deviance(b, whole * y)).exp() * (b / (TAU * a * whole)).sqrt()
}

/// x^a e^-x / Γ(a + 1).
fn poisson_mass(a: f64, x: f64) -> f64 {
    (-stirling_error(a) - deviance(a, x)).exp() / (TAU * a).sqrt()
}

/// The regularised incomplete beta function of `x`, where `y` is 1 - x.
fn beta(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if x <= 0.0 || y <= 0.0 {
        return Tails::from_lower(if x <= 0.0 { 0.0 } else { 1.0 });
    }
    let whole = a + b;
    let spread = a * b / whole;
    if spread > MANY {
        let limit = (a - b) / (3.0 * whole * spread.sqrt());
        return many(whole * x - a, spread, deviance(a, whole * x) + deviance(b, whole * y), limit);
    }
    if x > (a + 1.0) / (whole + 2.0) {
        return beta(b, a, y, x).swapped();
    }
    let fraction = fraction(1.0, |step| {
        // In whole numbers, because the remainder of floats is slow.
        let (half, place) = (f64::from(step / 2), a + f64::from(step));
        let term = if step.is_multiple_of(2) {
            half * (b - half) / ((place - 1.0) * place)
        } else {
            -(a + half) * (whole + half) / ((place - 1.0) * place)
        };
        (term * x, 1.0)
    });
    Tails::from_lower(beta_mass(a, b, x, y) * fraction)
}

/// The regularised incomplete gamma function.
fn gamma(a: f64, x: f64) -> Tails {
    if x <= 0.0 || x == f64::INFINITY {
        return Tails::from_lower(if x <= 0.0 { 0.0 } else { 1.0 });
    }
    if a > MANY {
        return many(x - a, a, deviance(a, x), -1.0 / (3.0 * a.sqrt()));
    }
    if x < a + 1.0 {
        let (mut sum, mut term) = (1.0, 1.0);
        for step in 1..STEPS {
            term *= x / (a + f64::from(step));
            sum += term;
            if term <= f64::EPSILON / 4.0 * sum {
                break;
            }
        }
        Tails::from_lower(poisson_mass(a, x) * sum)
    } else {
        let fraction = fraction(x + 1.0 - a, |step| {
            let step = f64::from(step);
            (step * (a - step), x + 1.0 - a + 2.0 * step)
        });
        Tails::from_lower(poisson_mass(a, x) * a * fraction).swapped()
    }
}

/// One over a continued fraction of terms (numerator, denominator), by Lentz's method.
fn fraction(first: f64, term: impl Fn(u32) -> (f64, f64)) -> f64 {
    const TINY: f64 = 1e-300;
    let not_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut d = 1.0 / not_zero(first);
    let (mut c, mut value) = (1.0 / TINY, d);
    for step in 1..STEPS {
        let (numerator, denominator) = term(step);
        d = 1.0 / not_zero(denominator + numerator * d);
        c = not_zero(denominator + numerator / c);
        value *= c * d;
        if (c * d - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

/// The first term of Temme's expansion: a deviation from the mean, the variance, the deviance, and the correction's limit at
/// the mean.
fn many(deviation: f64, variance: f64, deviance: f64, limit: f64) -> Tails {
    let z = (2.0 * deviance).sqrt().copysign(deviation);
    let near = z.abs() < 1e-3;
    let correction = if near { limit } else { variance.sqrt() / deviation - 1.0 / z };
    let shift = correction * (-z * z / 2.0).exp() / TAU.sqrt();
    Tails { lower: normal_upper(-z) - shift, upper: normal_upper(z) + shift }
}

fn normal_upper(z: f64) -> f64 {
    erfc(z / SQRT_2) / 2.0
}

/// ln Γ(n + 1) minus Stirling's formula for it.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        return ln_gamma(n + 1.0) - (n + 0.5) * n.ln() + n - TAU.ln() / 2.0;
    }
    let square = n * n;
    let terms = [1.0 / 1188.0, -1.0 / 1680.0, 1.0 / 1260.0, -1.0 / 360.0, 1.0 / 12.0];
    terms.iter().fold(0.0, |sum, term| sum / square + term) / n
}

/// x ln(x / mean) + mean - x, without losing the digits of a small difference.
fn deviance(x: f64, mean: f64) -> f64 {
    let difference = x - mean;
    if difference.abs() >= 0.1 * (x + mean) {
        return x * (x / mean).ln() + mean - x;
    }
    let ratio = difference / (x + mean);
    let (mut sum, mut power) = (difference * ratio, 2.0 * x * ratio);
    for step in 1..STEPS {
        power *= ratio * ratio;
        let more = sum + power / f64::from(2 * step + 1);
        if more.to_bits() == sum.to_bits() {
            break;
        }
        sum = more;
    }
    sum
}

/// What [`root`] knows of a function at a value.
struct Point {
    error: f64,
    slope: f64,
    /// The second derivative over the first.
    bend: f64,
    /// The distance over which the function is not nearly a parabola.
    scale: f64,
}

/// The positive value at which an increasing function is 0, from a guess. Halley's steps, kept between what is known to be too
/// low and too high.
fn root(guess: f64, function: impl Fn(f64) -> Point) -> f64 {
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut value = guess.max(f64::MIN_POSITIVE);
    for _ in 0..200 {
        let Point { error, slope, bend, scale } = function(value);
        if error < 0.0 {
            low = value;
        } else {
            high = value;
        }
        let newton = error / slope;
        let step = newton / (1.0 - newton * bend / 2.0).max(0.5);
        let next = match value - step {
            next if low < next && next < high => next,
            _ if high.is_finite() => f64::midpoint(low, high),
            _ => 2.0 * low,
        };
        // What remains after a step is about its cube.
        let close = (next - value).abs() <= (1e-4 * scale).max(4.0 * f64::EPSILON * value);
        value = next;
        if close {
            break;
        }
    }
    value
}
