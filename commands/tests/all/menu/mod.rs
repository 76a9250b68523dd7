//! Orders of a company with modifiers, combos, price lists and taxes, on a log in memory.

use commands::orders::{
    OrderRefusal, PlaceOrder, Quote, WantedGroup, WantedLine, WantedModifier, WantedPick,
};
use commands::{CommandError, Intent, Receipt, UnitOfWork};
use domain::Decider;
use domain::catalog::combo::{Combo, Slot, SlotOption};
use domain::catalog::diet::Marks;
use domain::catalog::modifier_group::{self, Limits, ModifierRequest, Override};
use domain::catalog::price_list::{self, Conditions, Entry, List, Subject};
use domain::catalog::product::{self, VariantRequest};
use domain::catalog::{
    Channel, ModifierGroup, PriceList, PriceListIndex, Product, price_list_index,
};
use domain::identity::Branch;
use domain::identity::branch::{self, ProfileSource, TaxRegime};
use domain::inventory::recipe::{self, Ingredient, Portion, Recipe};
use domain::inventory::stock::{self, IncomingLine, Inventory};
use domain::inventory::{BaseUnit, OnShortage, StockItem, stock_item};
use domain::orders::order::{self, Placed};
use domain::orders::{Order, OrderType};
use domain::shared::{
    Code, Currency, ModifierGroupId, ModifierId, Money, PriceListId, ProductId, Quantity,
    ReceiptId, StockItemId, VariantId,
};
use serde::Serialize;

use crate::support::{Company, fresh, id, name, pesos};

mod placing;
mod properties;

const FLOUR: StockItemId = StockItemId::from_uuid(uuid::Uuid::from_u128(60));
const CURD: StockItemId = StockItemId::from_uuid(uuid::Uuid::from_u128(61));

const AREPA: ProductId = ProductId::from_uuid(uuid::Uuid::from_u128(70));
const PLAIN: VariantId = VariantId::from_uuid(uuid::Uuid::from_u128(71));
const JUICE: ProductId = ProductId::from_uuid(uuid::Uuid::from_u128(72));
const GLASS: VariantId = VariantId::from_uuid(uuid::Uuid::from_u128(73));
const LUNCH: ProductId = ProductId::from_uuid(uuid::Uuid::from_u128(74));
const OF_THE_DAY: VariantId = VariantId::from_uuid(uuid::Uuid::from_u128(75));

const FILLINGS: ModifierGroupId = ModifierGroupId::from_uuid(uuid::Uuid::from_u128(80));
const CHEESE: ModifierId = ModifierId::from_uuid(uuid::Uuid::from_u128(81));
const MEAT: ModifierId = ModifierId::from_uuid(uuid::Uuid::from_u128(82));
const COOKING: ModifierGroupId = ModifierGroupId::from_uuid(uuid::Uuid::from_u128(83));
const RARE: ModifierId = ModifierId::from_uuid(uuid::Uuid::from_u128(84));
const WELL_DONE: ModifierId = ModifierId::from_uuid(uuid::Uuid::from_u128(85));

const OFFERS: PriceListId = PriceListId::from_uuid(uuid::Uuid::from_u128(90));

const OF_AREPA: Subject = Subject::Variant { product: AREPA, variant: PLAIN };
const OF_CHEESE: Subject = Subject::Modifier { group: FILLINGS, modifier: CHEESE };
const OF_MEAT: Subject = Subject::Modifier { group: FILLINGS, modifier: MEAT };

/// Has an aggregate decide a command, as the operations of the menu do.
#[derive(Serialize)]
#[serde(bound = "")]
struct Decide<D: Decider> {
    #[serde(skip)]
    id: D::Id,
    #[serde(skip)]
    command: D::Command,
}

impl<D> Intent for Decide<D>
where
    D: Decider,
    D::Id: 'static,
    D::Command: Clone + Send + Sync + 'static,
{
    const OPERATION: &'static str = "test.decide";
    type Refusal = D::Error;

    async fn decide(&self, work: &mut UnitOfWork<'_>) -> Result<(), CommandError<D::Error>> {
        work.read(vec![work.wanted::<D>(&self.id)]).await?;
        work.decide::<D, D::Error>(&self.id, self.command.clone())?;
        Ok(())
    }
}

