//! Where a refused line is pointed to.

use domain::catalog::offer::{Error, Place};
use domain::shared::Code as Word;
use domain::taxes::Undetermined;

use super::not_offered;
use crate::problem::Code;

#[test]
fn taxes_that_the_profile_does_not_say_are_a_conflict_at_the_product() {
    let regime = Word::parse("inc").unwrap();
    let undetermined = Undetermined { class: None, regime };
    let at = Place { pick: Some((1, 0)), ..Place::line(2) };

    let problem = not_offered(&Error::Taxes { at, undetermined });

    assert_eq!(problem.code(), Code::TaxUndetermined);
    assert_eq!(problem.errors()[0].pointer, "/lines/2/slots/1/picks/0/product_id");
}
