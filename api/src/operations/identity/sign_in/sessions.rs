//! Sign-ins: renewed, listed and ended by the user they belong to.

use commands::identity::{Presented, Renewal, Renewed, Session};
use domain::identity::user::{self, EndReason, SessionEnded};
use domain::shared::{SessionId, TenantId, UserId};
use poem::Request;
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use crate::access::{Anyone, SignedIn};
use crate::auth::failures::{Reason, Try, Way};
use crate::auth::opaque::{Kind, Opaque};
use crate::caller::Caller;
use crate::cursor::QueryFingerprint;
use crate::journal::Journal;
use crate::operations::answer::List;
use crate::operations::identity::sign_in::IDLE_FOR;
use crate::operations::identity::sign_in::model::{
    AcknowledgedBody, DONE, SessionBody, SignedInBody,
};
use crate::operations::paging::page;
use crate::operations::refusal::failed;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::problem::{Code, Problem};
use crate::trace::Trace;

/// The operations about sessions of the caller.
pub(crate) struct OwnSessions(pub(crate) Services);

/// What renews a sign-in.
#[derive(Object)]
struct Refresh {
    /// The newest refresh token of the sign-in.
    #[oai(validator(max_length = 200))]
    refresh_token: String,
}

#[OpenApi(prefix_path = "/v1/auth", tag = "Part::Auth")]
impl OwnSessions {
    /// Renew a sign-in.
    ///
    /// A refresh token is good once. Presented again within ten seconds, it yields the same successor, in
    /// case the first answer was lost; later it means that another client has it too, and the sign-in ends.
    #[oai(path = "/refresh", method = "post", operation_id = "refresh")]
    async fn refresh(
        &self,
        _anyone: Anyone,
        request: &Request,
        Json(body): Json<Refresh>,
    ) -> Result<Json<SignedInBody>, Problem> {
        let tried = Try::of(Way::Refresh, request);
        let invalid = || {
            tried.failed(Reason::Invalid);
            Problem::new(Code::TokenInvalid)
        };
        let token = Opaque::parse(&self.0.renewals, Kind::Refresh, &body.refresh_token);
        let token = token.ok_or_else(invalid)?;
        let tried = tried.session(token.subject);
        let invalid = || {
            tried.failed(Reason::Invalid);
            Problem::new(Code::TokenInvalid)
        };
        // First: the token stays good for when the company reopens.
        if let Err(closed) = self.0.company_is_open(token.tenant).await {
            tried.failed(Reason::ShutOut);
            return Err(closed);
        }
        let successor = token.successor(&self.0.renewals);
        let now = self.0.clock.now();
        let renewal = Renewal {
            tenant: token.tenant,
            session: SessionId::from_uuid(token.subject),
            presented: token.hash(),
            successor: successor.hash(),
            now,
            expires_at: now + IDLE_FOR,
        };
        let renewed = self.0.sessions.renew(renewal).await.map_err(|world| failed(&world))?;
        let session = match renewed {
            Renewed::Good(session) => session,
            Renewed::Gone => return Err(invalid()),
            Renewed::Reused(session) => {
                let (tenant, user) = (session.tenant, session.user);
                tried.person(user).failed(Reason::Reused);
                let trace = Journal::of(request).trace();
                self.ended(trace, tenant, user, session.id, EndReason::TokenReused).await?;
                return Err(Problem::new(Code::RefreshReused));
            }
        };
        let Session { tenant, user, id, epoch, device, .. } = session;
        let presented = Presented { tenant, user, session: id, epoch, device };
        let goes_on = self.0.authority.goes_on(&presented).await;
        if !goes_on.map_err(|world| failed(&world))? {
            tried.person(user).failed(Reason::Revoked);
            return Err(Problem::new(Code::TokenRevoked));
        }
        let slug = self.0.accounts.slug_of(session.tenant).await.map_err(|world| failed(&world))?;
        let slug = slug.ok_or_else(invalid)?;
        Ok(Json(self.0.signed_in(&session, slug, &successor, now)))
    }

    /// Sign out on this device.
    #[oai(path = "/logout", method = "post", operation_id = "logout")]
    async fn logout(&self, by: SignedIn) -> Result<Json<AcknowledgedBody>, Problem> {
        self.end(&by, by.caller.session).await?;
        Ok(Json(DONE))
    }

    /// Sign out on every device.
    #[oai(path = "/logout-everywhere", method = "post", operation_id = "logoutEverywhere")]
    async fn logout_everywhere(&self, by: SignedIn) -> Result<Json<AcknowledgedBody>, Problem> {
        let (tenant, user) = (by.caller.tenant, by.caller.user);
        let trace = &by.caller.trace;
        self.0.change_user(trace, tenant, user, user::Command::EndSessions).await?;
        self.0.sessions.end_all(tenant, user).await.map_err(|world| failed(&world))?;
        Ok(Json(DONE))
    }

    /// List one's sign-ins, the newest first.
    #[oai(path = "/sessions", method = "get", operation_id = "listSessions")]
    async fn list(
        &self,
        by: SignedIn,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<SessionBody>>, Problem> {
        let (caller, now) = (&by.caller, self.0.clock.now());
        let of = caller.user.uuid().to_string();
        let query = QueryFingerprint::of("listSessions", &[("user_id", &of)]);
        let place = self.0.place(caller, query, cursor.as_deref())?;
        let (tenant, user, rows) = (caller.tenant, caller.user, u32::from(limit.rows()) + 1);
        let sessions = self.0.sessions.of_user(tenant, user, now, place, rows).await;
        let sessions = sessions.map_err(|world| failed(&world))?;
        let page = page(sessions.into_iter(), *limit, |last| (last.begun_at, last.id));
        let next_cursor = self.0.cursor(caller, query, page.next.as_ref());
        let current = caller.session.uuid();
        let data = page.rows.into_iter().map(|it| SessionBody::of(it, current)).collect();
        Ok(Json(List { data, next_cursor }))
    }

    /// Sign out on another device.
    #[oai(path = "/sessions/:session_id", method = "delete", operation_id = "endSession")]
    async fn end_one(
        &self,
        by: SignedIn,
        session_id: Path<Uuid>,
    ) -> Result<Json<AcknowledgedBody>, Problem> {
        let (caller, session) = (&by.caller, SessionId::from_uuid(session_id.0));
        let now = self.0.clock.now();
        let is_own = self.0.sessions.has(caller.tenant, caller.user, session, now).await;
        if !is_own.map_err(|world| failed(&world))? {
            return Err(Problem::new(Code::NotFound));
        }
        self.end(&by, session).await?;
        Ok(Json(DONE))
    }
}

impl OwnSessions {
    async fn end(&self, by: &SignedIn, session: SessionId) -> Result<(), Problem> {
        let Caller { tenant, user, trace, .. } = &by.caller;
        self.ended(trace, *tenant, *user, session, EndReason::SignedOut).await
    }

    /// First in the log, so that its tokens end on every node whatever happens next.
    async fn ended(
        &self,
        trace: &Trace,
        tenant: TenantId,
        user: UserId,
        session: SessionId,
        reason: EndReason,
    ) -> Result<(), Problem> {
        let at = self.0.clock.now();
        let ended = user::Command::EndSession(SessionEnded { session, at, reason });
        self.0.change_user(trace, tenant, user, ended).await?;
        self.0.sessions.end(tenant, user, session).await.map_err(|world| failed(&world))?;
        Ok(())
    }
}
