//! Events for tests: single ones, and the history of two companies.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::Decider;
use domain::catalog::{Category, Channel, Product, category, product};
use domain::identity::roles::{self, By, Change, Command, Roles};
use domain::identity::{Branch, Device, branch, device};
use domain::orders::order::{CancelReason, Event, State};
use domain::orders::{Order, OrderType, order};
use domain::pricing::RULES;
use domain::shared::{
    BranchId, CategoryId, Code, Currency, DeviceId, ModifierGroupId, ModifierId, Money, Name,
    OrderId, PaymentId, ProductId, Quantity, Rate, TenantId, UserId, VariantId,
};
use domain::taxes::{Inclusion, Tax, Taxes};
use event_store::Append;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::prices;
use crate::random_menu::RandomMenu;
use crate::random_stock::RandomStock;
use crate::world::{ANA, LUIS, World, utc, uuid};

pub(crate) const CHAPINERO: BranchId = BranchId::from_uuid(uuid::Uuid::from_u128(0x100));
pub(crate) const USAQUEN: BranchId = BranchId::from_uuid(uuid::Uuid::from_u128(0x101));
pub(crate) const PLATES: CategoryId = CategoryId::from_uuid(uuid::Uuid::from_u128(0x200));
pub(crate) const DRINKS: CategoryId = CategoryId::from_uuid(uuid::Uuid::from_u128(0x201));

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub(crate) fn pesos(amount: i64) -> Money {
    Money::try_new(amount * 100, Currency::COP).unwrap()
}

pub(crate) fn order_id(n: u128) -> OrderId {
    OrderId::from_uuid(uuid(0x0E00_0000 + n))
}

pub(crate) fn product_id(n: u128) -> ProductId {
    ProductId::from_uuid(uuid(0x0C00_0000 + n))
}

pub(crate) fn variant(n: u128, text: &str, price: Money) -> product::Variant {
    product::Variant::new(VariantId::from_uuid(uuid(0x0D00_0000 + n)), name(text), price)
}

pub(crate) fn opened(text: &str, currency: Currency) -> branch::Opened {
    let time_zone = "America/Bogota".parse().unwrap();
    branch::Opened { name: name(text), time_zone, currency, cut_off: "04:00".parse().unwrap() }
}

/// A line of `quantity` units of the only variant of product `n`.
pub(crate) fn line(n: u128, category: CategoryId, quantity: u32, unit_price: Money) -> order::Line {
    order::Line {
        product: product_id(n),
        variant: VariantId::from_uuid(uuid(0x0D00_0000 + n)),
        category,
        product_name: name(&format!("Product {n}")),
        variant_name: name("Normal"),
        product_revision: 1,
        quantity: Quantity::try_new(quantity).unwrap(),
        unit_price,
        total: unit_price.times(quantity).unwrap(),
        recipe: None,
        price_list: None,
        modifiers: vec![],
        children: vec![],
        taxes: vec![],
        station: None,
    }
}

pub(crate) fn placed(branch: BranchId, number: u32, lines: Vec<order::Line>) -> order::Placed {
    let total = Money::sum(lines[0].total.currency(), lines.iter().map(|line| line.total)).unwrap();
    order::Placed {
        branch,
        order_type: OrderType::DineIn,
        number,
        call_number: number,
        hour: 13,
        lines,
        total,
        channel: Channel::default(),
        taxes: vec![],
        rules: RULES,
    }
}

/// A modifier that was chosen so often with each piece.
pub(crate) fn modifier(n: u128, quantity: u32, price: Money) -> order::LineModifier {
    order::LineModifier {
        group: ModifierGroupId::from_uuid(uuid(0x0A00_0000)),
        group_revision: 1,
        group_name: name("Adiciones"),
        modifier: ModifierId::from_uuid(uuid(0x0A00_0001 + n)),
        name: name(&format!("Modifier {n}")),
        quantity: Quantity::try_new(quantity).unwrap(),
        price,
        price_list: None,
        ingredients: vec![],
        nested: vec![],
    }
}

/// A tax of 8 % that prices include.
pub(crate) fn consumption_tax() -> Taxes {
    let rate = Rate::try_from_millionths(80_000).unwrap();
    let (code, inclusion) = (Code::parse("inc").unwrap(), Inclusion::Included);
    Taxes { taxes: vec![Tax { code, rate, inclusion }], comp_keeps_base: false }
}

