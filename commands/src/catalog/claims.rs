//! Names that are unique in a company, claimed in the append of the object that they name.

use domain::claim::{self, Claim, ClaimId, Named};
use domain::shared::Name;
use uuid::Uuid;

use crate::engine::error::Failure;
use crate::engine::unit_of_work::UnitOfWork;

/// Takes the claim of an object's name.
pub(crate) fn take(
    work: &mut UnitOfWork<'_>,
    claim: &ClaimId,
    holder: Uuid,
) -> Result<(), claim::Error> {
    work.decide::<Claim>(claim, claim::Command::Take { holder })?;
    Ok(())
}

/// Moves the claim of an object from one name to another, unless both fold to the same key.
pub(crate) async fn rename<R>(
    work: &mut UnitOfWork<'_>,
    (named, before, after): (Named, &Name, &Name),
    holder: Uuid,
    taken: fn() -> Failure<R>,
) -> Result<(), Failure<R>> {
    let (old, new) = (ClaimId::of_name(named, before), ClaimId::of_name(named, after));
    if old == new {
        return Ok(());
    }
    work.read(vec![work.wanted::<Claim>(&old), work.wanted::<Claim>(&new)]).await?;
    take(work, &new, holder).map_err(|_| taken())?;
    work.decide::<Claim>(&old, claim::Command::Release { holder }).map_err(|_| taken())?;
    Ok(())
}
