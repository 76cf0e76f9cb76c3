//! Reads the paths that a Rust source names, `use` trees unfolded, without comments, literals and `#[cfg(test)]` items.

/// A path as written, `["crate", "store", "Hosts"]`, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPath {
    pub segments: Vec<String>,
    pub line: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    Ident(String),
    PathSep,
    Other(char),
}

pub type Tokens = Vec<(Token, usize)>;

/// Tokens of `source` with the line each stands on, as far as this test needs them.
pub fn tokens(source: &str) -> Tokens {
    let chars: Vec<char> = source.chars().collect();
    let mut out = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let end = match chars[at] {
            c if c.is_alphanumeric() || c == '_' => word(&chars, at),
            '/' if chars.get(at + 1) == Some(&'/') => until(&chars, at, |rest| rest[0] == '\n'),
            '/' if chars.get(at + 1) == Some(&'*') => block_comment(&chars, at),
            '"' => quoted(&chars, at),
            '\'' => char_or_lifetime(&chars, at),
            ':' if chars.get(at + 1) == Some(&':') => at + 2,
            _ => at + 1,
        };
        match chars[at] {
            c if c.is_alphanumeric() || c == '_' => {
                let text: String = chars[at..end].iter().collect();
                if let Some(raw_end) = raw_string(&chars, end, &text) {
                    line += newlines(&chars[at..raw_end]);
                    at = raw_end;
                    continue;
                }
                out.push((Token::Ident(text), line));
            }
            ':' if end == at + 2 => out.push((Token::PathSep, line)),
            '/' if end > at + 1 => {}
            '"' | '\'' => {}
            c if c.is_whitespace() => {}
            c => out.push((Token::Other(c), line)),
        }
        line += newlines(&chars[at..end]);
        at = end;
    }
    out
}

/// Drops every item that stands under `#[cfg(test)]`: tests may touch files, clocks and neighbours.
pub fn without_tests(tokens: &Tokens) -> Tokens {
    let marker = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut out = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let marked = marker.iter().enumerate().all(|(i, text)| tokens.get(at + i).is_some_and(|(token, _)| is(token, text)));
        if marked {
            at = item_end(tokens, at + marker.len());
        } else {
            out.push(tokens[at].clone());
            at += 1;
        }
    }
    out
}

/// Every path of two segments or more, and the single names after `use` and `extern crate`.
pub fn paths(tokens: &Tokens) -> Vec<NamedPath> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let after_sep = at > 0 && tokens[at - 1].0 == Token::PathSep;
        let imported = at > 0 && (is(&tokens[at - 1].0, "use") || is(&tokens[at - 1].0, "crate"));
        if matches!(tokens[at].0, Token::Ident(_)) && !after_sep {
            let mut found = Vec::new();
            let end = path(tokens, at, &[], &mut found);
            out.extend(found.into_iter().filter(|path| path.segments.len() > 1 || imported));
            at = end.max(at + 1);
        } else {
            at += 1;
        }
    }
    out
}

/// Names of the macros that are called.
pub fn macros(tokens: &Tokens) -> Vec<(String, usize)> {
    let calls = tokens.windows(2).filter(|pair| is(&pair[1].0, "!"));
    calls.filter_map(|pair| if let (Token::Ident(name), line) = &pair[0] { Some((name.clone(), *line)) } else { None }).collect()
}

/// Reads one path or use tree from `at`, each leaf into `found` behind `prefix`; gives the place after it.
fn path(tokens: &Tokens, mut at: usize, prefix: &[String], found: &mut Vec<NamedPath>) -> usize {
    let mut segments = prefix.to_vec();
    let line = tokens[at].1;
    let mut continues = true;
    while let Some((Token::Ident(name), _)) = tokens.get(at).filter(|_| continues) {
        segments.push(name.clone());
        continues = tokens.get(at + 1).is_some_and(|(token, _)| *token == Token::PathSep);
        at += if continues { 2 } else { 1 };
    }
    if continues && tokens.get(at).is_some_and(|(token, _)| is(token, "{")) {
        at += 1;
        while at < tokens.len() && !is(&tokens[at].0, "}") {
            at = match tokens[at].0 {
                Token::Ident(_) => path(tokens, at, &segments, found),
                _ => at + 1,
            };
        }
        at += 1;
    }
    found.push(NamedPath { segments, line });
    at
}

fn item_end(tokens: &Tokens, mut at: usize) -> usize {
    let mut depth = 0usize;
    while let Some((token, _)) = tokens.get(at) {
        at += 1;
        match token {
            Token::Other('{') => depth += 1,
            Token::Other('}') if depth <= 1 => break,
            Token::Other('}') => depth -= 1,
            Token::Other(';') if depth == 0 => break,
            _ => {}
        }
    }
    at
}

fn is(token: &Token, text: &str) -> bool {
    match token {
        Token::Ident(name) => name == text,
        Token::Other(c) => text.chars().eq([*c]),
        Token::PathSep => text == "::",
    }
}

fn newlines(chars: &[char]) -> usize {
    chars.iter().filter(|c| **c == '\n').count()
}

fn until(chars: &[char], from: usize, stop: impl Fn(&[char]) -> bool) -> usize {
    (from..chars.len()).find(|at| stop(&chars[*at..])).unwrap_or(chars.len())
}

fn word(chars: &[char], from: usize) -> usize {
    until(chars, from, |rest| !(rest[0].is_alphanumeric() || rest[0] == '_'))
}

fn block_comment(chars: &[char], from: usize) -> usize {
    let mut depth = 0;
    let mut at = from;
    while at < chars.len() {
        match chars[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted(chars: &[char], from: usize) -> usize {
    let mut at = from + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// `r"…"`, `r#"…"#`, `br#"…"#`: the end of the literal when `prefix` opens one.
fn raw_string(chars: &[char], after_prefix: usize, prefix: &str) -> Option<usize> {
    if !matches!(prefix, "r" | "br" | "cr") {
        return None;
    }
    let open = until(chars, after_prefix, |rest| rest[0] != '#');
    let hashes = open - after_prefix;
    if chars.get(open) != Some(&'"') {
        return None;
    }
    let close = |rest: &[char]| rest[0] == '"' && rest.len() > hashes && rest[1..=hashes].iter().all(|c| *c == '#');
    Some((until(chars, open + 1, close) + 1 + hashes).min(chars.len()))
}

fn char_or_lifetime(chars: &[char], from: usize) -> usize {
    match chars[from + 1..] {
        ['\\', ..] => until(chars, from + 3, |rest| rest[0] == '\'') + 1,
        [_, '\'', ..] => from + 3,
        _ => from + 1,
    }
    .min(chars.len())
}
