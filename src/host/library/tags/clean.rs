//! Dates and numbers of tags.

/// A date as exact as it is known: `1999`, `1999-05`, `1999-05-01`; of `1999-05-01T12:00:00Z`, `1999/5/1`, `19990501` and the like.
pub(super) fn date(raw: &str) -> Option<String> {
    let raw = raw.trim();
    let year = raw.get(..4).filter(|year| is_digits(year) && *year != "0000")?;
    let rest = &raw[4..];
    if rest.len() == 4 && is_digits(rest) {
        return Some(exact(year, two(&rest[..2], 12), two(&rest[2..], 31)));
    }
    let mut parts = rest.strip_prefix(['-', '/', '.']).unwrap_or_default().split(['-', '/', '.', 'T', ' ']);
    let month = parts.next().and_then(|month| two(month, 12));
    let day = parts.next().and_then(|day| two(day, 31));
    Some(exact(year, month, day))
}

/// The year of a date.
pub(super) fn year(date: &str) -> Option<i32> {
    date.get(..4)?.parse().ok()
}

fn exact(year: &str, month: Option<u8>, day: Option<u8>) -> String {
    match (month, day) {
        (Some(month), Some(day)) => format!("{year}-{month:02}-{day:02}"),
        (Some(month), None) => format!("{year}-{month:02}"),
        _ => year.to_owned(),
    }
}

fn two(digits: &str, max: u8) -> Option<u8> {
    let number = Some(digits).filter(|digits| is_digits(digits) && digits.len() <= 2)?.parse().ok()?;
    (1..=max).contains(&number).then_some(number)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What people count to: `3`, `03`, `3/9`, `3 of 9`; the number and how many there are.
pub(super) fn counted(raw: &str) -> (Option<u32>, Option<u32>) {
    let (one, all) = raw.split_once(['/', '\\']).or_else(|| raw.split_once(" of ")).unwrap_or((raw, ""));
    (count(one), count(all))
}

/// A number from 1.
pub(super) fn count(raw: &str) -> Option<u32> {
    const MAX: u32 = 99_999;
    let digits: &str = raw.trim();
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    // `7.` and `128.00` count; `A1` does not, nor `3abc`.
    let is_whole = digits[end..].strip_prefix('.').is_none_or(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    let is_whole = is_whole && (end == digits.len() || digits[end..].starts_with('.'));
    digits[..end].parse().ok().filter(|number| is_whole && (1..=MAX).contains(number))
}

/// Beats a minute.
pub(super) fn bpm(raw: &str) -> Option<u32> {
    let beats: f64 = raw.trim().replace(',', ".").parse().ok()?;
    (1.0..1_000.0).contains(&beats).then(|| beats.round() as u32)
}

/// A yes or no.
pub(super) fn is_set(raw: &str) -> bool {
    matches!(raw.trim().to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "y")
}

/// A UUID as MusicBrainz writes them.
pub(super) fn uuid(raw: &str) -> Option<String> {
    uuid::Uuid::try_parse(raw.trim()).ok().map(|id| id.hyphenated().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_are_as_exact_as_they_are() {
        for (raw, expected) in [
            ("1999", Some("1999")),
            ("1999-12-31", Some("1999-12-31")),
            ("1999-05-01T12:00:00Z", Some("1999-05-01")),
            ("1999/5/1", Some("1999-05-01")),
            ("19990501", Some("1999-05-01")),
            ("1999-05", Some("1999-05")),
            ("1999-00-00", Some("1999")),
            ("1999-13-01", Some("1999")),
            ("1999 (remaster)", Some("1999")),
            ("99", None),
            ("soon", None),
            ("0000", None),
            ("19é9", None),
        ] {
            assert_eq!(date(raw).as_deref(), expected, "{raw}");
        }
    }

    #[test]
    fn numbers_are_counted_from_one() {
        assert_eq!(counted("3/9"), (Some(3), Some(9)));
        assert_eq!(counted("03"), (Some(3), None));
        assert_eq!(counted("3 of 9"), (Some(3), Some(9)));
        assert_eq!(counted("0/0"), (None, None));
        assert_eq!(counted("A1"), (None, None));
        assert_eq!(counted("99999999999/1"), (None, Some(1)));
        assert_eq!(count("128.00"), Some(128));
        assert_eq!(count("3abc"), None);
        assert_eq!((bpm("127.6"), bpm("0"), bpm("1e9"), bpm("NaN")), (Some(128), None, None, None));
    }

    proptest! {
        #[test]
        fn any_text_is_a_date_and_a_number_or_none(raw in any::<String>()) {
            if let Some(date) = date(&raw) {
                prop_assert!(year(&date).is_some_and(|year| (1..10_000).contains(&year)));
                prop_assert!([4, 7, 10].contains(&date.len()));
            }
            let _ = (counted(&raw), bpm(&raw), uuid(&raw));
        }
    }
}
