//! How much may be in a body: bytes by operation, and what JSON may be made of.

use poem::Request;

/// The largest body of any operation, in bytes.
pub const BODY_BYTES_MAX: usize = 2 << 20;

/// The bytes of a body unless an operation needs more: several times what the longest names and lists
/// that its document allows take.
const USUAL: usize = 64 << 10;

/// The bytes of a body under `/v1/auth`, which clients may send without a token: several times an address, a password
/// and two tokens.
const SIGN_IN: usize = 8 << 10;

/// Operations whose bodies may be larger, by their ids. A client that sends ten thousand lines of an order
/// gets the error that these are too many lines. A recipe has up to 50 portions of 50 ingredients, a price
/// list up to 5,000 prices, a tax profile up to 2,000 rules.
const LARGER: [(&str, usize); 7] = [
    ("placeOrder", BODY_BYTES_MAX),
    ("priceOrder", BODY_BYTES_MAX),
    ("publishRecipe", 512 << 10),
    ("draftPriceList", BODY_BYTES_MAX),
    ("revisePriceList", BODY_BYTES_MAX),
    ("addTaxProfile", BODY_BYTES_MAX),
    ("publishTaxProfile", BODY_BYTES_MAX),
];

/// Members of one object: several times what any object of the document has.
pub(super) const MEMBERS_MAX: usize = 256;

/// Values in a body, containers included: ten thousand lines of an order, with all of their fields.
pub(super) const VALUES_MAX: usize = 100_000;

/// Containers in each other: several times what any body of the document has.
pub(super) const DEPTH_MAX: usize = 32;

/// The bytes of an operation's body, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BytesMax(usize);

impl BytesMax {
    /// The limit of the operation with this address and id.
    pub(crate) fn of(template: &str, operation_id: &str) -> Self {
        let larger = LARGER.iter().find(|(id, _)| *id == operation_id);
        let usual = if template.starts_with("/v1/auth/") { SIGN_IN } else { USUAL };
        Self(larger.map_or(usual, |(_, bytes)| *bytes))
    }

    /// The limit of the operation of a request, which [`Guard`](crate::guard::Guard) has stored in it.
    pub(crate) fn at(request: &Request) -> Self {
        request.data().copied().unwrap_or_default()
    }

    /// In bytes.
    pub(crate) const fn get(self) -> usize {
        self.0
    }
}

impl Default for BytesMax {
    fn default() -> Self {
        Self(USUAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s37_unauthenticated_bodies_are_small_and_few_operations_take_large_ones() {
        let bytes = |template, id| BytesMax::of(template, id).get();
        assert_eq!(bytes("/v1/auth/login", "login"), 8 << 10);
        assert_eq!(bytes("/v1/categories", "addCategory"), 64 << 10);
        assert_eq!(bytes("/v1/orders", "placeOrder"), BODY_BYTES_MAX);
        assert_eq!(bytes("/v1/orders/{order_id}/cancel", "cancelOrder"), 64 << 10);
    }
}
