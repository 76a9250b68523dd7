//! Bodies about modifier groups.

use domain::catalog::modifier_group::{Limits, Modifier, ModifierRequest, Request};
use domain::shared::{ModifierGroupId, ModifierId};
use poem_openapi::Object;
use projections::catalog::modifier_groups;
use serde::Serialize;
use uuid::Uuid;

use crate::operations::Services;
use crate::operations::fields::Fields;
use crate::operations::inventory::model::{IngredientBody, ingredients};
use crate::operations::model::{ExtraBody, MoneyBody};
use crate::problem::Problem;

/// What a modifier group is like.
#[derive(Object)]
pub(super) struct ModifierGroupDetails {
    /// Its name, unique in the company.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
    /// Whether something has to be chosen. Without it the minimum holds once something is.
    #[oai(default)]
    required: bool,
    /// The fewest that are chosen, counted with their quantities.
    #[oai(default, validator(maximum(value = "100")))]
    min: u16,
    /// The most that are chosen, counted with their quantities.
    #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
    max: u16,
    /// Its modifiers in the order of the menu, all in one currency.
    #[oai(validator(min_items = 1, max_items = 100))]
    modifiers: Vec<ModifierDetails>,
}

/// What a modifier is like.
#[derive(Object)]
struct ModifierDetails {
    /// The modifier to keep and change; without one it is added. A group to be has none.
    id: Option<Uuid>,
    /// Its name, unique in the group.
    #[oai(validator(min_length = 1, max_length = 96))]
    name: String,
    /// What it costs once; zero if nothing.
    price: ExtraBody,
    /// How often it can be chosen with one piece.
    #[oai(default = "once", validator(minimum(value = "1"), maximum(value = "100")))]
    max_quantity: u16,
    /// How often it is chosen as long as the guest says nothing; zero if it is not.
    #[oai(default, validator(maximum(value = "100")))]
    default_quantity: u16,
    /// The group that it asks, which asks no further one itself.
    nested_group_id: Option<Uuid>,
    /// What it takes from stock once, each item once.
    #[oai(default, validator(max_items = 50))]
    ingredients: Vec<IngredientBody>,
}

const fn once() -> u16 {
    1
}

/// What can be chosen with a product.
#[derive(Object, Serialize)]
#[oai(rename = "ModifierGroup")]
pub(super) struct ModifierGroupBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// Whether something has to be chosen. Without it the minimum holds once something is.
    required: bool,
    /// The fewest that are chosen, counted with their quantities.
    min: u16,
    /// The most that are chosen, counted with their quantities.
    max: u16,
    /// Its modifiers in the order of the menu.
    modifiers: Vec<ModifierBody>,
    /// The groups with a modifier that asks this one.
    nested_by: Vec<Uuid>,
    /// Whether it is in the menu; otherwise it was removed and is not asked.
    is_active: bool,
    /// Its revision, as in `ETag`.
    revision: u64,
}

/// Something that can be chosen.
#[derive(Object, Serialize)]
#[oai(rename = "Modifier")]
struct ModifierBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// What it costs once.
    price: MoneyBody,
    /// How often it can be chosen with one piece.
    max_quantity: u16,
    /// How often it is chosen as long as the guest says nothing.
    default_quantity: u16,
    /// The group that it asks; null if it asks nothing.
    nested_group_id: Option<Uuid>,
    /// What it takes from stock once.
    ingredients: Vec<IngredientBody>,
}

impl ModifierGroupDetails {
    /// The group as the command takes it, with ids for the modifiers that it adds.
    pub(super) fn read(&self, services: &Services) -> Result<Request, Problem> {
        let mut fields = Fields::default();
        let name = fields.name("/name", &self.name);
        let mut modifiers = Vec::with_capacity(self.modifiers.len());
        for (index, modifier) in self.modifiers.iter().enumerate() {
            let id_if_new = ModifierId::from_uuid(services.ids.uuid());
            let at = format!("/modifiers/{index}");
            modifiers.extend(modifier.read(&mut fields, &at, id_if_new));
        }
        let limits = Limits { required: self.required, min: self.min, max: self.max };
        let Some(name) = name else { return Err(fields.problem()) };
        fields.check()?;
        Ok(Request { name, limits, modifiers })
    }
}

impl ModifierDetails {
    fn read(
        &self,
        fields: &mut Fields,
        at: &str,
        id_if_new: ModifierId,
    ) -> Option<ModifierRequest> {
        let name = fields.name(&format!("{at}/name"), &self.name);
        let price = self.price.read(fields, &format!("{at}/price"));
        let ingredients = ingredients(fields, &format!("{at}/ingredients"), &self.ingredients);
        Some(ModifierRequest {
            id: self.id.map(ModifierId::from_uuid),
            id_if_new,
            name: name?,
            price: price?,
            max_quantity: self.max_quantity,
            default_quantity: self.default_quantity,
            nested: self.nested_group_id.map(ModifierGroupId::from_uuid),
            ingredients,
        })
    }
}

impl From<modifier_groups::ModifierGroup> for ModifierGroupBody {
    fn from(group: modifier_groups::ModifierGroup) -> Self {
        let modifier_groups::ModifierGroup { id, details, is_active, revision } = group;
        let (group, nested_by) = (details.group, details.nested_by);
        let Limits { required, min, max } = group.limits;
        Self {
            id: id.uuid(),
            name: group.name.into(),
            required,
            min,
            max,
            modifiers: group.modifiers.into_iter().map(Into::into).collect(),
            nested_by: nested_by.into_iter().map(ModifierGroupId::uuid).collect(),
            is_active,
            revision: revision.get(),
        }
    }
}

impl From<Modifier> for ModifierBody {
    fn from(modifier: Modifier) -> Self {
        Self {
            id: modifier.id.uuid(),
            name: modifier.name.into(),
            price: modifier.price.into(),
            max_quantity: modifier.max_quantity,
            default_quantity: modifier.default_quantity,
            nested_group_id: modifier.nested.map(ModifierGroupId::uuid),
            ingredients: modifier.ingredients.into_iter().map(Into::into).collect(),
        }
    }
}
