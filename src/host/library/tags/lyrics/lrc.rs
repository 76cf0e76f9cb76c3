//! LRC: lines of lyrics with the times at which they are sung, as players agree on it. No standard defines it.

/// Lines of one file, each of its times counted.
const LINES_MAX: usize = 10_000;
/// Times of one line: a refrain.
const STAMPS_MAX: usize = 100;
/// A song that lasts longer than this is none, milliseconds.
const MS_MAX: u64 = 24 * 3_600_000;

/// Lines by their time, as they were written, and the language that the file names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lrc {
    /// Milliseconds and what is sung then; empty where nothing is.
    pub lines: Vec<(u64, String)>,
    pub language: Option<String>,
}

/// `None` when no line has a time.
pub fn parse(text: &str) -> Option<Lrc> {
    let mut lrc = Lrc::default();
    let mut offset_ms = 0;
    for line in text.lines().flat_map(|line| line.split('\r')) {
        let (stamps, rest) = stamps(line.trim_start_matches(['\u{feff}', ' ', '\t']));
        match stamps.is_empty() {
            true => header(rest, &mut lrc.language, &mut offset_ms),
            false => {
                let words = words(rest);
                let room = LINES_MAX.saturating_sub(lrc.lines.len());
                lrc.lines.extend(stamps.into_iter().take(room).map(|at| (at, words.clone())));
            }
        }
    }
    for (at, _) in &mut lrc.lines {
        // A positive offset shows lines sooner.
        *at = at.saturating_add_signed(-offset_ms);
    }
    lrc.lines.sort_by_key(|(at, _)| *at);
    (!lrc.lines.is_empty()).then_some(lrc)
}

/// The times before a line's words.
fn stamps(mut line: &str) -> (Vec<u64>, &str) {
    let mut stamps = Vec::new();
    while let Some((inside, rest)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let Some(at) = clock(inside) else { break };
        if stamps.len() < STAMPS_MAX {
            stamps.push(at);
        }
        line = rest.trim_start();
    }
    (stamps, line)
}

/// `[offset:+500]` and `[la:en]`; all else that a header says is in the tags too.
fn header(line: &str, language: &mut Option<String>, offset_ms: &mut i64) {
    let Some((name, value)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')).and_then(|(inside, _)| inside.split_once(':'))
    else {
        return;
    };
    match name.trim().to_ascii_lowercase().as_str() {
        "offset" => *offset_ms = value.trim().trim_start_matches('+').parse::<i32>().map_or(*offset_ms, i64::from),
        "la" | "lang" => *language = Some(value.trim().chars().take(20).collect()),
        _ => {}
    }
}

/// A line without the times of its words, `<mm:ss.xx>`.
fn words(line: &str) -> String {
    let mut words = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('<') {
        words.push_str(before);
        match after.split_once('>').filter(|(inside, _)| inside.len() <= 16 && clock(inside).is_some()) {
            Some((_, after)) => rest = after,
            None => {
                words.push('<');
                rest = after;
            }
        }
    }
    words.push_str(rest);
    words
}

/// `mm:ss`, `mm:ss.xx`, `mm:ss:xx`, `h:mm:ss.xxx` in milliseconds.
fn clock(text: &str) -> Option<u64> {
    let text = text.trim();
    if text.len() > 16 {
        return None;
    }
    let (whole, part) = match (text.split_once(['.', ',']), text.matches(':').count()) {
        (Some((whole, part)), _) => (whole, part),
        // Some write a colon there. Hours have one digit, minutes two.
        (None, 2) if text.find(':') != Some(1) => text.rsplit_once(':')?,
        (None, _) => (text, ""),
    };
    let mut seconds = 0;
    let mut fields = 0;
    for field in whole.split(':') {
        seconds = seconds * 60 + number(field)?;
        fields += 1;
    }
    let ms = if part.is_empty() { 0 } else { number(&format!("{part:0<3.3}"))? };
    let ms = seconds * 1000 + ms;
    ((2..=3).contains(&fields) && ms <= MS_MAX).then_some(ms)
}

fn number(digits: &str) -> Option<u64> {
    let is_number = (1..=6).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(text: &str) -> Vec<(u64, String)> {
        parse(text).map(|lrc| lrc.lines).unwrap_or_default()
    }

    #[test]
    fn times_of_every_hand_are_read() {
        for (stamp, ms) in [
            ("00:01", 1_000),
            ("00:01.5", 1_500),
            ("00:01.50", 1_500),
            ("00:01.505", 1_505),
            ("01:02:03", 62_030),
            ("1:02:03.04", 3_723_040),
            ("100:00.00", 6_000_000),
            ("00:01,25", 1_250),
        ] {
            assert_eq!(lines(&format!("[{stamp}]Blue")), [(ms, "Blue".to_owned())], "{stamp}");
        }
        for stamp in ["", "1", "a:b", "00:01.x", "-1:00", "9999999:00", "::", "00:00:00:00.0"] {
            assert_eq!(lines(&format!("[{stamp}]Blue")), [], "{stamp}");
        }
    }

    #[test]
    fn refrains_offsets_and_words_are_understood() {
        let text = "\u{feff}[ti:Sea]\r\n[la:en]\r\n[offset:+500]\r\n[00:10.00][00:02.00]Blue\r\n[00:05]<00:05.10>in <00:05.50>Green <3\n[00:20]\nno time\n[00:00.10]soon";
        let lrc = parse(text).expect("times");
        assert_eq!(lrc.language.as_deref(), Some("en"));
        let expected = [(0, "soon"), (1_500, "Blue"), (4_500, "in Green <3"), (9_500, "Blue"), (19_500, "")];
        assert_eq!(lrc.lines, expected.map(|(at, line)| (at, line.to_owned())));
        assert_eq!(parse("Blue\n[Refrain]\nin Green"), None);
    }

    #[test]
    fn a_bomb_of_stamps_is_bounded() {
        let line = format!("{}Blue\n", "[00:01]".repeat(10_000));
        assert_eq!(lines(&line.repeat(200)).len(), LINES_MAX);
    }

    proptest! {
        #[test]
        fn any_text_is_lines_in_order_or_none(text in "([\\[\\]<>:.0-9a-z\n]|offset:|\\[00:0){0,80}") {
            if let Some(lrc) = parse(&text) {
                prop_assert!(lrc.lines.is_sorted_by_key(|(at, _)| *at));
                prop_assert!(lrc.lines.len() <= LINES_MAX);
            }
        }
    }
}
