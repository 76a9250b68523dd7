//! Which lane a tenant's events are consumed in.
//!
//! Consumers keep a checkpoint per lane, and the topic has a partition per lane: all events of a tenant
//! are in one, so that they stay in order.

use domain::shared::TenantId;
use md5::{Digest, Md5};
use uuid::Uuid;

/// How many lanes there are, from 0.
pub const LANES: u16 = 12;

/// The lane of a tenant, the same for ever: the first 28 bits of the MD5 of its id as text, modulo
/// [`LANES`].
pub fn of(tenant: TenantId) -> u16 {
    let mut text = Uuid::encode_buffer();
    let digest = Md5::digest(tenant.uuid().hyphenated().encode_lower(&mut text));
    let first = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) >> 4;
    u16::try_from(first % u32::from(LANES)).expect("it is below LANES")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checkpoints and partitions of every installation are numbered so.
    #[test]
    fn a_tenant_stays_in_its_lane() {
        let lanes = [
            ("00000000-0000-0000-0000-00000000000a", 1),
            ("00000000-0000-0000-0000-00000000000b", 11),
            ("00000000-0000-0000-0000-000000000002", 2),
            ("0198d2c4-5b1e-7a60-9f3d-2c1b7e8a4d90", 8),
        ];
        for (tenant, lane) in lanes {
            assert_eq!(of(TenantId::from_uuid(tenant.parse().unwrap())), lane, "{tenant}");
        }
    }
}
