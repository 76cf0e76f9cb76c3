//! Money: integer micro-units of one ISO 4217 currency, checked, never a float.

use serde::{Deserialize, Serialize};

/// An ISO 4217 alphabetic code, e.g. `EUR`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// An amount in millionths of a currency's main unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub micros: i64,
    pub currency: Currency,
}

/// Why an amount could not be made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("a currency is three capital letters (ISO 4217)")]
    BadCurrency,
    #[error("amounts of different currencies do not mix")]
    MixedCurrencies,
    #[error("the amount is out of range")]
    OutOfRange,
}

impl Currency {
    pub const EUR: Self = Self(*b"EUR");

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("checked to be ASCII letters when made")
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(text: String) -> Result<Self, MoneyError> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            _ => Err(MoneyError::BadCurrency),
        }
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl Money {
    pub fn zero(currency: Currency) -> Self {
        Self { micros: 0, currency }
    }

    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::MixedCurrencies);
        }
        let micros = self.micros.checked_add(other.micros).ok_or(MoneyError::OutOfRange)?;
        Ok(Self { micros, ..self })
    }

    /// This amount `count` times, exact: multiplication needs no rounding.
    pub fn checked_times(self, count: u32) -> Result<Self, MoneyError> {
        let wide = i128::from(self.micros) * i128::from(count);
        let micros = i64::try_from(wide).map_err(|_| MoneyError::OutOfRange)?;
        Ok(Self { micros, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_to_mix_currencies() {
        let pounds = Money::zero(Currency(*b"GBP"));
        assert_eq!(Money::zero(Currency::EUR).checked_add(pounds), Err(MoneyError::MixedCurrencies));
    }

    proptest! {
        #[test]
        fn times_is_repeated_addition_or_out_of_range(micros in any::<i64>(), count in 0u32..50) {
            let one = Money { micros, currency: Currency::EUR };
            let by_adding = (0..count).try_fold(Money::zero(Currency::EUR), |sum, _| sum.checked_add(one));
            prop_assert_eq!(one.checked_times(count).ok(), by_adding.ok());
        }
    }
}
