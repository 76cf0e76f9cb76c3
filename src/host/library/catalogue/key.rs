//! How texts sort: keys whose bytes compare as people would order the texts.

use super::super::fold::fold;

/// Left out at the beginning of a name.
const ARTICLES: [&str; 3] = ["the ", "a ", "an "];
/// Digits of one number that are looked at.
const DIGITS_MAX: usize = 200;

/// Adds the key of a text to `keys`: regardless of case, accents, what stands before its first letter or digit, and a leading article; numbers in it by
/// their value ("Track 2" before "Track 10").
pub(super) fn push_sort_key(text: &str, keys: &mut Vec<u8>) {
    let folded = fold(text);
    let mut rest = bare(&folded);
    for article in ARTICLES {
        if let Some(name) = rest.strip_prefix(article) {
            rest = bare(name);
            break;
        }
    }
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        keys.extend(&rest.as_bytes()[..at]);
        let number = &rest[at..];
        let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        push_number(&number[..end], keys);
        rest = &number[end..];
    }
    keys.extend(rest.as_bytes());
}

/// Without what is no letter or digit at the beginning; whole when there is nothing else.
fn bare(text: &str) -> &str {
    let name = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    if name.is_empty() { text } else { name }
}

/// How many digits, then the digits: a longer number is the larger one. All begin with a digit, so that they sort among other texts as digits do.
fn push_number(digits: &str, keys: &mut Vec<u8>) {
    let value = digits.trim_start_matches('0');
    let value = &value.as_bytes()[..value.len().min(DIGITS_MAX)];
    keys.push(b'0');
    keys.push(u8::try_from(value.len()).expect("at most 200 digits"));
    keys.extend(value);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sort_key(text: &str) -> Vec<u8> {
        let mut key = Vec::new();
        push_sort_key(text, &mut key);
        key
    }

    #[test]
    fn texts_sort_as_people_look_for_them() {
        let sorted = [
            "",
            "!!!",
            "2 Become 1",
            "10cc",
            "99 Luftballons",
            "…And Justice",
            "Ärzte 1",
            "ärzte 01 x",
            "The Beatles",
            "Björk",
            "\"Heroes\"",
            "Track 2",
            "track 02b",
            "Track 10",
        ];
        let mut shuffled = sorted;
        shuffled.reverse();
        shuffled.sort_by_key(|text| sort_key(text));
        assert_eq!(shuffled, sorted);
    }

    #[test]
    fn what_is_only_an_article_is_a_name() {
        assert_eq!(sort_key("The"), b"the");
        assert_eq!(sort_key("The The"), b"the");
        assert_eq!(sort_key("A-ha"), b"a-ha");
    }

    proptest! {
        #[test]
        fn numbers_sort_by_value(one in 0_u64.., two in 0_u64..) {
            prop_assert_eq!(sort_key(&format!("x{one}")).cmp(&sort_key(&format!("x{two}"))), one.cmp(&two));
        }
    }
}
