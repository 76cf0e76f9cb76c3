//! XML from strangers, one tag at a time: nothing is expanded or fetched, and depth and lengths are bounded.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use encoding_rs::{Encoding, UTF_8};
use quick_xml::Reader;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};

use super::error::{ImportError, TooMuch};
use super::text::unmarked;

/// Elements within elements: a property list of a library has 8.
const DEPTH_MAX: usize = 32;
/// Attributes of one element: a playlist of Rhythmbox has a dozen.
const ATTRIBUTES_MAX: usize = 64;
/// Bytes of one tag, comment or run of text. The rules of a smart playlist are the longest there is.
const PIECE_BYTES_MAX: usize = 2 * 1024 * 1024;

/// What was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// An element begins: [`Xml::name`], [`Xml::attribute`].
    Open,
    /// It ends; [`Xml::text`] is what stood between this tag and the one before.
    Close,
    /// The document's end.
    Done,
}

pub(super) struct Xml<'a> {
    reader: Reader<Metered<'a>>,
    allowed: Rc<Cell<usize>>,
    encoding: &'static Encoding,
    buffer: Vec<u8>,
    name: String,
    text: String,
    attributes: Vec<(String, String)>,
    depth: usize,
    closes: bool,
}

impl<'a> Xml<'a> {
    pub(super) fn new(input: impl BufRead + 'a) -> Result<Self, ImportError> {
        let allowed = Rc::new(Cell::new(PIECE_BYTES_MAX));
        let reader = Reader::from_reader(Metered { input: unmarked(input)?, allowed: allowed.clone() });
        let (buffer, name, text, attributes) = Default::default();
        Ok(Self { reader, allowed, encoding: UTF_8, buffer, name, text, attributes, depth: 0, closes: false })
    }

    /// Of the element that was opened last, without a namespace's prefix.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn take_text(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Goes on to the next tag.
    pub(super) fn step(&mut self) -> Result<Step, ImportError> {
        self.text.clear();
        if std::mem::take(&mut self.closes) {
            self.depth -= 1;
            return Ok(Step::Close);
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        let step = loop {
            buffer.clear();
            self.allowed.set(PIECE_BYTES_MAX);
            let event = self.reader.read_event_into(&mut buffer);
            match self.take(event)? {
                Some(step) => break step,
                None if self.text.len() > PIECE_BYTES_MAX => return Err(ImportError::TooMuch("an endless text")),
                None => {}
            }
        };
        self.buffer = buffer;
        Ok(step)
    }

    fn take(&mut self, event: Result<Event<'_>, quick_xml::Error>) -> Result<Option<Step>, ImportError> {
        match event {
            Ok(Event::Start(tag)) => self.open(&tag).map(Some),
            Ok(Event::Empty(tag)) => {
                self.closes = true;
                self.open(&tag).map(Some)
            }
            // The parser checks that it closes what is open.
            Ok(Event::End(_)) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(Some(Step::Close))
            }
            Ok(Event::Text(text)) => {
                self.text.push_str(&self.encoding.decode_without_bom_handling(&text).0);
                Ok(None)
            }
            Ok(Event::CData(text)) => {
                self.text.push_str(&self.encoding.decode_without_bom_handling(&text).0);
                Ok(None)
            }
            Ok(Event::GeneralRef(reference)) => {
                self.text.push(character(&reference)?);
                Ok(None)
            }
            // An internal subset is where entities are defined; an external one is never fetched.
            Ok(Event::DocType(kind)) if kind.contains(&b'[') => Err(ImportError::Entities),
            Ok(Event::Decl(declaration)) => {
                self.encoding = declared(&declaration);
                Ok(None)
            }
            Ok(Event::DocType(_) | Event::Comment(_) | Event::PI(_)) => Ok(None),
            Ok(Event::Eof) if self.depth == 0 => Ok(Some(Step::Done)),
            Ok(Event::Eof) => Err(self.damaged()),
            Err(quick_xml::Error::Io(error)) => Err(unshared(&error).into()),
            Err(_) => Err(self.damaged()),
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<Step, ImportError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(ImportError::TooMuch("elements nested without end"));
        }
        self.name.clear();
        self.name.push_str(&String::from_utf8_lossy(tag.local_name().as_ref()));
        self.attributes.clear();
        // Whether a name comes twice is not asked: it would compare each with all before it, and the first one counts.
        for attribute in tag.attributes().with_checks(false) {
            if self.attributes.len() == ATTRIBUTES_MAX {
                return Err(ImportError::TooMuch("an element of countless attributes"));
            }
            let Ok(attribute) = attribute else { return Err(self.damaged()) };
            let value = self.encoding.decode_without_bom_handling(&attribute.value).0;
            // Escapes that are not XML's own are a definition's, and there is none.
            let value = quick_xml::escape::unescape(&value).map_err(|_| ImportError::Entities)?;
            self.attributes.push((String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned(), value.into_owned()));
        }
        Ok(Step::Open)
    }

    /// After an element was opened: its text, to its end. Elements within it are passed over.
    pub(super) fn leaf(&mut self) -> Result<String, ImportError> {
        match self.step()? {
            Step::Close => Ok(self.take_text()),
            Step::Open => {
                self.skip()?;
                self.skip()?;
                Ok(String::new())
            }
            Step::Done => Err(self.damaged()),
        }
    }

    /// Passes over the rest of the element that is open.
    pub(super) fn skip(&mut self) -> Result<(), ImportError> {
        let mut open = 1_usize;
        while open > 0 {
            match self.step()? {
                Step::Open => open += 1,
                Step::Close => open -= 1,
                Step::Done => return Err(self.damaged()),
            }
        }
        Ok(())
    }

