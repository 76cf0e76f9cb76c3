//! Texts from outside that are shown to people: a file may claim anything.

/// Longest text kept, characters.
pub const CHARS_MAX: usize = 500;

/// What can be shown on one line; `None` when nothing of it can.
pub fn line(raw: &str) -> Option<String> {
    let shown: String = raw.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_unshowable(*c)).collect();
    let shown: String = shown.trim().chars().take(CHARS_MAX).collect();
    (!shown.is_empty()).then_some(shown)
}

/// Control characters, and those that turn the direction of the text around them.
fn is_unshowable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keeps_what_can_be_shown() {
        assert_eq!(line("  Blue\u{0}\nin Green\u{1b} ").as_deref(), Some("Blue in Green"));
        assert_eq!(line("\u{202E}abc\u{2066}").as_deref(), Some("abc"));
        assert_eq!(line(" \t\r\n\u{0}"), None);
        assert_eq!(line(&"é".repeat(5000)).map(|t| t.chars().count()), Some(CHARS_MAX));
    }

    proptest! {
        #[test]
        fn any_text_is_one_showable_line(raw in any::<String>()) {
            if let Some(shown) = line(&raw) {
                prop_assert!(!shown.is_empty() && shown.chars().count() <= CHARS_MAX);
                prop_assert!(!shown.chars().any(is_unshowable));
            }
        }
    }
}
