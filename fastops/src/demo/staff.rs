//! The staff of the demo's restaurant: executes intents, and retries while the log or the database fails.

use std::time::Duration;

use commands::catalog::{ProductRefusal, is_upload_wanted};
use commands::{CommandError, Commands, Intent, Receipt, Request, Scope, World};
use domain::shared::{CommandId, CorrelationId, ProductId, TenantId};
use tokio_util::sync::CancellationToken;

use crate::installation::Installation;

/// The pause after the first attempt that failed for a technical reason; it doubles with each further one.
const PAUSE_MIN: Duration = Duration::from_millis(200);

/// The longest such pause.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Executes intents for the restaurant's staff. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Staff {
    commands: Commands,
    scope: Scope,
    shutdown: CancellationToken,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Undone<R> {
    /// It was refused, or failed in a way that waiting does not mend.
    #[error(transparent)]
    Failed(#[from] CommandError<R>),
    /// The demo ends.
    #[error("the demo ends")]
    Leaving,
}

impl Staff {
    /// Works for `tenant` until `shutdown`.
    pub(super) fn new(
        installation: &Installation,
        tenant: TenantId,
        shutdown: CancellationToken,
    ) -> Self {
        let commands = installation.commands.clone();
        let correlation = CorrelationId::from_uuid(commands.uuid());
        Self { commands, scope: Scope::system(tenant, correlation, "demo"), shutdown }
    }

    /// The same for past sales.
    pub(super) fn backdated(self) -> Self {
        Self { scope: self.scope.backdated(), ..self }
    }

    /// Whose restaurant it is.
    pub(super) fn tenant(&self) -> TenantId {
        self.scope.tenant
    }

    /// Executes a command with the current time, once.
    pub(super) async fn does<I: Intent + Clone>(
        &self,
        intent: I,
    ) -> Result<Receipt, Undone<I::Refusal>> {
        let command = CommandId::from_uuid(self.commands.uuid());
        self.does_once(Request::live(command), intent).await
    }

    /// Executes an intent once, however often it is called with the request's id: retries under the same id
    /// while the database is unavailable or the streams are busy.
    pub(super) async fn does_once<I: Intent + Clone>(
        &self,
        request: Request,
        intent: I,
    ) -> Result<Receipt, Undone<I::Refusal>> {
        let mut pause = PAUSE_MIN;
        while !self.shutdown.is_cancelled() {
            match self.commands.execute(&self.scope, request, intent.clone()).await {
                Err(CommandError::World(world)) if may_pass(&world) => {
                    tracing::warn!(error = %world, operation = I::OPERATION, "a command of the \
                        demo failed and is retried");
                }
                outcome => return Ok(outcome?),
            }
            self.rests(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
        Err(Undone::Leaving)
    }

    /// Whether the files of an image are to be made for a command: not if it is accepted already.
    pub(super) async fn is_image_wanted(
        &self,
        command: CommandId,
        product: ProductId,
    ) -> Result<bool, CommandError<ProductRefusal>> {
        is_upload_wanted(&self.commands, &self.scope, command, product).await
    }

    /// Waits; returns whether the demo goes on.
    pub(super) async fn rests(&self, pause: Duration) -> bool {
        self.shutdown.run_until_cancelled(tokio::time::sleep(pause)).await.is_some()
    }
}

/// Whether the same command may succeed later.
const fn may_pass(world: &World) -> bool {
    match world {
        World::Busy | World::Lost => true,
        World::Log(error) => error.is_transient(),
        World::Unreadable(_) => false,
    }
}
