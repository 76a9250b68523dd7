//! A tiny API with everything the kit offers, and the service around it, for the kit's own tests.

#![expect(clippy::unused_async, reason = "operations are async whether they wait or not")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use commands::identity::Standing;
use domain::identity::Permission;
use domain::identity::permission::markers::{OrderPlace, OrderRead, ReportSales};
use domain::identity::roles::{BranchAccess, Held};
use domain::shared::{SessionId, TenantId, UserId};
use images::ImageStore;
use poem::endpoint::make_sync;
use poem::http::StatusCode;
use poem::{EndpointExt, get};
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::{PlainText, Response};
use poem_openapi::{Enum, Object, OpenApi};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::access::{Anyone, Can, Permits, SignedIn, Till, Unanswered};
use crate::app::{App, Shell, app};
use crate::auth::operator::OperatorGate;
use crate::auth::origin::TrustedProxies;
use crate::auth::token::{Access, SigningKey, TokenAlgorithm, Tokens};
use crate::caller::{Authenticator, Caller};
use crate::contract::About;
use crate::health::{Missing, Readiness};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::{IdempotencyKey, IfMatch, etag};
use crate::problem::{Code, Problem};
use crate::rates::{RateLimits, Rates};

/// How many requests have begun that take their time.
pub(crate) static SLOW: AtomicUsize = AtomicUsize::new(0);

/// The origin whose pages may use the service.
pub(crate) const PAGES: &str = "https://caja.example.com";

pub(crate) const ORDER: &str = "0198f1b2-5c3e-7a10-8000-000000000001";

/// An order line.
#[derive(Debug, Object)]
struct Line {
    product_id: Uuid,
    #[oai(validator(minimum(value = "1"), maximum(value = "1000")))]
    quantity: u32,
}

/// What is ordered.
#[derive(Debug, Object)]
struct PlaceOrder {
    #[oai(validator(min_items = 1, max_items = 200))]
    lines: Vec<Line>,
    table: Option<String>,
}

#[derive(Debug, Object, Serialize)]
struct Placed {
    command_id: Uuid,
    tenant_id: Uuid,
    pieces: u32,
    table: Option<String>,
}

#[derive(Debug, Enum)]
#[oai(rename_all = "snake_case")]
enum Sort {
    Newest,
    Oldest,
}

pub(crate) struct Orders;

#[OpenApi(prefix_path = "/v1")]
impl Orders {
    /// Place an order.
    #[oai(path = "/orders", method = "post", operation_id = "placeOrder")]
    async fn place(
        &self,
        by: Can<OrderPlace>,
        key: IdempotencyKey,
        Json(order): Json<PlaceOrder>,
    ) -> Result<Response<Json<Placed>>, Problem> {
        let placed = Placed {
            command_id: key.command_id().uuid(),
            tenant_id: by.caller.tenant.uuid(),
            pieces: order.lines.iter().map(|line| line.quantity).sum(),
            table: order.table,
        };
        Ok(Response::new(Json(placed)).status(StatusCode::CREATED).header("ETag", etag(1)))
    }

    /// Change an order.
    ///
    /// Only the version that was read is changed.
    #[oai(path = "/orders/:order_id", method = "patch", operation_id = "changeOrder")]
    async fn change(
        &self,
        _by: Can<OrderPlace>,
        order_id: Path<Uuid>,
        version: IfMatch,
    ) -> Result<Json<String>, Problem> {
        if version.revision() != 17 {
            return Err(Problem::new(Code::VersionConflict));
        }
        Ok(Json(order_id.to_string()))
    }
}

/// Reading is another API under the same addresses.
pub(crate) struct Views;

#[OpenApi(prefix_path = "/v1")]
impl Views {
    #[oai(path = "/orders", method = "get", operation_id = "listOrders")]
    async fn list(
        &self,
        _by: Can<OrderRead>,
        limit: Query<PageSize>,
        /// Newest first by default.
        sort: Query<Option<Sort>>,
        after: Query<Option<PositionToken>>,
        search: Query<Option<String>>,
    ) -> Result<Json<Vec<String>>, Problem> {
        let (_, _, _) = (&sort.0, &after.0, &search.0);
        Ok(Json(vec![limit.rows().to_string()]))
    }

    #[oai(path = "/orders/:order_id", method = "get", operation_id = "getOrder")]
    async fn get(
        &self,
        _by: Can<OrderRead>,
        order_id: Path<Uuid>,
    ) -> Result<Response<Json<String>>, Problem> {
        Ok(Response::new(Json(order_id.to_string())).header("ETag", etag(17)))
    }

    #[oai(path = "/orders/board", method = "get", operation_id = "kitchenBoard")]
    async fn board(&self, _by: Can<OrderRead>) -> Result<Json<String>, Problem> {
        Ok(Json("board".to_owned()))
    }

