//! The password of the server's user, from its file.

use std::fs;
use std::path::Path;

use tokio_postgres::error::SqlState;

/// What is in `file` without the end of its line. An error says what is wrong with the file, and nothing of what is in it.
pub fn read(file: &Path) -> Result<String, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(format!("{}: there is no password in it", file.display()));
    }
    if password.contains(['\r', '\n']) {
        return Err(format!("{}: it has more than one line, and the password must be the only one", file.display()));
    }
    Ok(password.to_owned())
}

/// What may be the matter when the server refuses a password. Blanks may belong to it, so they are never taken away.
pub fn hint(code: &SqlState, password: Option<&[u8]>) -> &'static str {
    let is_blank = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
    let has_blanks = password.is_some_and(|password| is_blank(password.first()) || is_blank(password.last()));
    if *code == SqlState::INVALID_PASSWORD && has_blanks {
        ": the password in the file begins or ends with blanks: remove them unless they belong to it"
    } else {
        ""
    }
}
