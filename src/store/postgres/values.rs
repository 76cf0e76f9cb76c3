//! Parameters and columns. Integers, text and bytes are all that our schema has.

use std::error::Error;
use std::fmt;

use bytes::{BufMut as _, BytesMut};
use tokio_postgres::Row as ServerRow;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::store::row::{Column, Row, Unreadable};
use crate::store::value::Value;

/// A parameter on its way to the server.
pub struct Param<'p, 'v>(pub &'p Value<'v>);

/// The client writes parameters into its log by this.
impl fmt::Debug for Param<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("_")
    }
}

impl ToSql for Param<'_, '_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self.0, kind) {
            (Value::Null, _) => return Ok(IsNull::Yes),
            (Value::Int(value), &Type::INT8) => out.put_i64(*value),
            (Value::Int(value), &Type::INT4) => out.put_i32(i32::try_from(*value)?),
            (Value::Int(value), &Type::INT2) => out.put_i16(i16::try_from(*value)?),
            (Value::Text(value), _) if is_text(kind) => out.put_slice(value.as_bytes()),
            (Value::Blob(value), &Type::BYTEA) => out.put_slice(value),
            _ => return Err(format!("a parameter does not fit {kind}").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        // What fits is known with the value only.
        true
    }

    to_sql_checked!();
}

fn is_text(kind: &Type) -> bool {
    matches!(*kind, Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN)
}

impl Row for ServerRow {
    fn column(&self, name: &str) -> Result<Column<'_>, Unreadable> {
        let Cell(column) = self.try_get(name).map_err(|error| Unreadable(super::error::words(&error)))?;
        Ok(column)
    }
}

struct Cell<'r>(Column<'r>);

impl<'r> FromSql<'r> for Cell<'r> {
    fn from_sql(kind: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(match *kind {
            Type::INT8 => Column::Int(i64::from_sql(kind, raw)?),
            Type::INT4 => Column::Int(i32::from_sql(kind, raw)?.into()),
            Type::INT2 => Column::Int(i16::from_sql(kind, raw)?.into()),
            Type::BYTEA => Column::Blob(raw),
            _ => Column::Text(<&str>::from_sql(kind, raw)?),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(Column::Null))
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT8 | Type::INT4 | Type::INT2 | Type::BYTEA) || is_text(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_not_shown() {
        let value = Value::Text("secret".into());
        assert_eq!(format!("{:?}", [Param(&value)]), "[_]");
    }
}
