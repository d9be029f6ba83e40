//! The part of a proposal's page that tells its rounds: what is asked now and what happens next, who stands where and why,
//! amendments, and every act.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::Value;

use super::PER_PAGE;
use super::parts::{Moment, Named, Pager, Reading};
use super::revisions::{Line, body, difference};
use super::voices::{Count, Voice, Voices};
use crate::actions::ballot;
use crate::db::Conn;
use crate::domain::actor::ActorKind;
use crate::domain::position::Stance;
use crate::domain::publication::Method;
use crate::domain::round::ActKind;
use crate::domain::state::State;
use crate::model::amendment::{self, Amendment};
use crate::model::proposal::{self, Done};
use crate::model::publication::{self, Publication};
use crate::model::revision;
use crate::text::{Lang, number, summary, t, tf, word};
use crate::web::error::Error;

/// What the database holds of it.
pub(super) struct Row {
    ballot: ballot::Ballot,
    /// A page of them, which page, and how many there are.
    amendments: (Vec<Amendment>, i64, i64),
    /// The texts of the versions that amendments change.
    texts: BTreeMap<i32, String>,
    acts: Vec<Done>,
    /// Its id and its title.
    decision: Option<(String, String)>,
}

/// A stance and how many take it.
pub(super) struct Share {
    pub code: &'static str,
    pub told: String,
    /// Where its part of the bar begins, and how wide it is, of 100.
    pub from: usize,
    pub wide: usize,
}

/// A text that was proposed.
pub(super) struct Change {
    pub by: Named,
    pub id: String,
    pub state: &'static str,
    pub version: String,
    pub date: Moment,
    pub reason: Option<String>,
    pub answer: Option<String>,
    pub lines: Vec<Line>,
}

/// Something that was done.
pub(super) struct Act {
    pub told: String,
    /// None is the clock.
    pub by: Option<Named>,
    pub date: Moment,
    pub reason: Option<String>,
}

/// See the module.
pub(super) struct Ballot {
    pub round: String,
    /// What it came to, or what is asked now and what happens next.
    pub sentences: Vec<&'static str>,
    pub rule: String,
    pub quorum: String,
    pub shares: Vec<Share>,
    /// The bar in words.
    pub tally: String,
    /// A page of the organisations that spoke.
    pub voices: Vec<Voice>,
    pub pager: Pager,
    pub objections: Vec<Named>,
    pub silent: Vec<Named>,
    /// A page of the amendments.
    pub amendments: Vec<Change>,
    pub changes: Pager,
    pub acts: Vec<Act>,
    pub decision: Option<Named>,
}

/// `page`: of the amendments.
pub(super) fn load(
    conn: &mut Conn,
    publication: &Publication,
    zone: Tz,
    page: i64,
) -> Result<Option<Row>, Error> {
    let Some(ballot) = ballot::read(conn, publication, zone)? else {
        return Ok(None);
    };
    let id = &publication.row.id;
    let (amendments, total) = amendment::page(conn, id, Pager::offset(page), PER_PAGE)?;
    let mut texts = BTreeMap::new();
    if !amendments.is_empty() {
        let versions: Vec<i32> = amendments.iter().map(|one| one.row.version).collect();
        for revision in revision::numbered(conn, id, &versions)? {
            texts.insert(revision.number, body(&revision)?);
        }
    }
    let decision = match ballot.row.as_ref().and_then(|row| row.decision_id.as_deref()) {
        Some(id) => publication::title(conn, id)?.map(|title| (id.to_owned(), title)),
        None => None,
    };
    let amendments = (amendments, page, total);
    Ok(Some(Row { amendments, texts, acts: proposal::acts(conn, id)?, decision, ballot }))
}

/// The same for programs; null of what is no proposal.
pub(super) fn told(conn: &mut Conn, publication: &Publication, zone: Tz) -> Result<Value, Error> {
    match ballot::read(conn, publication, zone)? {
        Some(ballot) => Ok(ballot::told(conn, &ballot)?),
        None => Ok(Value::Null),
    }
}

/// `page`: of the organisations that spoke.
pub(super) fn view(row: Row, page: i64, reading: &Reading) -> Result<Ballot, Error> {
    let (lang, ballot) = (reading.lang, row.ballot);
    let count = Count::of(&ballot)?;
    let (shares, tally) = shares(lang, ballot.proposal.method, &count.tally);
    let spoken = number(lang, count.counted.len().try_into().unwrap_or(i64::MAX));
    let voices = Voices::of(&ballot, &count);
    let page = voices.nearest(page);
    let is_first = page == 1;
    let waits = is_first && ballot.span.state == State::Open;
    Ok(Ballot {
        round: summary::round_name(lang, &ballot.proposal)
            .map_or_else(|| tf(lang, "ballot-round", &[("round", "1".into())]), capital),
        sentences: sentences(lang, &ballot, &count, reading),
        rule: word(lang, "ballot-rule", ballot.proposal.method.as_str()).to_owned(),
        quorum: tf(
            lang,
            "ballot-quorum",
            &[("spoken", (&spoken).into()), ("needed", i64::from(count.needed).into())],
        ),
        tally,
        objections: count
            .standing
            .iter()
            .filter(|_| is_first)
            .map(|one| Named::organisation(&one.organisation, &one.name))
            .collect(),
        silent: if waits { voices.silent(&ballot.members) } else { Vec::new() },
        changes: Pager::new(
            &format!("/publications/{}?amendments=", ballot.id),
            row.amendments.1,
            row.amendments.2,
        )
        .to("amendments"),
        amendments: row.amendments.0.into_iter().map(|one| change(one, &row.texts, reading)).collect(),
        acts: acts(row.acts, &ballot, reading),
        decision: row.decision.map(|(id, name)| Named { href: Some(format!("/publications/{id}")), name }),
        pager: voices.pager(&ballot.id, page),
        voices: voices.page(page, reading),
        shares,
    })
}

