//! The circuit of a host: when it is paused, for how long, and when it is set aside. Pure: time and jitter are arguments.

use std::time::Duration;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use crate::model::host::{Health, Host, OPEN_AT};

/// On how many different days a host may fail, without a success between, before it is set aside.
pub(super) const SET_ASIDE_DAYS: i32 = 7;

/// Pauses of a host after the failures that open its circuit, in seconds before jitter; the last one repeats. The first is
/// under 15 s even with its jitter.
const PAUSES: [u32; 10] = [12, 30, 60, 120, 300, 600, 1200, 2400, 3600, 7200];

/// Longest stored error, in bytes.
const MAX_ERROR: usize = 300;

/// How a host was the last time. Each kind has places of its own, so that no host waits for one that is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It answered.
    Well,
    /// It was never asked.
    New,
    /// It failed.
    Ailing,
}

impl Standing {
    /// By its failures in a row and when it last took something.
    pub(super) fn of(failures: i32, last_ok_at: Option<NaiveDateTime>) -> Standing {
        match (failures, last_ok_at) {
            (0, Some(_)) => Standing::Well,
            (0, None) => Standing::New,
            _ => Standing::Ailing,
        }
    }
}

/// How a host is doing, through one round of deliveries.
#[derive(Clone, Debug)]
pub(super) struct Circuit {
    health: Health,
    not_before: Option<NaiveDateTime>,
    recovered: bool,
}

impl Circuit {
    /// As the last round left it.
    pub(super) fn of(host: &Host) -> Circuit {
        Circuit {
            health: Health {
                failures: host.failures,
                failing_days: host.failing_days,
                last_failing_day: host.last_failing_day,
                set_aside: host.set_aside,
                last_ok_at: host.last_ok_at,
                last_error: host.last_error.clone(),
            },
            not_before: None,
            recovered: false,
        }
    }

    /// Whether the host is to be asked with one delivery only.
    pub(super) fn is_open(&self) -> bool {
        self.health.failures >= OPEN_AT
    }

    /// Whose places it may use.
    pub(super) fn standing(&self) -> Standing {
        Standing::of(self.health.failures, self.health.last_ok_at)
    }

    /// Whether this round must end.
    pub(super) fn is_over(&self) -> bool {
        self.not_before.is_some() || self.health.set_aside
    }

    /// The host took a delivery, or refused it with an answer of its own: it is there.
    pub(super) fn alive(&mut self, now: NaiveDateTime) {
        self.recovered |= self.is_open();
        self.not_before = None;
        self.health = Health {
            failures: 0,
            failing_days: 0,
            last_failing_day: None,
            set_aside: false,
            last_ok_at: Some(now),
            last_error: self.health.last_error.take(),
        };
    }

    /// The host did not answer, failed, or asked for time (`wait`, from Retry-After). Failures of deliveries that were under
    /// way together when the circuit opened count once.
    pub(super) fn ailing(&mut self, now: NaiveDateTime, error: &str, wait: Option<Duration>, jitter: f64) {
        self.health.last_error = Some(shorten(error).to_owned());
        if let Some(until) = self.not_before {
            self.not_before = Some(until.max(now + delta(wait.unwrap_or_default())));
            return;
        }
        let failures = self.health.failures.saturating_add(1);
        self.health.failures = if wait.is_some() { failures.max(OPEN_AT) } else { failures };
        if !self.is_open() {
            return;
        }
        let pause = pause(self.health.failures, jitter).max(wait.unwrap_or_default());
        self.not_before = Some(now + delta(pause));
        self.count_day(now.date());
    }

    /// Ends the round for a reason of our own, which says nothing about the host.
    pub(super) fn postpone(&mut self, until: NaiveDateTime) {
        self.not_before = Some(self.not_before.map_or(until, |earlier| earlier.max(until)));
    }

    fn count_day(&mut self, today: NaiveDate) {
        if self.health.last_failing_day == Some(today) {
            return;
        }
        self.health.last_failing_day = Some(today);
        self.health.failing_days += 1;
        self.health.set_aside = self.health.failing_days >= SET_ASIDE_DAYS;
    }

    /// Whether it was paused when the round began and is well now.
    pub(super) fn has_recovered(&self) -> bool {
        self.recovered && !self.is_open()
    }

    /// When the host may be tried again at the earliest; `None` where its deliveries decide.
    pub(super) fn not_before(&self) -> Option<NaiveDateTime> {
        self.not_before
    }

    /// What is to be kept.
    pub(super) fn health(&self) -> &Health {
        &self.health
    }
}

