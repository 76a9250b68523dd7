use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::*;
use crate::catalog::combo::{Combo, Slot, SlotOption};
use crate::catalog::modifier_group::{Group, Limits, Modifier, Override};
use crate::catalog::product::{Details, Variant};
use crate::catalog::{Channel, availability as of_branch};
use crate::identity::branch;
use crate::inventory::recipe::{Ingredient, Portion, Published};
use crate::shared::{BranchId, CategoryId, Currency, ModifierId, Name, Quantity, StockItemId};
use crate::taxes::applicable;

mod availability;
mod combos;
mod modifiers;
mod prices;
mod products;

const AREPA: ProductId = ProductId::from_uuid(Uuid::from_u128(1));
const SINGLE: VariantId = VariantId::from_uuid(Uuid::from_u128(2));
const DOUBLE: VariantId = VariantId::from_uuid(Uuid::from_u128(3));
const JUICE: ProductId = ProductId::from_uuid(Uuid::from_u128(4));
const GLASS: VariantId = VariantId::from_uuid(Uuid::from_u128(5));
const LUNCH: ProductId = ProductId::from_uuid(Uuid::from_u128(6));
const OF_THE_DAY: VariantId = VariantId::from_uuid(Uuid::from_u128(7));

const FILLINGS: ModifierGroupId = ModifierGroupId::from_uuid(Uuid::from_u128(20));
const CHEESE: ModifierId = ModifierId::from_uuid(Uuid::from_u128(21));
const MEAT: ModifierId = ModifierId::from_uuid(Uuid::from_u128(22));
const COOKING: ModifierGroupId = ModifierGroupId::from_uuid(Uuid::from_u128(30));
const RARE: ModifierId = ModifierId::from_uuid(Uuid::from_u128(31));
const WELL_DONE: ModifierId = ModifierId::from_uuid(Uuid::from_u128(32));

const BRANCH: BranchId = BranchId::from_uuid(Uuid::from_u128(50));
const NOON: &str = "2026-03-14T17:00:00Z";

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn pesos(amount: i64) -> Money {
    Money::try_new(amount * 100, Currency::COP).unwrap()
}

fn branch(currency: Currency) -> branch::Details {
    let (time_zone, cut_off) = (chrono_tz::America::Bogota, "04:00".parse().unwrap());
    branch::Opened { name: name("Chapinero"), time_zone, currency, cut_off }.into()
}

fn of_stock(item: u128, text: &str) -> Ingredient {
    let item = StockItemId::from_uuid(Uuid::from_u128(item));
    Ingredient { item, quantity: text.parse().unwrap() }
}

fn product(text: &str, variants: Vec<Variant>) -> Details {
    Details::new(name(text), CategoryId::from_uuid(Uuid::from_u128(9)), variants)
}

fn variant(id: VariantId, text: &str, price: Money) -> Variant {
    Variant::new(id, name(text), price)
}

fn modifier(id: ModifierId, text: &str, price: Money) -> Modifier {
    Modifier {
        id,
        name: name(text),
        price,
        max_quantity: 2,
        default_quantity: 0,
        nested: None,
        ingredients: vec![],
    }
}

/// Arepas with fillings, of which meat asks how it is cooked; juice; and a lunch of both.
struct Carta {
    products: BTreeMap<ProductId, product::State>,
    recipes: BTreeMap<ProductId, recipe::State>,
    groups: BTreeMap<ModifierGroupId, Group>,
    branch: branch::Details,
    availability: of_branch::State,
    lists: Vec<(PriceListId, List)>,
}

impl Carta {
    fn new() -> Self {
        let arepas =
            vec![variant(SINGLE, "Sencilla", pesos(6_000)), variant(DOUBLE, "Doble", pesos(9_000))];
        let arepa = Details { groups: vec![Override::none(FILLINGS)], ..product("Arepa", arepas) };
        let juice = product("Lulada", vec![variant(GLASS, "Vaso", pesos(3_000))]);
        let lunch = product("Almuerzo", vec![variant(OF_THE_DAY, "Del día", pesos(10_000))]);
        let lunch = Details { combo: Some(of_both()), ..lunch };
        let products = [(AREPA, arepa), (JUICE, juice), (LUNCH, lunch)];
        let portions = vec![Portion { variant: SINGLE, ingredients: vec![of_stock(7, "250")] }];
        let recipe = recipe::State::Published(Arc::new(Published { version: 3, portions }));
        Self {
            products: products.map(|(id, it)| (id, product::State::InMenu(it))).into(),
            recipes: [(AREPA, recipe)].into(),
            groups: [(FILLINGS, fillings()), (COOKING, cooking())].into(),
            branch: branch(Currency::COP),
            availability: of_branch::State::default(),
            lists: vec![],
        }
    }

