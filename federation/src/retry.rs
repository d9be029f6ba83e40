//! When a delivery is done, given up, or tried again, and after how long.
//!
//! Numbers only; the queue, the circuit of a host and randomness are the server's.

use crate::limits::MAX_RETRY_AFTER;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// What an HTTP status means for a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has it.
    Done,
    /// It will never be taken; trying again is pointless.
    Final,
    /// It may be taken later.
    Retry,
}

/// Classifies the status of an answer to a delivery.
///
/// 2xx is success; 501 and every 4xx except 401, 408 and 429 is final; all else, redirects
/// included since an inbox never redirects, is tried again.
#[must_use]
pub fn classify(status: u16) -> Outcome {
    match status {
        200..=299 => Outcome::Done,
        401 | 408 | 429 => Outcome::Retry,
        400..=499 | 501 => Outcome::Final,
        _ => Outcome::Retry,
    }
}

/// Pauses after the first, second, … failed attempt, in seconds; the last one repeats.
const PAUSES: [u32; 12] = [2, 5, 15, 30, 60, 180, 600, 1800, 3600, 7200, 14_400, 28_800];

/// The pause after the failed attempt number `attempt` (the first is 1; 0 counts as 1).
///
/// `jitter` between 0 and 1 spreads the pause evenly from 80 % to 120 %, so that many deliveries
/// that failed together do not return together; a value outside is clamped.
#[must_use]
pub fn delay(attempt: u32, jitter: f64) -> Duration {
    let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let last = PAUSES.last().copied().unwrap_or_default();
    let seconds = PAUSES.get(index).copied().unwrap_or(last);
    let jitter = if jitter.is_nan() { 0.5 } else { jitter.clamp(0.0, 1.0) };
    Duration::from_secs_f64(f64::from(seconds) * (0.8 + 0.4 * jitter))
}

/// Reads a `Retry-After` header (RFC 9110 section 10.2.3): seconds, or an HTTP date.
///
/// The result is at most [`MAX_RETRY_AFTER`]; a date in the past is no wait at all. `None` where it
/// is neither.
#[must_use]
pub fn retry_after(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        let seconds = value.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(MAX_RETRY_AFTER));
    }
    let date = DateTime::parse_from_rfc2822(value).ok()?;
    let wait = date.with_timezone(&Utc).signed_duration_since(now);
    Some(wait.to_std().unwrap_or_default().min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn a_status_is_done_final_or_tried_again() {
        for s in [200, 201, 202, 204] {
            assert_eq!(classify(s), Outcome::Done, "{s}");
        }
        for s in [400, 403, 404, 405, 410, 413, 418, 422, 501] {
            assert_eq!(classify(s), Outcome::Final, "{s}");
        }
        for s in [0, 100, 301, 302, 307, 401, 408, 429, 500, 502, 503, 504, 520, 999] {
            assert_eq!(classify(s), Outcome::Retry, "{s}");
        }
    }

    #[test]
    fn pauses_grow_from_seconds_to_hours_and_stay_there() {
        let seconds: Vec<u64> = (1..=4).map(|n| delay(n, 0.5).as_secs()).collect();
        assert_eq!(seconds, [2, 5, 15, 30]);
        assert_eq!(delay(0, 0.5), delay(1, 0.5));
        assert_eq!(delay(12, 0.5).as_secs(), 28_800);
        assert_eq!(delay(u32::MAX, 0.5), delay(12, 0.5));
        for n in 1..12 {
            assert!(delay(n, 1.0) < delay(n + 1, 0.0), "{n}");
        }
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        assert_eq!(delay(4, 0.0).as_secs(), 24);
        assert_eq!(delay(4, 1.0).as_secs(), 36);
        assert_eq!(delay(4, 9.0), delay(4, 1.0));
        assert_eq!(delay(4, f64::NAN), delay(4, 0.5));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_bounded() {
        let now = Utc.with_ymd_and_hms(2026, 11, 6, 8, 0, 0).unwrap();
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after(" 0 ", now), Some(Duration::ZERO));
        assert_eq!(retry_after("99999999999999999999999", now), Some(MAX_RETRY_AFTER));
        assert_eq!(retry_after("Fri, 06 Nov 2026 08:01:00 GMT", now), Some(Duration::from_secs(60)));
        assert_eq!(retry_after("Fri, 06 Nov 2020 08:01:00 GMT", now), Some(Duration::ZERO));
        for bad in ["", "-1", "soon", "1.5"] {
            assert_eq!(retry_after(bad, now), None, "{bad}");
        }
    }
}
