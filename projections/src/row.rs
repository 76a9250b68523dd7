//! Rows of tables: which columns a value fills, defined once for reading, writing and binding.
//!
//! [`columns!`] maps a struct to columns; [`mod@column`] has the values that fill one; [`statements`] load
//! and write rows, a page in one statement.
//!
//! No examined crate does this: their arrays hold types of the database, not values of the domain, and have
//! to be converted in `FROM`.

mod column;
pub(crate) mod statements;

use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgRow};

/// A column of a statement that writes many rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    name: &'static str,
    /// What the bound array has elements of.
    element: &'static str,
    /// What an element is cast to, where the column is of another type.
    cast: Option<&'static str>,
}

/// What is written to one or several columns of a row.
pub(crate) trait ToColumns {
    /// Adds the columns, in the order in which they are bound. What fills only one calls it `name`.
    fn columns(name: &'static str, columns: &mut Vec<Column>);

    /// Binds an array for each column.
    fn bind<'a>(
        values: impl Iterator<Item = &'a Self> + Clone,
        arguments: &mut PgArguments,
    ) -> Result<(), BoxDynError>
    where
        Self: 'a;
}

/// What is read from one or several columns of a row.
pub(crate) trait FromColumns: Sized {
    /// Reads it. What fills only one column finds it by `name`.
    fn read(row: &PgRow, name: &'static str) -> Result<Self, sqlx::Error>;
}

/// A row with the company that it belongs to.
#[derive(Debug)]
pub(crate) struct Owned<R> {
    pub(crate) tenant_id: uuid::Uuid,
    pub(crate) row: R,
}

impl<R: ToColumns> ToColumns for Owned<R> {
    fn columns(_: &'static str, columns: &mut Vec<Column>) {
        uuid::Uuid::columns("tenant_id", columns);
        R::columns("", columns);
    }

    fn bind<'a>(
        values: impl Iterator<Item = &'a Self> + Clone,
        arguments: &mut PgArguments,
    ) -> Result<(), BoxDynError>
    where
        Self: 'a,
    {
        ToColumns::bind(values.clone().map(|owned| &owned.tenant_id), arguments)?;
        ToColumns::bind(values.map(|owned| &owned.row), arguments)
    }
}

impl<V: ToColumns> ToColumns for &V {
    fn columns(name: &'static str, columns: &mut Vec<Column>) {
        V::columns(name, columns);
    }

    fn bind<'a>(
        values: impl Iterator<Item = &'a Self> + Clone,
        arguments: &mut PgArguments,
    ) -> Result<(), BoxDynError>
    where
        Self: 'a,
    {
        V::bind(values.map(|value| &**value), arguments)
    }
}

/// Maps a struct to the columns of its fields.
///
/// `row` is read and written, `part` is a field of such a row, `read` and `written` go one way only. A field
/// fills the column of its name, or the one after `as`, or the columns of its own fields. `with` adds columns
/// that are only written, and what each row writes there.
///
/// ```ignore
/// columns!(row Payment { id as payment_id, amount, revision } with {
///     currency: |payment| payment.amount.currency(),
/// });
/// ```
macro_rules! columns {
    (row $row:ident { $($fields:tt)+ } $(with $with:tt)?) => {
        $crate::row::columns!(read $row { $($fields)+ });
        $crate::row::columns!(written $row { $($fields)+ } $(with $with)?);
    };
    (read $row:ident { $($fields:tt)+ }) => {
        $crate::row::columns!(from $row { $($fields)+ });

        impl sqlx::FromRow<'_, sqlx::postgres::PgRow> for $row {
            fn from_row(row: &sqlx::postgres::PgRow) -> Result<Self, sqlx::Error> {
                $crate::row::FromColumns::read(row, "")
            }
        }
    };
    (part $part:ident { $($fields:tt)+ } $(with $with:tt)?) => {
        $crate::row::columns!(from $part { $($fields)+ });
        $crate::row::columns!(written $part { $($fields)+ } $(with $with)?);
    };
    (from $row:ident { $($field:ident $(as $column:ident)?),+ $(,)? }) => {
        impl $crate::row::FromColumns for $row {
            fn read(row: &sqlx::postgres::PgRow, _: &'static str) -> Result<Self, sqlx::Error> {
                Ok(Self {
                    $($field: $crate::row::FromColumns::read(
                        row,
                        $crate::row::columns!(name $field $($column)?),
                    )?,)+
                })
            }
        }
    };
    (
        written $row:ident $(<$lifetime:lifetime>)? { $($field:ident $(as $column:ident)?),+ $(,)? }
        $(with { $($other:ident: $of:expr),+ $(,)? })?
    ) => {
        impl $(<$lifetime>)? $crate::row::ToColumns for $row $(<$lifetime>)? {
            fn columns(_: &'static str, columns: &mut Vec<$crate::row::Column>) {
                $($crate::row::columns_of(
                    |row: &Self| &row.$field,
                    $crate::row::columns!(name $field $($column)?),
                    columns,
                );)+
                $($($crate::row::columns_made::<Self, _>($of, stringify!($other), columns);)+)?
            }

            fn bind<'values>(
                values: impl Iterator<Item = &'values Self> + Clone,
                arguments: &mut sqlx::postgres::PgArguments,
            ) -> Result<(), sqlx::error::BoxDynError>
            where
                Self: 'values,
            {
                $($crate::row::ToColumns::bind(values.clone().map(|row| &row.$field), arguments)?;)+
                $($(
                    let made = $crate::row::made::<Self, _>($of, values.clone());
                    $crate::row::ToColumns::bind(made.iter(), arguments)?;
                )+)?
                Ok(())
            }
        }
    };
    (name $field:ident) => { stringify!($field) };
    (name $field:ident $column:ident) => { stringify!($column) };
}
pub(crate) use columns;

/// The columns of a field, whose type need not be named.
pub(crate) fn columns_of<R, F: ToColumns>(
    _: impl Fn(&R) -> &F,
    name: &'static str,
    columns: &mut Vec<Column>,
) {
    F::columns(name, columns);
}

/// The same of what is made of a row.
pub(crate) fn columns_made<R, F: ToColumns>(
    _: fn(&R) -> F,
    name: &'static str,
    columns: &mut Vec<Column>,
) {
    F::columns(name, columns);
}

/// What is made of each row.
pub(crate) fn made<'a, R: 'a, F>(of: fn(&R) -> F, rows: impl Iterator<Item = &'a R>) -> Vec<F> {
    rows.map(of).collect()
}
