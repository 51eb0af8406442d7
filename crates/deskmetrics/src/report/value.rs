//! Formats numbers for readers: `82.1 %`, `+39.8`, `4h 12m`, `2,767`.

use crate::{ClockKind, Interval, Unit};

/// Between the ends of an interval.
const TO: &str = " – ";

/// The number with its unit; a dash where there is none.
///
/// Durations on the calendar clock use days of 24 hours from two days up; business time stays in hours, since a
/// "business day" is as long as each desk's schedule.
///
/// ```
/// use deskmetrics::report::value_text;
/// use deskmetrics::{ClockKind, Unit};
///
/// assert_eq!(value_text(Some(82.068), Unit::Percent, None), "82.1 %");
/// assert_eq!(value_text(Some(-50.0), Unit::Points, None), "-50.0");
/// assert_eq!(value_text(Some(15_120.0), Unit::Seconds, None), "4h 12m");
/// assert_eq!(value_text(Some(270_000.0), Unit::Seconds, Some(ClockKind::Calendar)), "3d 3h");
/// assert_eq!(value_text(Some(270_000.0), Unit::Seconds, Some(ClockKind::Business)), "75h 0m");
/// assert_eq!(value_text(None, Unit::Count, None), "–");
/// ```
pub fn value_text(value: Option<f64>, unit: Unit, clock: Option<ClockKind>) -> String {
    let Some(value) = value.filter(|value| !value.is_nan()) else { return "–".to_owned() };
    if value.is_infinite() {
        // The upper end of an interval that was not observed long enough.
        return if value > 0.0 { "∞" } else { "-∞" }.to_owned();
    }
    match unit {
        Unit::Percent => format!("{} %", decimal(value, 1)),
        Unit::Points if value > 0.0 => format!("+{}", decimal(value, 1)),
        Unit::Points => decimal(value, 1),
        Unit::Seconds => duration_text(value, clock),
        // A count per something, such as tickets per customer.
        Unit::Count if value.fract() != 0.0 && value.abs() < 1e6 => decimal(value, 2),
        Unit::Count => grouped(&decimal(value, 0)),
        Unit::ScaleStep | Unit::PerTicket => decimal(value, 2),
    }
}

/// Both ends, the unit written once: `80.6 – 83.5 %`.
pub fn interval_text(interval: Interval, unit: Unit, clock: Option<ClockKind>) -> String {
    let end = |value| value_text(Some(value), unit, clock);
    match unit {
        Unit::Percent => format!("{}{TO}{}", decimal(interval.lower, 1), end(interval.upper)),
        _ => format!("{}{TO}{}", end(interval.lower), end(interval.upper)),
    }
}

/// The difference with its sign, in percentage points where the value is a percent: `+2.1 pp`.
pub fn difference_text(difference: f64, unit: Unit, clock: Option<ClockKind>) -> String {
    let sign = if difference < 0.0 { "-" } else { "+" };
    let size = difference.abs();
    match unit {
        Unit::Percent => format!("{sign}{} pp", decimal(size, 1)),
        Unit::Points => format!("{sign}{}", decimal(size, 1)),
        _ => format!("{sign}{}", value_text(Some(size), unit, clock)),
    }
}

/// A whole number with a comma between thousands.
pub fn count_text(count: u64) -> String {
    grouped(&count.to_string())
}

/// Rounded to `places`; what rounds to zero has no sign.
fn decimal(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| byte == b'0' || byte == b'.') => rest.to_owned(),
        _ => text,
    }
}

fn grouped(whole: &str) -> String {
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    let mut text = sign.to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The two largest units above zero, rounded to the smaller one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded and not negative; a float beyond u64 saturates"
)]
fn duration_text(seconds: f64, clock: Option<ClockKind>) -> String {
    let sign = if seconds < 0.0 { "-" } else { "" };
    let size = seconds.abs();
    let whole = size.round() as u64;
    let (minutes, hours) = ((size / 60.0).round() as u64, (size / 3600.0).round() as u64);
    if size > 0.0 && whole == 0 {
        format!("{sign}<1s")
    } else if whole < 60 {
        if whole == 0 { "0s".to_owned() } else { format!("{sign}{whole}s") }
    } else if whole < 600 {
        format!("{sign}{}m {}s", whole / 60, whole % 60)
    } else if minutes < 60 {
        format!("{sign}{minutes}m")
    } else if hours < 48 || (clock == Some(ClockKind::Business) && hours < 100) {
        format!("{sign}{}h {}m", minutes / 60, minutes % 60)
    } else if clock == Some(ClockKind::Business) {
        format!("{sign}{}h", count_text(hours))
    } else {
        format!("{sign}{}d {}h", count_text(hours / 24), hours % 24)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::interval::IntervalMethod;

    #[test]
    fn durations_keep_their_two_largest_units() {
        let cases = [
            (0.0, "0s"),
            (0.2, "<1s"),
            (59.4, "59s"),
            (59.6, "1m 0s"),
            (200.0, "3m 20s"),
            (1_799.0, "30m"),
            (3_599.0, "1h 0m"),
            (15_120.0, "4h 12m"),
            (-15_120.0, "-4h 12m"),
            (172_799.0, "2d 0h"),
            (90_000_000.0, "1,041d 16h"),
        ];
        for (seconds, text) in cases {
            assert_eq!(value_text(Some(seconds), Unit::Seconds, None), text);
        }
        assert_eq!(value_text(Some(720_000.0), Unit::Seconds, Some(ClockKind::Business)), "200h");
        assert_eq!(value_text(Some(f64::INFINITY), Unit::Seconds, None), "∞");
        assert_eq!(value_text(Some(f64::NAN), Unit::Percent, None), "–");
        assert_eq!(value_text(Some(f64::MAX), Unit::Seconds, None).chars().next(), Some('7'));
    }

    #[test]
    fn counts_are_grouped_and_zero_has_no_sign() {
        assert_eq!(count_text(0), "0");
        assert_eq!(count_text(999), "999");
        assert_eq!(count_text(1_234_567), "1,234,567");
        assert_eq!(value_text(Some(-1_234.0), Unit::Count, None), "-1,234");
        assert_eq!(value_text(Some(-0.01), Unit::Points, None), "0.0");
        assert_eq!(difference_text(-2.13, Unit::Percent, None), "-2.1 pp");
        assert_eq!(difference_text(600.0, Unit::Seconds, None), "+10m");
    }

    #[test]
    fn an_interval_has_its_unit_once() {
        let interval = Interval { lower: 80.61, upper: 83.5, level: 0.95, method: IntervalMethod::Wilson };
        assert_eq!(interval_text(interval, Unit::Percent, None), "80.6 – 83.5 %");
        assert_eq!(interval_text(interval, Unit::Points, None), "+80.6 – +83.5");
    }
}
