use super::*;
use crate::catalog::combo::ChoiceError;
use crate::orders::order::ChildRequest;

fn pick(product: ProductId, variant: VariantId, n: u32) -> WantedPick {
    WantedPick { product, variant, quantity: pieces(n), modifier_groups: vec![] }
}

fn lunch(slots: Vec<Vec<WantedPick>>) -> WantedLine {
    WantedLine { slots, ..wanted(LUNCH, OF_THE_DAY) }
}

fn one_of_each() -> Vec<WantedPick> {
    vec![pick(AREPA, SINGLE, 1), pick(AREPA, DOUBLE, 1)]
}

#[test]
fn a_combo_has_a_child_for_each_pick_with_its_own_price_and_upcharge() {
    let cheese = group(FILLINGS, vec![filling(CHEESE, 1)]);
    let with_cheese = WantedPick { modifier_groups: vec![cheese], ..pick(AREPA, DOUBLE, 1) };
    let arepas = vec![pick(AREPA, SINGLE, 1), with_cheese];
    let line = Carta::new().one(lunch(vec![arepas, vec![pick(JUICE, GLASS, 1)]]));
    assert_eq!((line.item.unit_price, line.quantity.pieces()), (pesos(10_000), 2));
    let shown = |it: &ChildRequest| (it.slot, it.item.variant, it.item.unit_price, it.upcharge);
    let children: Vec<_> = line.children.iter().map(shown).collect();
    assert_eq!(
        children,
        [
            (0, SINGLE, pesos(6_000), pesos(0)),
            (0, DOUBLE, pesos(9_000), pesos(1_500)),
            (1, GLASS, pesos(3_000), pesos(0)),
        ]
    );
    assert_eq!(line.children[1].item.modifiers[0].modifier, CHEESE);
    assert!(line.children[0].item.recipe.is_some());
}

#[test]
fn a_slot_that_leaves_no_choice_is_filled_by_itself() {
    let carta = Carta::new();
    let variants = |line: WantedLine| -> Vec<VariantId> {
        carta.one(line).children.iter().map(|child| child.item.variant).collect()
    };
    assert_eq!(variants(lunch(vec![one_of_each(), vec![]])), [SINGLE, DOUBLE, GLASS]);
    let refusal = carta.refusal(lunch(vec![]));
    let fault = ChoiceError::PieceCount { slot: 0, pieces: 2, given: 0 };
    assert_eq!(refusal, Error::Combo { line: 0, fault });
    let carta = carta.with(LUNCH, |it| {
        let slots = it.combo.as_mut().map(|combo| &mut combo.slots);
        slots.unwrap()[0].options.truncate(1);
    });
    let children = carta.one(lunch(vec![])).children;
    let children: Vec<_> =
        children.iter().map(|it| (it.item.variant, it.quantity.pieces())).collect();
    assert_eq!(children, [(SINGLE, 2), (GLASS, 1)]);
}

#[test]
fn what_the_slot_does_not_offer_is_refused() {
    let carta = Carta::new();
    let refused = |fault| Error::Combo { line: 0, fault };
    let twice = lunch(vec![one_of_each(), vec![pick(JUICE, GLASS, 2)]]);
    let fault = ChoiceError::PieceCount { slot: 1, pieces: 1, given: 2 };
    assert_eq!(carta.refusal(twice), refused(fault));
    let juice = lunch(vec![vec![pick(JUICE, GLASS, 2)], vec![]]);
    assert_eq!(carta.refusal(juice), refused(ChoiceError::Unknown { slot: 0, pick: 0 }));
    let misnamed = lunch(vec![vec![pick(JUICE, SINGLE, 2)], vec![]]);
    assert_eq!(carta.refusal(misnamed), refused(ChoiceError::Unknown { slot: 0, pick: 0 }));
    let short = lunch(vec![one_of_each()]);
    assert_eq!(carta.refusal(short), refused(ChoiceError::SlotCount { slots: 2, given: 1 }));
}

#[test]
fn a_product_that_is_not_a_combo_has_no_slots() {
    let line = WantedLine { slots: vec![vec![]], ..wanted(AREPA, SINGLE) };
    assert_eq!(Carta::new().refusal(line), Error::NotACombo { line: 0 });
}

#[test]
fn a_fault_in_a_pick_is_found_there() {
    let unknown = group(COOKING, vec![]);
    let picked = WantedPick { modifier_groups: vec![unknown], ..pick(AREPA, SINGLE, 2) };
    let refusal = Carta::new().refusal(lunch(vec![vec![picked], vec![]]));
    let place = Place { pick: Some((0, 0)), group: Some(0), ..at(0) };
    assert_eq!(refusal, Error::UnknownGroup { at: place });
}
