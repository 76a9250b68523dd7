//! Samples of the events of modifiers, price lists, taxes, availability and stations.

use domain::catalog::channel::Kind;
use domain::catalog::price_list::{
    Conditions, Entry, Hours, List, Subject as Priced, Weekday, Weekdays,
};
use domain::catalog::{
    Channel, availability, channels, modifier_group, price_list, price_list_index, station,
    tax_profile,
};
use domain::shared::{
    BranchId, Code, ModifierGroupId, ModifierId, PriceListId, ProductId, Rate, VariantId,
};
use domain::taxes::profile::Term;
use domain::taxes::{Inclusion, Profile, Rule, Tax};

use super::{flour, name, pesos, stored, uuid};

pub(super) fn samples() -> Vec<String> {
    let (indexes, channels) = (stored(&price_list_indexes()), stored(&channels()));
    let (availability, stations) = (stored(&availability()), stored(&stations()));
    let lists = [price_lists(), indexes, channels].concat();
    [modifier_groups(), lists, tax_profiles(), availability, stations].concat()
}

fn modifier_groups() -> Vec<String> {
    let modifier = |nested| modifier_group::Modifier {
        id: ModifierId::from_uuid(uuid(9)),
        name: name("Queso"),
        price: pesos(2_500),
        max_quantity: 2,
        default_quantity: 1,
        nested,
        ingredients: vec![flour("20")],
    };
    let limits = modifier_group::Limits { required: true, min: 1, max: 3 };
    let modifiers = vec![modifier(None), modifier(Some(ModifierGroupId::from_uuid(uuid(10))))];
    let group =
        modifier_group::Group { name: name("Adiciones"), limits, modifiers: modifiers.clone() };
    let by = ModifierGroupId::from_uuid(uuid(10));
    let groups: [modifier_group::Event; 8] = [
        modifier_group::Added { group }.into(),
        modifier_group::Renamed { name: name("Extras") }.into(),
        modifier_group::Limited { limits }.into(),
        modifier_group::ModifiersOffered { modifiers }.into(),
        modifier_group::Nested { by }.into(),
        modifier_group::Unnested { by }.into(),
        modifier_group::Removed {}.into(),
        modifier_group::Restored {}.into(),
    ];
    stored(&groups)
}

fn price_lists() -> Vec<String> {
    let hours = Hours::try_new("17:00".parse().unwrap(), "02:00".parse().unwrap()).unwrap();
    let conditions = Conditions {
        branch: Some(BranchId::from_uuid(uuid(4))),
        channel: Some(Channel::parse("web").unwrap()),
        weekdays: Some(Weekdays::try_new([Weekday::Friday, Weekday::Saturday]).unwrap()),
        hours: Some(hours),
    };
    let valid_from = "2026-03-14".parse().unwrap();
    let product = ProductId::from_uuid(uuid(1));
    let variant = Priced::Variant { product, variant: VariantId::from_uuid(uuid(2)) };
    let group = ModifierGroupId::from_uuid(uuid(10));
    let modifier = Priced::Modifier { group, modifier: ModifierId::from_uuid(uuid(9)) };
    let entries = vec![
        Entry { subject: variant, price: pesos(20_000) },
        Entry { subject: modifier, price: pesos(0) },
    ];
    let list = List {
        name: name("Hora feliz"),
        conditions: conditions.clone(),
        valid_from,
        entries: entries.clone(),
    };
    let lists: [price_list::Event; 6] = [
        price_list::Drafted { list }.into(),
        price_list::Renamed { name: name("Noches") }.into(),
        price_list::Rescheduled { conditions, valid_from }.into(),
        price_list::PricesSet { entries }.into(),
        price_list::Published {}.into(),
        price_list::Withdrawn {}.into(),
    ];
    stored(&lists)
}

fn price_list_indexes() -> [price_list_index::Event; 2] {
    let list = PriceListId::from_uuid(uuid(11));
    [price_list_index::Entered { list }.into(), price_list_index::Removed { list }.into()]
}

fn channels() -> [channels::Event; 4] {
    let rappi = || Channel::parse("rappi").unwrap();
    [
        channels::Added { channel: rappi(), kind: Kind::Aggregator, name: name("Rappi") }.into(),
        channels::Renamed { channel: Channel::default(), name: name("Caja") }.into(),
        channels::Retired { channel: rappi() }.into(),
        channels::Restored { channel: rappi() }.into(),
    ]
}

fn tax_profiles() -> Vec<String> {
    let code = |text| Code::parse(text).unwrap();
    let term = |text, label| Term { code: code(text), name: name(label) };
    let tax = Tax {
        code: code("state"),
        rate: Rate::try_from_millionths(62_500).unwrap(),
        inclusion: Inclusion::Added,
    };
    let from = "2026-01-01".parse().unwrap();
    let profile = Profile {
        regimes: vec![term("city", "Ciudad")],
        classes: vec![term("food", "Comida")],
        comp_keeps_base: true,
        rules: vec![Rule { regime: code("city"), class: code("food"), from, taxes: vec![tax] }],
    };
    let published = tax_profile::Published { version: 2, name: name("Propio"), profile };
    stored::<tax_profile::Event>(&[published.into()])
}

fn availability() -> [availability::Event; 4] {
    use availability::Subject;
    let subject = Subject::Product(ProductId::from_uuid(uuid(1)));
    let until = Some("2026-03-14T23:00:00Z".parse().unwrap());
    [
        availability::Listed { subject: Subject::Variant(VariantId::from_uuid(uuid(2))) }.into(),
        availability::Delisted { subject }.into(),
        availability::Snoozed { subject, until }.into(),
        availability::PutBack { subject: Subject::Modifier(ModifierId::from_uuid(uuid(9))) }.into(),
    ]
}

fn stations() -> [station::Event; 3] {
    [
        station::Added { branch: BranchId::from_uuid(uuid(4)), name: name("Parrilla") }.into(),
        station::Renamed { name: name("Plancha") }.into(),
        station::Closed {}.into(),
    ]
}
