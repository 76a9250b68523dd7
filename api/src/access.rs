//! Access: the signature of an operation declares who may call it; without that it is not served.

mod permits;
mod scheme;

use std::marker::PhantomData;
use std::sync::Arc;

use commands::World;
use commands::identity::Standing;
use domain::identity::Permission;
use domain::identity::permission::markers::Marker;
use domain::identity::roles::BranchAccess;
use poem::{Request, RequestBody};
use poem_openapi::registry::Registry;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

pub use permits::{Permits, Till, Unanswered};
pub(crate) use scheme::{ANYONE, BEARER, DEVICE, OPERATOR};
use scheme::{register_bearer, register_scheme};

use crate::auth::bearer::bearer;
use crate::auth::opaque::Kind;
use crate::auth::operator::OperatorGate;
use crate::auth::token::TokenError;
use crate::caller::Caller;
use crate::journal::{Journal, RequestId};
use crate::problem::{Code, Problem};
use crate::rates::RateLimits;
use crate::trace::Trace;

/// A caller who holds the permission `P`; as first parameter it is checked before anything is read.
#[derive(Debug)]
pub struct Can<P> {
    /// Who it is.
    pub caller: Caller,
    permission: PhantomData<P>,
}

/// A caller with a good token; for operations about oneself.
#[derive(Debug)]
pub struct SignedIn {
    /// Who it is.
    pub caller: Caller,
    /// What they hold.
    pub standing: Arc<Standing>,
}

/// The operator of the installation, by its token; for operations about companies as a whole. No user of a
/// company is one.
#[derive(Debug)]
pub struct ByOperator {
    /// The id of their request.
    pub request: RequestId,
    /// The trace that it belongs to.
    pub trace: Trace,
}

/// An enrolled device, by its token and without a signed-in user; for what it shows before a
/// sign-in.
#[derive(Debug)]
pub struct ByDevice {
    /// Which.
    pub till: Till,
}

/// Any client, without credentials; for signing in.
#[derive(Debug)]
pub struct Anyone;

impl<P: Marker> Can<P> {
    async fn ask(request: &Request) -> Result<Self, Problem> {
        let (caller, standing) = admit(request, Some(P::PERMISSION)).await?;
        if !standing.holds(P::PERMISSION) {
            if standing.withholds(P::PERMISSION) {
                return Err(Problem::new(Code::PasswordRequired));
            }
            if P::PERMISSION.reaches_every_branch() && standing.branches != BranchAccess::All {
                return Err(Problem::reaches_every_branch());
            }
            let name = P::PERMISSION.name();
            return Err(Problem::new(Code::Forbidden).detail((
                format!("Falta el permiso {name}."),
                format!("The permission {name} is missing."),
            )));
        }
        Ok(Self { caller, permission: PhantomData })
    }
}

/// The caller of a request, if their sign-in goes on, with what they hold.
async fn admit(
    request: &Request,
    permission: Option<Permission>,
) -> Result<(Caller, Arc<Standing>), Problem> {
    let mut caller = Caller::authenticate(request)?;
    if let Some(rates) = request.data::<Arc<RateLimits>>() {
        Journal::of(request).counted(rates.check(caller.session, caller.tenant)?);
    }
    let permits = request.data::<Arc<dyn Permits>>().ok_or_else(|| Problem::new(Code::Internal))?;
    match permits.standing(&caller, permission).await {
        Ok(Some(standing)) => {
            caller.branches = standing.branches.clone();
            Ok((caller, standing))
        }
        Ok(None) => match permits.is_closed(&caller).await {
            Ok(true) => Err(Problem::new(Code::CompanyClosed)),
            Ok(false) => Err(TokenError::Revoked.into()),
            Err(error) => Err(unanswered(&error)),
        },
        Err(error) => Err(unanswered(&error)),
    }
}

fn unanswered(Unanswered(error): &Unanswered) -> Problem {
    tracing::error!(%error, "permissions could not be read");
    let world = error.downcast_ref::<World>();
    let is_later = world.is_some_and(World::is_of_a_later_release);
    Problem::new(if is_later { Code::ReleaseBehind } else { Code::Unavailable })
}

impl<'a, P: Marker> ApiExtractor<'a> for Can<P> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        register_bearer(registry);
    }

    /// The permission stands where poem-openapi expects a scheme; the contract reads it from there.
    fn security_schemes() -> Vec<&'static str> {
        vec![P::PERMISSION.name()]
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        Ok(Self::ask(request).await?)
    }
}

impl<'a> ApiExtractor<'a> for SignedIn {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        register_bearer(registry);
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![BEARER]
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let (caller, standing) = admit(request, None).await?;
        Ok(Self { caller, standing })
    }
}

impl<'a> ApiExtractor<'a> for ByOperator {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        let about = "The token of the installation, for whoever runs it.";
        register_scheme(registry, OPERATOR, about, None);
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![OPERATOR]
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let gate = request.data::<Arc<OperatorGate>>();
        gate.ok_or_else(|| Problem::new(Code::Internal))?.admit(request)?;
        let journal = Journal::of(request);
        Ok(Self { request: journal.request_id().clone(), trace: journal.trace().clone() })
    }
}

impl<'a> ApiExtractor<'a> for ByDevice {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        let about = "The token that a device got when it was enrolled.";
        register_scheme(registry, DEVICE, about, None);
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![DEVICE]
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let permits = request.data::<Arc<dyn Permits>>();
        let permits = permits.ok_or_else(|| Problem::new(Code::Internal))?;
        // A text that cannot be a token is not counted as a guess.
        let token = bearer(request).filter(|token| token.starts_with(Kind::Device.prefix()));
        let token = token.ok_or_else(|| Problem::from(TokenError::Missing))?;
        match permits.till(token, request).await {
            Ok(Some(till)) => Ok(Self { till }),
            Ok(None) => Err(Problem::from(TokenError::Invalid).into()),
            Err(Unanswered(err)) => {
                tracing::error!(error = %err, "a device's token could not be checked");
                Err(Problem::new(Code::Unavailable).into())
            }
        }
    }
}

impl<'a> ApiExtractor<'a> for Anyone {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn security_schemes() -> Vec<&'static str> {
        vec![ANYONE]
    }

    async fn from_request(
        _request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        Ok(Self)
    }
}
