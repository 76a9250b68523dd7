//! The taxes of a line: those of its product's class under the regime of its branch.

use chrono::NaiveDate;

use super::{Profile, Taxes};
use crate::identity::branch::{self, TaxRegime};
use crate::shared::Code;

/// The branch has a tax regime, but its profile does not say which taxes the class bears.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the tax profile says nothing of the class {class:?} under the regime {regime}")]
pub struct Undetermined {
    /// The class of the product; none if it has none.
    pub class: Option<Code>,
    /// The regime of the branch.
    pub regime: Code,
}

/// The taxes on a business date of what is of `class`, or without a class of the first one of the
/// profile.
///
/// A branch without a regime on that date, as every branch is until one is set, has no taxes on its
/// lines. `own` is the company's profile that the regime names ([`TaxRegime::own_profile`]), in its
/// latest version; it is not asked where the regime is of a built-in one.
pub fn applicable(
    branch: &branch::Details,
    own: Option<&Profile>,
    class: Option<&Code>,
    date: NaiveDate,
) -> Result<Taxes, Undetermined> {
    let Some(TaxRegime { profile, regime, .. }) = branch.tax_regimes.on(date) else {
        return Ok(Taxes::default());
    };
    let undetermined = || Undetermined { class: class.cloned(), regime: regime.clone() };
    let profile = profile.resolve(own).ok_or_else(undetermined)?;
    let first = profile.classes.first().map(|term| &term.code);
    let class = class.or(first).ok_or_else(undetermined)?;
    profile.taxes(class, regime, date).ok_or_else(undetermined)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::identity::branch::ProfileSource;
    use crate::shared::{Currency, CutOff, Name, TaxProfileId};
    use crate::taxes::builtin::Country;

    fn code(text: &str) -> Code {
        Code::parse(text).unwrap()
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// A branch that is under the regime of the consumption tax from 2026 on, by this profile.
    fn chapinero(profile: ProfileSource) -> branch::Details {
        let opened = branch::Details::from(branch::Opened {
            name: Name::parse("Chapinero").unwrap(),
            time_zone: chrono_tz::America::Bogota,
            currency: Currency::COP,
            cut_off: CutOff::MIDNIGHT,
        });
        let regime = TaxRegime { from: date("2026-01-01"), profile, regime: code("inc") };
        let tax_regimes = opened.tax_regimes.with(regime);
        branch::Details { tax_regimes, ..opened }
    }

    fn rates(taxes: &Taxes) -> Vec<(&str, u32)> {
        taxes.taxes.iter().map(|tax| (tax.code.as_str(), tax.rate.millionths())).collect()
    }

    #[test]
    fn a_branch_has_no_taxes_until_it_has_a_regime() {
        let branch = chapinero(ProfileSource::Builtin(Country::Colombia));
        let food = code("food");
        let before = applicable(&branch, None, Some(&food), date("2025-12-31")).unwrap();
        assert_eq!(before, Taxes::default());
        let after = applicable(&branch, None, Some(&food), date("2026-01-01")).unwrap();
        assert_eq!(rates(&after), [("inc", 80_000)]);
    }

    #[test]
    fn what_has_no_class_is_of_the_first_one() {
        let branch = chapinero(ProfileSource::Builtin(Country::Colombia));
        let taxes = |class: Option<Code>| {
            applicable(&branch, None, class.as_ref(), date("2026-03-14")).unwrap()
        };
        assert_eq!(taxes(None), taxes(Some(code("food"))));
        assert_eq!(rates(&taxes(Some(code("goods_19")))), []);
    }

    #[test]
    fn a_class_that_the_profile_does_not_say_is_not_free_of_taxes() {
        let branch = chapinero(ProfileSource::Builtin(Country::Colombia));
        let class = code("jewels");
        assert_eq!(
            applicable(&branch, None, Some(&class), date("2026-03-14")),
            Err(Undetermined { class: Some(class), regime: code("inc") })
        );
    }

    #[test]
    fn a_companys_own_profile_is_asked_in_place_of_the_built_in_one() {
        let own = ProfileSource::Own(TaxProfileId::from_uuid(Uuid::from_u128(1)));
        let branch = chapinero(own);
        let mut profile = Country::Colombia.builtin().profile.clone();
        for rule in &mut profile.rules {
            rule.taxes.clear();
        }
        let taxes = |own| applicable(&branch, own, None, date("2026-03-14"));
        assert_eq!(taxes(Some(&profile)).map(|taxes| rates(&taxes).len()), Ok(0));
        assert!(taxes(None).is_err(), "a profile that is not there says nothing");
    }
}
