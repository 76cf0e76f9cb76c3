//! Shows a pairing code, to programs and to people.

use std::io::{IsTerminal, Write, stdout};

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

/// Longest text of the server that is shown, characters.
const CHARS_MAX: usize = 500;

/// One line `pair URL CODE` for whoever reads our output; on a terminal also a sentence and a QR code.
pub(super) fn show(url: &str, code: &str) {
    let (url, code) = (printable(url), printable(code));
    let mut text = format!("pair {url} {code}\n");
    if stdout().is_terminal() {
        text.push_str(&for_people(&url, &code));
    }
    let mut out = stdout().lock();
    // A reader that went away needs no code.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn for_people(url: &str, code: &str) -> String {
    let qr = QrCode::new(url).map(|qr| qr.render::<Dense1x2>().quiet_zone(true).build()).unwrap_or_default();
    format!("\n{qr}\n\nTo add this host to your account, open the link above or scan the square, and compare the code {code}.\n")
}

/// What came over the network must not steer the terminal, nor break the line.
pub(super) fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_see_a_square_and_the_code() {
        let text = for_people("https://iroam.example/activate?user_code=BCDF-GHJK", "BCDF-GHJK");
        assert!(text.contains('█') && text.contains("BCDF-GHJK"));
    }

    #[test]
    fn a_server_cannot_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\nc"), "a[2Jbc");
    }
}