/// A company that sells arepas with fillings, juice, and a lunch of both.
#[derive(Clone)]
struct Carta(Company);

impl Carta {
    async fn open() -> Self {
        let carta = Self(Company::open().await);
        for (item, text) in [(FLOUR, "Harina"), (CURD, "Cuajada")] {
            carta.keep(item, text).await;
        }
        carta.stock_up().await;
        carta.decide::<ModifierGroup>(COOKING, modifier_group::Command::Add(cooking())).await;
        carta.decide::<ModifierGroup>(FILLINGS, modifier_group::Command::Add(fillings())).await;
        carta.add(AREPA, arepa(&carta)).await;
        carta.add(JUICE, carta.product("Lulada", GLASS, 3_000)).await;
        carta.add(LUNCH, lunch(&carta)).await;
        let ingredients = vec![of_stock(FLOUR, "250")];
        let portions = vec![Portion { variant: PLAIN, ingredients }];
        carta.decide::<Recipe>(AREPA, recipe::Command::Publish { portions }).await;
        carta
    }

    async fn decide<D>(&self, id: D::Id, command: D::Command)
    where
        D: Decider,
        D::Id: 'static,
        D::Command: Clone + Send + Sync + 'static,
    {
        let Company { commands, scope, .. } = &self.0;
        commands.execute(scope, fresh(commands), Decide::<D> { id, command }).await.unwrap();
    }

    async fn keep(&self, item: StockItemId, text: &str) {
        let details = stock_item::Details {
            name: name(text),
            unit: BaseUnit::Gram,
            on_shortage: OnShortage::Refuse,
            marks: Marks::default(),
        };
        self.decide::<StockItem>(item, stock_item::Command::Add(details)).await;
    }

    async fn stock_up(&self) {
        let line =
            |item| IncomingLine { item, quantity: "10000".parse().unwrap(), cost: pesos(100) };
        let receive = stock::Receive {
            receipt: ReceiptId::from_uuid(id(65)),
            currency: Currency::COP,
            lines: vec![line(FLOUR), line(CURD)],
        };
        self.decide::<Inventory>(self.0.branch, stock::Command::Receive(receive)).await;
    }

    fn product(&self, text: &str, variant: VariantId, price: i64) -> product::Request {
        let variant = VariantRequest {
            id: None,
            id_if_new: variant,
            name: name("Única"),
            price: pesos(price),
            recipe_multiplier: None,
            sku: None,
            barcode: None,
        };
        product::Request::new(name(text), self.0.category, vec![variant])
    }

    async fn add(&self, product: ProductId, request: product::Request) {
        self.decide::<Product>(product, product::Command::Add(request)).await;
    }

    /// Publishes a list that holds everywhere and always.
    async fn publish(&self, entries: Vec<Entry>) {
        let list = List {
            name: name("Ofertas"),
            conditions: Conditions::default(),
            valid_from: "2026-01-01".parse().unwrap(),
            entries,
        };
        self.decide::<PriceList>(OFFERS, price_list::Command::Draft(list)).await;
        let publish = price_list::Command::Publish { others: vec![] };
        self.decide::<PriceList>(OFFERS, publish).await;
        let enter = price_list_index::Command::Enter(OFFERS);
        self.decide::<PriceListIndex>(self.0.scope.tenant, enter).await;
    }

    async fn tax(&self, profile: ProfileSource, regime: &str) {
        let from = "2026-01-01".parse().unwrap();
        let regime = TaxRegime { from, profile, regime: code(regime) };
        let now = "2026-01-01T12:00:00Z".parse().unwrap();
        self.decide::<Branch>(self.0.branch, branch::Command::SetTaxRegime { regime, now }).await;
    }

    fn order(&self, lines: Vec<WantedLine>) -> PlaceOrder {
        PlaceOrder {
            order: self.0.order_id(),
            branch: self.0.branch,
            order_type: OrderType::DineIn,
            channel: Channel::default(),
            lines,
        }
    }

    async fn place(&self, order: PlaceOrder) -> Result<Receipt, CommandError<OrderRefusal>> {
        let Company { commands, scope, .. } = &self.0;
        commands.execute(scope, fresh(commands), order).await
    }

