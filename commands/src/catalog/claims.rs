//! Names that are unique in a company, taken in the append of what is called by them.

use domain::claim::{self, Claim, ClaimId, Named};
use domain::shared::Name;
use uuid::Uuid;

use crate::engine::error::Failure;
use crate::engine::unit_of_work::UnitOfWork;

/// Takes the claims of a thing's name, which were read.
pub(crate) fn take(
    work: &mut UnitOfWork<'_>,
    claims: &[ClaimId],
    holder: Uuid,
) -> Result<(), claim::Error> {
    for claim in claims {
        work.decide::<Claim>(claim, claim::Command::Take { holder })?;
    }
    Ok(())
}

/// Moves a thing's claims from one name to another, unless these fold to the same keys. What was named when
/// there was one fold gets its other key with its next name; until then it has none to release.
pub(crate) async fn rename<R>(
    work: &mut UnitOfWork<'_>,
    (named, before, after): (Named, &Name, &Name),
    holder: Uuid,
    taken: fn() -> Failure<R>,
) -> Result<(), Failure<R>> {
    let (old, new) = (ClaimId::all_of_name(named, before), ClaimId::all_of_name(named, after));
    if old == new {
        return Ok(());
    }
    let wanted = old.iter().chain(&new).map(|claim| work.wanted::<Claim>(claim)).collect();
    work.read(wanted).await?;
    take(work, &new, holder).map_err(|_| taken())?;
    for claim in old.into_iter().filter(|claim| !new.contains(claim)) {
        if *work.state::<Claim>(&claim) == claim::State::Held(holder) {
            work.decide::<Claim>(&claim, claim::Command::Release { holder })
                .map_err(|_| taken())?;
        }
    }
    Ok(())
}
