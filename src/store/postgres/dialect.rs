//! The migrations' SQL, written for SQLite, in PostgreSQL's words.

/// What a server makes of our types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// Text is ordered by the database's language unless told otherwise; ours is to be ordered by its bytes, as SQLite does.
    Postgres,
    /// Orders text by its bytes, and has no collation of that name. Nobody has tried iroam on it yet.
    Cockroach,
}

/// A part of a text of SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'s> {
    Word(&'s str),
    /// A comment, or something in quotes: what is in it means nothing to us.
    Opaque(&'s str),
    Other(&'s str),
}

/// A migration in the server's words. Types are written in capitals; everything else stays as it is.
pub fn of_migration(sql: &str, server: Server) -> String {
    let mut out = String::with_capacity(sql.len() + sql.len() / 4);
    for part in parts(sql) {
        match part {
            Part::Word("BLOB") => out.push_str("BYTEA"),
            Part::Word("INTEGER") => out.push_str("BIGINT"),
            Part::Word("TEXT") if server == Server::Postgres => out.push_str("TEXT COLLATE \"C\""),
            Part::Word("STRICT") if out.trim_end().ends_with(')') => out.truncate(out.trim_end().len()),
            Part::Word(text) | Part::Opaque(text) | Part::Other(text) => out.push_str(text),
        }
    }
    out
}

fn parts(sql: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        let (part, after) = first_part(rest)?;
        rest = after;
        Some(part)
    })
}

fn first_part(sql: &str) -> Option<(Part<'_>, &str)> {
    let first = sql.chars().next()?;
    let opaque = |end: usize| {
        let (text, rest) = sql.split_at(end);
        (Part::Opaque(text), rest)
    };
    Some(match first {
        '\'' | '"' => opaque(after_second(sql, first)),
        '-' if sql.starts_with("--") => opaque(sql.find('\n').unwrap_or(sql.len())),
        '/' if sql.starts_with("/*") => opaque(sql[2..].find("*/").map_or(sql.len(), |at| at + 4)),
        _ if is_of_word(first) => {
            let (text, rest) = sql.split_at(sql.find(|c| !is_of_word(c)).unwrap_or(sql.len()));
            (Part::Word(text), rest)
        }
        _ => {
            let (text, rest) = sql.split_at(first.len_utf8());
            (Part::Other(text), rest)
        }
    })
}

/// Where the quoted text ends. A quote that is written twice inside of one ends a part and begins the next, which comes to the same.
fn after_second(sql: &str, quote: char) -> usize {
    sql[1..].find(quote).map_or(sql.len(), |at| at + 2)
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn maps_types_and_nothing_else() {
        let cases = [
            ("CREATE TABLE a (b BLOB, n INTEGER NOT NULL) STRICT;", "CREATE TABLE a (b BYTEA, n BIGINT NOT NULL);"),
            ("CREATE TABLE a (t TEXT PRIMARY KEY);", "CREATE TABLE a (t TEXT COLLATE \"C\" PRIMARY KEY);"),
            ("a TEXT -- no TEXT here\n, b BLOB", "a TEXT COLLATE \"C\" -- no TEXT here\n, b BYTEA"),
            ("/* TEXT BLOB */ INTEGER", "/* TEXT BLOB */ BIGINT"),
            ("CHECK (state IN ('TEXT', 'it''s a BLOB'))", "CHECK (state IN ('TEXT', 'it''s a BLOB'))"),
            ("\"TEXT\" blob BLOBS MY_INTEGER", "\"TEXT\" blob BLOBS MY_INTEGER"),
            ("STRICT)\n STRICT;", "STRICT);"),
            ("'open TEXT", "'open TEXT"),
        ];
        for (sql, expected) in cases {
            assert_eq!(of_migration(sql, Server::Postgres), expected);
        }
        assert_eq!(of_migration("a TEXT, b BLOB", Server::Cockroach), "a TEXT, b BYTEA");
    }

    proptest! {
        /// What is quoted or commented on is data: whatever stands in it comes out as it went in.
        #[test]
        fn leaves_quotes_and_comments_alone(inside in "[^'\"*\n]{0,40}|(TEXT|BLOB|INTEGER| ){1,8}") {
            for (open, close) in [("'", "'"), ("\"", "\""), ("--", "\n"), ("/*", "*/")] {
                let quoted = format!("{open}{inside}{close}");
                let mapped = of_migration(&format!("BLOB {quoted} INTEGER"), Server::Postgres);
                prop_assert_eq!(mapped, format!("BYTEA {quoted} BIGINT"));
            }
        }

        #[test]
        fn loses_nothing_of_what_it_does_not_know(sql in "[a-z0-9 (),;'\"*/\n-]{0,200}") {
            prop_assert_eq!(of_migration(&sql, Server::Postgres), sql);
        }
    }
}
