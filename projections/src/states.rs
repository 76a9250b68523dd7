//! Read models whose rows are nothing but the states of their streams.

use std::collections::BTreeMap;

use domain::Decider;
use event_store::Revision;
use event_store::consumer::ConsumerError;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::page::{Happened, Key};
use crate::row::statements::{load, upsert};
use crate::row::{FromColumns, Owned, ToColumns};

/// A row that is the state of a stream.
pub(crate) trait StateRow: FromColumns + ToColumns + Sized {
    /// What happens in the stream.
    type Aggregate: Decider;

    /// The table.
    const TABLE: &'static str;

    /// The column with the id that the stream is named after; with the company, the table's key.
    const ID: &'static str;

    /// The row of a state; none where nothing is known yet.
    fn of(id: Uuid, state: StateOf<Self>, revision: Revision) -> Option<Self>;

    /// The state that the row was made of.
    fn into_state(self) -> StateOf<Self>;
}

/// The state that a row shows.
pub(crate) type StateOf<R> = <<R as StateRow>::Aggregate as Decider>::State;

/// Applies events to the rows that they concern; a row that is missing is a stream that begins.
pub(crate) async fn project<R: StateRow>(
    tx: &mut PgConnection,
    happened: Vec<Happened<'_, R::Aggregate>>,
) -> Result<(), ConsumerError> {
    project_into::<R>(tx, R::TABLE, happened).await
}

/// The same in the table of another consumer, which has the columns of [`StateRow::TABLE`].
pub(crate) async fn project_into<R: StateRow>(
    tx: &mut PgConnection,
    table: &str,
    happened: Vec<Happened<'_, R::Aggregate>>,
) -> Result<(), ConsumerError> {
    let keys = happened.iter().map(|happened| happened.key).collect();
    let before: BTreeMap<Key, R> = load(tx, table, R::ID, keys).await?;
    let before = before.into_iter().map(|(key, row)| (key, row.into_state()));
    let mut states: BTreeMap<Key, StateOf<R>> = before.collect();
    let mut after = BTreeMap::new();
    for Happened { recorded, key, event } in happened {
        let state = R::Aggregate::evolve(states.remove(&key).unwrap_or_default(), event);
        states.insert(key, state);
        after.insert(key, recorded.revision);
    }
    let row = |(key, state): (Key, StateOf<R>)| {
        let row = R::of(key.id, state, *after.get(&key)?)?;
        Some(Owned { tenant_id: key.tenant_id, row })
    };
    let rows: Vec<Owned<R>> = states.into_iter().filter_map(row).collect();
    upsert(tx, table, &["tenant_id", R::ID], &rows).await
}