    pub(super) fn damaged(&self) -> ImportError {
        ImportError::Damaged { at: self.reader.buffer_position() }
    }
}

fn declared(declaration: &BytesDecl<'_>) -> &'static Encoding {
    let label = declaration.encoding().and_then(Result::ok);
    // Bytes of a UTF-16 document have become UTF-8 before they come here.
    let named = label.and_then(|label| Encoding::for_label(&label)).filter(|encoding| encoding.is_ascii_compatible());
    named.unwrap_or(UTF_8)
}

/// `&amp;`, `&#246;`. A number that is no character is one that cannot be shown.
fn character(reference: &BytesRef<'_>) -> Result<char, ImportError> {
    if reference.is_char_ref() {
        return Ok(reference.resolve_char_ref().ok().flatten().unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    match &**reference {
        b"amp" => Ok('&'),
        b"lt" => Ok('<'),
        b"gt" => Ok('>'),
        b"quot" => Ok('"'),
        b"apos" => Ok('\''),
        _ => Err(ImportError::Entities),
    }
}

/// The parser shares its errors; what they say stays.
fn unshared(error: &io::Error) -> io::Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<TooMuch>()) {
        Some(TooMuch(what)) => io::Error::other(TooMuch(what)),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

/// Gives no more bytes than are allowed until the allowance is renewed: the parser collects a piece before it hands it on.
struct Metered<'a> {
    input: Box<dyn BufRead + 'a>,
    allowed: Rc<Cell<usize>>,
}

impl Read for Metered<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(out)?;
        self.consume_allowance(read);
        Ok(read)
    }
}

impl Metered<'_> {
    fn consume_allowance(&self, bytes: usize) {
        self.allowed.set(self.allowed.get().saturating_sub(bytes));
    }
}

impl BufRead for Metered<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.allowed.get() == 0 {
            return Err(io::Error::other(TooMuch("an endless text")));
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.consume_allowance(bytes);
        self.input.consume(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names and texts, or why not.
    fn read(input: impl BufRead) -> Result<Vec<String>, ImportError> {
        let mut xml = Xml::new(input)?;
        let mut out = Vec::new();
        loop {
            match xml.step()? {
                Step::Open => out.push(xml.name().to_owned()),
                Step::Close => out.push(format!("={}", xml.text())),
                Step::Done => return Ok(out),
            }
        }
    }

    #[test]
    fn tags_and_texts_come_in_order() {
        let text = "<?xml version=\"1.0\"?><!DOCTYPE a PUBLIC \"-//X\" \"http://x/y.dtd\"><a><b>1 &lt; &#x32;<![CDATA[ <&]]><!-- no --></b><x:c/></a>";
        assert_eq!(read(text.as_bytes()).expect("read"), ["a", "b", "=1 < 2 <&", "c", "=", "="]);
        assert_eq!(read(&b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>Bj\xf6rk</a>"[..]).expect("read"), ["a", "=Björk"]);
        assert_eq!(read(&b"<a>\xff\xfe&#0;</a>"[..]).expect("read"), ["a", "=\u{fffd}\u{fffd}\u{fffd}"]);
    }

    #[test]
    fn a_billion_laughs_are_not_laughed() {
        let bomb = "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;\">]><lolz>&lol2;</lolz>";
        assert!(matches!(read(bomb.as_bytes()), Err(ImportError::Entities)));
        assert!(matches!(read(&b"<a>&xxe;</a>"[..]), Err(ImportError::Entities)));
        assert!(matches!(read(&b"<a b='&xxe;'/>"[..]), Err(ImportError::Entities)));
    }

    #[test]
    fn what_is_cut_or_broken_is_told() {
        for text in ["<a><b>", "<a></b>", "<a", "<a b", "</a>", "<a>&", "<!DOCTYPE", "<!--", "<a>&#", "<![CDATA["] {
            assert!(matches!(read(text.as_bytes()), Err(ImportError::Damaged { .. })), "{text}");
        }
    }

    #[test]
    fn nesting_and_length_are_bounded_before_memory_is() {
        let nested = Endless { bytes: b"<array>".iter().copied().cycle() };
        assert!(matches!(read(io::BufReader::new(nested)), Err(ImportError::TooMuch(_))));
        let long = Endless { bytes: b"<a>".iter().copied().chain(std::iter::repeat(b'x')) };
        assert!(matches!(read(io::BufReader::new(long)), Err(ImportError::TooMuch(_))));
        let comment = Endless { bytes: b"<!--".iter().copied().chain(std::iter::repeat(b'x')) };
        assert!(matches!(read(io::BufReader::new(comment)), Err(ImportError::TooMuch(_))));
        let references = Endless { bytes: b"<a>".iter().copied().chain(b"&lt;".iter().copied().cycle()) };
        assert!(matches!(read(io::BufReader::new(references)), Err(ImportError::TooMuch(_))));
    }

    #[test]
    fn attributes_are_few() {
        let tag = |count: usize| format!("<a {}/>", (0..count).map(|n| format!("b{n}='' ")).collect::<String>());
        assert_eq!(read(tag(ATTRIBUTES_MAX).as_bytes()).expect("read"), ["a", "="]);
        assert!(matches!(read(tag(ATTRIBUTES_MAX + 1).as_bytes()), Err(ImportError::TooMuch(_))));
        // Many such tags, as large as can be, are refused at the first.
        assert!(matches!(read(tag(200_000).as_bytes()), Err(ImportError::TooMuch(_))));
    }

    struct Endless<I> {
        bytes: I,
    }

    impl<I: Iterator<Item = u8>> Read for Endless<I> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let mut count = 0;
            for (slot, byte) in out.iter_mut().zip(&mut self.bytes) {
                *slot = byte;
                count += 1;
            }
            Ok(count)
        }
    }
}
