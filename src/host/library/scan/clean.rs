//! Texts of tags: a file may claim anything.

/// Longest text kept of a tag, characters.
const CHARS_MAX: usize = 500;

/// What can be shown on one line; `None` when nothing of it can.
pub(super) fn text(raw: &str) -> Option<String> {
    let shown: String = raw.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_unshowable(*c)).collect();
    let shown: String = shown.trim().chars().take(CHARS_MAX).collect();
    (!shown.is_empty()).then_some(shown)
}

/// Control characters, and those that turn the direction of the text around them.
fn is_unshowable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

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
    fn keeps_what_can_be_shown() {
        assert_eq!(text("  Blue\u{0}\nin Green\u{1b} ").as_deref(), Some("Blue in Green"));
        assert_eq!(text("\u{202E}abc\u{2066}").as_deref(), Some("abc"));
        assert_eq!(text(" \t\r\n\u{0}"), None);
        assert_eq!(text(&"é".repeat(5000)).map(|t| t.chars().count()), Some(CHARS_MAX));
    }

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
        fn any_tag_is_one_showable_line(raw in any::<String>()) {
            if let Some(shown) = text(&raw) {
                prop_assert!(!shown.is_empty() && shown.chars().count() <= CHARS_MAX);
                prop_assert!(!shown.chars().any(is_unshowable));
            }
            let _ = year(&raw);
        }
    }
}
