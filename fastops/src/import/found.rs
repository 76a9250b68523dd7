//! Which things of a source a company has already.

use commands::World;
use domain::claim::{self, Claim, ClaimId, Named};
use domain::shared::{CommandId, Name};
use event_store::Revision;
use uuid::Uuid;

use super::importing::Importing;

/// A thing of the source in the company.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found {
    /// It is there.
    There(Uuid),
    /// It is not there, and will get this id.
    Missing(Uuid),
}

impl Found {
    pub(super) const fn id(self) -> Uuid {
        match self {
            Self::There(id) | Self::Missing(id) => id,
        }
    }
}

/// Finds things by what an earlier run did, and otherwise by what has their name.
pub(super) async fn find(
    importing: &Importing,
    kind: Named,
    names: &[&Name],
) -> Result<Vec<Found>, World> {
    let added: Vec<_> = names.iter().map(|name| add_command(importing, kind, name)).collect();
    let added = importing.accepted(&added).await?;
    let claims: Vec<ClaimId> = names.iter().map(|name| ClaimId::of_name(kind, name)).collect();
    let claims = importing.states::<Claim>(&claims).await?;
    let found = |((name, added), (claim, _)): ((&&Name, bool), (claim::State, Revision))| {
        let derived_id = importing.source.id(&word(kind), &[&name.fold_v1()]);
        match claim {
            _ if added => Found::There(derived_id),
            claim::State::Held(holder) => Found::There(holder),
            claim::State::Free => Found::Missing(derived_id),
        }
    };
    Ok(names.iter().zip(added).zip(claims).map(found).collect())
}

/// The word that ids of an import are made of.
fn word(kind: Named) -> String {
    kind.word().replace('_', "-")
}

/// The command that adds a thing of this name.
pub(super) fn add_command(importing: &Importing, kind: Named, name: &Name) -> CommandId {
    importing.source.command("add", &[&word(kind), &name.fold_v1()])
}
