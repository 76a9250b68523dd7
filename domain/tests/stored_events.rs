//! The JSON of every stored event is a snapshot: a renamed field fails the test, and an old shape
//! needs an upcaster.

#![expect(clippy::unwrap_used, reason = "a sample that cannot be made fails the test")]

use std::collections::BTreeSet;

use domain::catalog::{Channel, category, product};
use domain::claim;
use domain::event::{EventType, StoredEvent};
use domain::identity::branch::{ProfileSource, TaxRegime};
use domain::identity::roles::{self, BranchAccess, RoleKind};
use domain::identity::subscription::{self, Module, Plan};
use domain::identity::{Permission, PermissionName, branch, device, tenant, user};
use domain::inventory::balance::Balance;
use domain::inventory::recipe::{self, Ingredient};
use domain::inventory::{BaseUnit, OnShortage, PaymentTerms, stock, stock_item, supplier};
use domain::orders::{LineRecipe, OrderType, order, series};
use domain::schemas::{Schemas, schemas};
use domain::shared::{
    Address, BranchId, CategoryId, Code, Currency, EmailKey, Money, Name, OrderId, PaymentId,
    PermissionCategoryId, ProductId, Quantity, ReceiptId, RoleId, SessionId, Slug, StockItemId,
    StockQuantity, TaxProfileId, UserId, VariantId,
};
use domain::taxes::builtin::Country;
use uuid::Uuid;

#[path = "stored_events/menu.rs"]
mod menu;
#[path = "stored_events/order_menu.rs"]
mod order_menu;
#[path = "stored_events/products.rs"]
mod products;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn pesos(amount: i64) -> Money {
    Money::try_new(amount * 100, Currency::COP).unwrap()
}

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn variant() -> product::Variant {
    product::Variant::new(VariantId::from_uuid(uuid(2)), name("Completa"), pesos(28_000))
}

fn line() -> order::Line {
    order::Line {
        product: ProductId::from_uuid(uuid(1)),
        variant: VariantId::from_uuid(uuid(2)),
        category: CategoryId::from_uuid(uuid(3)),
        product_name: name("Bandeja paisa"),
        variant_name: name("Completa"),
        product_revision: 4,
        quantity: Quantity::try_new(2).unwrap(),
        unit_price: pesos(28_000),
        total: pesos(56_000),
        recipe: None,
        price_list: None,
        modifiers: vec![],
        children: vec![],
        taxes: vec![],
        station: None,
    }
}

/// One line per event. Checks that each event reads back and that every event type has a sample.
fn stored<E: StoredEvent + PartialEq + std::fmt::Debug>(events: &[E]) -> Vec<String> {
    let sampled: BTreeSet<_> = events.iter().map(|event| event.event_type().name).collect();
    let declared: BTreeSet<_> = E::TYPES.iter().map(|kind| kind.name).collect();
    assert_eq!(sampled, declared, "an event has no sample here");
    let describe = |event: &E| {
        let EventType { name, version } = event.event_type();
        let payload = event.encode();
        assert_eq!(&E::decode(name, version, &payload).unwrap(), event);
        format!("{name} {version} {}", String::from_utf8(payload).unwrap())
    };
    events.iter().map(describe).collect()
}

fn identity() -> Vec<String> {
    [stored(&tenants()), stored(&subscriptions()), stored(&branches())].concat()
}

fn address() -> Address {
    let region = Some(name("Cundinamarca"));
    Address { street: name("Calle 53 # 9-12"), city: name("Bogotá"), region }
}

fn tenants() -> [tenant::Event; 6] {
    let registered = tenant::Registered {
        name: name("Arepas del Parque"),
        slug: Slug::parse("arepas-del-parque").unwrap(),
        owner: UserId::from_uuid(uuid(1)),
    };
    let corrected = tenant::LegalDetailsCorrected {
        legal_name: Some(name("Arepas del Parque S.A.S.")),
        tax_id: Some(tenant::TaxId::parse("900.123.456-7").unwrap()),
    };
    [
        registered.into(),
        tenant::Renamed { name: name("Arepas") }.into(),
        corrected.into(),
        tenant::Relocated { address: Some(address()) }.into(),
        tenant::Closed {}.into(),
        tenant::Reopened {}.into(),
    ]
}

