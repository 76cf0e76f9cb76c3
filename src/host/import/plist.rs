//! Apple's property lists as XML, one value at a time.

use std::io::BufRead;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::error::ImportError;
use super::xml::{Step, Xml};
use crate::types::UnixMs;

/// What is not a container.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    Text(String),
    Integer(i64),
    Flag(bool),
    Date(UnixMs),
    Data(Vec<u8>),
    /// A container, passed over, or a value that does not read.
    Other,
}

impl Scalar {
    pub(super) fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn count(&self) -> Option<u32> {
        self.integer().and_then(|number| u32::try_from(number).ok())
    }

    pub(super) fn date(&self) -> Option<UnixMs> {
        match self {
            Self::Date(at) => Some(*at),
            _ => None,
        }
    }

    pub(super) fn is_true(&self) -> bool {
        *self == Self::Flag(true)
    }
}

pub(super) struct Plist<'a> {
    xml: Xml<'a>,
}

impl<'a> Plist<'a> {
    /// At the list's outermost value.
    pub(super) fn new(input: impl BufRead + 'a) -> Result<Self, ImportError> {
        let mut xml = Xml::new(input)?;
        match xml.step()? {
            Step::Open if xml.name() == "plist" => Ok(Self { xml }),
            _ => Err(ImportError::UnknownKind),
        }
    }

    /// Enters the dictionary that comes next; another value is passed over, and told by `false`.
    pub(super) fn enter_dict(&mut self) -> Result<bool, ImportError> {
        self.enter("dict")
    }

    fn enter(&mut self, container: &str) -> Result<bool, ImportError> {
        match self.xml.step()? {
            Step::Open if self.xml.name() == container => Ok(true),
            Step::Open => self.xml.skip().map(|()| false),
            Step::Close | Step::Done => Err(self.xml.damaged()),
        }
    }

    /// Within a dictionary: its next key, or `None` at its end.
    pub(super) fn key(&mut self) -> Result<Option<String>, ImportError> {
        match self.xml.step()? {
            Step::Open if self.xml.name() == "key" => self.xml.leaf().map(Some),
            Step::Close => Ok(None),
            Step::Open | Step::Done => Err(self.xml.damaged()),
        }
    }

    /// After a key: its value.
    pub(super) fn scalar(&mut self) -> Result<Scalar, ImportError> {
        if self.xml.step()? != Step::Open {
            return Err(self.xml.damaged());
        }
        let kind = self.xml.name().to_owned();
        if matches!(kind.as_str(), "dict" | "array") {
            self.xml.skip()?;
            return Ok(Scalar::Other);
        }
        let text = self.xml.leaf()?;
        let read = match kind.as_str() {
            "string" => Some(Scalar::Text(text)),
            "integer" => text.trim().parse().ok().map(Scalar::Integer),
            "true" => Some(Scalar::Flag(true)),
            "false" => Some(Scalar::Flag(false)),
            "date" => date(&text).map(Scalar::Date),
            "data" => data(&text).map(Scalar::Data),
            _ => None,
        };
        Ok(read.unwrap_or(Scalar::Other))
    }

    /// After a key: an array of dictionaries, each read by `read` after it was entered. `read` reads it to its end.
    pub(super) fn dicts(&mut self, mut read: impl FnMut(&mut Self) -> Result<(), ImportError>) -> Result<(), ImportError> {
        if !self.enter("array")? {
            return Ok(());
        }
        loop {
            match self.xml.step()? {
                Step::Open if self.xml.name() == "dict" => read(self)?,
                Step::Open => self.xml.skip()?,
                Step::Close => return Ok(()),
                Step::Done => return Err(self.xml.damaged()),
            }
        }
    }

    /// After the outermost value: whether the document ends as it should.
    pub(super) fn finish(&mut self) -> Result<(), ImportError> {
        self.xml.skip()?;
        match self.xml.step()? {
            Step::Done => Ok(()),
            _ => Err(self.xml.damaged()),
        }
    }
}

fn date(text: &str) -> Option<UnixMs> {
    let at = OffsetDateTime::parse(text.trim(), &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok().map(UnixMs)
}

fn data(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_every_kind_are_read() {
        let text = "<plist version=\"1.0\"><dict><key>a</key><string>x &amp; y</string><key>b</key><integer>-5</integer><key>c</key><true/>
            <key>d</key><date>2009-02-13T23:31:30Z</date><key>e</key><data>\n\tAQ\n\tI=\n</data><key>f</key><array><dict/></array>
            <key>g</key><integer>many</integer></dict></plist>";
        let mut plist = Plist::new(text.as_bytes()).expect("a list");
        assert!(plist.enter_dict().expect("read"));
        let mut found = Vec::new();
        while let Some(key) = plist.key().expect("read") {
            found.push((key, plist.scalar().expect("read")));
        }
        plist.finish().expect("whole");
        let expected = [
            Scalar::Text("x & y".to_owned()),
            Scalar::Integer(-5),
            Scalar::Flag(true),
            Scalar::Date(UnixMs(1_234_567_890_000)),
            Scalar::Data(vec![1, 2]),
            Scalar::Other,
            Scalar::Other,
        ];
        assert_eq!(found.into_iter().map(|(_, value)| value).collect::<Vec<_>>(), expected);
    }
}
