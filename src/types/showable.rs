//! Texts from outside that are shown to people: a file may claim anything.

/// Longest text kept, characters.
pub const CHARS_MAX: usize = 500;

/// What can be shown on one line; `None` when nothing of it can.
pub fn line(raw: &str) -> Option<String> {
    let shown: String = raw.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_unshowable(*c)).collect();
    let shown: String = shown.trim_matches(|c| c == ' ' || has_no_width(c)).chars().take(CHARS_MAX).collect();
    shown.chars().any(|c| !is_blank(c)).then_some(shown)
}

/// Control characters, and those that turn the direction of the text around them.
fn is_unshowable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Of use between letters only: joiners, and places where a line may break.
fn has_no_width(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2064}')
}

/// Nothing is seen where it stands alone: also fillers, tags, variants of the letter before, and Braille without a dot.
fn is_blank(c: char) -> bool {
    let is_filler = matches!(c, '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}');
    let is_variant = matches!(c, '\u{180B}'..='\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E0FFF}');
    c.is_whitespace() || has_no_width(c) || is_filler || is_variant
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
        assert_eq!(line("\u{200B}\u{200B}"), None);
        assert_eq!(line("\u{3164} \u{2800}\u{FE0F}"), None);
        assert_eq!(line("\u{200B}Rock\u{2060} \u{200B}").as_deref(), Some("Rock"));
        let joined = "\u{1F468}\u{200D}\u{1F469} \u{2764}\u{FE0F}";
        assert_eq!(line(joined).as_deref(), Some(joined), "what letters are made of stays");
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
