//! Closed vocabularies: an enum, its word in files, rows and JSON, and a helpful refusal.

/// A word that is not in a closed vocabulary, with the nearest that is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not a {what}: write one of {}{}", .allowed.join(", "), .nearest.map(|word| format!(" (did you mean `{word}`?)")).unwrap_or_default())]
pub struct UnknownWord {
    /// What was expected, such as "stage".
    pub what: &'static str,
    /// What stood there.
    pub found: String,
    /// Every word that may stand there.
    pub allowed: &'static [&'static str],
    /// The one that was probably meant.
    pub nearest: Option<&'static str>,
}

impl UnknownWord {
    /// A refusal of `found`, with the nearest allowed word.
    pub fn new(what: &'static str, found: &str, allowed: &'static [&'static str]) -> UnknownWord {
        let near = |word: &&&str| strsim::jaro_winkler(found, word) > 0.8;
        let nearest = allowed
            .iter()
            .filter(near)
            .max_by(|a, b| strsim::jaro_winkler(found, a).total_cmp(&strsim::jaro_winkler(found, b)));
        UnknownWord { what, found: found.to_owned(), allowed, nearest: nearest.copied() }
    }
}

/// Declares an enum whose variants are words: `as_str`, `ALL`, `FromStr`, `Display`, serde and diesel (as text).
/// Further spellings that real input uses stand after `|`.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $name:ident as $what:literal {
        $($(#[$vmeta:meta])* $variant:ident = $word:literal $(| $alias:literal)*,)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, diesel::AsExpression, diesel::FromSqlRow)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $($(#[$vmeta])* #[doc = concat!("`", $word, "`")] $variant,)+ }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];
            /// The word of every variant.
            pub const WORDS: &'static [&'static str] = &[$($word,)+];

            /// The word in files, rows and JSON.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::words::UnknownWord;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word $(| $alias)* => Ok($name::$variant),)+
                    _ => Err($crate::domain::words::UnknownWord::new($what, word, Self::WORDS)),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = String::deserialize(deserializer)?;
                word.parse().map_err(serde::de::Error::custom)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let word = <String as diesel::deserialize::FromSql<diesel::sql_types::Text, DB>>::from_sql(value)?;
                Ok(word.parse()?)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, DB>>::to_sql(self.as_str(), out)
            }
        }
    };
}
