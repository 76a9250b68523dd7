use uuid::Uuid;

use super::*;
use crate::shared::Currency;

fn option(n: u128, upcharge: i64) -> SlotOption {
    SlotOption {
        product: ProductId::from_uuid(Uuid::from_u128(100 + n)),
        variant: VariantId::from_uuid(Uuid::from_u128(n)),
        upcharge: Money::try_new(upcharge, Currency::COP).unwrap(),
    }
}

fn pick(n: u128, pieces: u32) -> Pick {
    let quantity = Quantity::try_new(pieces).unwrap();
    Pick { variant: VariantId::from_uuid(Uuid::from_u128(n)), quantity }
}

/// A burger, and two drinks of three.
fn combo() -> Combo {
    let slot =
        |name: &str, pieces, options| Slot { name: Name::parse(name).unwrap(), pieces, options };
    let drinks = vec![option(2, 0), option(3, 0), option(4, 2_000)];
    Combo { slots: vec![slot("Plato", 1, vec![option(1, 0)]), slot("Bebidas", 2, drinks)] }
}

#[test]
fn what_is_chosen_is_listed_slot_by_slot_with_its_upcharge() {
    let picked = combo().choose(&[vec![pick(1, 1)], vec![pick(4, 1), pick(2, 1)]]).unwrap();
    let picked: Vec<_> = picked.iter().map(|it| (it.slot, it.quantity, it.option)).collect();
    let one = Quantity::try_new(1).unwrap();
    assert_eq!(
        picked,
        [(0, one, option(1, 0)), (1, one, option(4, 2_000)), (1, one, option(2, 0))]
    );
    assert!(combo().choose(&[vec![pick(1, 1)], vec![pick(2, 2)]]).is_ok());
}

#[test]
fn a_choice_fills_every_slot_with_its_options() {
    let refused =
        |drinks: &[Pick]| combo().choose(&[vec![pick(1, 1)], drinks.to_vec()]).unwrap_err();
    let few = ChoiceError::SlotCount { slots: 2, given: 1 };
    assert_eq!(combo().choose(&[vec![pick(1, 1)]]), Err(few));
    assert_eq!(refused(&[pick(2, 1), pick(1, 1)]), ChoiceError::Unknown { slot: 1, pick: 1 });
    assert_eq!(refused(&[pick(2, 1), pick(2, 1)]), ChoiceError::Repeated { slot: 1, pick: 1 });
    for drinks in [vec![], vec![pick(2, 1)], vec![pick(2, 2), pick(3, 1)]] {
        let given = drinks.iter().map(|it| it.quantity.pieces()).sum();
        assert_eq!(refused(&drinks), ChoiceError::PieceCount { slot: 1, pieces: 2, given });
    }
}

#[test]
fn a_combo_that_cannot_be_chosen_is_refused() {
    let refused = |change: fn(&mut Combo)| {
        let mut combo = combo();
        change(&mut combo);
        combo.check().unwrap_err()
    };
    assert_eq!(combo().check(), Ok(()));
    assert_eq!(refused(|it| it.slots.clear()), Error::SlotCount { given: 0 });
    assert_eq!(refused(|it| it.slots[1].pieces = 0), Error::PieceCount { slot: 1, given: 0 });
    assert_eq!(refused(|it| it.slots[1].options.clear()), Error::OptionCount { slot: 1, given: 0 });
    assert_eq!(
        refused(|it| it.slots[1].options.push(option(2, 0))),
        Error::OptionRepeated { slot: 1, option: 3 }
    );
    assert_eq!(
        refused(|it| it.slots[1].options[1] = option(3, PRICE_MAX + 1)),
        Error::UpchargeOutOfRange { slot: 1, option: 1 }
    );
    assert_eq!(
        refused(|it| it.slots[1].options[1] = option(3, -1)),
        Error::UpchargeOutOfRange { slot: 1, option: 1 }
    );
}
