//! The sheets of a menu and their columns. `docs/import-menu.md` describes them, which a test compares.

/// A table of the menu: a CSV file of this name, or a sheet of the workbook.
#[derive(Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Its name, without the ending of a file.
    pub name: &'static str,
    /// Its columns, in the order in which they are written.
    pub columns: &'static [Column],
}

/// A column of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in the head.
    pub name: &'static str,
    /// Whether a file must have it. What an absent column holds stays as it is.
    pub is_required: bool,
    /// Whether it holds numbers, which a workbook can add up.
    pub is_numeric: bool,
}

impl Column {
    const fn text(name: &'static str) -> Self {
        Self { name, is_required: true, is_numeric: false }
    }

    const fn number(name: &'static str) -> Self {
        Self { name, is_required: true, is_numeric: true }
    }

    const fn optional(self) -> Self {
        Self { is_required: false, ..self }
    }
}

/// The categories of the menu.
pub const CATEGORIES: Sheet = Sheet {
    name: "categories",
    columns: &[Column::text("category"), Column::number("place").optional()],
};

/// What is kept in stock.
pub const INGREDIENTS: Sheet = Sheet {
    name: "ingredients",
    columns: &[
        Column::text("ingredient"),
        Column::text("unit"),
        Column::text("on_shortage").optional(),
    ],
};

/// What is declared of allergens and diets in what is kept in stock.
pub const INGREDIENT_ALLERGENS: Sheet = Sheet {
    name: "ingredient_allergens",
    columns: &[Column::text("ingredient"), Column::text("mark"), Column::text("contains")],
};

/// Groups of modifiers.
pub const MODIFIER_GROUPS: Sheet = Sheet {
    name: "modifier_groups",
    columns: &[
        Column::text("group"),
        Column::text("required"),
        Column::number("min"),
        Column::number("max"),
    ],
};

/// The modifiers of groups, in the order of the menu.
pub const MODIFIERS: Sheet = Sheet {
    name: "modifiers",
    columns: &[
        Column::text("group"),
        Column::text("modifier"),
        Column::number("price"),
        Column::text("currency").optional(),
        Column::number("max_quantity").optional(),
        Column::number("default_quantity").optional(),
        Column::text("asks_group").optional(),
    ],
};

/// What modifiers take from stock.
pub const MODIFIER_RECIPES: Sheet = Sheet {
    name: "modifier_recipes",
    columns: &[
        Column::text("group"),
        Column::text("modifier"),
        Column::text("ingredient"),
        Column::number("quantity"),
    ],
};

/// The products of the menu.
pub const PRODUCTS: Sheet = Sheet {
    name: "products",
    columns: &[
        Column::text("product"),
        Column::text("category"),
        Column::number("place").optional(),
        Column::text("tax_class").optional(),
        Column::number("preparation_minutes").optional(),
    ],
};

/// The variants of products, in the order of the menu.
pub const VARIANTS: Sheet = Sheet {
    name: "variants",
    columns: &[
        Column::text("product"),
        Column::text("variant"),
        Column::number("price"),
        Column::text("currency").optional(),
        Column::number("recipe_multiplier").optional(),
        Column::text("sku").optional(),
        Column::text("barcode").optional(),
    ],
};

/// What is said of products, by language.
pub const PRODUCT_TEXTS: Sheet = Sheet {
    name: "product_texts",
    columns: &[
        Column::text("product"),
        Column::text("language"),
        Column::text("description"),
        Column::text("search_words").optional(),
    ],
};

/// What is declared of allergens and diets in products.
pub const ALLERGENS: Sheet = Sheet {
    name: "allergens",
    columns: &[Column::text("product"), Column::text("mark"), Column::text("contains")],
};

/// Where products are made.
pub const PRODUCT_STATIONS: Sheet = Sheet {
    name: "product_stations",
    columns: &[Column::text("product"), Column::text("branch"), Column::text("station")],
};

/// The modifier groups that products offer, with other limits where a product has them.
pub const PRODUCT_GROUPS: Sheet = Sheet {
    name: "product_groups",
    columns: &[
        Column::text("product"),
        Column::text("group"),
        Column::text("required").optional(),
        Column::number("min").optional(),
        Column::number("max").optional(),
    ],
};