fn branches() -> [branch::Event; 8] {
    let (time_zone, cut_off) = (chrono_tz::America::Bogota, "04:00".parse().unwrap());
    let currency = Currency::COP;
    let from = "2026-03-15".parse().unwrap();
    let code = Code::parse("inc").unwrap();
    let regime = |profile| TaxRegime { from, profile, regime: code.clone() };
    [
        branch::Opened { name: name("Chapinero"), time_zone, currency, cut_off }.into(),
        branch::Renamed { name: name("Chapinero Alto") }.into(),
        branch::Relocated { address: Some(address()) }.into(),
        branch::BusinessDayChanged { from, time_zone, cut_off }.into(),
        regime(ProfileSource::Builtin(Country::Colombia)).into(),
        regime(ProfileSource::Own(TaxProfileId::from_uuid(uuid(12)))).into(),
        branch::Closed {}.into(),
        branch::Reopened {}.into(),
    ]
}

fn subscriptions() -> [subscription::Event; 7] {
    let moment = "2026-01-01T12:00:00Z".parse().unwrap();
    let plan = Plan {
        name: name("Una sede"),
        branches: Some(1),
        users: None,
        modules: Some([Module::Catalog, Module::Inventory, Module::Orders].into()),
    };
    [
        subscription::PlanChosen { plan }.into(),
        subscription::TrialGranted { until: moment }.into(),
        subscription::Activated {}.into(),
        subscription::FellPastDue { since: moment }.into(),
        subscription::Suspended {}.into(),
        subscription::BranchAdded { branch: BranchId::from_uuid(uuid(1)) }.into(),
        subscription::BranchRemoved { branch: BranchId::from_uuid(uuid(1)) }.into(),
    ]
}

fn users() -> Vec<String> {
    let branch = BranchId::from_uuid(uuid(4));
    let held = roles::Held::These([PermissionName::from(Permission::OrderPlace)].into());
    let reach = roles::Reach { held, branches: BranchAccess::Only([branch].into()) };
    let users: [user::Event; 14] = [
        user::Invited { email: Some(EmailKey::from_bytes([0xab; 32])) }.into(),
        user::InvitedAgain {}.into(),
        user::Joined {}.into(),
        user::PasswordChanged {}.into(),
        user::PinChanged { number: 1 }.into(),
        user::PinSet { number: 2, reach: Some(reach) }.into(),
        user::PinReplaced { number: 3 }.into(),
        user::PinBlocked { number: 3 }.into(),
        user::SessionsEnded {}.into(),
        user::SessionEnded {
            session: SessionId::from_uuid(uuid(5)),
            at: "2026-01-01T12:00:00Z".parse().unwrap(),
            reason: user::EndReason::TokenReused,
        }
        .into(),
        user::Renamed { number: 1 }.into(),
        user::EmailChangeRequested { number: 1, email: EmailKey::from_bytes([0xcd; 32]) }.into(),
        user::EmailChanged { number: 1, email: EmailKey::from_bytes([0xcd; 32]) }.into(),
        user::Forgotten {}.into(),
    ];
    let devices: [device::Event; 2] =
        [device::Enrolled { branch, name: name("Caja 1") }.into(), device::Removed {}.into()];
    [stored(&users), stored(&devices), stored(&roles())].concat()
}

