//! The states of publications and which may follow which.

use super::publication::Kind;

crate::words! {
    /// The state of a publication. Each kind uses some of them: see [`states`].
    State as "state" {
        Draft = "draft",
        Open = "open",
        Adopted = "adopted",
        NotAdopted = "not_adopted",
        Withdrawn = "withdrawn",
        Submitted = "submitted",
        Corrected = "corrected",
        Published = "published",
        InForce = "in_force",
        UnderReview = "under_review",
        Superseded = "superseded",
        Repealed = "repealed",
        Tentative = "tentative",
        Scheduled = "scheduled",
        InProgress = "in_progress",
        Closed = "closed",
        Cancelled = "cancelled",
    }
}

/// A transition that the rules do not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// This kind never has that state.
    #[error("a {kind} is never `{state}`: its states are {}", words(states(*.kind)))]
    State {
        /// The kind of publication.
        kind: Kind,
        /// The state that was asked for.
        state: State,
    },
    /// That state cannot follow this one.
    #[error("a {kind} that is `{from}` cannot become `{to}`: {}", next_words(*.kind, *.from))]
    Transition {
        /// The kind of publication.
        kind: Kind,
        /// Its state now.
        from: State,
        /// The state that was asked for.
        to: State,
    },
}

/// The states of a kind, the first being where it starts.
pub fn states(kind: Kind) -> &'static [State] {
    use State::*;
    match kind {
        Kind::Proposal => &[Draft, Open, Adopted, NotAdopted, Withdrawn],
        Kind::Minutes => &[Draft, Submitted, Adopted, Corrected, Withdrawn],
        Kind::Roadmap | Kind::Report | Kind::Production => &[Draft, Published, Withdrawn],
        Kind::Decision => &[Draft, InForce, UnderReview, Superseded, Repealed],
        Kind::Meeting => &[Draft, Tentative, Scheduled, InProgress, Closed, Cancelled, Withdrawn],
        Kind::Consultation => &[Draft, Open, Closed, Withdrawn],
    }
}

/// The state in which a kind is published when its author names none.
pub fn first_public(kind: Kind) -> State {
    match kind {
        Kind::Proposal => State::Open,
        Kind::Minutes => State::Submitted,
        Kind::Roadmap | Kind::Report | Kind::Production => State::Published,
        Kind::Decision => State::InForce,
        Kind::Meeting => State::Scheduled,
        Kind::Consultation => State::Open,
    }
}

/// What may follow `from`. Staying as it is, is no transition.
pub fn next(kind: Kind, from: State) -> &'static [State] {
    use State::*;
    match (kind, from) {
        (Kind::Proposal, Draft) => &[Open, Adopted, NotAdopted, Withdrawn],
        (Kind::Proposal, Open) => &[Adopted, NotAdopted, Withdrawn],
        (Kind::Minutes, Draft) => &[Submitted, Adopted, Withdrawn],
        (Kind::Minutes, Submitted) => &[Adopted, Withdrawn],
        (Kind::Minutes, Adopted) => &[Corrected, Withdrawn],
        (Kind::Minutes, Corrected) => &[Adopted, Withdrawn],
        (Kind::Roadmap | Kind::Report | Kind::Production, Draft) => &[Published, Withdrawn],
        (Kind::Roadmap | Kind::Report | Kind::Production, Published) => &[Withdrawn],
        (Kind::Decision, Draft) => &[InForce, UnderReview, Superseded, Repealed],
        (Kind::Decision, InForce) => &[UnderReview, Superseded, Repealed],
        (Kind::Decision, UnderReview) => &[InForce, Superseded, Repealed],
        (Kind::Meeting, Draft) => &[Tentative, Scheduled, InProgress, Closed, Cancelled, Withdrawn],
        (Kind::Meeting, Tentative) => &[Scheduled, InProgress, Cancelled, Withdrawn],
        (Kind::Meeting, Scheduled) => &[Tentative, InProgress, Closed, Cancelled, Withdrawn],
        (Kind::Meeting, InProgress) => &[Closed, Cancelled, Withdrawn],
        (Kind::Meeting, Closed | Cancelled) => &[Withdrawn],
        (Kind::Consultation, Draft) => &[Open, Closed, Withdrawn],
        (Kind::Consultation, Open) => &[Closed, Withdrawn],
        (Kind::Consultation, Closed) => &[Withdrawn],
        _ => &[],
    }
}

/// Checks that `to` may follow `from` (or equals it).
///
/// # Errors
/// [`Forbidden`], which names the states.
pub fn transition(kind: Kind, from: State, to: State) -> Result<(), Forbidden> {
    if !states(kind).contains(&to) {
        return Err(Forbidden::State { kind, state: to });
    }
    if from == to || next(kind, from).contains(&to) {
        return Ok(());
    }
    Err(Forbidden::Transition { kind, from, to })
}

fn words(states: &[State]) -> String {
    states.iter().map(|state| state.as_str()).collect::<Vec<_>>().join(", ")
}

fn next_words(kind: Kind, from: State) -> String {
    match next(kind, from) {
        [] => "nothing follows that state".to_owned(),
        some if kind == Kind::Minutes && matches!(from, State::Submitted | State::Corrected) => {
            format!("it can become {} (those who attended adopt it with `minutes approve`)", words(some))
        }
        some => format!("it can become {}", words(some)),
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
