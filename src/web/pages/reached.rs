//! The part of a decision's page that tells what it rests on: how many stood where when it was taken, and who, as its entry in
//! the register keeps them. Their reasons stand on the page of the proposal.

use serde::Deserialize;

use super::parts::{Named, Reading};
use super::round::{self, Share};
use crate::domain::position;
use crate::domain::publication::Details;
use crate::model::publication::Publication;
use crate::text::{number, tf, word};

/// See the module.
pub(super) struct Reached {
    pub shares: Vec<Share>,
    /// The bar in words.
    pub tally: String,
    pub quorum: String,
    /// Who, and the code and name of the stance.
    pub voices: Vec<(Named, &'static str, &'static str)>,
}

/// As much of an entry as is told.
#[derive(Deserialize)]
struct Entered {
    reached: Option<position::Reached>,
}

/// None where nothing was counted.
pub(super) fn view(publication: &Publication, reading: &Reading) -> Option<Reached> {
    let Details::Decision(decision) = &publication.details else { return None };
    let entered: Entered = serde_json::from_str(publication.entry.as_deref()?).ok()?;
    let (reached, lang) = (entered.reached?, reading.lang);
    let (shares, tally) = round::shares(lang, decision.method?, &reached.tally);
    let spoken = number(lang, reached.positions.len().try_into().unwrap_or(i64::MAX));
    let needed = i64::from(reached.quorum.unwrap_or(1));
    let voice = |one: &position::Recorded| {
        // Of another node it is told by its address.
        let named = match one.organisation.contains('/') {
            true => Named { name: one.name.clone(), href: Some(one.organisation.clone()) },
            false => Named::organisation(&one.organisation, &one.name),
        };
        (named, one.stance.as_str(), word(lang, "stance", one.stance.as_str()))
    };
    Some(Reached {
        quorum: tf(lang, "ballot-quorum", &[("spoken", (&spoken).into()), ("needed", needed.into())]),
        voices: reached.positions.iter().map(voice).collect(),
        shares,
        tally,
    })
}
