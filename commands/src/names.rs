//! Names whose claims are completed: those that were given when there was one version of the folding have
//! the claim of that version alone.

use domain::claim::{self, Claim, ClaimId, Named};
use domain::shared::{CommandId, CorrelationId, Name, TenantId};
use serde::Serialize;
use uuid::Uuid;

use crate::engine::error::{CommandError, World};
use crate::engine::execute::Commands;
use crate::engine::intent::Intent;
use crate::engine::scope::{Request, Scope};
use crate::engine::unit_of_work::UnitOfWork;

/// The actor's name in the log.
const NAME: &str = "the completion of claims on names";

/// A name and what has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameOf {
    /// What kind of thing has it.
    pub kind: Named,
    /// The thing.
    pub holder: Uuid,
    /// The name, as it was when the company's names were read.
    pub name: Name,
}

/// Takes the claims of the second version of the folding for names that have that of the first. Where
/// another one has a claim by now, it keeps it, and the two names stay: nothing is renamed.
#[derive(Debug, Clone, Serialize)]
struct CompleteClaims {
    /// The version of the folding.
    version: u8,
    #[serde(skip)]
    names: Vec<NameOf>,
}

impl Intent for CompleteClaims {
    const OPERATION: &'static str = "names.complete_claims";
    type Refusal = claim::Error;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<claim::Error>> {
        let claims = |it: &NameOf| ClaimId::all_of_name(it.kind, &it.name);
        let all = self.names.iter().flat_map(claims);
        let wanted = all.map(|claim| work.wanted::<Claim>(&claim)).collect();
        work.read(wanted).await?;
        for it in &self.names {
            let first = ClaimId::of_name(it.kind, &it.name);
            // A name that was given up since it was read has no claim left to complete.
            if *work.state::<Claim>(&first) != claim::State::Held(it.holder) {
                continue;
            }
            work.rest_on::<Claim>(&first);
            for claim in claims(it).iter().filter(|claim| **claim != first) {
                let take = claim::Command::Take { holder: it.holder };
                // Refused where another one has the key, whose it stays.
                let _held = work.try_decide::<Claim>(claim, take);
            }
        }
        Ok(())
    }
}

impl Commands {
    /// The command that completes the claims of a company, once.
    pub fn completion_of_claims(tenant: TenantId) -> CommandId {
        CommandId::derived(derived(tenant, "command"))
    }

    /// Completes the claims of those names of a company that fold to different keys by the two versions.
    pub async fn complete_claims(
        &self,
        tenant: TenantId,
        names: Vec<NameOf>,
    ) -> Result<(), CommandError<claim::Error>> {
        let names = names.into_iter().filter(|it| it.name.fold_v1() != it.name.fold_v2());
        let intent = CompleteClaims { version: 2, names: names.collect() };
        let scope = Scope::system(tenant, CorrelationId::from_uuid(derived(tenant, "scope")), NAME);
        let once = Request::live(Self::completion_of_claims(tenant));
        self.execute(&scope, once, intent).await.map(|_| ())
    }

    /// Whether the claims of a company are complete.
    pub async fn has_complete_claims(&self, tenant: TenantId) -> Result<bool, World> {
        self.was_accepted(tenant, Self::completion_of_claims(tenant)).await
    }
}

fn derived(tenant: TenantId, what: &str) -> Uuid {
    Uuid::new_v5(&tenant.uuid(), format!("claims of names by the second fold: {what}").as_bytes())
}