fn roles() -> [roles::Event; 23] {
    let (user, role) = (UserId::from_uuid(uuid(1)), RoleId::from_uuid(uuid(2)));
    let parents = || [RoleId::from_uuid(uuid(3))].into();
    let branches = BranchAccess::Only([BranchId::from_uuid(uuid(4))].into());
    let category = PermissionCategoryId::from_uuid(uuid(5));
    let permission = || Permission::OrderPlace.into();
    let own = || PermissionName::parse("x_erp.sync").unwrap();
    let kind = RoleKind::Ordinary;
    [
        roles::RoleAdded {
            role,
            name: name("Cajero"),
            kind,
            parents: parents(),
            permissions: [permission()].into(),
        }
        .into(),
        roles::RoleRenamed { role, name: name("Cajera") }.into(),
        roles::ParentsChosen { role, parents: parents() }.into(),
        roles::RoleRemoved { role }.into(),
        roles::PermissionGranted { role, permission: permission() }.into(),
        roles::PermissionRevoked { role, permission: permission() }.into(),
        roles::MemberAdmitted { user, roles: [role].into(), branches: BranchAccess::All }.into(),
        roles::RoleAssigned { user, role }.into(),
        roles::RoleUnassigned { user, role }.into(),
        roles::BranchesAllowed { user, branches }.into(),
        roles::MemberSuspended { user }.into(),
        roles::MemberResumed { user }.into(),
        roles::MemberForgotten { user }.into(),
        roles::AdministratorRestored { user, role }.into(),
        roles::PermissionDefined { permission: own(), label: name("Contabilidad") }.into(),
        roles::PermissionDropped { permission: own() }.into(),
        roles::PermissionLabelled { permission: permission(), label: name("Tomar pedidos") }.into(),
        roles::PermissionLabelDropped { permission: permission() }.into(),
        roles::Seeded { version: 2 }.into(),
        roles::PermissionCategorised { permission: permission(), category }.into(),
        roles::CategoryAdded { category, name: name("Caja"), permissions: [permission()].into() }
            .into(),
        roles::CategoryRenamed { category, name: name("Cajas") }.into(),
        roles::CategoryRemoved { category }.into(),
    ]
}

fn catalog() -> Vec<String> {
    let categories: [category::Event; 5] = [
        category::Added { name: name("Platos"), place: 1 }.into(),
        category::Renamed { name: name("Platos fuertes") }.into(),
        category::Moved { place: 2 }.into(),
        category::Removed {}.into(),
        category::Restored {}.into(),
    ];
    [stored(&categories), products::samples(), menu::samples()].concat()
}

fn claims() -> Vec<String> {
    let holder = uuid(1);
    stored::<claim::Event>(&[claim::Taken { holder }.into(), claim::Released { holder }.into()])
}

fn orders() -> Vec<String> {
    let placed = order::Placed {
        branch: BranchId::from_uuid(uuid(4)),
        order_type: OrderType::DineIn,
        number: 7,
        call_number: 3,
        hour: 13,
        lines: vec![line()],
        total: pesos(56_000),
        channel: Channel::default(),
        taxes: vec![],
        rules: 1,
    };
    let payment = order::PaymentTaken {
        payment: PaymentId::from_uuid(uuid(5)),
        method: order::PaymentMethod::Cash,
        amount: pesos(56_000),
        tendered: pesos(60_000),
        change: pesos(4_000),
        balance: pesos(0),
        hour: 14,
    };
    let multiplier = Some("1.5".parse().unwrap());
    let recipe = LineRecipe { version: 2, ingredients: vec![flour("250.5")], multiplier };
    let lines = vec![order::Line { recipe: Some(recipe), ..line() }];
    let with_recipe = order::Placed { lines, ..placed.clone() };
    let orders: [order::Event; 9] = [
        placed.clone().into(),
        with_recipe.into(),
        order_menu::with_menu(&placed).into(),
        order::Confirmed {}.into(),
        order::Started {}.into(),
        order::MadeReady {}.into(),
        order::Delivered {}.into(),
        order::Cancelled { reason: order::CancelReason::GuestRequest }.into(),
        payment.into(),
    ];
    let taken = series::NumberTaken {
        order: OrderId::from_uuid(uuid(6)),
        number: 7,
        call_number: 3,
        business_date: "2026-03-14".parse().unwrap(),
    };
    [stored(&orders), stored::<series::Event>(&[taken.into()])].concat()
}

fn quantity(text: &str) -> StockQuantity {
    text.parse().unwrap()
}

fn flour(text: &str) -> Ingredient {
    Ingredient { item: StockItemId::from_uuid(uuid(7)), quantity: quantity(text) }
}

