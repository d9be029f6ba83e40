//! Generated histories of proposals: random acts of members, leaders and the clock, each asked of the rules of rounds, and after each
//! the outcome compared with what a witness noted who was there. The witness knows no record: it only keeps who stands where now.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, TimeDelta};
use reset_node::domain::outcome::{Entitled, Outcome, Record, Taken, Why};
use reset_node::domain::position::Stance;
use reset_node::domain::publication::{Kind, Method};
use reset_node::domain::round::{self, Phase, Refused, Span};
use reset_node::domain::state::{State, transition};

use crate::generated::generator::{Random, run};

const ORGANISATIONS: [&str; 6] = ["atelier", "bretagne", "communs", "data", "ecole", "ferme"];

/// Where an organisation stands, as the witness saw it.
#[derive(Clone, Copy, Debug)]
struct Seen {
    stance: Stance,
    /// Whether it was asked again since.
    asked_again: bool,
}

struct History {
    at: NaiveDateTime,
    state: State,
    method: Method,
    quorum: Option<u32>,
    version: i32,
    round: u32,
    phase: Option<Phase>,
    opens: NaiveDateTime,
    closes: Option<NaiveDateTime>,
    began: Option<NaiveDateTime>,
    members: BTreeSet<&'static str>,
    /// Who was put out by others, and has not left of itself since.
    put_out: BTreeSet<&'static str>,
    /// As the acts on memberships are noted.
    entitled: BTreeMap<&'static str, Vec<Entitled>>,
    positions: Vec<Taken>,
    seen: BTreeMap<&'static str, Seen>,
    /// Whether somebody who is a member objected to this text in this round.
    objectors: BTreeSet<&'static str>,
    decisions: u32,
}

impl History {
    fn new(random: &mut Random) -> History {
        let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap().naive_utc();
        let members: BTreeSet<_> = ORGANISATIONS.into_iter().filter(|_| !random.once_in(4)).collect();
        History {
            entitled: members.iter().map(|by| (*by, vec![Entitled::ALWAYS])).collect(),
            put_out: BTreeSet::new(),
            at,
            state: State::Open,
            method: Method::ALL[random.below(4)],
            quorum: (!random.once_in(3)).then(|| 1 + random.below(5) as u32),
            version: 1,
            round: 1,
            phase: None,
            opens: at + TimeDelta::minutes(random.below(2) as i64 * 5),
            closes: (!random.once_in(5)).then(|| at + TimeDelta::minutes(10 + random.below(120) as i64)),
            began: None,
            members,
            positions: Vec::new(),
            seen: BTreeMap::new(),
            objectors: BTreeSet::new(),
            decisions: 0,
        }
    }

    fn span(&self) -> Span {
        Span { state: self.state, opens: Some(self.opens), closes: self.closes, zone: chrono_tz::Tz::UTC }
    }

