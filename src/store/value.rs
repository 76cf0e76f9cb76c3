//! What is given with a statement. Three kinds are enough on both engines: 64-bit integers, text, bytes.

use std::borrow::Cow;

use crate::auth::DevicePublicKey;
use crate::auth::token::TokenHash;
use crate::types::{HostId, ItemId, PlaylistId, Secret, SessionId, TrackId, UnixMs, UserId};

/// A parameter. It has no `Debug`: password hashes and tokens pass through it.
#[derive(Clone)]
pub enum Value<'v> {
    Null,
    Int(i64),
    Text(Cow<'v, str>),
    Blob(Cow<'v, [u8]>),
}

/// What may be a parameter.
pub trait ToValue {
    fn to_value(&self) -> Value<'_>;
}

/// The parameters of a statement, `$1` first.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$($crate::store::value::ToValue::to_value(&$value)),*]
    };
}
pub(super) use params;

impl ToValue for i64 {
    fn to_value(&self) -> Value<'_> {
        Value::Int(*self)
    }
}

impl ToValue for UnixMs {
    fn to_value(&self) -> Value<'_> {
        Value::Int(self.0)
    }
}

impl ToValue for str {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}

impl ToValue for String {
    fn to_value(&self) -> Value<'_> {
        self.as_str().to_value()
    }
}

impl ToValue for Secret<String> {
    fn to_value(&self) -> Value<'_> {
        self.expose().to_value()
    }
}

impl ToValue for TokenHash {
    fn to_value(&self) -> Value<'_> {
        Value::Blob(Cow::Borrowed(&self.0))
    }
}

impl ToValue for DevicePublicKey {
    fn to_value(&self) -> Value<'_> {
        Value::Blob(Cow::Borrowed(self.as_bytes()))
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value<'_> {
        (*self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}

/// Ids are kept as text: UUIDs in their usual form sort as their bytes do, on every engine.
macro_rules! id_values {
    ($($id:ty),+) => {$(
        impl ToValue for $id {
            fn to_value(&self) -> Value<'_> {
                Value::Text(Cow::Owned(self.to_string()))
            }
        }
    )+};
}
id_values!(UserId, HostId, SessionId, PlaylistId, ItemId, TrackId);
