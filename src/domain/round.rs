//! The rounds of a proposal: their phases, which may follow which, and who may do what and when. Time is an argument.

use chrono::{DateTime, NaiveDateTime};
use chrono_tz::Tz;

use super::actor::Role;
use super::position::Stance;
use super::publication::{Content, Details, Method, Proposal};
use super::state::State;

crate::words! {
    /// What a round asks of its members at this moment. A position may be taken in each of them.
    Phase as "phase" {
        Clarify = "clarify",
        React = "react",
        Object = "object",
        Resolve = "resolve",
    }
}

crate::words! {
    /// What was done to a proposal: each is told with its author, date and reason.
    ActKind as "act on a proposal" {
        Opened = "opened",
        Phase = "phase",
        Round = "round",
        Revised = "revised",
        Adopted = "adopted",
        NotAdopted = "not_adopted",
    }
}

crate::words! {
    /// Where an amendment stands.
    AmendmentState as "state of an amendment" {
        Proposed = "proposed",
        Accepted = "accepted",
        Declined = "declined",
        Withdrawn = "withdrawn",
    }
}

/// What the rules of a round do not allow, as a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no open proposal.
    #[error("the proposal is `{state}`: {words}", state = .0, words = open_words(*.0))]
    NotOpen(State),
    /// Its round opens later.
    #[error("the round opens at {}: wait until then", told(.0))]
    NotYet(DateTime<Tz>),
    /// Its deadline was.
    #[error("the round was over at {}: what comes after the deadline does not count", told(.0))]
    Over(DateTime<Tz>),
    /// A stance that its method does not know.
    #[error("`{stance}` is no stance of a proposal by {method}: take one of {}", words(Stance::of(*.method)))]
    Stance {
        /// Of the proposal.
        method: Method,
        /// What was asked for.
        stance: Stance,
    },
    /// An objection without a reason.
    #[error("an objection needs a reason: say in a few words what would do harm, it is published")]
    NoReason,
    /// A phase that its method does not know.
    #[error("a proposal by {method} has no phase `{phase}`: its phases are {}", words(phases(*.method)))]
    Phase {
        /// Of the proposal.
        method: Method,
        /// What was asked for.
        phase: Phase,
    },
    /// A phase that cannot follow.
    #[error("the phase `{to}` cannot follow `{from}`: {}", next_words(*.method, *.from))]
    Step {
        /// Of the proposal.
        method: Method,
        /// The phase now.
        from: Phase,
        /// The phase that was asked for.
        to: Phase,
    },
    /// A deadline that is not to come.
    #[error("the deadline {} has passed: name one that is to come", told(.0))]
    Past(DateTime<Tz>),
}

/// What to do with a proposal that is not open.
fn open_words(state: State) -> &'static str {
    match state {
        State::Draft => "open it with `proposal open` first",
        _ => "this can be done while it is open only",
    }
}

/// `2026-11-25 00:00 (Europe/Paris)`: as an author writes it.
fn told(at: &DateTime<Tz>) -> String {
    format!("{} ({})", at.format("%Y-%m-%d %H:%M"), at.timezone().name())
}

fn words<T: std::fmt::Display>(words: &[T]) -> String {
    words.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn next_words(method: Method, from: Phase) -> String {
    let next: Vec<Phase> = phases(method).iter().copied().filter(|to| follows(from, *to)).collect();
    match next.is_empty() {
        true => "open another round, or close the proposal".to_owned(),
        false => format!("next is {}", words(&next)),
    }
}

/// The phases that a method knows, in order: where nobody can object there is nothing to resolve.
pub fn phases(method: Method) -> &'static [Phase] {
    match method {
        Method::Consent | Method::Consensus => Phase::ALL,
        Method::Advice | Method::Majority => &[Phase::Clarify, Phase::React],
    }
}

/// Whether `to` may follow `from` in one round: forward, of which clarifying and reacting may be passed over; and from resolving
/// back to objecting, since a changed text may be objected to.
fn follows(from: Phase, to: Phase) -> bool {
    use Phase::*;
    matches!((from, to), (Clarify, React | Object) | (React, Object) | (Object, Resolve) | (Resolve, Object))
}

/// Checks that a round may go on to the phase `to`. A round that is not led in phases may begin with any.
///
/// # Errors
/// [`Refused`], which names the phases.
pub fn step(method: Method, from: Option<Phase>, to: Phase) -> Result<(), Refused> {
    if !phases(method).contains(&to) {
        return Err(Refused::Phase { method, phase: to });
    }
    match from {
        Some(from) if !follows(from, to) => Err(Refused::Step { method, from, to }),
        _ => Ok(()),
    }
}

/// When a round counts, in UTC: from `opens` on, until before `closes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The state of the proposal.
    pub state: State,
    /// Where it says so.
    pub opens: Option<NaiveDateTime>,
    /// Where it says so.
    pub closes: Option<NaiveDateTime>,
    /// Where it is told.
    pub zone: Tz,
}