/// What products change of the modifiers of their groups.
pub const PRODUCT_MODIFIERS: Sheet = Sheet {
    name: "product_modifiers",
    columns: &[
        Column::text("product"),
        Column::text("group"),
        Column::text("modifier"),
        Column::text("hidden").optional(),
        Column::number("price").optional(),
        Column::text("currency").optional(),
        Column::number("default_quantity").optional(),
    ],
};

/// The slots of combos, with a row for each product that fills one.
pub const COMBOS: Sheet = Sheet {
    name: "combos",
    columns: &[
        Column::text("product"),
        Column::text("slot"),
        Column::number("pieces"),
        Column::text("option_product"),
        Column::text("option_variant"),
        Column::number("price").optional(),
        Column::text("currency").optional(),
    ],
};

/// What variants take from stock.
pub const RECIPES: Sheet = Sheet {
    name: "recipes",
    columns: &[
        Column::text("product"),
        Column::text("variant"),
        Column::text("ingredient"),
        Column::number("quantity"),
    ],
};

/// Price lists.
pub const PRICE_LISTS: Sheet = Sheet {
    name: "price_lists",
    columns: &[
        Column::text("list"),
        Column::text("branch").optional(),
        Column::text("channel").optional(),
        Column::text("weekdays").optional(),
        Column::text("from").optional(),
        Column::text("until").optional(),
        Column::text("valid_from"),
        Column::text("published").optional(),
    ],
};

/// The prices of price lists: each of a variant or of a modifier.
pub const PRICES: Sheet = Sheet {
    name: "prices",
    columns: &[
        Column::text("list"),
        Column::text("product"),
        Column::text("variant"),
        Column::text("group").optional(),
        Column::text("modifier").optional(),
        Column::number("price"),
        Column::text("currency").optional(),
    ],
};

/// Every sheet, in the order of a workbook: what others name comes first.
pub const ALL: &[&Sheet] = &[
    &CATEGORIES,
    &INGREDIENTS,
    &INGREDIENT_ALLERGENS,
    &MODIFIER_GROUPS,
    &MODIFIERS,
    &MODIFIER_RECIPES,
    &PRODUCTS,
    &VARIANTS,
    &PRODUCT_TEXTS,
    &ALLERGENS,
    &PRODUCT_STATIONS,
    &PRODUCT_GROUPS,
    &PRODUCT_MODIFIERS,
    &COMBOS,
    &RECIPES,
    &PRICE_LISTS,
    &PRICES,
];

impl Sheet {
    /// The sheet of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|sheet| name.eq_ignore_ascii_case(sheet.name))
    }

    /// The index of a column, from 0.
    pub(crate) fn index(&self, column: &str) -> usize {
        let found = self.columns.iter().position(|it| it.name == column);
        found.unwrap_or_else(|| panic!("the sheet {} has no column {column}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sheets and columns that the page describes: headings, and rows of tables with a column in the first cell.
    fn described() -> Vec<(String, Vec<(String, bool)>)> {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/import-menu.md");
        let page = std::fs::read_to_string(page).unwrap();
        let mut sheets: Vec<(String, Vec<(String, bool)>)> = Vec::new();
        for line in page.lines() {
            if let Some(name) = line.strip_prefix("### ") {
                sheets.push((name.to_owned(), vec![]));
            } else if let Some((column, holds)) =
                line.strip_prefix("| `").and_then(|rest| rest.split_once("` | "))
            {
                let column = (column.to_owned(), !holds.ends_with(" (optional) |"));
                sheets.last_mut().unwrap().1.push(column);
            }
        }
        sheets
    }

    #[test]
    fn every_sheet_and_column_is_described_as_it_is() {
        let column = |column: &Column| (column.name.to_owned(), column.is_required);
        let sheet =
            |sheet: &&Sheet| (sheet.name.to_owned(), sheet.columns.iter().map(column).collect());
        assert_eq!(described(), ALL.iter().map(sheet).collect::<Vec<_>>());
    }
}
