//! Rows of allergens and diets.

use domain::catalog::diet::{Mark, Marks, Presence};

use super::Reader;
use super::cells::Cells;
use crate::marks::word;
use crate::menu::Key;

impl Reader<'_> {
    pub(super) fn ingredient_mark(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let ingredient = self.known_ingredient(cells);
        let declared = declared(cells);
        let (ingredient, (mark, presence)) = (ingredient?, declared?);
        self.once(cells, "mark", &[&ingredient, &Key::of_column(word(mark))])?;
        let begins = self.begins(cells, &ingredient);
        let marks = &mut self.menu.ingredients.get_mut(&ingredient)?.marks;
        *marks = with(marks, begins, mark, presence);
        Some(())
    }

    pub(super) fn product_mark(&mut self, cells: &mut Cells<'_>) -> Option<()> {
        let product = self.known_product(cells, "product");
        let declared = declared(cells);
        let (product, (mark, presence)) = (product?, declared?);
        self.once(cells, "mark", &[&product, &Key::of_column(word(mark))])?;
        let begins = self.begins(cells, &product);
        let marks = &mut self.menu.products.get_mut(&product)?.marks;
        *marks = with(marks, begins, mark, presence);
        Some(())
    }
}

/// What a row declares: that a mark is in something, or that it is not.
fn declared(cells: &mut Cells<'_>) -> Option<(Mark, Presence)> {
    let all: Vec<Mark> = Mark::all().collect();
    let mark = cells.word("mark", &all, word);
    let contains = cells.word("contains", &[true, false], |it| if it { "yes" } else { "no" });
    let presence = if contains? { Presence::Contains } else { Presence::FreeOf };
    Some((mark?, presence))
}

/// The marks with another one; without those that there were before, if the rows begin.
fn with(marks: &Marks, begins: bool, mark: Mark, presence: Presence) -> Marks {
    let before = Mark::all().filter(|_| !begins).map(|mark| (mark, marks.presence(mark)));
    before.chain([(mark, presence)]).collect()
}
