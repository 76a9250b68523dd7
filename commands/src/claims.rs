//! Claims: what is unique in a company, such as names and e-mail addresses, is taken in the append of the
//! thing that has it.

use domain::claim::{self, Claim, ClaimId, Named};
use domain::shared::Name;
use uuid::Uuid;

use crate::engine::error::CommandError;
use crate::engine::unit_of_work::UnitOfWork;

/// Takes a claim for `holder`; refused with `taken` where another one has it.
pub(crate) fn take<R>(
    work: &mut UnitOfWork<'_>,
    claim: &ClaimId,
    holder: Uuid,
    taken: R,
) -> Result<(), CommandError<R>> {
    decide(work, claim, claim::Command::Take { holder }, taken)
}

/// Moves the claim of `holder` from one name to another, unless they fold to the same key; refused with
/// `taken` where another one has the name.
pub(crate) async fn rename<R: Clone>(
    work: &mut UnitOfWork<'_>,
    (named, before, after): (Named, &Name, &Name),
    holder: Uuid,
    taken: R,
) -> Result<(), CommandError<R>> {
    let (old, new) = (ClaimId::of_name(named, before), ClaimId::of_name(named, after));
    if old == new {
        return Ok(());
    }
    work.read(vec![work.wanted::<Claim>(&old), work.wanted::<Claim>(&new)]).await?;
    take(work, &new, holder, taken.clone())?;
    decide(work, &old, claim::Command::Release { holder }, taken)
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