/// An exact cash payment that leaves `balance` to pay.
pub(crate) fn paid(n: u128, amount: Money, balance: Money, hour: u8) -> order::PaymentTaken {
    order::PaymentTaken {
        payment: PaymentId::from_uuid(uuid(0x0F00_0000 + n)),
        method: order::PaymentMethod::Cash,
        amount,
        tendered: amount,
        change: Money::zero(amount.currency()),
        balance,
        hour,
    }
}

/// Sets up a menu for two companies, which share every id but the tenant's.
pub(crate) async fn open(world: &mut World) {
    let at = "2026-03-01T12:00:00Z";
    for (tenant, currency) in [(ANA, Currency::COP), (LUIS, Currency::USD)] {
        for (id, text) in [(CHAPINERO, "Chapinero"), (USAQUEN, "Usaquén")] {
            world.happens::<Branch>(tenant, &id, at, [opened(text, currency).into()]).await;
        }
        for (id, text, place) in [(PLATES, "Platos", 1), (DRINKS, "Bebidas", 2)] {
            let added = category::Added { name: name(text), place };
            world.happens::<Category>(tenant, &id, at, [added.into()]).await;
        }
        for n in 0..6 {
            let price = Money::try_new(1_275 + i64::try_from(n).unwrap() * 350, currency).unwrap();
            let added = product::Added {
                name: name(&format!("Product {n}")),
                category: if n % 2 == 0 { PLATES } else { DRINKS },
                variants: vec![variant(n, "Normal", price)],
            };
            world.happens::<Product>(tenant, &product_id(n), at, [added.into()]).await;
        }
        prices::append(world, tenant, currency).await;
    }
}

/// Adds an administrator and a till.
async fn people(world: &mut World, tenant: TenantId) {
    let at = "2026-03-01T12:00:00Z";
    let found = Change::Found { tenant, administrator: UserId::from_uuid(uuid(0x400)) };
    let found = Command { by: By::System, change: found };
    let founded = Roles::decide(&roles::State::default(), found).unwrap();
    world.happens::<Roles>(tenant, &tenant, at, founded).await;
    let enrolled = device::Enrolled { branch: CHAPINERO, name: name("Caja 1") };
    let till = DeviceId::from_uuid(uuid(0x500));
    world.happens::<Device>(tenant, &till, at, [enrolled.into()]).await;
}

/// Orders of both companies in every state, in the order of their events. The same seed gives the
/// same events.
pub(crate) struct RandomOrders {
    rng: StdRng,
    orders: BTreeMap<(TenantId, OrderId), State>,
    n_orders: u32,
    now: DateTime<Utc>,
    stock: RandomStock,
    menu: RandomMenu,
    has_people: bool,
}

