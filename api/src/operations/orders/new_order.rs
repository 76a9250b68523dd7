//! What a guest wants, as clients send it.

use commands::orders::{
    PlaceOrder, WantedGroup, WantedLine, WantedModifier, WantedNested, WantedPick,
};
use domain::catalog::Channel;
use domain::shared::{
    BranchId, ModifierGroupId, ModifierId, OrderId, ProductId, Quantity, VariantId,
};
use poem_openapi::Object;
use uuid::Uuid;

use super::model::OrderTypeBody;
use crate::problem::{FieldError, Problem};

/// What a guest wants.
#[derive(Object)]
pub(super) struct NewOrder {
    /// Where.
    branch_id: Uuid,
    /// How it reaches the guest.
    order_type: OrderTypeBody,
    /// The code of the channel that it comes from.
    #[oai(default = "counter", validator(pattern = "^[a-z0-9_]{1,32}$"))]
    channel: String,
    /// The lines; the server prices them.
    #[oai(validator(min_items = 1, max_items = 200))]
    lines: Vec<NewLine>,
}

fn counter() -> String {
    Channel::default().as_str().to_owned()
}

/// One line as a guest orders it.
#[derive(Object)]
struct NewLine {
    /// The product.
    product_id: Uuid,
    /// Its size or kind.
    variant_id: Uuid,
    /// How many pieces, or how many times the combo.
    #[oai(validator(minimum(value = "1"), maximum(value = "1000")))]
    quantity: u32,
    /// What is chosen with each piece, by modifier group. Of a group that is left out its defaults are taken.
    #[oai(default, validator(max_items = 50))]
    modifier_groups: Vec<GroupChoice>,
    /// What fills the slots of a combo, one entry per slot in their order. A slot with a single option may be
    /// left empty, and if all are so may be this.
    #[oai(default, validator(max_items = 20))]
    slots: Vec<SlotChoice>,
}

/// What is chosen of a modifier group.
#[derive(Object)]
#[oai(rename = "ModifierGroupChoice")]
struct GroupChoice {
    /// The group.
    group_id: Uuid,
    /// The modifiers; none to choose nothing of the group.
    #[oai(validator(max_items = 100))]
    modifiers: Vec<ModifierChoice>,
}

/// A modifier that is chosen.
#[derive(Object)]
struct ModifierChoice {
    /// The modifier.
    modifier_id: Uuid,
    /// How often with each piece.
    #[oai(default = "once", validator(minimum(value = "1"), maximum(value = "100")))]
    quantity: u16,
    /// What is chosen of the group that the modifier asks. Left out, the defaults of that group are taken.
    #[oai(validator(max_items = 100))]
    nested: Option<Vec<NestedChoice>>,
}

/// A modifier that is chosen of a group that another modifier asks.
#[derive(Object)]
#[oai(rename = "NestedModifierChoice")]
struct NestedChoice {
    /// The modifier.
    modifier_id: Uuid,
    /// How often with each piece.
    #[oai(default = "once", validator(minimum(value = "1"), maximum(value = "100")))]
    quantity: u16,
}

/// What fills a slot of a combo.
#[derive(Object)]
#[oai(rename = "ComboSlotChoice")]
struct SlotChoice {
    /// The products, as many pieces together as the slot takes.
    #[oai(validator(max_items = 50))]
    picks: Vec<Pick>,
}

/// A product that fills a slot of a combo, or a part of it.
#[derive(Object)]
#[oai(rename = "ComboPick")]
struct Pick {
    /// The product.
    product_id: Uuid,
    /// Its size or kind.
    variant_id: Uuid,
    /// How many pieces for one combo.
    #[oai(default = "one", validator(minimum(value = "1"), maximum(value = "50")))]
    quantity: u32,
    /// What is chosen with each piece, by modifier group. Of a group that is left out its defaults are taken.
    #[oai(default, validator(max_items = 50))]
    modifier_groups: Vec<GroupChoice>,
}

const fn once() -> u16 {
    1
}

const fn one() -> u32 {
    1
}

impl NewOrder {
    /// The order as the command takes it.
    pub(super) fn intent(&self, order: OrderId) -> Result<PlaceOrder, Problem> {
        let channel = Channel::parse(&self.channel).map_err(|_| {
            let words = (
                "debe tener de 1 a 32 letras minúsculas, cifras o guiones bajos",
                "must have 1 to 32 lower-case letters, digits or underscores",
            );
            Problem::validation(vec![FieldError::new("/channel", "pattern", words)])
        })?;
        let lines = self.lines.iter().enumerate();
        let lines = lines.map(|(index, line)| line.wanted(&format!("/lines/{index}")));
        Ok(PlaceOrder {
            order,
            branch: BranchId::from_uuid(self.branch_id),
            order_type: self.order_type.into(),
            channel,
            lines: lines.collect::<Result<_, _>>()?,
        })
    }
}

impl NewLine {
    fn wanted(&self, at: &str) -> Result<WantedLine, Problem> {
        let slots = self.slots.iter().enumerate().map(|(slot, choice)| {
            let picks = choice.picks.iter().enumerate();
            let pick = |(index, pick): (usize, &Pick)| {
                pick.wanted(&format!("{at}/slots/{slot}/picks/{index}"))
            };
            picks.map(pick).collect::<Result<Vec<_>, Problem>>()
        });
        Ok(WantedLine {
            product: ProductId::from_uuid(self.product_id),
            variant: VariantId::from_uuid(self.variant_id),
            quantity: quantity(at, self.quantity)?,
            modifier_groups: self.modifier_groups.iter().map(GroupChoice::wanted).collect(),
            slots: slots.collect::<Result<_, _>>()?,
        })
    }
}

impl Pick {
    fn wanted(&self, at: &str) -> Result<WantedPick, Problem> {
        Ok(WantedPick {
            product: ProductId::from_uuid(self.product_id),
            variant: VariantId::from_uuid(self.variant_id),
            quantity: quantity(at, self.quantity)?,
            modifier_groups: self.modifier_groups.iter().map(GroupChoice::wanted).collect(),
        })
    }
}

impl GroupChoice {
    fn wanted(&self) -> WantedGroup {
        let modifier = |it: &ModifierChoice| WantedModifier {
            modifier: ModifierId::from_uuid(it.modifier_id),
            quantity: it.quantity,
            nested: it.nested.as_ref().map(|nested| nested.iter().map(nested_choice).collect()),
        };
        WantedGroup {
            group: ModifierGroupId::from_uuid(self.group_id),
            modifiers: self.modifiers.iter().map(modifier).collect(),
        }
    }
}

fn nested_choice(choice: &NestedChoice) -> WantedNested {
    WantedNested { modifier: ModifierId::from_uuid(choice.modifier_id), quantity: choice.quantity }
}

/// The number of pieces; refused where it is out of range.
fn quantity(at: &str, pieces: u32) -> Result<Quantity, Problem> {
    Quantity::try_new(pieces).map_err(|_| {
        let words = ("debe ser un entero de 1 a 1000", "must be an integer from 1 to 1000");
        Problem::validation(vec![FieldError::new(format!("{at}/quantity"), "range", words)])
    })
}
