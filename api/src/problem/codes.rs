//! How the list of refusals is declared: each with its word, its status, a title and an advice.

macro_rules! codes {
    ($($(#[$meta:meta])* $variant:ident = $slug:literal, $status:ident {
        title: $title_es:literal / $title_en:literal,
        advice: $advice_es:literal / $advice_en:literal $(,)?
    })+) => {
        /// What went wrong, as a stable word that programs can act on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, poem_openapi::Enum)]
        #[oai(rename = "ProblemCode")]
        pub enum Code {
            $($(#[$meta])* #[oai(rename = $slug)] $variant,)+
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word itself, the last part of the problem's `type`.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug,)+ }
            }

            /// The status it is answered with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)+ }
            }

            /// A short name for people.
            pub fn title(self) -> Words {
                match self { $(Self::$variant => Words::new($title_es, $title_en),)+ }
            }

            /// What a person can do about it.
            pub fn advice(self) -> Words {
                match self { $(Self::$variant => Words::new($advice_es, $advice_en),)+ }
            }
        }
    };
}

pub(super) use codes;