    /// The menu with another version of a product.
    fn with(mut self, id: ProductId, change: impl FnOnce(&mut Details)) -> Self {
        if let Some(product::State::InMenu(details)) = self.products.get_mut(&id) {
            change(details);
        }
        self
    }

    fn resolve(&self, lines: &[WantedLine]) -> Result<Vec<LineRequest>, Error> {
        self.resolve_at(NOON, lines)
    }

    fn resolve_at(&self, at: &str, lines: &[WantedLine]) -> Result<Vec<LineRequest>, Error> {
        let (instant, channel) = (at.parse().unwrap(), Channel::default());
        let lists = self.lists.iter().map(|(id, list)| ListState { id: *id, revision: 4, list });
        let offer = Offer {
            instant,
            moment: Moment::at(BRANCH, &self.branch, &channel, instant),
            availability: Some(&self.availability),
            lists: &lists.collect::<Vec<_>>(),
            menu: self,
        };
        offer.resolve(lines)
    }

    fn one(&self, line: WantedLine) -> LineRequest {
        self.resolve(&[line]).unwrap().pop().unwrap()
    }

    fn refusal(&self, line: WantedLine) -> Error {
        self.resolve(&[line]).unwrap_err()
    }
}

impl Menu for Carta {
    fn product(&self, product: ProductId) -> ProductStates<'_> {
        static UNKNOWN: product::State = product::State::Unknown;
        static UNPUBLISHED: recipe::State = recipe::State::Unpublished;
        ProductStates {
            product: self.products.get(&product).unwrap_or(&UNKNOWN),
            product_revision: 5,
            recipe: self.recipes.get(&product).unwrap_or(&UNPUBLISHED),
        }
    }

    fn group(&self, group: ModifierGroupId) -> Option<GroupState<'_>> {
        self.groups.get(&group).map(|group| GroupState { group, revision: 8 })
    }

    fn taxes(&self, class: Option<&Code>) -> Result<Taxes, Undetermined> {
        applicable(&self.branch, None, class, "2026-03-14".parse().unwrap())
    }
}

fn fillings() -> Group {
    let cheese = Modifier {
        ingredients: vec![of_stock(8, "30")],
        ..modifier(CHEESE, "Queso", pesos(2_000))
    };
    let meat = Modifier { nested: Some(COOKING), ..modifier(MEAT, "Carne", pesos(4_000)) };
    let limits = Limits { required: false, min: 1, max: 3 };
    Group { name: name("Rellenos"), limits, modifiers: vec![cheese, meat] }
}

fn cooking() -> Group {
    let rare = Modifier { default_quantity: 1, ..modifier(RARE, "Término medio", pesos(0)) };
    let limits = Limits { required: true, min: 1, max: 1 };
    let modifiers = vec![rare, modifier(WELL_DONE, "Bien asada", pesos(500))];
    Group { name: name("Término"), limits, modifiers }
}

fn of_both() -> Combo {
    let option = |product, variant, upcharge| SlotOption { product, variant, upcharge };
    let arepas = vec![option(AREPA, SINGLE, pesos(0)), option(AREPA, DOUBLE, pesos(1_500))];
    let drinks = vec![option(JUICE, GLASS, pesos(0))];
    let slots = vec![
        Slot { name: name("Arepa"), pieces: 2, options: arepas },
        Slot { name: name("Bebida"), pieces: 1, options: drinks },
    ];
    Combo { slots }
}

fn pieces(n: u32) -> Quantity {
    Quantity::try_new(n).unwrap()
}

fn wanted(product: ProductId, variant: VariantId) -> WantedLine {
    WantedLine::plain(product, variant, pieces(2))
}

fn group(group: ModifierGroupId, modifiers: Vec<WantedModifier>) -> WantedGroup {
    WantedGroup { group, modifiers }
}

fn filling(modifier: ModifierId, quantity: u16) -> WantedModifier {
    WantedModifier { modifier, quantity, nested: None }
}

fn filled(fillings: Vec<WantedModifier>) -> WantedLine {
    WantedLine { modifier_groups: vec![group(FILLINGS, fillings)], ..wanted(AREPA, SINGLE) }
}

fn at(line: usize) -> Place {
    Place::line(line)
}