/// Checks that what is done at `at` counts in this round.
///
/// # Errors
/// [`Refused`].
pub fn is_open(span: Span, at: NaiveDateTime) -> Result<(), Refused> {
    if span.state != State::Open {
        return Err(Refused::NotOpen(span.state));
    }
    let local = |at: NaiveDateTime| at.and_utc().with_timezone(&span.zone);
    match (span.opens, span.closes) {
        (Some(opens), _) if at < opens => Err(Refused::NotYet(local(opens))),
        (_, Some(closes)) if at >= closes => Err(Refused::Over(local(closes))),
        _ => Ok(()),
    }
}

/// Checks that an organisation may take this position at `at`.
///
/// # Errors
/// [`Refused`].
pub fn may_take(
    span: Span,
    method: Method,
    stance: Stance,
    reason: Option<&str>,
    at: NaiveDateTime,
) -> Result<(), Refused> {
    is_open(span, at)?;
    if !Stance::of(method).contains(&stance) {
        return Err(Refused::Stance { method, stance });
    }
    if stance == Stance::Object && reason.is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Refused::NoReason);
    }
    Ok(())
}

/// Checks that another round, until `closes`, may begin at `at`; also after the one before was over.
///
/// # Errors
/// [`Refused`].
pub fn may_begin(span: Span, closes: NaiveDateTime, at: NaiveDateTime) -> Result<(), Refused> {
    match is_open(span, at) {
        Ok(()) | Err(Refused::Over(_)) if closes > at => Ok(()),
        Ok(()) | Err(Refused::Over(_)) => Err(Refused::Past(closes.and_utc().with_timezone(&span.zone))),
        Err(refused) => Err(refused),
    }
}

/// Whether this role opens, leads and closes rounds.
pub fn leads(role: Role) -> bool {
    matches!(role, Role::Steward | Role::CoSteward | Role::Facilitator)
}

/// Whether what was asked is no longer the same, so that positions are asked again: the text, or the terms on which it is decided.
pub fn asks_again(old: &Content, new: &Content) -> bool {
    let terms = |content: &Content| match &content.details {
        Details::Proposal(proposal) => Some((proposal.method, proposal.quorum)),
        _ => None,
    };
    (&old.title, &old.body, &old.language) != (&new.title, &new.body, &new.language)
        || terms(old) != terms(new)
}

impl Proposal {
    /// The round, from 1.
    pub fn round(&self) -> u32 {
        self.round.unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_forbidden_step_is_named() {
        use Phase::*;
        let allowed =
            [(Clarify, React), (Clarify, Object), (React, Object), (Object, Resolve), (Resolve, Object)];
        for method in Method::ALL {
            for from in phases(*method) {
                for to in Phase::ALL {
                    let said = step(*method, Some(*from), *to);
                    let known = phases(*method).contains(to);
                    assert_eq!(
                        said.is_ok(),
                        known && allowed.contains(&(*from, *to)),
                        "{method} {from} {to}"
                    );
                    if let Err(refused) = said {
                        assert!(refused.to_string().contains(to.as_str()), "{refused}");
                    }
                }
                assert_eq!(step(*method, None, *from), Ok(()));
            }
        }
        let said = |method, from, to| step(method, Some(from), to).err().map(|error| error.to_string());
        assert_eq!(
            said(Method::Consent, Object, React).as_deref(),
            Some("the phase `react` cannot follow `object`: next is resolve")
        );
        assert_eq!(
            said(Method::Majority, React, Clarify).as_deref(),
            Some("the phase `clarify` cannot follow `react`: open another round, or close the proposal")
        );
        assert_eq!(
            said(Method::Advice, React, Object).as_deref(),
            Some("a proposal by advice has no phase `object`: its phases are clarify, react")
        );
    }

    #[test]
    fn what_is_done_counts_from_the_opening_until_before_the_deadline() {
        let at = |hour: u32| {
            chrono::NaiveDate::from_ymd_opt(2026, 11, 25).and_then(|day| day.and_hms_opt(hour, 0, 0))
        };
        let span = Span { state: State::Open, opens: at(8), closes: at(18), zone: Tz::Europe__Paris };
        let open = |hour| at(hour).map(|at| is_open(span, at).is_ok());
        assert_eq!(
            [open(7), open(8), open(17), open(18)],
            [Some(false), Some(true), Some(true), Some(false)]
        );
        for state in [State::Draft, State::Adopted, State::NotAdopted, State::Withdrawn] {
            let closed = Span { state, ..span };
            assert_eq!(at(9).map(|at| is_open(closed, at)), Some(Err(Refused::NotOpen(state))));
        }
        let told =
            |span, hour| at(hour).and_then(|at| is_open(span, at).err()).map(|refused| refused.to_string());
        assert_eq!(
            [told(span, 7), told(span, 18), told(Span { state: State::Draft, ..span }, 9)],
            [
                Some("the round opens at 2026-11-25 09:00 (Europe/Paris): wait until then".to_owned()),
                Some(
                    "the round was over at 2026-11-25 19:00 (Europe/Paris): what comes after the deadline does not count"
                        .to_owned()
                ),
                Some("the proposal is `draft`: open it with `proposal open` first".to_owned()),
            ]
        );
        let next =
            |closes, now| at(closes).zip(at(now)).map(|(closes, now)| may_begin(span, closes, now).is_ok());
        assert_eq!([next(20, 19), next(19, 19), next(20, 7)], [Some(true), Some(false), Some(false)]);
    }
}
