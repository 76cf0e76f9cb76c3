//! Texts of tags.

pub(super) use crate::types::showable::line as text;

/// The year at the beginning of a date such as `1999-12-31`.
pub(super) fn year(date: &str) -> Option<i32> {
    let digits = date.trim().get(..4)?;
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten().filter(|year| *year > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_a_year_or_none() {
        assert_eq!(year("1999-12-31"), Some(1999));
        assert_eq!(year("99"), None);
        assert_eq!(year("soon"), None);
        assert_eq!(year("0000"), None);
        assert_eq!(year("19é9"), None);
    }

    proptest! {
        #[test]
        fn any_date_has_a_year_or_none(raw in any::<String>()) {
            prop_assert!(year(&raw).is_none_or(|year| (1..10_000).contains(&year)));
        }
    }
}
