//! What can be sold: categories, products with their variants, modifiers and combos, where and when
//! they are sold, for which price and with which taxes, and what a branch offers of them.

pub mod availability;
pub mod category;
pub mod channel;
pub mod channels;
pub mod combo;
pub mod diet;
pub mod modifier_group;
pub mod offer;
pub mod price_list;
pub mod price_list_index;
pub mod product;
pub mod station;
pub mod tax_profile;

pub use availability::Availability;
pub use category::Category;
pub use channel::Channel;
pub use channels::Channels;
pub use modifier_group::ModifierGroup;
pub use price_list::PriceList;
pub use price_list_index::PriceListIndex;
pub use product::Product;
pub use station::Station;
pub use tax_profile::TaxProfile;
