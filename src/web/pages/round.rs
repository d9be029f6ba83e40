//! The part of a proposal's page that tells its rounds: what is asked now and what happens next, who stands where and why,
//! amendments, and every act.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::Value;

use super::parts::{Moment, Named, Reading};
use super::revisions::{Line, body, difference};
use crate::actions::ballot;
use crate::db::Conn;
use crate::domain::actor::ActorKind;
use crate::domain::outcome::Closed;
use crate::domain::position::{Recorded, Stance};
use crate::domain::publication::Method;
use crate::domain::state::State;
use crate::model::amendment::{self, Amendment};
use crate::model::position::Position;
use crate::model::proposal::{self, Done};
use crate::model::publication::{self, Publication};
use crate::text::{Lang, number, summary, t, tf, word};
use crate::web::error::Error;

/// What the database holds of it.
pub(super) struct Row {
    ballot: ballot::Ballot,
    amendments: Vec<Amendment>,
    /// The texts of the versions that amendments change.
    texts: BTreeMap<i32, String>,
    acts: Vec<Done>,
    decision: Option<Publication>,
}

/// A stance and how many take it.
pub(super) struct Share {
    pub code: &'static str,
    pub told: String,
    /// Where its part of the bar begins, and how wide it is, of 100.
    pub from: usize,
    pub wide: usize,
}

/// A position.
pub(super) struct Place {
    pub code: &'static str,
    pub stance: &'static str,
    pub reason: Option<String>,
    pub date: Moment,
    /// The version and round that it is about.
    pub on: String,
    /// What became of it: a word and the words of its author.
    pub end: Option<(&'static str, Option<String>)>,
}

/// An organisation with its last position, and those before it, latest first.
pub(super) struct Voice {
    pub by: Named,
    pub now: Place,
    /// Whether it is of an earlier text or round, and does not stand.
    pub old: bool,
    pub history: Vec<Place>,
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
    pub voices: Vec<Voice>,
    pub objections: Vec<Named>,
    pub silent: Vec<Named>,
    pub amendments: Vec<Change>,
    pub acts: Vec<Act>,
    pub decision: Option<Named>,
}

pub(super) fn load(conn: &mut Conn, publication: &Publication, zone: Tz) -> Result<Option<Row>, Error> {
    let Some(ballot) = ballot::read(conn, publication, zone)? else {
        return Ok(None);
    };
    let id = &publication.row.id;
    let amendments = amendment::all(conn, id)?;
    let mut texts = BTreeMap::new();
    if !amendments.is_empty() {
        for revision in publication::revisions(conn, id)? {
            texts.insert(revision.number, body(&revision)?);
        }
    }
    let decision = match ballot.row.as_ref().and_then(|row| row.decision_id.as_deref()) {
        Some(id) => publication::find(conn, id)?,
        None => None,
    };
    Ok(Some(Row { amendments, texts, acts: proposal::acts(conn, id)?, decision, ballot }))
}

/// The same for programs; null of what is no proposal.
pub(super) fn told(conn: &mut Conn, publication: &Publication, zone: Tz) -> Result<Value, Error> {
    match ballot::read(conn, publication, zone)? {
        Some(ballot) => Ok(ballot::told(conn, &ballot)?),
        None => Ok(Value::Null),
    }
}

/// What is counted: as it was kept when the proposal was closed here, else as it stands.
struct Count {
    tally: BTreeMap<String, u32>,
    needed: u32,
    counted: Vec<Recorded>,
    standing: Vec<Recorded>,
    ended: Option<Closed>,
}

impl Count {
    fn of(ballot: &ballot::Ballot) -> Result<Count, Error> {
        let record = ballot.record();
        let outcome = record.outcome(None);
        if let Some(ended) = ballot.outcome()? {
            let needed = ended.reached.quorum.unwrap_or(1);
            let (tally, counted) = (ended.reached.tally.clone(), ended.reached.positions.clone());
            return Ok(Count {
                tally,
                needed,
                counted,
                standing: ended.standing.clone(),
                ended: Some(ended),
            });
        }
        let those = |ids: Vec<&str>| -> Vec<Recorded> {
            let those = ballot.positions.iter().filter(|one| ids.contains(&one.row.id.as_str()));
            those.map(Position::recorded).collect()
        };
        Ok(Count {
            tally: outcome.tally(ballot.proposal.method),
            needed: outcome.needed,
            counted: those(outcome.counted.values().map(|one| one.id.as_str()).collect()),
            standing: those(outcome.standing.values().map(|one| one.id.as_str()).collect()),
            ended: None,
        })
    }
}

pub(super) fn view(row: Row, reading: &Reading) -> Result<Ballot, Error> {
    let (lang, ballot) = (reading.lang, row.ballot);
    let count = Count::of(&ballot)?;
    let (shares, tally) = shares(lang, ballot.proposal.method, &count.tally);
    let spoken = number(lang, count.counted.len().try_into().unwrap_or(i64::MAX));
    let needed = number(lang, count.needed.into());
    let voices = voices(&ballot, &count, reading);
    let spoke = |handle: &str| ballot.positions.iter().any(|one| one.handle == handle);
    let silent = ballot.members.iter().filter(|(handle, _)| !spoke(handle));
    let open = ballot.span.state == State::Open;
    Ok(Ballot {
        round: summary::round_name(lang, &ballot.proposal)
            .map_or_else(|| tf(lang, "ballot-round", &[("round", "1".into())]), capital),
        sentences: sentences(lang, &ballot, &count, reading),
        rule: word(lang, "ballot-rule", ballot.proposal.method.as_str()).to_owned(),
        quorum: tf(lang, "ballot-quorum", &[("spoken", (&spoken).into()), ("needed", (&needed).into())]),
        tally,
        objections: count
            .standing
            .iter()
            .map(|one| Named::organisation(&one.organisation, &one.name))
            .collect(),
        silent: silent.filter(|_| open).map(|(handle, name)| Named::organisation(handle, name)).collect(),
        amendments: row.amendments.into_iter().map(|one| change(one, &row.texts, reading)).collect(),
        acts: row.acts.into_iter().map(|done| act(done, reading)).collect(),
        decision: row.decision.map(|decision| Named {
            href: Some(format!("/publications/{}", decision.row.id)),
            name: decision.row.title,
        }),
        shares,
        voices,
    })
}

fn capital(text: String) -> String {
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
        let args = [("count", i64::from(counted).into()), ("stance", word(lang, "stance", code).into())];
        Share {
            code,
            told: tf(lang, "ballot-count", &args),
            from,
            wide: (before.saturating_mul(100) / all).saturating_sub(from),
        }
    };
    let shares: Vec<Share> = stances.iter().map(share).collect();
    let told: Vec<&str> = shares.iter().map(|share| share.told.as_str()).collect();
    let told = tf(lang, "ballot-tally", &[("parts", (&told.join(", ")).into())]);
    (shares, told)
}