    fn record<'a>(&self, positions: &'a [Taken]) -> Record<'a> {
        Record {
            method: self.method,
            quorum: self.quorum,
            entitled: self.entitled.clone(),
            positions,
            version: self.version,
            round: self.round,
            began: self.began,
            closes: self.closes,
        }
    }

    fn act(&mut self, random: &mut Random) {
        self.at += TimeDelta::seconds(random.below(600) as i64);
        let by = ORGANISATIONS[random.below(ORGANISATIONS.len())];
        match random.below(16) {
            0..=6 => self.take(random, by),
            7 => self.withdraw(by),
            8 | 9 => self.resolve(random, by),
            10 => self.change_text(),
            11 => self.go_on(random),
            12 => self.another_round(random),
            13 => self.join_or_leave(random, by),
            14 => self.stray(random, by),
            _ if random.once_in(3) || self.closes.is_some_and(|closes| closes <= self.at) => {
                self.close(random)
            }
            _ => {}
        }
        self.agree();
    }

    fn take(&mut self, random: &mut Random, by: &'static str) {
        let known = Stance::of(self.method);
        let stance =
            if random.once_in(9) { Stance::ALL[random.below(6)] } else { known[random.below(known.len())] };
        let why = (!random.once_in(4)).then_some("Parce que.");
        let said = round::may_take(self.span(), self.method, stance, why, self.at);
        let open = self.is_open();
        let sound = known.contains(&stance) && (stance != Stance::Object || why.is_some());
        assert_eq!(said.is_ok(), open && sound, "{said:?}");
        if said.is_ok() && self.members.contains(by) {
            self.store(by, stance);
        }
    }

    fn store(&mut self, by: &'static str, stance: Stance) {
        self.positions.push(Taken {
            id: format!("{:06}", self.positions.len()),
            organisation: by.to_owned(),
            version: self.version,
            round: self.round,
            stance,
            taken: self.at,
            withdrawn: None,
            resolved: None,
        });
        self.seen.insert(by, Seen { stance, asked_again: false });
        if stance == Stance::Object {
            self.objectors.insert(by);
        }
    }

    fn is_open(&self) -> bool {
        self.state == State::Open
            && self.opens <= self.at
            && self.closes.is_none_or(|closes| self.at < closes)
    }

    fn last(&mut self, by: &str) -> Option<&mut Taken> {
        self.positions.iter_mut().rev().find(|one| one.organisation == by)
    }

    fn withdraw(&mut self, by: &'static str) {
        let at = self.at;
        let may = self.members.contains(by) || self.put_out.contains(by);
        if may && round::is_open(self.span(), at).is_ok() && self.seen.remove(by).is_some() {
            self.last(by).unwrap().withdrawn = Some(at);
        }
    }

    fn resolve(&mut self, random: &mut Random, by: &'static str) {
        let at = self.at;
        let objects = self.seen.get(by).is_some_and(|seen| seen.stance == Stance::Object);
        let is_member = self.members.contains(by);
        if !objects || !is_member && !self.put_out.contains(by) || round::is_open(self.span(), at).is_err() {
            return;
        }
        self.last(by).unwrap().resolved = Some(at);
        self.seen.remove(by);
        if is_member && !random.once_in(5) {
            self.store(by, [Stance::Consent, Stance::StandAside][random.below(2)]);
        }
    }

    fn ask_again(&mut self) {
        self.seen.values_mut().for_each(|seen| seen.asked_again = true);
        self.objectors.clear();
    }

    fn change_text(&mut self) {
        if self.state == State::Open {
            self.version += 1;
            self.ask_again();
        }
    }

    fn go_on(&mut self, random: &mut Random) {
        let to = Phase::ALL[random.below(4)];
        if round::is_open(self.span(), self.at).is_ok() && round::step(self.method, self.phase, to).is_ok() {
            let may = round::phases(self.method).contains(&to);
            assert!(may && self.phase != Some(to), "{:?} to {to}", self.phase);
            self.phase = Some(to);
        }
    }

    fn another_round(&mut self, random: &mut Random) {
        let closes = self.at + TimeDelta::minutes(random.below(100) as i64 - 10);
        let said = round::may_begin(self.span(), closes, self.at);
        if said.is_err() {
            let why = [self.state != State::Open, closes <= self.at, self.at < self.opens];
            assert!(why.contains(&true), "{said:?}");
            return;
        }
        (self.round, self.phase) = (self.round + 1, Some(Phase::Clarify));
        (self.opens, self.began, self.closes) = (self.at, Some(self.at), Some(closes));
        self.ask_again();
        // The next thing that is done is later.
        self.at += TimeDelta::milliseconds(1);
    }

    fn join_or_leave(&mut self, random: &mut Random, by: &'static str) {
        // Acts on a membership and on a position are of different moments.
        self.at += TimeDelta::milliseconds(1);
        if random.once_in(2) {
            if self.members.insert(by) {
                let since = Some(self.at);
                self.entitled.entry(by).or_default().push(Entitled { since, ..Entitled::ALWAYS });
                self.put_out.remove(by);
            }
        } else if self.state == State::Open && self.members.remove(by) {
            let left = random.once_in(2);
            let before = self.record(&self.positions).outcome(None);
            let stood = before.standing.contains_key(by);
            let last = self.entitled.get_mut(by).unwrap().last_mut().unwrap();
            (last.until, last.left) = (Some(self.at), left);
            if !left {
                self.put_out.insert(by);
            }
            let after = self.record(&self.positions).outcome(None);
            assert_eq!(after.standing.contains_key(by), stood && !left, "a removal removes no objection");
        }
        self.at += TimeDelta::milliseconds(1);
    }

    /// What comes from afar and must change nothing: a double, something late, something of another round.
    fn stray(&mut self, random: &mut Random, by: &'static str) {
        let stance = Stance::ALL[random.below(6)];
        let id = format!("x{:06}", self.positions.len());
        let one = Taken {
            id,
            organisation: by.to_owned(),
            version: self.version,
            round: self.round,
            stance,
            taken: self.at,
            withdrawn: None,
            resolved: None,
        };
        let late = match (random.below(3), self.closes, self.began) {
            (0, Some(closes), _) => Taken { taken: closes, ..one },
            (1, _, Some(began)) => {
                Taken { round: self.round - 1, taken: began + TimeDelta::microseconds(1), ..one }
            }
            _ => Taken { organisation: "stranger".to_owned(), ..one },
        };
        let mut more = self.positions.clone();
        more.insert(random.below(more.len() + 1), late);
        if !self.positions.is_empty() {
            more.push(self.positions[random.below(self.positions.len())].clone());
        }
        assert_eq!(self.record(&more).outcome(None), self.record(&self.positions).outcome(None));
    }

    fn close(&mut self, random: &mut Random) {
        if self.state != State::Open {
            return;
        }
        let choice = (self.method == Method::Advice && random.once_in(2)).then(|| random.once_in(2));
        let adopted = self.record(&self.positions).outcome(choice).adopted;
        let state = if adopted { State::Adopted } else { State::NotAdopted };
        transition(Kind::Proposal, self.state, state).unwrap();
        self.state = state;
        self.decisions += u32::from(adopted);
        for next in [State::Open, State::Adopted, State::NotAdopted, State::Withdrawn, State::Draft] {
            assert_eq!(transition(Kind::Proposal, state, next).is_ok(), next == state, "{state} to {next}");
        }
        let refused = Err(Refused::NotOpen(state));
        assert_eq!(round::is_open(self.span(), self.at), refused);
        assert_eq!(round::may_begin(self.span(), self.at + TimeDelta::hours(1), self.at), refused);
    }

    /// The outcome is what the witness says.
    fn agree(&self) {
        let outcome = self.record(&self.positions).outcome(None);
        let here = |by: &str| self.members.contains(by);
        let heard = |by: &&str| self.members.contains(*by) || self.put_out.contains(*by);
        let counted: Vec<(&str, Stance)> = self
            .seen
            .iter()
            .filter(|(by, seen)| here(by) && !seen.asked_again)
            .map(|(by, seen)| (*by, seen.stance))
            .collect();
        let standing: Vec<&str> = self
            .seen
            .iter()
            .filter(|(by, seen)| heard(by) && seen.stance == Stance::Object)
            .map(|(by, _)| *by)
            .collect();
        let told: Vec<(&str, Stance)> = outcome.counted.iter().map(|(by, one)| (*by, one.stance)).collect();
        assert_eq!(told, counted);
        assert_eq!(outcome.standing.keys().copied().collect::<Vec<_>>(), standing);
        self.is_right(&outcome, &counted, &standing);
    }

    fn is_right(&self, outcome: &Outcome, counted: &[(&str, Stance)], standing: &[&str]) {
        let count = |stance| counted.iter().filter(|(_, taken)| *taken == stance).count();
        let quorum = counted.len() >= self.quorum.unwrap_or(1) as usize;
        let consents = standing.is_empty() && count(Stance::Consent) > 0;
        let objected = self.objectors.iter().any(|by| self.members.contains(by) || self.put_out.contains(by));
        let expected = quorum
            && match self.method {
                Method::Consent => consents,
                Method::Consensus => consents && !objected,
                Method::Majority => count(Stance::Agree) > count(Stance::Disagree),
                Method::Advice => true,
            };
        assert_eq!(outcome.adopted, expected, "{:?}", outcome.why);
        assert_eq!(outcome.why == Why::NoQuorum, !quorum);
    }
}

#[test]
fn generated_histories_of_proposals_come_to_what_a_witness_saw() {
    run("histories of a proposal, of 30 acts", |random: &mut Random| {
        let mut history = History::new(random);
        for _ in 0..30 {
            let before = history.positions.len();
            history.act(random);
            assert!(history.positions.len() >= before, "no position is ever lost");
        }
        assert_eq!(history.decisions, u32::from(history.state == State::Adopted));
        // The order in which positions arrived is nothing.
        let mut shuffled = history.positions.clone();
        for last in (1..shuffled.len()).rev() {
            shuffled.swap(last, random.below(last + 1));
        }
        let outcome = history.record(&history.positions).outcome(None);
        assert_eq!(outcome, history.record(&shuffled).outcome(None));
    });
}
