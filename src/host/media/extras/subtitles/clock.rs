//! Times as subtitle files write them.

/// Most digits of one part: no arithmetic overflows below it.
const DIGITS_MAX: usize = 6;

/// `H:MM:SS,mmm`, `MM:SS.mmm` or the like, in milliseconds; a fraction of any length, and a sign, are understood.
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = text.split_once([',', '.']).unwrap_or((text, ""));
    let (mut seconds, mut parts) = (0i64, 0);
    for part in whole.split(':') {
        // Some programs put a colon before the milliseconds too.
        if parts == 3 {
            return (fraction.is_empty() && part.len() == 3).then(|| Some(sign * (seconds * 1_000 + number(part)?)))?;
        }
        seconds = seconds * 60 + number(part.trim())?;
        parts += 1;
    }
    (parts >= 2).then_some(sign * (seconds * 1_000 + milliseconds(fraction)?))
}

/// Start and end of a line `START --> END rest`, and the rest.
pub fn parse_span(line: &str) -> Option<(i64, i64, &str)> {
    let (start, rest) = line.split_once("-->")?;
    let rest = rest.trim_start();
    // "00:00:01, 500" is read too: the end reaches to where no more of a time can be.
    let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | ',' | '.' | '-')).unwrap_or(rest.len());
    let (end, rest) = rest.split_at(end);
    Some((parse(&start.replace(' ', ""))?, parse(end)?, rest.trim()))
}

fn number(digits: &str) -> Option<i64> {
    let is_number = !digits.is_empty() && digits.len() <= DIGITS_MAX && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok())?
}

fn milliseconds(fraction: &str) -> Option<i64> {
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(3);
    Some(digits.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times_of_many_hands() {
        for (text, ms) in [
            ("00:00:01,500", 1_500),
            ("1:02:03.4", 3_723_400),
            ("02:03.045", 123_045),
            ("0:00:01.50", 1_500),
            ("-00:00:01,000", -1_000),
            ("00:00:01:250", 1_250),
            ("00:00:01", 1_000),
            ("100:00:00.000999", 360_000_000),
        ] {
            assert_eq!(parse(text), Some(ms), "{text}");
        }
        for text in ["", "1", "a:b", "00:00:1x,000", "::", "00:00:01,5é", "9999999999:00:00", "1:2:3:4", "00:00:00:00:00"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn reads_spans_with_what_follows() {
        assert_eq!(parse_span("00:00:01,000 --> 00:00:02,000  X1:10 Y1:20"), Some((1_000, 2_000, "X1:10 Y1:20")));
        assert_eq!(parse_span("00:01.000-->00:02.000"), Some((1_000, 2_000, "")));
        assert_eq!(parse_span("00:00:01,000 -> 00:00:02,000"), None);
    }
}
