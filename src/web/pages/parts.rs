//! Parts that several pages share: an entry of a list of publications, the ring of qualities, the links between the pages
//! of a list, names of organisations.

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;

use super::PER_PAGE;
use crate::app::App;
use crate::domain::coalition::Quality;
use crate::domain::state::State;
use crate::model::actor::Actor;
use crate::model::listing::Listed;
use crate::text::summary::{self, Context};
use crate::text::{Lang, dates, tf};

/// How and when a page is read.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    pub lang: Lang,
    pub zone: Tz,
    pub now: DateTime<Utc>,
}

impl Reading {
    pub(super) fn new(app: &App, lang: Lang) -> Reading {
        Reading { lang, zone: dates::zone(&app.config.node.timezone), now: app.now() }
    }

    /// The day of a moment of a row, and the same for machines.
    pub(super) fn day(&self, at: NaiveDateTime) -> Moment {
        Moment {
            told: dates::utc_day(self.lang, at, self.zone),
            iso: at.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        }
    }

    /// Day and hour of a moment of a row.
    pub(super) fn moment(&self, at: NaiveDateTime) -> Moment {
        Moment { told: dates::utc(self.lang, at, self.zone), ..self.day(at) }
    }
}

/// A moment, for people and for machines.
pub(super) struct Moment {
    pub told: String,
    pub iso: String,
}

/// Where an actor of ours moved.
pub(super) struct Moved {
    /// With the day.
    pub sentence: String,
    /// The id of the other.
    pub href: String,
    pub reason: Option<String>,
}

impl Moved {
    pub(super) fn of(app: &App, lang: Lang, actor: &Actor) -> Option<Moved> {
        let to = actor.moved_to.as_ref()?;
        let day = Reading::new(app, lang).day(actor.moved_at.unwrap_or(actor.updated_at)).told;
        Some(Moved {
            sentence: tf(lang, "moved-text", &[("date", (&day).into())]),
            href: app.urls.told(to),
            reason: actor.moved_reason.clone(),
        })
    }
}

/// An entry of a list of publications.
pub(super) struct Item {
    pub href: String,
    pub kind: &'static str,
    /// The generated sentence, in the language of the page.
    pub head: String,
    pub tone: &'static str,
    pub title: String,
    /// The author's line.
    pub line: String,
    pub language: String,
    pub coalition: (String, String),
    pub date: Option<Moment>,
    pub replies: i64,
}

impl Item {
    pub(super) fn of(listed: &Listed, reading: &Reading) -> Result<Item, diesel::result::Error> {
        let content = listed.content()?;
        let context = Context { zone: reading.zone, at: reading.now, number: listed.number };
        Ok(Item {
            href: format!("/publications/{}", listed.id),
            kind: listed.kind.as_str(),
            head: summary::head(reading.lang, &content, context),
            tone: if summary::is_past(&content, context) { "over" } else { tone(listed.state) },
            title: listed.title.clone(),
            line: listed.summary.clone(),
            language: listed.language.clone(),
            coalition: (format!("/coalitions/{}", listed.handle), listed.coalition().to_owned()),
            date: listed.published_at.map(|at| reading.day(at)),
            replies: listed.replies,
        })
    }

    pub(super) fn all(listed: &[Listed], reading: &Reading) -> Result<Vec<Item>, diesel::result::Error> {
        listed.iter().map(|row| Item::of(row, reading)).collect()
    }
}

/// The class with which a state is marked, beside its words: what waits for somebody, what holds, what is over.
pub(super) fn tone(state: State) -> &'static str {
    match state {
        State::Open | State::InProgress | State::Submitted | State::UnderReview | State::Tentative => "waits",
        State::Adopted | State::InForce | State::Published | State::Scheduled | State::Corrected => "holds",
        State::NotAdopted
        | State::Withdrawn
        | State::Superseded
        | State::Repealed
        | State::Cancelled
        | State::Closed
        | State::Draft => "over",
    }
}

/// Where each quality's dot lies on the ring, in a square of 32 units.
const DOTS: [(Quality, &str); 7] = [
    (Quality::Inclusive, "M16 4.8h0"),
    (Quality::Frugal, "M24.8 9h0"),
    (Quality::Democratic, "M26.9 18.5h0"),
    (Quality::Empowering, "M20.9 26.1h0"),
    (Quality::Protective, "M11.1 26.1h0"),
    (Quality::Fair, "M5.1 18.5h0"),
    (Quality::Innovative, "M7.2 9h0"),
];

/// The ring of seven qualities: full dots for those that a coalition seeks. The same facts stand beside it as words.
pub(super) struct Mark {
    pub on: String,
    pub off: String,
}

impl Mark {
    pub(super) fn of(sought: impl Fn(Quality) -> bool) -> Mark {
        let path = |wanted: bool| {
            let dots = DOTS.iter().filter(|(quality, _)| sought(*quality) == wanted);
            dots.map(|(_, path)| *path).collect()
        };
        Mark { on: path(true), off: path(false) }
    }
}

/// Links to the pages before and after.
pub(super) struct Pager {
    pub newer: Option<String>,
    pub older: Option<String>,
    pub page: i64,
    pub pages: i64,
}

impl Pager {
    /// For page `page` of `total` entries; `address` ends where the number is to stand.
    pub(super) fn new(address: &str, page: i64, total: i64) -> Pager {
        let pages = ((total + PER_PAGE - 1) / PER_PAGE).max(1);
        let link = |page: i64| format!("{address}{page}");
        Pager {
            newer: (page > 1).then(|| link((page - 1).min(pages))),
            older: (page < pages).then(|| link(page + 1)),
            page,
            pages,
        }
    }

    /// The same, whose links lead to a place on the page.
    pub(super) fn to(mut self, place: &str) -> Pager {
        for link in [&mut self.newer, &mut self.older].into_iter().flatten() {
            link.push('#');
            link.push_str(place);
        }
        self
    }

    pub(super) fn offset(page: i64) -> i64 {
        (page - 1) * PER_PAGE
    }
}

/// An organisation: a name, with its page where it lives here.
#[derive(Clone)]
pub(super) struct Named {
    pub name: String,
    pub href: Option<String>,
}

impl Named {
    pub(super) fn organisation(handle: &str, name: &str) -> Named {
        Named { name: name.to_owned(), href: Some(format!("/organisations/{handle}")) }
    }

    /// A word that a document gave: the handle of an organisation here, or a plain name.
    pub(super) fn word(word: &str, known: &[(String, String)]) -> Named {
        match known.iter().find(|(handle, _)| handle == word) {
            Some((handle, name)) => Named::organisation(handle, name),
            None => Named { name: word.to_owned(), href: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pager_leads_only_to_pages_that_exist() {
        let first = Pager::new("/x?page=", 1, 51);
        assert_eq!((first.newer, first.older.as_deref()), (None, Some("/x?page=2")));
        let last = Pager::new("/x?page=", 2, 51);
        assert_eq!((last.newer.as_deref(), last.older), (Some("/x?page=1"), None));
        let beyond = Pager::new("/x?page=", 9, 50);
        assert_eq!((beyond.newer.as_deref(), beyond.older), (Some("/x?page=1"), None));
    }

    #[test]
    fn every_quality_has_one_dot_on_the_ring() {
        for quality in Quality::ALL {
            let mark = Mark::of(|one| one == *quality);
            assert_eq!(mark.on.matches('M').count(), 1);
            assert_eq!(mark.off.matches('M').count(), 6);
        }
    }
}
