//! When a consultation takes answers, and how often its counts are told.

use chrono::{NaiveDateTime, TimeDelta};

use super::state::State;

/// Fewest options: with one there is nothing to choose.
pub const MIN_OPTIONS: usize = 2;
/// Longest option, in characters: clients show an option on one line.
pub const MAX_OPTION: usize = 100;
/// Changed counts go out this long after the first change, so at most once in this time however many answer. Each telling
/// costs a request to every follower's server.
pub const RESULTS_EVERY: TimeDelta = TimeDelta::minutes(5);
/// A consultation is closed this long after its deadline: what was received before the deadline has been worked off by then.
pub const CLOSING: TimeDelta = TimeDelta::seconds(60);

/// Whether an answer that was received then counts. All times are UTC; without a time there is no bound.
pub fn takes_answers(
    state: State,
    opens_at: Option<NaiveDateTime>,
    closes_at: Option<NaiveDateTime>,
    received: NaiveDateTime,
) -> bool {
    state == State::Open
        && opens_at.is_none_or(|at| at <= received)
        && closes_at.is_none_or(|at| received < at)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn answers_count_while_it_is_open_and_between_its_times() {
        let at = |hour| chrono::NaiveDate::from_ymd_opt(2026, 12, 1).unwrap().and_hms_opt(hour, 0, 0);
        let takes = |state, hour| takes_answers(state, at(9), at(18), at(hour).unwrap());
        assert!(takes(State::Open, 9) && takes(State::Open, 17));
        assert!(!takes(State::Open, 8) && !takes(State::Open, 18));
        assert!([State::Draft, State::Closed, State::Withdrawn].into_iter().all(|state| !takes(state, 12)));
        assert!(takes_answers(State::Open, None, None, at(0).unwrap()));
    }
}
