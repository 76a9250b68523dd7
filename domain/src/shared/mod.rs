//! Values that all contexts share.

pub mod address;
pub mod business_calendar;
pub mod business_day;
pub mod code;
pub mod description;
pub mod email;
pub mod email_key;
pub mod id;
pub mod language;
pub mod money;
pub mod money_sum;
pub mod multiplier;
pub mod name;
pub mod quantity;
pub mod rate;
pub mod stock_quantity;
mod visible;

pub use address::Address;
pub use business_calendar::{BusinessCalendar, BusinessDayChange};
pub use business_day::{BusinessDay, CutOff};
pub use code::{Code, CodeError};
pub use description::{Description, DescriptionError};
pub use email_key::EmailKey;
pub use id::*;
pub use language::{LanguageTag, LanguageTagError};
pub use money::{Currency, Money, MoneyError};
pub use money_sum::MoneySum;
pub use multiplier::{Multiplier, MultiplierError};
pub use name::{Name, NameError, Slug, SlugError};
pub use quantity::Quantity;
pub use rate::{Rate, RateOutOfRange};
pub use stock_quantity::{StockQuantity, StockQuantityError};
