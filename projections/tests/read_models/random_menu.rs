//! Random commands about modifier groups, stations and what branches sell, as the rules decide them.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::Decider;
use domain::catalog::availability::{self, Subject};
use domain::catalog::modifier_group::{self, Limits, ModifierRequest, Request};
use domain::catalog::{Availability, ModifierGroup, Station, station};
use domain::shared::{
    BranchId, ModifierGroupId, ModifierId, ProductId, StationId, TenantId, VariantId,
};
use event_store::Append;
use rand::RngExt;
use rand::rngs::StdRng;

use crate::history::{CHAPINERO, USAQUEN, name, pesos, product_id};
use crate::world::{ANA, LUIS, World, uuid};

pub(crate) fn group_id(n: u128) -> ModifierGroupId {
    ModifierGroupId::from_uuid(uuid(0x6700_0000 + n))
}

pub(crate) fn modifier_id(n: u128) -> ModifierId {
    ModifierId::from_uuid(uuid(0x6800_0000 + n))
}

pub(crate) fn station_id(n: u128) -> StationId {
    StationId::from_uuid(uuid(0x6900_0000 + n))
}

/// A request for a group of one modifier, which it keeps if `is_kept`.
pub(crate) fn request(n: u128, text: &str, max: u16, is_kept: bool) -> Request {
    let modifier = ModifierRequest {
        id: is_kept.then(|| modifier_id(n)),
        id_if_new: modifier_id(n),
        name: name("Con queso"),
        price: pesos(500),
        max_quantity: max,
        default_quantity: 0,
        nested: None,
        ingredients: vec![],
    };
    let limits = Limits { required: false, min: 0, max };
    Request { name: name(text), limits, modifiers: vec![modifier] }
}

/// The groups, stations and availabilities of both companies.
#[derive(Debug, Default)]
pub(crate) struct RandomMenu {
    groups: BTreeMap<(TenantId, u128), modifier_group::State>,
    stations: BTreeMap<(TenantId, u128), station::State>,
    branches: BTreeMap<(TenantId, BranchId), availability::State>,
    n_steps: u32,
}

impl RandomMenu {
    /// The next command that changes something.
    pub(crate) fn step(
        &mut self,
        rng: &mut StdRng,
        world: &mut World,
        now: DateTime<Utc>,
    ) -> Append {
        self.n_steps += 1;
        let tenant = if rng.random_ratio(1, 3) { LUIS } else { ANA };
        loop {
            let append = match rng.random_range(0..4) {
                0 => self.group(rng, world, tenant, now),
                1 => self.station(rng, world, tenant, now),
                _ => self.availability(rng, world, tenant, now),
            };
            if let Some(append) = append {
                return append;
            }
        }
    }

    fn group(
        &mut self,
        rng: &mut StdRng,
        world: &mut World,
        tenant: TenantId,
        now: DateTime<Utc>,
    ) -> Option<Append> {
        use modifier_group::Command;
        let n = rng.random_range(0..4);
        let state = self.groups.entry((tenant, n)).or_default();
        let text = format!("Group {}", self.n_steps);
        let request = |is_kept| request(n, &text, 1 + (self.n_steps % 3) as u16, is_kept);
        let by = group_id(n + 1);
        let command = match rng.random_range(0..6) {
            _ if *state == modifier_group::State::Unknown => Command::Add(request(false)),
            0 => Command::Remove,
            1 => Command::Restore,
            2 => Command::Nest { by },
            3 => Command::Unnest { by },
            _ => Command::Revise(request(true)),
        };
        let events = decided::<ModifierGroup>(state, command)?;
        Some(world.command::<ModifierGroup>(tenant, &group_id(n), now, None, events))
    }

    fn station(
        &mut self,
        rng: &mut StdRng,
        world: &mut World,
        tenant: TenantId,
        now: DateTime<Utc>,
    ) -> Option<Append> {
        use station::Command;
        let n = rng.random_range(0..8);
        let state = self.stations.entry((tenant, n)).or_default();
        let name = name(&format!("Station {}", self.n_steps));
        let branch = [CHAPINERO, USAQUEN][rng.random_range(0..2)];
        let command = match rng.random_range(0..6) {
            _ if *state == station::State::Unknown => Command::Add(station::Added { branch, name }),
            0 => Command::Close,
            _ => Command::Rename(name),
        };
        let events = decided::<Station>(state, command)?;
        Some(world.command::<Station>(tenant, &station_id(n), now, None, events))
    }

    fn availability(
        &mut self,
        rng: &mut StdRng,
        world: &mut World,
        tenant: TenantId,
        now: DateTime<Utc>,
    ) -> Option<Append> {
        use availability::Command;
        let branch = [CHAPINERO, USAQUEN][rng.random_range(0..2)];
        let state = self.branches.entry((tenant, branch)).or_default();
        let n = rng.random_range(0..6);
        let subject = some_subject(rng, n);
        let until = rng.random_ratio(1, 2).then(|| now + TimeDelta::hours(1));
        let command = match rng.random_range(0..4) {
            0 => Command::Delist(subject),
            1 => Command::List(subject),
            2 => Command::PutBack(subject),
            _ => Command::Snooze { subject, until, now },
        };
        let events = decided::<Availability>(state, command)?;
        Some(world.command::<Availability>(tenant, &branch, now, None, events))
    }
}

fn some_subject(rng: &mut StdRng, n: u128) -> Subject {
    let product: ProductId = product_id(n);
    match rng.random_range(0..3) {
        0 => Subject::Product(product),
        1 => Subject::Variant(VariantId::from_uuid(uuid(0x0D00_0000 + n))),
        _ => Subject::Modifier(modifier_id(n)),
    }
}

/// The events of a command, which are applied; none if it changes nothing or is refused.
fn decided<D: Decider>(state: &mut D::State, command: D::Command) -> Option<Vec<D::Event>> {
    let events = D::decide(state, command).ok().filter(|events| !events.is_empty())?;
    *state = D::fold(state.clone(), events.clone());
    Some(events)
}
