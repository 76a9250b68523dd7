//! The sales channels of a company.

use commands::catalog::{PutChannel, RetireChannel};
use domain::catalog::Channel;
use domain::catalog::channel::Kind;
use domain::catalog::channels::Details;
use domain::identity::permission::markers::{ChannelManage, ChannelRead};
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};
use projections::catalog::{Catalog, channels};
use serde::Serialize;

use crate::access::Can;
use crate::cursor::QueryFingerprint;
use crate::operations::answer::{Done, List};
use crate::operations::catalog::refusal;
use crate::operations::fields::Fields;
use crate::operations::model::mirrored;
use crate::operations::paging::page;
use crate::operations::refusal::unread;
use crate::operations::{Part, Services};
use crate::page_size::PageSize;
use crate::payload::Json;
use crate::position::PositionToken;
use crate::preconditions::IdempotencyKey;
use crate::problem::{FieldError, Problem};

/// The operations about channels.
pub(super) struct Channels(pub(super) Services);

mirrored! {
    /// What kind of channel it is.
    KindBody of Kind as "ChannelKind" {
        /// A guest at the counter.
        Counter,
        /// A guest at a table.
        Table,
        /// A call.
        Phone,
        /// The company's own site or app.
        Web,
        /// A platform that sells for many restaurants.
        Aggregator,
    }
}

/// What a channel should be like.
#[derive(Object)]
struct ChannelDetails {
    /// What kind it is of, for ever.
    kind: KindBody,
    /// Its name, unique among the channels in use.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
}

/// Where orders come from.
#[derive(Object, Serialize)]
#[oai(rename = "Channel")]
struct ChannelBody {
    /// Its code, by which orders and price lists name it.
    code: String,
    /// What kind it is of.
    kind: KindBody,
    /// Its name.
    name: String,
    /// Whether every company has it; such a channel is renamed, never retired.
    is_built_in: bool,
    /// Whether no order comes from it any more.
    is_retired: bool,
}

/// A channel about which something was settled.
#[derive(Object, Serialize)]
struct SettledChannel {
    /// Its code.
    code: String,
    /// The position of the command in the log, for `after`.
    position: PositionToken,
}

#[OpenApi(prefix_path = "/v1", tag = "Part::Catalog")]
impl Channels {
    /// Name a sales channel, or add one.
    ///
    /// Every company has `counter`, `table`, `phone`, `web` and `aggregator`, which it may name as it
    /// likes. It adds others under codes of its own, such as a platform that it sells on. A retired
    /// channel comes into use again.
    #[oai(path = "/channels/:channel", method = "put", operation_id = "putChannel")]
    async fn put(
        &self,
        by: Can<ChannelManage>,
        key: IdempotencyKey,
        #[oai(validator(pattern = "^[a-z0-9_]{1,32}$"))] channel: Path<String>,
        Json(body): Json<ChannelDetails>,
    ) -> Result<Done<SettledChannel>, Problem> {
        let channel = code(&channel)?;
        let mut fields = Fields::default();
        let Some(name) = fields.name("/name", &body.name) else {
            return Err(fields.problem());
        };
        let intent = PutChannel { channel: channel.clone(), kind: body.kind.into(), name };
        let accepted = self.0.execute(&by.caller, key, intent, |it| refusal::channel(*it)).await?;
        let code = channel.to_string();
        Ok(Done::by(&accepted, SettledChannel { code, position: accepted.position }))
    }

    /// Retire a sales channel.
    ///
    /// No order comes from it any more; those that did still say so. Price lists of the channel hold
    /// for nothing.
    #[oai(path = "/channels/:channel/retire", method = "post", operation_id = "retireChannel")]
    async fn retire(
        &self,
        by: Can<ChannelManage>,
        key: IdempotencyKey,
        #[oai(validator(pattern = "^[a-z0-9_]{1,32}$"))] channel: Path<String>,
    ) -> Result<Done<SettledChannel>, Problem> {
        let channel = code(&channel)?;
        let intent = RetireChannel { channel: channel.clone() };
        let accepted = self.0.execute(&by.caller, key, intent, |it| refusal::channel(*it)).await?;
        let code = channel.to_string();
        Ok(Done::by(&accepted, SettledChannel { code, position: accepted.position }))
    }

    /// List sales channels, by kind.
    ///
    /// Those that are retired too; at most 100 exist.
    #[oai(path = "/channels", method = "get", operation_id = "listChannels")]
    async fn list(
        &self,
        by: Can<ChannelRead>,
        limit: Query<PageSize>,
        cursor: Query<Option<String>>,
        after: Query<Option<PositionToken>>,
    ) -> Result<Json<List<ChannelBody>>, Problem> {
        let query = QueryFingerprint::of("listChannels", &[]);
        let last: Option<Channel> = self.0.place(&by.caller, query, cursor.as_deref())?;
        let mut tx = self.0.read(&by.caller, after.0, &[Catalog::NAME]).await?;
        let channels = channels::get(&mut tx).await.map_err(unread)?;
        let mut rows = channels.channels();
        if let Some(last) = last {
            rows.by_ref().find(|(channel, _)| **channel == last);
        }
        let page = page(rows, *limit, |(channel, _)| (*channel).clone());
        let next_cursor = self.0.cursor(&by.caller, query, page.next.as_ref());
        Ok(Json(List { data: page.rows.into_iter().map(Into::into).collect(), next_cursor }))
    }
}

fn code(text: &str) -> Result<Channel, Problem> {
    let words = ("no es el código de un canal", "is no code of a channel");
    let wrong = || Problem::parameter(FieldError::new("/path/channel", "format", words));
    Channel::parse(text).map_err(|_| wrong())
}

impl From<(&Channel, &Details)> for ChannelBody {
    fn from((channel, details): (&Channel, &Details)) -> Self {
        Self {
            code: channel.to_string(),
            kind: details.kind.into(),
            name: details.name.clone().into(),
            is_built_in: channel.built_in_kind().is_some(),
            is_retired: details.is_retired,
        }
    }
}