    /// An operation that callers here may not use.
    #[oai(path = "/sales", method = "get", operation_id = "sales")]
    async fn sales(&self, _by: Can<ReportSales>) -> Result<Json<String>, Problem> {
        Ok(Json("sales".to_owned()))
    }

    #[oai(path = "/me", method = "get", operation_id = "me")]
    async fn me(&self, by: SignedIn) -> Result<Json<String>, Problem> {
        Ok(Json(by.caller.user.to_string()))
    }

    #[oai(path = "/fail/:how", method = "get", operation_id = "fail")]
    async fn fail(&self, _anyone: Anyone, how: Path<String>) -> poem::Result<PlainText<String>> {
        match how.as_str() {
            "panic" => panic!("a secret of the handler"),
            "stuck" => {
                SLOW.fetch_add(1, Ordering::Relaxed);
                std::future::pending().await
            }
            "slow" => {
                SLOW.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(500)).await;
                Ok(PlainText("done".to_owned()))
            }
            "unavailable" => Err(Problem::new(Code::Unavailable).into()),
            "defect" => Err(poem::error::InternalServerError(std::io::Error::other("secret"))),
            "teapot" => Err(StatusCode::IM_A_TEAPOT.into()),
            _ => Ok(PlainText(how.0)),
        }
    }

    #[oai(path = "/echo", method = "post", operation_id = "echo")]
    async fn echo(&self, _anyone: Anyone, body: Json<Line>) -> Result<Json<u32>, Problem> {
        let Json(Line { quantity, product_id }) = body;
        Ok(Json(if product_id.is_nil() { 0 } else { quantity }))
    }
}

struct OnlyOrders;

#[async_trait]
impl Permits for OnlyOrders {
    async fn standing(
        &self,
        _caller: &Caller,
        _permission: Option<Permission>,
    ) -> Result<Option<Arc<Standing>>, Unanswered> {
        let orders = Permission::ALL.iter().filter(|it| it.name().starts_with("order."));
        let held = Held::These(orders.map(|permission| (*permission).into()).collect());
        Ok(Some(Arc::new(Standing::new(held, BranchAccess::All))))
    }

    async fn is_closed(&self, _caller: &Caller) -> Result<bool, Unanswered> {
        Ok(false)
    }

    async fn till(
        &self,
        _token: &str,
        _request: &poem::Request,
    ) -> Result<Option<Till>, Unanswered> {
        Ok(None)
    }
}

struct Database {
    up: bool,
}

#[async_trait]
impl Readiness for Database {
    async fn missing(&self) -> Vec<Missing> {
        let missing = Missing { what: "postgres", why: "no connection for 5 s".to_owned() };
        if self.up { Vec::new() } else { vec![missing] }
    }
}

fn tokens() -> Tokens {
    let secret = b"a secret of thirty-two bytes ...";
    let key = SigningKey::try_new("k1", TokenAlgorithm::Hs256, secret).unwrap();
    Tokens::new("fastops", "fastops-api", key, None)
}

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000, 0).unwrap()
}

/// A token that was made so long ago.
pub(crate) fn token(age: TimeDelta) -> String {
    let access = Access {
        tenant: TenantId::from_uuid(Uuid::from_u128(1)),
        user: UserId::from_uuid(Uuid::from_u128(2)),
        session: SessionId::from_uuid(Uuid::from_u128(4)),
        epoch: 5,
        device: None,
        token_id: Uuid::from_u128(3),
    };
    format!("Bearer {}", tokens().issue(&access, now() - age))
}

pub(crate) fn about() -> About {
    About {
        title: "Tests".to_owned(),
        version: "1".to_owned(),
        description: ("Una API para pruebas.", "An API for tests.").into(),
        refusals: vec![("fail", &[Code::Validation])],
    }
}

pub(crate) fn service() -> App {
    service_with(true)
}

pub(crate) fn service_with(up: bool) -> App {
    let shell = Shell {
        about: about(),
        new_id: Arc::new(|| Uuid::from_u128(0xfeed)),
        authenticator: Arc::new(Authenticator::new(tokens(), Arc::new(now))),
        permits: Arc::new(OnlyOrders),
        operator: Arc::new(OperatorGate::new(None, Arc::new(now))),
        proxies: TrustedProxies::default(),
        origins: PAGES.parse().unwrap(),
        peers: None,
        rates: Arc::new(RateLimits::new(Rates::default())),
        readiness: Arc::new(Database { up }),
        images: ImageStore::in_memory(),
        pages: vec![("/", get(make_sync(|_| "a page")).map_to_response().boxed())],
    };
    app((Orders, Views), shell).unwrap().public
}

pub(crate) async fn json(response: poem::Response) -> Value {
    serde_json::from_slice(&response.into_body().into_bytes().await.unwrap()).unwrap()
}
