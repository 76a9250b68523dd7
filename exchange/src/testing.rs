//! Random menus.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::catalog::Channel;
use domain::catalog::diet::{Mark, Presence};
use domain::catalog::modifier_group::Limits;
use domain::catalog::price_list::{Weekday, Weekdays};
use domain::catalog::product::{Barcode, Sku, Text};
use domain::inventory::{BaseUnit, OnShortage};
use domain::shared::{
    Code, Currency, Description, LanguageTag, Money, Multiplier, Name, StockQuantity,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::menu::{
    Category, Group, Ingredient, Key, Menu, Modifier, OfferedGroup, OfferedModifier, Portion,
    PriceList, Product, Slot, SlotOption, Subject, Things, Variant,
};

/// How many names a random menu is made of.
const NAMES: usize = 12;

/// A menu whose names are whatever people write, formulas and separators among it.
pub(crate) fn menu() -> impl Strategy<Value = Menu> {
    let name = "[=+@'\";,. a-cÑé🍕-]{1,8}"
        .prop_filter_map("not a name", |text: String| Name::parse(&text).ok());
    (vec(name, NAMES), vec(any::<u32>(), 64)).prop_map(|(names, numbers)| {
        let mut seen = BTreeSet::new();
        let names = names.into_iter().filter(|name| seen.insert(Key::from(name))).collect();
        Builder { names, numbers, at: 0 }.menu()
    })
}

/// Makes a menu of names and numbers, which it takes in turn.
struct Builder {
    names: Vec<Name>,
    numbers: Vec<u32>,
    at: usize,
}

impl Builder {
    fn menu(mut self) -> Menu {
        let mut menu = Menu::default();
        let branch = self.names[0].clone();
        let station = self.names[self.names.len() - 1].clone();
        let stations = Things::from([(Key::from(&station), station)]);
        menu.context.stations.insert(Key::from(&branch), stations);
        menu.context.branches.insert(Key::from(&branch), branch);
        menu.categories = self.things(|it, name| Category { name, place: it.small(65_536) });
        menu.ingredients = self.things(|it, name| Ingredient {
            name,
            unit: BaseUnit::ALL[it.up_to(3)],
            on_shortage: OnShortage::ALL[it.up_to(2)],
            marks: it.marks(),
        });
        let ingredients = menu.ingredients.clone();
        let mut asked = None;
        menu.groups = self.things(|it, name| {
            let group = it.group(name, &ingredients, asked.as_ref());
            asked.get_or_insert(Key::from(&group.name));
            group
        });
        let others = menu.clone();
        menu.products = self.things(|it, name| it.product(name, &others));
        self.compose_a_combo(&mut menu);
        for (key, product) in &menu.products {
            let recipe = product
                .variants
                .iter()
                .map(|variant| (Key::from(&variant.name), self.portion(&menu.ingredients)));
            let recipe: Things<Portion> = recipe.filter(|(_, it)| !it.is_empty()).collect();
            if !recipe.is_empty() {
                menu.recipes.insert(key.clone(), recipe);
            }
        }
        let lists = menu.clone();
        menu.price_lists = self.things(|it, name| it.price_list(name, &lists));
        menu
    }

    fn up_to(&mut self, n: usize) -> usize {
        self.at += 1;
        self.numbers[self.at % self.numbers.len()] as usize % n
    }

    fn small(&mut self, n: usize) -> u16 {
        u16::try_from(self.up_to(n)).expect("it is small")
    }

    fn things<T>(&mut self, mut thing: impl FnMut(&mut Self, Name) -> T) -> Things<T> {
        let n_things = 1 + self.up_to(3);
        let names: Vec<Name> =
            self.names.iter().cycle().skip(self.at).take(n_things).cloned().collect();
        names.into_iter().map(|name| (Key::from(&name), thing(self, name))).collect()
    }

    fn parts<T>(&mut self, mut part: impl FnMut(&mut Self, Name) -> T) -> Vec<T> {
        let n_parts = (1 + self.up_to(3)).min(self.names.len());
        let names: Vec<Name> =
            self.names.iter().cycle().skip(self.at).take(n_parts).cloned().collect();
        names.into_iter().map(|name| part(self, name)).collect()
    }

    fn one<T>(&mut self, things: &Things<T>) -> Option<Key> {
        let place = self.up_to(things.len().max(1));
        things.keys().nth(place).cloned()
    }

    fn price(&mut self) -> Money {
        let amount = i64::try_from(1 + self.up_to(10_000_000)).expect("it is small");
        Money::try_new(amount, Currency::COP).expect("it is small")
    }

    fn portion(&mut self, ingredients: &Things<Ingredient>) -> Portion {
        let wanted: Vec<Key> = ingredients.keys().filter(|_| self.up_to(2) == 0).cloned().collect();
        let quantity = |it: &mut Self| {
            let millionths = i64::try_from(1 + it.up_to(3_000_000)).expect("it is small");
            StockQuantity::try_from_millionths(millionths).expect("it is small")
        };
        wanted.into_iter().map(|key| (key, quantity(self))).collect()
    }

    fn variants(&mut self) -> Vec<Variant> {
        let multiplier = Multiplier::try_from_millionths(1_350_000).expect("it is a factor");
        let mut is_base = true;
        self.parts(|it, name| Variant {
            name,
            price: it.price(),
            recipe_multiplier: (!std::mem::take(&mut is_base)).then_some(multiplier),
            sku: Some(Sku::parse(&format!("=S {}", it.at)).expect("it is a code")),
            barcode: Some(Barcode::parse(&format!("+{}", it.at)).expect("it is a code")),
        })
    }

    fn marks(&mut self) -> domain::catalog::diet::Marks {
        let presences = [Presence::Unknown, Presence::FreeOf, Presence::Contains];
        let marks: Vec<Mark> = Mark::all().take(3).collect();
        marks.into_iter().map(|mark| (mark, presences[self.up_to(3)])).collect()
    }

    fn product(&mut self, name: Name, menu: &Menu) -> Product {
        let category = self.one(&menu.categories).expect("there are categories");
        let mut product = Product::new(name, category);
        product.place = self.small(9);
        product.tax_class = (self.up_to(2) == 0).then(|| Code::parse("drinks").expect("a code"));
        product.preparation_minutes = (self.up_to(2) == 0).then_some(12);
        product.variants = self.variants();
        product.marks = self.marks();
        let description = Description::parse("=1+1; \"a\"\nb\\n, c").expect("it is a text");
        let search_words = self.names.iter().take(self.at % 3).cloned().collect();
        let text = Text { description: Some(description), search_words };
        let language = LanguageTag::parse("pt-BR").expect("it is a tag");
        product.texts = [(language, text)].into_iter().filter(|_| self.up_to(2) == 0).collect();
        let (branch, stations) = menu.context.stations.first_key_value().expect("there is one");
        let station = stations.keys().next().expect("there is one").clone();
        product.stations =
            (self.up_to(2) == 0).then(|| (branch.clone(), station)).into_iter().collect();
        let groups: Vec<Key> = menu.groups.keys().filter(|_| self.up_to(2) == 0).cloned().collect();
        product.groups = groups.into_iter().map(|key| self.offered(key, menu)).collect();
        product
    }

    fn offered(&mut self, group: Key, menu: &Menu) -> OfferedGroup {
        let modifiers = &menu.groups[&group].modifiers;
        let changed = OfferedModifier {
            is_hidden: modifiers.len() > 1 && self.up_to(2) == 0,
            price: Some(self.price()),
            default_quantity: (self.up_to(2) == 0).then_some(0),
        };
        let first = Key::from(&modifiers[0].name);
        let modifiers = [(first, changed)].into_iter().filter(|_| self.up_to(2) == 0).collect();
        let limits = Limits { required: false, min: 0, max: 50 };
        OfferedGroup { group, limits: (self.up_to(2) == 0).then_some(limits), modifiers }
    }

    /// Makes a combo of the last product, if there is another one.
    fn compose_a_combo(&mut self, menu: &mut Menu) {
        let (Some((item, variants)), true) = (
            menu.products.iter().next().map(|(key, it)| (key.clone(), it.variants.clone())),
            menu.products.len() > 1,
        ) else {
            return;
        };
        let option = |variant: &Variant| SlotOption {
            product: item.clone(),
            variant: Key::from(&variant.name),
            upcharge: self.price(),
        };
        let options = variants.iter().map(option).collect();
        let slot = Slot { name: self.names[0].clone(), pieces: 2, options };
        if let Some(mut last) = menu.products.last_entry() {
            last.get_mut().slots = vec![slot];
        }
    }

    fn group(&mut self, name: Name, stock: &Things<Ingredient>, asked: Option<&Key>) -> Group {
        let required = self.up_to(2) == 0;
        let limits = Limits { required, min: u16::from(required), max: 100 };
        let modifiers = self.parts(|it, name| Modifier {
            name,
            price: it.price(),
            max_quantity: 1 + it.small(3),
            default_quantity: it.small(2),
            asks: asked.filter(|_| it.up_to(2) == 0).cloned(),
            portion: it.portion(stock),
        });
        Group { name, limits, modifiers }
    }

    fn price_list(&mut self, name: Name, menu: &Menu) -> PriceList {
        let of_variant = self.one(&menu.products).map(|product| {
            let variant = Key::from(&menu.products[&product].variants[0].name);
            Subject::Variant { product, variant }
        });
        let of_modifier = self.one(&menu.groups).map(|group| {
            let modifier = Key::from(&menu.groups[&group].modifiers[0].name);
            Subject::Modifier { group, modifier }
        });
        let subjects = of_variant.into_iter().chain(of_modifier);
        let clock = |text: &str| text.parse().expect("it is a time");
        PriceList {
            name,
            branch: (self.up_to(2) == 0).then(|| Key::from(&self.names[0])),
            channel: (self.up_to(2) == 0).then(|| Channel::parse("web").expect("it is a code")),
            weekdays: (self.up_to(2) == 0)
                .then(|| Weekdays::try_new([Weekday::ALL[self.up_to(7)]]).expect("it is a day")),
            hours: (self.up_to(2) == 0).then(|| (clock("17:00"), clock("02:30"))),
            valid_from: NaiveDate::from_ymd_opt(2026, 1, 1).expect("it is a date"),
            is_published: self.up_to(2) == 0,
            prices: subjects.map(|subject| (subject, self.price())).collect(),
        }
    }
}
