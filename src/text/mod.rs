//! Every sentence that people read, in French and English, and the texts that are made from data: dates, numbers, words
//! of the vocabularies, summaries, safe HTML. Knows no row, no request and no URL of this node; time is an argument.

pub mod dates;
pub mod html;
pub mod mail;
pub mod meetings;
mod messages;
pub mod news;
pub mod post;
pub mod summary;
#[cfg(test)]
mod summary_table;

pub use messages::{Arg, number, t, tf, word};

/// The languages of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// French.
    Fr,
    /// English: also what a text in a third language is framed with.
    #[default]
    En,
}

impl Lang {
    /// Both, in the order in which they are offered.
    pub const ALL: [Lang; 2] = [Lang::Fr, Lang::En];

    /// The BCP 47 tag: `fr` or `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Fr => "fr",
            Lang::En => "en",
        }
    }

    /// The language's own name.
    pub fn name(self) -> &'static str {
        match self {
            Lang::Fr => "Français",
            Lang::En => "English",
        }
    }

    /// The interface language of a BCP 47 tag by its primary subtag (`fr-CH` is French); `None` for a third language.
    pub fn of_tag(tag: &str) -> Option<Lang> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Lang::ALL.into_iter().find(|lang| primary.eq_ignore_ascii_case(lang.tag()))
    }
}