fn inventory() -> Vec<String> {
    let items: [stock_item::Event; 4] = [
        stock_item::Added {
            name: name("Harina"),
            unit: BaseUnit::Gram,
            on_shortage: OnShortage::Refuse,
        }
        .into(),
        stock_item::Renamed { name: name("Harina de trigo") }.into(),
        stock_item::ShortagePolicySet { on_shortage: OnShortage::Allow }.into(),
        stock_item::DietDeclared { marks: products::marks() }.into(),
    ];
    let variant = VariantId::from_uuid(uuid(2));
    let portions = vec![recipe::Portion { variant, ingredients: vec![flour("125.25")] }];
    let published = recipe::Published { version: 2, portions };
    [
        stored(&suppliers()),
        stored(&items),
        stored::<recipe::Event>(&[published.into()]),
        branch_stock(),
    ]
    .concat()
}

fn suppliers() -> [supplier::Event; 5] {
    let terms = |days| PaymentTerms::try_new(days).unwrap();
    [
        supplier::Added { name: name("Molinos"), payment_terms: terms(30) }.into(),
        supplier::Renamed { name: name("Molinos del Sur") }.into(),
        supplier::PaymentTermsAgreed { payment_terms: terms(0) }.into(),
        supplier::Retired {}.into(),
        supplier::Reinstated {}.into(),
    ]
}

fn branch_stock() -> Vec<String> {
    let (order, item) = (OrderId::from_uuid(uuid(6)), StockItemId::from_uuid(uuid(7)));
    let received = stock::ReceivedLine {
        item,
        quantity: quantity("1000"),
        cost: pesos(5_000),
        correction: pesos(-20),
        balance: Balance { quantity: quantity("900"), value: pesos(4_500) },
    };
    let reserved =
        stock::ReservedLine { item, quantity: quantity("250.5"), reserved: quantity("300") };
    let consumed = stock::ConsumedLine {
        item,
        quantity: quantity("250.5"),
        value: pesos(1_252),
        balance: Balance { quantity: quantity("649.5"), value: pesos(3_248) },
        reserved: quantity("49.5"),
    };
    let receipt = ReceiptId::from_uuid(uuid(8));
    let expires_at = "2026-03-15T06:00:00Z".parse().unwrap();
    let released = |reason| stock::Released { orders: vec![order], lines: vec![reserved], reason };
    stored::<stock::Event>(&[
        stock::Received { receipt, lines: vec![received] }.into(),
        stock::Reserved { order, lines: vec![reserved], expires_at }.into(),
        stock::Consumed { order, lines: vec![consumed] }.into(),
        released(stock::ReleaseReason::Cancelled).into(),
        released(stock::ReleaseReason::Expired).into(),
    ])
}

fn all() -> Vec<String> {
    [identity(), users(), catalog(), claims(), orders(), inventory()].concat()
}

#[test]
fn every_sample_fits_the_schema_of_its_event_and_nothing_less_does() {
    let Schemas { events, shared } = schemas("/$defs");
    let mut n_fields = 0;
    for line in all() {
        let [name, version, payload] = line.splitn(3, ' ').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let of_event =
            |(kind, _): &&(EventType, _)| kind.name == name && kind.version.to_string() == version;
        let (_, schema) = events.iter().find(of_event).unwrap_or_else(|| panic!("{name}"));
        let mut schema = schema.as_value().clone();
        schema["$defs"] = shared.clone().into();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let sample: serde_json::Value = serde_json::from_str(payload).unwrap();
        assert!(validator.is_valid(&sample), "{line}: {:?}", validator.validate(&sample));
        for field in sample.as_object().unwrap().keys() {
            let mut less = sample.clone();
            less[field] = serde_json::json!({"unknown": 1});
            assert!(!validator.is_valid(&less), "{field} of {name} may be anything");
            n_fields += 1;
        }
    }
    assert!(n_fields > 30, "only {n_fields} fields were changed");
    let described: BTreeSet<_> = events.iter().map(|(kind, _)| kind.name.to_owned()).collect();
    let lines = all();
    let sampled = lines.iter().filter_map(|line| line.split(' ').next());
    assert_eq!(described, sampled.map(str::to_owned).collect());
}

#[test]
fn the_json_of_every_stored_event_keeps_its_shape() {
    insta::assert_snapshot!(all().join("\n"));
}
