//! Fast parser for the usual form of ISO 8601.

/// Parses `2026-03-02T09:00:00`, with `T` or a blank, any fraction of a second, and `Z`, an offset such as `+01:00`,
/// `+0100` or `+01`, or neither. Returns microseconds since 1970, truncated, and whether there was an offset; `None`
/// for any other text.
#[inline]
pub(super) fn parse(text: &[u8]) -> Option<(i64, bool)> {
    let (date_time, mut rest) = text.split_at_checked(19)?;
    let separators = [4, 7, 10, 13, 16].map(|place| date_time[place]);
    if !matches!(separators, [b'-', b'-', b'T' | b' ', b':', b':']) {
        return None;
    }
    let two = |place: usize| number(&date_time[place..place + 2]);
    let year = number(&date_time[..4])?;
    let (month, day) = (two(5)?, two(8)?);
    let (hour, minute, second) = (two(11)?, two(14)?, two(17)?);
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    if year < 1 || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut micros = 0;
    if let [b'.', fraction @ ..] = rest {
        let digits = fraction.iter().take_while(|digit| digit.is_ascii_digit()).count();
        if !(1..=9).contains(&digits) {
            return None;
        }
        let known = digits.min(6);
        micros = number(&fraction[..known])? * 10_i64.pow(u32::try_from(6 - known).ok()?);
        rest = &fraction[digits..];
    }
    let offset = match rest {
        [] => None,
        [b'Z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, minutes @ ..] => {
            let minutes = match minutes {
                [b':', m1, m2] | [m1, m2] => number(&[*m1, *m2])?,
                [] => 0,
                _ => return None,
            };
            let hours = number(&[*h1, *h2])?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = hours * 3600 + minutes * 60;
            Some(if *sign == b'+' { seconds } else { -seconds })
        }
        _ => return None,
    };
    let seconds = days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    Some(((seconds - offset.unwrap_or(0)) * 1_000_000 + micros, offset.is_some()))
}

#[inline]
fn number(digits: &[u8]) -> Option<i64> {
    let mut number = 0;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + i64::from(digit);
    }
    Some(number)
}

#[inline]
fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of the proleptic Gregorian calendar. Years begin in March, so that the leap day comes last.
#[inline]
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDateTime};
    use proptest::prelude::*;

    use super::parse;

    #[test]
    fn other_forms_are_left_to_the_general_reader() {
        for text in ["", "2026-03-02", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-03-02T24:00:00Z"]
        {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
        for text in
            ["2026-03-02T09:00:60Z", "2026-03-02T09:00:00+1", "2026-03-02T09:00:00.Z", "2026-03-02t09:00:00z"]
        {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn it_reads_what_chrono_reads(
            micros in -62_135_596_800_000_000_i64..253_402_300_799_000_000,
            minutes in -1_439_i32..1_439,
            digits in 0_usize..10,
        ) {
            let at = DateTime::from_timestamp_micros(micros).unwrap();
            let offset = chrono::FixedOffset::east_opt(minutes * 60).unwrap();
            let local = at.with_timezone(&offset);
            prop_assume!((1..=9999).contains(&chrono::Datelike::year(&local)));
            let fraction = match digits {
                0 => String::new(),
                digits => format!(".{:09}", chrono::Timelike::nanosecond(&local)).chars().take(1 + digits).collect(),
            };
            let wall = format!("{}{fraction}", local.format("%Y-%m-%dT%H:%M:%S"));
            let text = format!("{wall}{}", local.format("%:z"));
            let expected = DateTime::parse_from_rfc3339(&text).unwrap().timestamp_micros();
            prop_assert_eq!(parse(text.as_bytes()), Some((expected, true)));
            let expected = NaiveDateTime::parse_from_str(&wall, "%Y-%m-%dT%H:%M:%S%.f").unwrap();
            prop_assert_eq!(parse(wall.as_bytes()), Some((expected.and_utc().timestamp_micros(), false)));
        }
    }
}
