//! Erases every person whom the log reports as erased, in case the process that was asked to ended before, or
//! the tables come from a backup that is older than the log.

use async_trait::async_trait;
use domain::Decider;
use domain::identity::User;
use domain::identity::user::Event;
use event_store::RecordedEvent;
use event_store::consumer::{Consumer, ConsumerError};
use sqlx::PgConnection;

/// The consumer that erases people.
#[derive(Debug)]
pub struct Erasing;

#[async_trait]
impl Consumer for Erasing {
    fn name(&self) -> &'static str {
        "erasing"
    }

    fn wants(&self, event: &RecordedEvent) -> bool {
        event.stream.is_of::<User>()
    }

    async fn apply(
        &self,
        tx: &mut PgConnection,
        events: &[&RecordedEvent],
    ) -> Result<(), ConsumerError> {
        for event in events {
            let Event::Forgotten(_) = event.decode::<Event>()? else { continue };
            let person = event.stream.id().parse::<<User as Decider>::Id>();
            let person = person.map_err(|_| ConsumerError::Misfit {
                position: event.position,
                reason: "the stream is not named after a person".to_owned(),
            })?;
            sqlx::query("SELECT forget_person($1, $2)")
                .bind(event.stream.tenant().uuid())
                .bind(person.uuid())
                .execute(&mut *tx)
                .await?;
        }
        Ok(())
    }
}
