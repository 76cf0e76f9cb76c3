//! Numbers, times and dates as tables have them.

use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

use crate::types::UnixMs;

/// Later than any date of milliseconds is when it is read as seconds: the year 2286.
const SECONDS_MAX: i64 = 10_000_000_000;

/// A count, with or without marks between thousands; `3/12` is 3.
pub(super) fn number(text: &str) -> Option<u32> {
    let text = text.split('/').next().unwrap_or(text).trim();
    let text = text.strip_suffix(".0").unwrap_or(text);
    let digits: String = text.chars().filter(|c| !matches!(c, ',' | '.' | ' ' | '\u{a0}' | '\'')).collect();
    digits.parse().ok()
}

/// A number with a point or a comma, or a row of stars.
pub(super) fn rating(text: &str) -> Option<f64> {
    let stars = text.chars().filter(|c| matches!(c, '★' | '*')).count();
    if stars > 0 {
        return Some(stars as f64);
    }
    let text = text.split('/').next().unwrap_or(text).trim().trim_end_matches('%').replace(',', ".");
    text.parse::<f64>().ok().filter(|number| (0.0..=255.0).contains(number))
}

/// `3:05`, `1:02:03` or seconds.
pub(super) fn duration_ms(text: &str) -> Option<u64> {
    let mut seconds = 0.0;
    for part in text.split(':') {
        let part: f64 = part.trim().replace(',', ".").parse().ok()?;
        seconds = seconds * 60.0 + part;
    }
    (0.001..1e8).contains(&seconds).then_some((seconds * 1000.0) as u64)
}

pub(super) fn flag(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "1" | "true" | "yes" | "y" | "x" | "loved" | "♥" | "❤" => Some(true),
        "0" | "false" | "no" | "n" => Some(false),
        _ => None,
    }
}

/// RFC 3339, `2009-02-13 23:31:30` and `2009-02-13` (taken for UTC), or seconds or milliseconds since 1970.
pub(super) fn date(text: &str) -> Option<UnixMs> {
    if let Ok(number) = text.parse::<i64>() {
        let ms = if number.abs() < SECONDS_MAX { number.checked_mul(1000)? } else { number };
        return (ms > 0).then_some(UnixMs(ms));
    }
    let at = OffsetDateTime::parse(text, &Rfc3339).ok().or_else(|| plain(text))?;
    let ms = i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok()?;
    (ms > 0).then_some(UnixMs(ms))
}

fn plain(text: &str) -> Option<OffsetDateTime> {
    let (day, clock) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let mut parts = day.split(['-', '/', '.']).map(|part| part.parse::<i32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    // Only where the year comes first is it sure which is the month.
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(year, month, u8::try_from(day).ok()?).ok().filter(|_| year > 1900)?;
    let mut clock = clock.split(':').map(|part| part.split('.').next().and_then(|part| part.parse::<u8>().ok()).unwrap_or(0));
    let mut part = || clock.next().unwrap_or(0);
    let time = Time::from_hms(part(), part(), part()).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_common_forms_are_read() {
        for text in [
            "2009-02-13T23:31:30Z",
            "2009-02-14T00:31:30+01:00",
            "2009-02-13 23:31:30",
            "2009/02/13 23:31:30",
            "1234567890",
            "1234567890000",
        ] {
            assert_eq!(date(text), Some(UnixMs(1_234_567_890_000)), "{text}");
        }
        assert_eq!(date("2009-02-13"), Some(UnixMs(1_234_483_200_000)));
        for text in ["", "0", "13/02/2009", "2009-13-45", "yesterday", "9223372036854775807999"] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_and_times_are_read() {
        assert_eq!((number("1.234"), number("3/12"), number("7.0"), number("-1"), number("x")), (Some(1234), Some(3), Some(7), None, None));
        assert_eq!(
            (duration_ms("3:05"), duration_ms("1:00:00"), duration_ms("12.5"), duration_ms("")),
            (Some(185_000), Some(3_600_000), Some(12_500), None)
        );
        assert_eq!(
            (rating("★★★☆☆"), rating("3,5"), rating("80%"), rating("-1"), rating("NaN")),
            (Some(3.0), Some(3.5), Some(80.0), None, None)
        );
    }
}
