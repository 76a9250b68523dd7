use super::*;
use crate::catalog::channels;
use crate::identity::branch;
use crate::shared::CutOff;

fn chapinero() -> branch::Details {
    branch::Details::from(branch::Opened {
        name: Name::parse("Chapinero").unwrap(),
        time_zone: chrono_tz::America::Bogota,
        currency: Currency::COP,
        cut_off: CutOff::MIDNIGHT,
    })
}

/// Checks a list of a company that has no channels of its own and sells arepas alone.
fn check(
    list: &List,
    current: Option<&List>,
    branch: Option<&branch::Details>,
) -> Result<(), Error> {
    let channels = channels::State::default();
    let is_in_menu = |subject| subject == arepa();
    check_references(list, current, &Looked { branch, channels: &channels, is_in_menu })
}

fn limited(conditions: Conditions) -> List {
    list(conditions, 5_000)
}

#[test]
fn a_list_names_what_the_company_has() {
    let here = limited(Conditions { branch: Some(branch(1)), ..Conditions::default() });
    let web = |text| limited(Conditions { channel: Some(channel(text)), ..Conditions::default() });
    assert_eq!(check(&everywhere(), None, None), Ok(()));
    assert_eq!(check(&here, None, Some(&chapinero())), Ok(()));
    assert_eq!(check(&here, None, None), Err(Error::UnknownBranch));
    assert_eq!(check(&web("web"), None, None), Ok(()));
    assert_eq!(check(&web("rappi"), None, None), Err(Error::UnknownChannel));
    let extra = Entry { subject: cheese(), price: pesos(0) };
    let both = List { entries: [everywhere().entries, vec![extra]].concat(), ..everywhere() };
    assert_eq!(check(&both, None, None), Err(Error::UnknownSubject { index: 1 }));
}

#[test]
fn what_the_list_named_before_is_not_asked_for_again() {
    let rappi = Conditions { channel: Some(channel("rappi")), ..Conditions::default() };
    let gone = vec![Entry { subject: cheese(), price: pesos(500) }];
    let current = List { entries: gone.clone(), ..limited(rappi.clone()) };
    let dearer = vec![Entry { subject: cheese(), price: pesos(700) }];
    let revised = List { entries: dearer, ..limited(rappi) };
    assert_eq!(check(&revised, Some(&current), None), Ok(()));
    assert_eq!(check(&revised, Some(&everywhere()), None), Err(Error::UnknownChannel));
    let other = List { entries: gone, ..everywhere() };
    assert_eq!(check(&other, Some(&everywhere()), None), Err(Error::UnknownSubject { index: 0 }));
}

#[test]
fn the_list_of_a_branch_is_in_the_branchs_currency() {
    let dollars = Money::try_new(100, Currency::USD).unwrap();
    let entries = vec![Entry { subject: arepa(), price: dollars }];
    let here = Conditions { branch: Some(branch(1)), ..Conditions::default() };
    let list = List { entries, ..limited(here) };
    assert_eq!(check(&list, None, Some(&chapinero())), Err(Error::ForeignCurrency { index: 0 }));
    let everywhere = List { conditions: Conditions::default(), ..list };
    assert_eq!(check(&everywhere, None, None), Ok(()));
}
