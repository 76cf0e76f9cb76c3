//! Advanced SubStation Alpha and its forebear (.ass, .ssa): the words, bold, italic, underlined, and about where they stand. Karaoke, drawings
//! and movement are left out.

mod overrides;
mod script;

pub use overrides::Overrides;
pub use script::Script;

use super::cues::Cues;

/// Adds a file's cues.
pub fn read(file: &str, cues: &mut Cues) {
    let mut script = Script::default();
    for line in file.lines() {
        if cues.is_full() {
            return;
        }
        if let Some(event) = script.line(line) {
            script.show(&event, cues);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "[Script Info]\r\nPlayResX: 640\r\nPlayResY: 360\r\n\r\n[V4+ Styles]\r\n\
        Format: Name, Fontname, Fontsize, Bold, Italic, Underline, Alignment\r\n\
        Style: Default,Arial,20,0,0,0,2\r\nStyle: Top,Arial,20,-1,0,0,8\r\n\r\n[Fonts]\r\nfontname: x\r\n\r\n[Events]\r\n\
        Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\r\n";

    fn vtt(events: &str) -> String {
        let mut cues = Cues::default();
        read(&format!("{SCRIPT}{events}"), &mut cues);
        cues.write()
    }

    #[test]
    fn words_styles_and_places_are_kept() {
        let events = "Comment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,not shown\r\n\
            Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,One, {\\i1}two{\\i0}\\Nthree\\hfour {a note}\r\n\
            Dialogue: 0,0:00:03.00,0:00:04.00,Top,,0,0,0,,Sign{\\b0} plain{\\r}!\r\n\
            Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\\an7\\pos(64,36)\\fad(100,100)}corner\r\n\
            Dialogue: 0,0:00:07.00,0:00:08.00,Default,,0,0,0,,{\\p1}m 0 0 l 10 10{\\p0}{\\k20}ka{\\kf30}ra\r\n\
            Dialogue: broken\r\n";
        let expected = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nOne, <i>two</i>\nthree\u{a0}four\n\n\
            00:00:03.000 --> 00:00:04.000 line:5%\n<b>Sign </b>plain<b>!</b>\n\n\
            00:00:05.000 --> 00:00:06.000 line:10% position:10% align:start\ncorner\n\n\
            00:00:07.000 --> 00:00:08.000\nkara\n";
        assert_eq!(vtt(events), expected);
    }

    #[test]
    fn a_block_of_matroskas_is_read_by_the_header_of_its_track() {
        let script = Script::header(SCRIPT);
        let mut cues = Cues::default();
        script.block(1_000, 2_000, "7,0,Top,,0,0,0,,Hello, {\\i1}you", &mut cues);
        script.block(3_000, 4_000, "8,0,Top", &mut cues);
        assert_eq!(cues.write(), "WEBVTT\n\n00:00:01.000 --> 00:00:02.000 line:5%\n<b>Hello, </b><b><i>you</i></b>\n");
    }
}
