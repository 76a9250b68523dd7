use uuid::Uuid;

use super::*;
use crate::testing::given;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn registered() -> Registered {
    Registered {
        name: name("Arepas del Parque"),
        slug: Slug::parse("arepas-del-parque").unwrap(),
        owner: UserId::from_uuid(Uuid::from_u128(1)),
    }
}

fn details() -> Details {
    Details { name: name("Arepas del Parque"), legal_name: None, tax_id: None, address: None }
}

fn corrected() -> LegalDetailsCorrected {
    let tax_id = Some(TaxId::parse("900.123.456-7").unwrap());
    LegalDetailsCorrected { legal_name: Some(name("Arepas del Parque S.A.S.")), tax_id }
}

#[test]
fn a_company_joins_once() {
    given::<Tenant>([]).when(Command::Register(registered())).then([registered().into()]);
    for history in [vec![], vec![Closed {}.into()]] {
        given::<Tenant>([Event::from(registered())].into_iter().chain(history))
            .when(Command::Register(registered()))
            .then_refused(Error::AlreadyRegistered);
    }
}

#[test]
fn a_company_is_corrected_in_what_is_different() {
    let LegalDetailsCorrected { legal_name, tax_id } = corrected();
    let legal = Command::Revise(Details { legal_name, tax_id, ..details() });
    given::<Tenant>([registered().into()]).when(legal.clone()).then([corrected().into()]);
    given::<Tenant>([registered().into(), corrected().into()]).when(legal.clone()).then_nothing();
    let address = Address { street: name("Calle 53 # 9-12"), city: name("Bogotá"), region: None };
    let moved = Details { name: name("Arepas"), address: Some(address.clone()), ..details() };
    let unregistered = LegalDetailsCorrected { legal_name: None, tax_id: None };
    given::<Tenant>([registered().into(), corrected().into()]).when(Command::Revise(moved)).then([
        Renamed { name: name("Arepas") }.into(),
        unregistered.into(),
        Relocated { address: Some(address) }.into(),
    ]);
    given::<Tenant>([]).when(legal).then_refused(Error::Unknown);
}

#[test]
fn a_company_is_closed_and_reopened_as_it_was() {
    let closed = || [registered().into(), Closed {}.into()];
    given::<Tenant>([registered().into()]).when(Command::Close).then([Closed {}.into()]);
    given::<Tenant>(closed()).when(Command::Close).then_nothing();
    given::<Tenant>(closed()).when(Command::Reopen).then([Reopened {}.into()]);
    given::<Tenant>([registered().into()]).when(Command::Reopen).then_nothing();
    for command in [Command::Close, Command::Reopen] {
        given::<Tenant>([]).when(command).then_refused(Error::Unknown);
    }
    let state = Tenant::fold(State::default(), closed());
    assert!(state.is_closed());
    let reopened = Tenant::fold(state, [Reopened {}.into()]);
    assert_eq!(reopened, Tenant::fold(State::default(), [registered().into()]));
}

#[test]
fn a_tax_id_is_what_a_till_can_print() {
    for good in ["900.123.456-7", "B12345678", "12/345"] {
        assert!(TaxId::parse(good).is_ok(), "{good}");
    }
    for bad in ["", "12", "-12", "900 123", "ñ123", &"1".repeat(33), "b123"] {
        assert_eq!(TaxId::parse(bad), Err(TaxIdError), "{bad}");
    }
}
