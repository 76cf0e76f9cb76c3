//! The rules for the player's JavaScript modules.

use crate::rules::Violation;

/// The only module that loads drivers at run time.
const DYNAMIC_IMPORTER: &str = "pcd/registry.js";

/// Checks one module; `file` is its path below `assets/`, with `/`.
pub fn check_script(file: &str, source: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    let code = without_comments(source);
    for (index, line) in code.lines().enumerate() {
        let mut add = |rule, detail: String| found.push(Violation { file: file.to_owned(), line: index + 1, rule, detail });
        for target in imported(line) {
            let room = resolve(file, target);
            if file.starts_with("pcd/") && room == "player" {
                add("pcd_imports_player", target.to_owned());
            }
            if file.starts_with("player/elements/") && room == "pcd" {
                add("element_imports_pcd", target.to_owned());
            }
        }
        if file != DYNAMIC_IMPORTER && calls_import(line) {
            add("dynamic_import", format!("only {DYNAMIC_IMPORTER} may import()"));
        }
    }
    found
}

/// The module names in `from '…'` and `import '…'` of one line: a name never spans lines.
fn imported(line: &str) -> Vec<&str> {
    let words = line.match_indices("from").chain(line.match_indices("import"));
    words
        .filter_map(|(at, word)| {
            let rest = line[at + word.len()..].trim_start_matches([' ', '(']);
            let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"' | '`'))?;
            rest[1..].split(quote).next()
        })
        .collect()
}

fn calls_import(line: &str) -> bool {
    line.match_indices("import").any(|(at, word)| {
        let free = line[..at].chars().next_back().is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '.')));
        free && line[at + word.len()..].trim_start().starts_with('(')
    })
}

/// The folder right below `assets/` that `target`, written in `file`, leads to.
fn resolve(file: &str, target: &str) -> String {
    let mut parts: Vec<&str> = match target.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => file.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect(),
    };
    for part in target.split('/') {
        match part {
            "" | "." | "assets" => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.first().map(|name| (*name).to_owned()).unwrap_or_default()
}

/// Blanks `//` and `/* */` outside of strings, newlines kept. A quote ends with its line, so that a quote inside a regular
/// expression misleads for one line at most.
fn without_comments(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut chars = source.chars().peekable();
    let mut quote = None;
    while let Some(c) = chars.next() {
        match (quote, c, chars.peek()) {
            (None, '/', Some('/')) => while chars.next_if(|next| *next != '\n').is_some() {},
            (None, '/', Some('*')) => skip_block(&mut chars, &mut out),
            (None, '\'' | '"' | '`', _) => {
                quote = Some(c);
                out.push(c);
            }
            (Some(_), '\\', Some(_)) => {
                out.push(c);
                out.extend(chars.next());
            }
            (Some(open), _, _) => {
                if c == open || (c == '\n' && open != '`') {
                    quote = None;
                }
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

fn skip_block(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    let mut last = ' ';
    chars.next();
    for c in chars.by_ref() {
        if c == '\n' {
            out.push(c);
        }
        if last == '*' && c == '/' {
            break;
        }
        last = c;
    }
}