pub(super) fn capital(text: String) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().collect::<String>());
    first.unwrap_or_default() + chars.as_str()
}

fn sentences(lang: Lang, ballot: &ballot::Ballot, count: &Count, reading: &Reading) -> Vec<&'static str> {
    if let Some(ended) = &count.ended {
        return vec![word(lang, "why", ended.why.as_str())];
    }
    if ballot.span.state != State::Open {
        return Vec::new();
    }
    let now = reading.now.naive_utc();
    if ballot.span.opens.is_some_and(|opens| now < opens) {
        return vec![t(lang, "ballot-waits")];
    }
    if ballot.span.closes.is_some_and(|closes| closes <= now) {
        return vec![t(lang, "ballot-over")];
    }
    let phase = ballot.proposal.phase.map_or("none", |phase| phase.as_str());
    let clock = ballot.row.as_ref().is_some_and(|row| row.closes_at.is_some());
    let next = if clock { "ballot-next-clock" } else { "ballot-next-hand" };
    vec![word(lang, "ballot-asks", phase), t(lang, next)]
}

/// The parts of the bar of stances, and all of them in words.
pub(super) fn shares(lang: Lang, method: Method, tally: &BTreeMap<String, u32>) -> (Vec<Share>, String) {
    let count = |stance: &Stance| tally.get(stance.as_str()).copied().unwrap_or(0);
    let stances = Stance::of(method);
    let all = usize::try_from(stances.iter().map(count).sum::<u32>()).unwrap_or(0).max(1);
    let mut before = 0_usize;
    let share = |stance: &Stance| {
        let counted = count(stance);
        let from = before.saturating_mul(100) / all;
        before = before.saturating_add(usize::try_from(counted).unwrap_or(0));
        let code = stance.as_str();
        let key = match stance {
            Stance::Consent => "counted-consent",
            Stance::StandAside => "counted-stand_aside",
            Stance::Object => "counted-object",
            Stance::Agree => "counted-agree",
            Stance::Abstain => "counted-abstain",
            Stance::Disagree => "counted-disagree",
        };
        Share {
            code,
            told: tf(lang, key, &[("count", i64::from(counted).into())]),
            from,
            wide: (before.saturating_mul(100) / all).saturating_sub(from),
        }
    };
    let shares: Vec<Share> = stances.iter().map(share).collect();
    let told: Vec<&str> = shares.iter().map(|share| share.told.as_str()).collect();
    let told = tf(lang, "ballot-tally", &[("parts", (&told.join(", ")).into())]);
    (shares, told)
}

fn change(one: Amendment, texts: &BTreeMap<i32, String>, reading: &Reading) -> Change {
    let version = one.row.version.to_string();
    let before = texts.get(&one.row.version).map(String::as_str).unwrap_or_default();
    Change {
        lines: difference(&format!("{}\n", before.trim()), &format!("{}\n", one.row.body)),
        by: Named::organisation(&one.handle, &one.name),
        state: word(reading.lang, "amendment", one.row.state.as_str()),
        version: tf(reading.lang, "ballot-amendment-version", &[("version", (&version).into())]),
        date: reading.moment(one.row.proposed_at),
        reason: one.row.reason,
        answer: one.row.answer,
        id: one.row.id,
    }
}

/// Every act, oldest first. What its author opened before the round began is an announcement: the clock opens it.
fn acts(all: Vec<Done>, ballot: &ballot::Ballot, reading: &Reading) -> Vec<Act> {
    let opened: Vec<(String, u32)> = all
        .iter()
        .filter(|(done, ..)| done.act == ActKind::Opened)
        .map(|(done, ..)| (done.id.clone(), u32::try_from(done.round).unwrap_or(1)))
        .collect();
    let waits = ballot.span.opens.is_some_and(|opens| reading.now.naive_utc() < opens);
    let announced = |id: &str| {
        let place = opened.iter().position(|(known, _)| known == id);
        let Some((round, later)) = place.and_then(|at| Some((opened.get(at)?.1, opened.get(at + 1..)?)))
        else {
            return false;
        };
        later.iter().any(|(_, other)| *other == round) || waits && round == ballot.proposal.round()
    };
    let told = |done: Done| {
        let is_announced = announced(&done.0.id);
        let told = act(done, reading);
        match is_announced {
            true => Act { told: t(reading.lang, "act-announced").to_owned(), ..told },
            false => told,
        }
    };
    all.into_iter().map(told).collect()
}

fn act((done, by, name): Done, reading: &Reading) -> Act {
    let lang = reading.lang;
    let mut told = word(lang, "act", done.act.as_str()).to_owned();
    if let Some(phase) = done.phase {
        let round = done.round.to_string();
        let args = [("round", (&round).into()), ("phase", word(lang, "phase", phase.as_str()).into())];
        told = format!("{told} ({})", tf(lang, "round-phase", &args));
    }
    let by = by.map(|by| match (by.kind, name) {
        (ActorKind::Organisation, Some(name)) => Named::organisation(&by.handle, &name),
        (ActorKind::Person, _) => {
            Named { href: Some(format!("/people/{}", by.handle)), name: format!("@{}", by.handle) }
        }
        _ => Named { href: None, name: format!("@{}", by.handle) },
    });
    Act { told, by, date: reading.moment(done.at), reason: done.reason }
}

#[cfg(test)]
#[path = "round_tests.rs"]
mod tests;
