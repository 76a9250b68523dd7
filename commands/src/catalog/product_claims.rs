//! What is unique of a product: its name, and the codes of its variants.

use domain::catalog::product::{Barcode, Details, Request, Sku};
use domain::claim::{ClaimId, Named};
use domain::shared::Name;

use super::ProductRefusal;

/// A claim of a product, and the refusal where another one has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) claim: ClaimId,
    pub(super) taken: ProductRefusal,
}

/// The claims of a product as it is.
pub(super) fn of_details(details: &Details) -> Vec<Key> {
    let codes = details.variants.iter().map(|it| (it.sku.as_ref(), it.barcode.as_ref()));
    of(&details.name, codes)
}

/// The claims of a product as it is wanted.
pub(super) fn of_request(request: &Request) -> Vec<Key> {
    let codes = request.variants.iter().map(|it| (it.sku.as_ref(), it.barcode.as_ref()));
    of(&request.name, codes)
}

/// Whether two products have different claims. What the claims are refused with does not count.
pub(super) fn differ(one: &[Key], other: &[Key]) -> bool {
    let claims = |keys: &[Key]| {
        let mut claims: Vec<String> = keys.iter().map(|key| key.claim.to_string()).collect();
        claims.sort_unstable();
        claims
    };
    claims(one) != claims(other)
}

fn of<'a>(
    name: &Name,
    codes: impl Iterator<Item = (Option<&'a Sku>, Option<&'a Barcode>)>,
) -> Vec<Key> {
    let of_name = ClaimId::all_of_name(Named::Product, name);
    let of_name = of_name.into_iter().map(|claim| Key { claim, taken: ProductRefusal::NameTaken });
    let of_codes = codes.enumerate().flat_map(|(index, (sku, barcode))| {
        let sku = sku.map(|sku| {
            let taken = ProductRefusal::SkuTaken { index };
            Key { claim: ClaimId::of_sku(sku), taken }
        });
        let barcode = barcode.map(|barcode| {
            let taken = ProductRefusal::BarcodeTaken { index };
            Key { claim: ClaimId::of_barcode(barcode), taken }
        });
        sku.into_iter().chain(barcode)
    });
    of_name.chain(of_codes).collect()
}
