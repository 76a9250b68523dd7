//! Claims: what is unique in a company, such as names and e-mail addresses, is taken in the append of the
//! thing that has it.

use domain::claim::{self, Claim, ClaimId, Named};
use domain::shared::Name;
use uuid::Uuid;

use crate::engine::error::CommandError;
use crate::engine::unit_of_work::UnitOfWork;

/// Takes the claims of one name or address, which were read, for `holder`; refused with `taken` where
/// another one has one of them.
pub(crate) fn take<R: Clone>(
    work: &mut UnitOfWork<'_>,
    claims: &[ClaimId],
    holder: Uuid,
    taken: R,
) -> Result<(), CommandError<R>> {
    for claim in claims {
        decide(work, claim, claim::Command::Take { holder }, taken.clone())?;
    }
    Ok(())
}

/// Moves the claims of `holder` from one name to another, unless they fold to the same keys; refused with
/// `taken` where another one has the name. A name that was given when there was one version of the folding
/// has the claim of that version alone, so a claim that `holder` does not have is not released.
pub(crate) async fn rename<R: Clone>(
    work: &mut UnitOfWork<'_>,
    (named, before, after): (Named, &Name, &Name),
    holder: Uuid,
    taken: R,
) -> Result<(), CommandError<R>> {
    let (old, new) = (ClaimId::all_of_name(named, before), ClaimId::all_of_name(named, after));
    if old == new {
        return Ok(());
    }
    let wanted = old.iter().chain(&new).map(|claim| work.wanted::<Claim>(claim)).collect();
    work.read(wanted).await?;
    take(work, &new, holder, taken.clone())?;
    for claim in old.into_iter().filter(|claim| !new.contains(claim)) {
        if *work.state::<Claim>(&claim) == claim::State::Held(holder) {
            decide(work, &claim, claim::Command::Release { holder }, taken.clone())?;
        }
    }
    Ok(())
}

fn decide<R>(
    work: &mut UnitOfWork<'_>,
    claim: &ClaimId,
    command: claim::Command,
    taken: R,
) -> Result<(), CommandError<R>> {
    match work.try_decide::<Claim>(claim, command) {
        Ok(_) => Ok(()),
        Err(_) => Err(CommandError::Refused(taken)),
    }
}
