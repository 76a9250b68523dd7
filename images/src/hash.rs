//! What images are addressed by.

use domain::shared::TenantId;
use sha2::{Digest, Sha256};

use crate::ImageHash;

/// The release of the rendering. Another one gives every image that is uploaded from then on another
/// address, because clients keep what is at an address for ever.
const RENDERING: &[u8] = b"fastops image 1\0";

/// The hash of what a company uploads.
///
/// It covers the company, so that no company learns from an address what another one has, and what one
/// replaces is not another's.
pub(crate) fn hash(tenant: TenantId, uploaded: &[u8]) -> ImageHash {
    let mut hasher = Sha256::new();
    hasher.update(RENDERING);
    hasher.update(tenant.uuid());
    hasher.update(uploaded);
    let digest: [u8; 32] = hasher.finalize().into();
    let (half, _) = digest.split_at(16);
    ImageHash::new(half.try_into().expect("a half has sixteen bytes"))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_same_upload_has_one_address_in_a_company_and_another_one_in_another() {
        let [one, other] = [1, 2].map(|n| TenantId::from_uuid(Uuid::from_u128(n)));
        assert_eq!(hash(one, b"arepa"), hash(one, b"arepa"));
        assert_ne!(hash(one, b"arepa"), hash(other, b"arepa"));
        assert_ne!(hash(one, b"arepa"), hash(one, b"arepas"));
    }
}