    async fn placed(&self, lines: Vec<WantedLine>) -> Placed {
        placed(&self.place(self.order(lines)).await.unwrap())
    }

    async fn quote(&self, order: &PlaceOrder) -> Result<Quote, CommandError<OrderRefusal>> {
        self.0.commands.quote(&self.0.scope, order).await
    }
}

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

fn placed(receipt: &Receipt) -> Placed {
    match &receipt.facts::<Order>().unwrap()[0].event {
        order::Event::Placed(placed) => placed.clone(),
        other => panic!("{other:?}"),
    }
}

fn of_stock(item: StockItemId, text: &str) -> Ingredient {
    Ingredient { item, quantity: text.parse().unwrap() }
}

fn modifier(id: ModifierId, text: &str, price: i64) -> ModifierRequest {
    ModifierRequest {
        id: None,
        id_if_new: id,
        name: name(text),
        price: pesos(price),
        max_quantity: 2,
        default_quantity: 0,
        nested: None,
        ingredients: vec![],
    }
}

fn fillings() -> modifier_group::Request {
    let cheese = ModifierRequest {
        ingredients: vec![of_stock(CURD, "30")],
        ..modifier(CHEESE, "Queso", 2_000)
    };
    let meat = ModifierRequest { nested: Some(COOKING), ..modifier(MEAT, "Carne", 4_000) };
    let limits = Limits { required: false, min: 1, max: 3 };
    modifier_group::Request { name: name("Rellenos"), limits, modifiers: vec![cheese, meat] }
}

fn cooking() -> modifier_group::Request {
    let rare = ModifierRequest { default_quantity: 1, ..modifier(RARE, "Término medio", 0) };
    let modifiers = vec![rare, modifier(WELL_DONE, "Bien asada", 500)];
    let limits = Limits { required: true, min: 1, max: 1 };
    modifier_group::Request { name: name("Término"), limits, modifiers }
}

fn arepa(carta: &Carta) -> product::Request {
    let groups = vec![Override::none(FILLINGS)];
    product::Request { groups, ..carta.product("Arepa", PLAIN, 6_000) }
}

fn lunch(carta: &Carta) -> product::Request {
    let option = |product, variant, upcharge| SlotOption { product, variant, upcharge };
    let slot = |text, options| Slot { name: name(text), pieces: 1, options };
    let slots = vec![
        slot("Plato", vec![option(AREPA, PLAIN, pesos(0)), option(JUICE, GLASS, pesos(0))]),
        slot("Bebida", vec![option(JUICE, GLASS, pesos(1_000))]),
    ];
    let combo = Some(Combo { slots });
    product::Request { combo, ..carta.product("Almuerzo", OF_THE_DAY, 10_000) }
}

fn pieces(n: u32) -> Quantity {
    Quantity::try_new(n).unwrap()
}

fn chosen(modifiers: &[(ModifierId, u16)]) -> Vec<WantedGroup> {
    let modifier = |(modifier, quantity): &(ModifierId, u16)| WantedModifier {
        modifier: *modifier,
        quantity: *quantity,
        nested: None,
    };
    vec![WantedGroup { group: FILLINGS, modifiers: modifiers.iter().map(modifier).collect() }]
}

fn arepas(n: u32, modifiers: &[(ModifierId, u16)]) -> WantedLine {
    let modifier_groups = chosen(modifiers);
    WantedLine { modifier_groups, ..WantedLine::plain(AREPA, PLAIN, pieces(n)) }
}

fn lunches(n: u32, modifiers: &[(ModifierId, u16)]) -> WantedLine {
    let arepa = WantedPick {
        product: AREPA,
        variant: PLAIN,
        quantity: pieces(1),
        modifier_groups: chosen(modifiers),
    };
    let slots = vec![vec![arepa], vec![]];
    WantedLine { slots, ..WantedLine::plain(LUNCH, OF_THE_DAY, pieces(n)) }
}

fn entry(subject: Subject, price: i64) -> Entry {
    Entry { subject, price: pesos(price) }
}

fn amounts(amounts: impl IntoIterator<Item = Money>) -> i64 {
    amounts.into_iter().map(Money::amount).sum()
}