/// How long a host with that many failures in a row is left alone, from 80 % to 120 % by `jitter` (0 to 1).
fn pause(failures: i32, jitter: f64) -> Duration {
    let index = usize::try_from(failures.saturating_sub(OPEN_AT)).unwrap_or(0);
    let last = PAUSES.last().copied().unwrap_or_default();
    let seconds = PAUSES.get(index).copied().unwrap_or(last);
    Duration::from_secs_f64(f64::from(seconds) * (0.8 + 0.4 * jitter.clamp(0.0, 1.0)))
}

/// A duration that can be added to a time; a week where it is longer than that.
pub(super) fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::days(7)).min(TimeDelta::days(7))
}

/// The beginning of an error, at most [`MAX_ERROR`] bytes.
pub(super) fn shorten(error: &str) -> &str {
    let mut end = error.len().min(MAX_ERROR);
    while !error.is_char_boundary(end) {
        end -= 1;
    }
    error.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn at(seconds: i64) -> NaiveDateTime {
        chrono::DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap().naive_utc()
    }

    fn fresh() -> Circuit {
        Circuit::of(&Host {
            host: "a.example".into(),
            lane: 0,
            due_at: Some(at(0)),
            failures: 0,
            failing_days: 0,
            last_failing_day: None,
            set_aside: false,
            last_ok_at: None,
            last_heard_at: None,
            last_error: None,
        })
    }

    fn next_round(circuit: &Circuit) -> Circuit {
        Circuit { not_before: None, recovered: false, ..circuit.clone() }
    }

    #[test]
    fn three_failures_in_a_row_pause_a_host_for_at_most_fifteen_seconds() {
        let mut circuit = fresh();
        circuit.ailing(at(0), "refused", None, 1.0);
        circuit.ailing(at(0), "refused", None, 1.0);
        assert!(!circuit.is_over());
        circuit.ailing(at(0), "refused", None, 1.0);
        let until = circuit.not_before().unwrap();
        assert!(until > at(9) && until <= at(15), "{until}");
        assert!(circuit.is_over());
    }

    #[test]
    fn a_success_between_failures_keeps_the_circuit_closed() {
        let mut circuit = fresh();
        for _ in 0..10 {
            circuit.ailing(at(0), "500", None, 0.5);
            circuit.ailing(at(0), "500", None, 0.5);
            circuit.alive(at(1));
        }
        assert!(!circuit.is_open() && !circuit.has_recovered());
        assert_eq!(circuit.standing(), Standing::Well);
    }

    #[test]
    fn later_pauses_grow_to_hours() {
        let pauses: Vec<u64> = (3..14).map(|failures| pause(failures, 0.5).as_secs()).collect();
        assert!(pauses.is_sorted());
        assert_eq!(pauses.last(), Some(&7200));
    }

    #[test]
    fn failures_under_way_together_count_once() {
        let mut circuit = fresh();
        for _ in 0..8 {
            circuit.ailing(at(0), "timeout", None, 0.5);
        }
        assert_eq!(circuit.health().failures, OPEN_AT);
    }

    #[test]
    fn retry_after_pauses_at_once_and_for_as_long_as_was_asked() {
        let mut circuit = fresh();
        circuit.ailing(at(0), "429", Some(Duration::from_secs(90)), 0.5);
        assert_eq!(circuit.not_before(), Some(at(90)));
        assert!(circuit.is_open());
    }

    #[test]
    fn a_paused_host_that_answers_has_recovered() {
        let mut circuit = fresh();
        (0..3).for_each(|_| circuit.ailing(at(0), "x", None, 0.5));
        let mut circuit = next_round(&circuit);
        assert!(circuit.is_open() && !circuit.is_over());
        circuit.alive(at(20));
        assert!(circuit.has_recovered() && circuit.standing() == Standing::Well);
        assert_eq!(circuit.health().last_error.as_deref(), Some("x"));
    }

    #[test]
    fn a_host_failing_on_seven_different_days_is_set_aside() {
        let mut circuit = fresh();
        (0..2).for_each(|_| circuit.ailing(at(0), "x", None, 0.5));
        for day in 0..7 {
            assert!(!circuit.health().set_aside, "day {day}");
            circuit = next_round(&circuit);
            circuit.ailing(at(day * 86_400), "x", None, 0.5);
            circuit = next_round(&circuit);
            circuit.ailing(at(day * 86_400 + 60), "x", None, 0.5);
        }
        assert!(circuit.health().set_aside);
    }

    #[test]
    fn an_error_is_cut_between_characters() {
        let long = "é".repeat(400);
        assert_eq!(shorten(&long).len(), MAX_ERROR);
        assert_eq!(shorten("short"), "short");
    }
}
