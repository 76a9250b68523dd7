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
    take_of(work, claims.iter().map(|claim| (claim.clone(), taken.clone())), holder)
}

/// Takes claims, which were read, for `holder`; refused with what comes with the first one that another
/// one has.
pub(crate) fn take_of<R>(
    work: &mut UnitOfWork<'_>,
    claims: impl IntoIterator<Item = (ClaimId, R)>,
    holder: Uuid,
) -> Result<(), CommandError<R>> {
    for (claim, taken) in claims {
        let take = claim::Command::Take { holder };
        work.try_decide::<Claim>(&claim, take).map_err(|_| CommandError::Refused(taken))?;
    }
    Ok(())
}

/// Releases those of the claims, which were read, that `holder` has. A name that was given when there was
/// one version of the folding has the claim of that version alone.
pub(crate) fn release<'a>(
    work: &mut UnitOfWork<'_>,
    claims: impl IntoIterator<Item = &'a ClaimId>,
    holder: Uuid,
) {
    for claim in claims {
        // Refused where another one has the key, which is then not the holder's to release.
        let _not_held = work.try_decide::<Claim>(claim, claim::Command::Release { holder });
    }
}

/// Moves the claims of `holder` from one name to another, unless they fold to the same keys; refused with
/// `taken` where another one has the name.
pub(crate) async fn rename<R: Clone>(
    work: &mut UnitOfWork<'_>,
    (named, before, after): (Named, &Name, &Name),
    holder: Uuid,
    taken: R,
) -> Result<(), CommandError<R>> {
    let (old, new) = (ClaimId::all_of_name(named, before), ClaimId::all_of_name(named, after));
    replace(work, (old, new), holder, taken).await
}

/// Takes the second claims for `holder` instead of the first, unless they are the same; refused with
/// `taken` where another one has one of them.
pub(crate) async fn replace<R: Clone>(
    work: &mut UnitOfWork<'_>,
    (old, new): (Vec<ClaimId>, Vec<ClaimId>),
    holder: Uuid,
    taken: R,
) -> Result<(), CommandError<R>> {
    if old == new {
        return Ok(());
    }
    let wanted = old.iter().chain(&new).map(|claim| work.wanted::<Claim>(claim)).collect();
    work.read(wanted).await?;
    take(work, &new, holder, taken)?;
    release(work, old.iter().filter(|claim| !new.contains(claim)), holder);
    Ok(())
}
