//! Genres: their names, and the numbers that ID3 gave them.

use lofty::id3::v1::GENRES;

use crate::types::showable::line;

/// More of one file are no genres.
const GENRES_MAX: usize = 16;

/// The genres of these texts, each once. `(17)`, `17` and `(17)(18)` are numbers, `(4)Eurodisco` is refined by its text, `((` is one bracket;
/// `;` parts several.
pub(super) fn genres(texts: &[String]) -> Vec<String> {
    let mut genres: Vec<String> = Vec::new();
    for genre in texts.iter().flat_map(|text| text.split(';')).flat_map(|text| parts(text.trim())).filter_map(|genre| line(&genre)) {
        let is_new = !genres.iter().any(|known| known.eq_ignore_ascii_case(&genre));
        if is_new && genres.len() < GENRES_MAX {
            genres.push(genre);
        }
    }
    genres
}

fn parts(text: &str) -> Vec<String> {
    let (mut rest, mut numbered) = (text, Vec::new());
    while let Some((inside, after)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        let Some(name) = named(inside) else { break };
        numbered.push(name);
        rest = after.trim_start();
    }
    let rest = rest.strip_prefix("((").map_or(rest.to_owned(), |rest| format!("({rest}"));
    if rest.is_empty() {
        return numbered;
    }
    // The text says the same as the last number, or something finer.
    numbered.pop();
    numbered.push(if numbered.is_empty() { named(&rest).unwrap_or(rest) } else { rest });
    numbered
}

/// A number of ID3v1 (Winamp's included), `RX` or `CR`.
fn named(number: &str) -> Option<String> {
    match number {
        "RX" => Some("Remix".to_owned()),
        "CR" => Some("Cover".to_owned()),
        _ if number.len() > 3 || !number.bytes().all(|digit| digit.is_ascii_digit()) => None,
        _ => number.parse::<usize>().ok().and_then(|number| GENRES.get(number)).map(|name| (*name).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_names() {
        for (text, expected) in [
            ("(17)", &["Rock"][..]),
            ("17", &["Rock"]),
            ("(17)Rock", &["Rock"]),
            ("(17)(18)", &["Rock", "Techno"]),
            ("(4)Eurodisco", &["Eurodisco"]),
            ("((Foo)", &["(Foo)"]),
            ("(RX)", &["Remix"]),
            ("(999)", &["(999)"]),
            ("(Indie) Rock", &["(Indie) Rock"]),
            ("R&B/Soul", &["R&B/Soul"]),
            ("Rock; Pop;rock", &["Rock", "Pop"]),
            ("1990s", &["1990s"]),
            (";;", &[]),
        ] {
            assert_eq!(genres(&[text.to_owned()]), expected, "{text}");
        }
    }
}
