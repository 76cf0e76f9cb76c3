//! The catalogue of SQL: each statement is written once, by name, and both engines run it as it stands.

use std::borrow::Cow;

/// One statement in the SQL that SQLite and PostgreSQL share. Parameters are `$1`, `$2`, …: the first of the values given
/// with it is `$1`, wherever that stands in the text, and each number may stand more than once.
#[derive(Debug)]
pub struct Statement {
    /// For logs and errors: its text is too long for those.
    pub(super) name: &'static str,
    pub(super) sql: Cow<'static, str>,
}

impl Statement {
    pub const fn new(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql: Cow::Borrowed(sql) }
    }
}

/// Writes statements down: each becomes a `static` of its name, and all of them this file's `CATALOGUE`, which the tests run
/// through on both engines.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $(
            $(#[$doc])*
            static $name: $crate::store::statement::Statement = $crate::store::statement::Statement::new(stringify!($name), $sql);
        )+
        #[cfg(test)]
        pub(in crate::store) static CATALOGUE: &[&$crate::store::statement::Statement] = &[$(&$name),+];
    };
}
pub(super) use statements;