impl RandomOrders {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rng: StdRng::seed_from_u64(seed),
            orders: BTreeMap::new(),
            n_orders: 0,
            now: utc("2026-03-01T15:00:00Z"),
            stock: RandomStock::default(),
            menu: RandomMenu::default(),
            has_people: false,
        }
    }

    /// Appends the next `n_steps` steps.
    pub(crate) async fn append_steps(&mut self, world: &mut World, n_steps: u32) {
        self.stock.open(world).await;
        if !std::mem::replace(&mut self.has_people, true) {
            people(world, ANA).await;
            people(world, LUIS).await;
        }
        for _ in 0..n_steps {
            let step = self.step(world);
            world.append(step).await;
        }
    }

    fn step(&mut self, world: &mut World) -> Append {
        self.now += TimeDelta::seconds(self.rng.random_range(0..900));
        if self.rng.random_ratio(1, 40) {
            return self.menu_changes(world);
        }
        if self.rng.random_ratio(1, 10) {
            return self.menu.step(&mut self.rng, world, self.now);
        }
        if self.rng.random_ratio(1, 4) {
            return self.stock.step(&mut self.rng, world, self.now);
        }
        loop {
            let ((tenant, id), state) = self.some_order();
            let Ok(events) = Order::decide(&state, self.some_command(&state, tenant)) else {
                continue;
            };
            let (now, date) = (self.now, self.now.date_naive());
            let append = world.command::<Order>(tenant, &id, now, Some(date), events.clone());
            self.orders.insert((tenant, id), Order::fold(state, events));
            return append;
        }
    }

    /// A new order in one of four cases, else one that may still change.
    fn some_order(&mut self) -> ((TenantId, OrderId), State) {
        let n_open = self.orders.len();
        if n_open < 8 || self.rng.random_ratio(1, 4) {
            self.n_orders += 1;
            let tenant = if self.rng.random_ratio(1, 3) { LUIS } else { ANA };
            return ((tenant, order_id(self.n_orders.into())), State::default());
        }
        let (key, state) = self.orders.iter().nth(self.rng.random_range(0..n_open)).unwrap();
        (*key, state.clone())
    }

    fn some_command(&mut self, state: &State, tenant: TenantId) -> order::Command {
        let hour = self.rng.random_range(0..24);
        let State::Placed(order::Details { balance, .. }) = *state else {
            return self.some_order_to_place(tenant, hour);
        };
        match self.rng.random_range(0..12) {
            0 | 1 => order::Command::Confirm,
            2 | 3 => order::Command::Start,
            4 | 5 => order::Command::MarkReady,
            6 | 7 => order::Command::Deliver,
            8 => order::Command::Cancel { reason: CancelReason::NoShow },
            part => {
                let some = Money::try_new(balance.amount() / 2 + 1, balance.currency()).unwrap();
                let amount = if part == 9 { some } else { balance };
                let payment = PaymentId::from_uuid(uuid(self.rng.random()));
                order::Command::TakeCash(order::TakeCash { payment, amount, tendered: None, hour })
            }
        }
    }

    fn some_order_to_place(&mut self, tenant: TenantId, hour: u8) -> order::Command {
        let currency = if tenant == ANA { Currency::COP } else { Currency::USD };
        let some_line = |rng: &mut StdRng| {
            let n = rng.random_range(0..6_u128);
            let price = Money::try_new(rng.random_range(1..90_000), currency).unwrap();
            let line = line(n, [PLATES, DRINKS][n as usize % 2], rng.random_range(1..4), price);
            let item = order::Item {
                product: line.product,
                variant: line.variant,
                category: line.category,
                product_name: line.product_name,
                variant_name: line.variant_name,
                product_revision: line.product_revision,
                unit_price: line.unit_price,
                price_list: None,
                modifiers: (0..n % 3).map(|n| modifier(n, 1, price)).collect(),
                taxes: if n == 0 { consumption_tax() } else { Taxes::default() },
                station: None,
                recipe: None,
            };
            let child = |item| order::ChildRequest {
                slot: 0,
                item,
                quantity: Quantity::try_new(2).unwrap(),
                upcharge: price,
            };
            let children = rng.random_bool(0.2).then(|| child(item.clone())).into_iter().collect();
            order::LineRequest { item, quantity: line.quantity, children }
        };
        let n_lines = self.rng.random_range(1..5);
        order::Command::Place(order::Place {
            branch: [CHAPINERO, USAQUEN][self.rng.random_range(0..2)],
            currency,
            order_type: OrderType::ALL[self.rng.random_range(0..3)],
            channel: Channel::default(),
            number: self.n_orders,
            call_number: self.n_orders,
            hour,
            lines: (0..n_lines).map(|_| some_line(&mut self.rng)).collect(),
        })
    }

    fn menu_changes(&mut self, world: &mut World) -> Append {
        let product = product_id(self.rng.random_range(0..6));
        let category = [PLATES, DRINKS][self.rng.random_range(0..2)];
        let renamed = product::Renamed { name: name(&format!("Renamed {}", self.n_orders)) };
        let events = [renamed.into(), product::Recategorised { category }.into()];
        world.command::<Product>(ANA, &product, self.now, None, events)
    }
}

/// All events of an order from placing to delivery, in one command.
pub(crate) fn whole_life(order: order::Placed, n: u128) -> [Event; 6] {
    let payment = paid(n, order.total, Money::zero(order.total.currency()), order.hour);
    [
        order.into(),
        order::Confirmed {}.into(),
        order::Started {}.into(),
        order::MadeReady {}.into(),
        order::Delivered {}.into(),
        payment.into(),
    ]
}
