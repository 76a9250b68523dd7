//! A company with one branch and one product on a log in memory.

use std::sync::Arc;

use commands::catalog::{
    AddCategory, AddProduct, Changes, ProductRequest, ReviseProduct, VariantRequest,
};
use commands::engine::sources::{RandomIds, SystemClock};
use commands::identity::OpenBranch;
use commands::orders::{OrderRefusal, PlaceOrder, WantedLine};
use commands::{CommandError, Commands, Receipt, Request, Scope};
use domain::catalog::Channel;
use domain::orders::order::Event;
use domain::orders::{Order, OrderType};
use domain::shared::{
    BranchId, CategoryId, CommandId, CorrelationId, Currency, IncarnationId, Money, Name, OrderId,
    ProductId, Quantity, TenantId, UserId, VariantId,
};
use event_store::EventStore;
use event_store::memory::MemoryStore;
use uuid::Uuid;

#[derive(Clone)]
pub(crate) struct Company {
    pub(crate) commands: Commands,
    pub(crate) scope: Scope,
    pub(crate) branch: BranchId,
    pub(crate) category: CategoryId,
    pub(crate) product: ProductId,
    pub(crate) variant: VariantId,
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub(crate) fn pesos(amount: i64) -> Money {
    Money::try_new(amount * 100, Currency::COP).unwrap()
}

pub(crate) fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// A command with a fresh id.
pub(crate) fn fresh(commands: &Commands) -> Request {
    Request::live(CommandId::from_uuid(commands.uuid()))
}

impl Company {
    pub(crate) async fn open() -> Self {
        Self::open_on(Arc::new(MemoryStore::new(IncarnationId::from_uuid(id(1))))).await
    }

    pub(crate) async fn open_on(store: Arc<dyn EventStore>) -> Self {
        let commands = Commands::new(store, Arc::new(SystemClock), Arc::new(RandomIds));
        let scope = Scope::user(
            TenantId::from_uuid(id(2)),
            UserId::from_uuid(id(3)),
            CorrelationId::from_uuid(id(4)),
        );
        let company = Self {
            commands,
            scope,
            branch: BranchId::from_uuid(id(5)),
            category: CategoryId::from_uuid(id(6)),
            product: ProductId::from_uuid(id(7)),
            variant: VariantId::from_uuid(id(8)),
        };
        company.set_up().await;
        company
    }

    /// The same company on another node.
    pub(crate) fn on_another_node(&self) -> Self {
        let store = Arc::clone(self.commands.store());
        let commands = Commands::new(store, Arc::new(SystemClock), Arc::new(RandomIds));
        Self { commands, ..self.clone() }
    }

    async fn set_up(&self) {
        let branch = OpenBranch {
            branch: self.branch,
            name: name("Chapinero"),
            time_zone: chrono_tz::America::Bogota,
            currency: Currency::COP,
            cut_off: "04:00".parse().unwrap(),
        };
        let category = AddCategory { category: self.category, name: name("Platos"), place: 1 };
        let variant = VariantRequest::new(None, self.variant, name("Completa"), pesos(28_000));
        let request = ProductRequest::new(name("Bandeja paisa"), self.category, vec![variant]);
        let product = AddProduct { product: self.product, request };
        let (commands, scope) = (&self.commands, &self.scope);
        commands.execute(scope, fresh(commands), branch).await.unwrap();
        commands.execute(scope, fresh(commands), category).await.unwrap();
        commands.execute(scope, fresh(commands), product).await.unwrap();
    }

    /// Changes the price of the product, in pesos.
    pub(crate) async fn reprice(&self, amount: i64) {
        let id = Some(self.variant);
        let variant = VariantRequest::new(id, self.variant, name("Completa"), pesos(amount));
        let changes = Changes { variants: Some(vec![variant]), ..Changes::default() };
        let revise = ReviseProduct { product: self.product, seen: None, changes };
        self.commands.execute(&self.scope, fresh(&self.commands), revise).await.unwrap();
    }

    /// The total of an order that is placed at this moment.
    pub(crate) async fn total(&self) -> Money {
        let receipt = self.place(self.order_id()).await.unwrap();
        match &receipt.facts::<Order>().unwrap()[0].event {
            Event::Placed(placed) => placed.total,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn order(&self, order: OrderId) -> PlaceOrder {
        let quantity = Quantity::try_new(1).unwrap();
        let line = WantedLine::plain(self.product, self.variant, quantity);
        let order_type = OrderType::DineIn;
        let channel = Channel::default();
        PlaceOrder { order, branch: self.branch, order_type, channel, lines: vec![line] }
    }

    pub(crate) fn order_id(&self) -> OrderId {
        OrderId::from_uuid(self.commands.uuid())
    }

    pub(crate) async fn place(
        &self,
        order: OrderId,
    ) -> Result<Receipt, CommandError<OrderRefusal>> {
        self.commands.execute(&self.scope, fresh(&self.commands), self.order(order)).await
    }
}