fn place(one: &Position, reading: &Reading) -> Place {
    let (row, lang) = (&one.row, reading.lang);
    let (version, round) = (row.version.to_string(), row.round.to_string());
    let end = match (row.withdrawn_at, row.resolved_at) {
        (Some(_), _) => Some((t(lang, "ballot-withdrawn"), row.withdrawn_reason.clone())),
        (None, Some(_)) => Some((t(lang, "ballot-resolved"), row.resolution.clone())),
        (None, None) => None,
    };
    Place {
        code: row.stance.as_str(),
        stance: word(lang, "stance", row.stance.as_str()),
        reason: row.reason.clone(),
        date: reading.moment(row.taken_at),
        on: tf(lang, "ballot-on", &[("version", (&version).into()), ("round", (&round).into())]),
        end,
    }
}

/// Who spoke, by name.
fn voices(ballot: &ballot::Ballot, count: &Count, reading: &Reading) -> Vec<Voice> {
    let mut by_name: BTreeMap<(&str, &str), Vec<&Position>> = BTreeMap::new();
    for one in &ballot.positions {
        by_name.entry((&one.name, &one.handle)).or_default().push(one);
    }
    let holds = |one: &Position| {
        let recorded = one.recorded();
        count.counted.contains(&recorded) || count.standing.contains(&recorded)
    };
    let voice = |((name, handle), mut those): ((&str, &str), Vec<&Position>)| {
        let last = those.pop()?;
        Some(Voice {
            by: Named::organisation(handle, name),
            old: !holds(last) && last.row.withdrawn_at.is_none(),
            now: place(last, reading),
            history: those.into_iter().rev().map(|one| place(one, reading)).collect(),
        })
    };
    by_name.into_iter().filter_map(voice).collect()
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
