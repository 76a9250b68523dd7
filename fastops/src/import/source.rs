//! Ids that are derived from the source of an import.
//!
//! The same file gives the same ids in every run, and the log accepts a command id once. So a repeated import
//! adds nothing, and one that was killed goes on where it was.

use std::fmt::Display;

use domain::shared::{BranchId, CommandId, CorrelationId, TenantId};
use uuid::Uuid;

/// Frozen: ids of past imports were derived from it.
const NAMESPACE: Uuid = Uuid::from_u128(0x5d0c_31a6_83b6_4a53_9e1e_6a0f_2f4c_7b19);

/// What references are unique in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Source(Uuid);

impl Source {
    /// The published pizza files, in one company.
    pub(crate) fn pizza_place(tenant: TenantId) -> Self {
        Self(derive(NAMESPACE, &[&"pizza-place", &tenant]))
    }

    /// Files whose order references belong together, in one branch.
    pub(crate) fn sales(tenant: TenantId, branch: BranchId, name: &str) -> Self {
        Self(derive(NAMESPACE, &[&"sales", &tenant, &branch, &name]))
    }

    /// One import of a menu.
    pub(crate) fn menu(tenant: TenantId, import: Uuid) -> Self {
        Self(derive(NAMESPACE, &[&"menu", &tenant, &import]))
    }

    /// The id of a thing.
    pub(crate) fn id(self, kind: &str, parts: &[&dyn Display]) -> Uuid {
        derive(derive(self.0, &[&"id", &kind]), parts)
    }

    /// The id of a command.
    pub(crate) fn command(self, step: &str, parts: &[&dyn Display]) -> CommandId {
        CommandId::derived(derive(derive(self.0, &[&"command", &step]), parts))
    }

    /// Ties together everything that comes from here.
    pub(crate) const fn correlation(self) -> CorrelationId {
        CorrelationId::from_uuid(self.0)
    }
}

/// Each part is preceded by its length, so that no two lists of parts look the same.
fn derive(namespace: Uuid, parts: &[&dyn Display]) -> Uuid {
    let counted = |part: &&dyn Display| {
        let part = part.to_string();
        format!("{}:{part}", part.len())
    };
    let name = parts.iter().map(counted).collect::<Vec<_>>().concat();
    Uuid::new_v5(&namespace, name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_same_in_every_run_and_differ_in_every_part() {
        let tenant = TenantId::from_uuid(Uuid::from_u128(1));
        let source = Source::pizza_place(tenant);
        assert_eq!(source.id("order", &[&"7"]), source.id("order", &[&"7"]));
        let frozen = "281f6b9a-9d86-500b-bc25-bd06becac12e";
        assert_eq!(source.id("order", &[&"7"]).to_string(), frozen);
        let mut ids = vec![
            source.id("order", &[&"7"]),
            source.id("order", &[&"8"]),
            source.id("payment", &[&"7"]),
            source.command("order", &[&"7"]).uuid(),
            source.id("variant", &[&"a", &"bc"]),
            source.id("variant", &[&"ab", &"c"]),
            Source::sales(tenant, BranchId::from_uuid(Uuid::from_u128(2)), "till")
                .id("order", &[&"7"]),
        ];
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 7);
    }
}
