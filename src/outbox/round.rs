//! A round: everything that may go to one host now. Deliveries of one inbox and subject follow one another, others go side by
//! side; one that must wait holds up what comes after it in its line, and a host that fails ends its round.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use reset_federation::retry::{self, Outcome};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::circuit::{Circuit, Standing, delta, shorten};
use super::engine::Shared;
use super::ledger::{Ended, Entry, Tried};
use super::permitted;
use super::send::Answer;
use crate::db;
use crate::jobs::lanes::stable_hash;
use crate::model::delivery::{self, DONE, FAILED, Mark, PENDING, Waiting};
use crate::model::host::Host;

/// Rows read at once.
const PAGE: i64 = 64;
/// Most deliveries to one host at once.
const PER_HOST: usize = 8;
/// A host that takes longer than this for an answer gets one delivery at a time.
const SLOW: Duration = Duration::from_secs(2);
/// When to look again at a host after the database did not answer.
const POSTPONE: TimeDelta = TimeDelta::seconds(5);

/// Deliveries of one inbox and subject, in their order.
type Line = VecDeque<Waiting>;

struct Round {
    shared: Arc<Shared>,
    host: Arc<str>,
    circuit: Circuit,
    held_up: HashSet<(String, String)>,
    limit: usize,
}

/// An attempt that has ended, with the rest of its line.
struct Attempt {
    row: Waiting,
    rest: Line,
    result: Result<Answer, NotSent>,
    took: Duration,
}

/// Why a delivery was not even tried.
enum NotSent {
    /// It must not be: it is dropped.
    Forbidden(&'static str),
    /// For a reason of our own, which may pass.
    Fault(String),
}

/// Runs a round for the host and answers, once everything about it is durable, when it is due again.
pub(super) async fn run(shared: Arc<Shared>, row: Host) -> Option<NaiveDateTime> {
    let circuit = Circuit::of(&row);
    let host: Arc<str> = Arc::from(row.host);
    let limit = if circuit.standing() == Standing::Well { 2 } else { 1 };
    let mut round = Round { shared, host, circuit, held_up: HashSet::new(), limit };
    if let Err(error) = round.deliver().await {
        tracing::error!(%error, host = &*round.host, "deliveries could not be read");
        let until = round.shared.now() + POSTPONE;
        round.circuit.postpone(until);
    }
    round.end().await
}

impl Round {
    /// A paused host is asked with one delivery, and that is the round: if it is back, the next one begins at once, with what
    /// this one taught written down.
    async fn deliver(&mut self) -> Result<(), db::Error> {
        if self.circuit.is_open() {
            let host = self.host.clone();
            let probe = self
                .shared
                .app
                .db
                .read(move |conn| Ok::<_, db::Error>(delivery::probe(conn, &host)?))
                .await?;
            self.send_lines(probe.map(|row| VecDeque::from([row])).into_iter().collect()).await;
            return Ok(());
        }
        let mut after = 0;
        while !self.is_over() {
            let (host, now) = (self.host.clone(), self.shared.now());
            let read = move |conn: &mut db::Conn| {
                Ok::<_, db::Error>(delivery::ready(conn, &host, after, now, PAGE)?)
            };
            let rows = self.shared.app.db.read(read).await?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            let lines = self.lines(rows);
            self.send_lines(lines).await;
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.circuit.is_over() || self.shared.stopping.load(Ordering::Relaxed)
    }

    /// Sorts rows into lines, without those whose line was held up in this round.
    fn lines(&self, rows: Vec<Waiting>) -> VecDeque<Line> {
        let mut lines: Vec<Line> = Vec::new();
        let mut places: HashMap<(String, String), usize> = HashMap::new();
        for row in rows {
            let key = (row.inbox.clone(), row.subject.clone());
            if self.held_up.contains(&key) {
                continue;
            }
            let place = *places.entry(key).or_insert(lines.len());
            match lines.get_mut(place) {
                Some(line) => line.push_back(row),
                None => lines.push(VecDeque::from([row])),
            }
        }
        lines.into()
    }

    async fn send_lines(&mut self, mut lines: VecDeque<Line>) {
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() < self.limit && !self.is_over() {
                let Some(line) = lines.pop_front() else { break };
                under_way.spawn(attempt(
                    self.shared.clone(),
                    self.host.clone(),
                    self.circuit.standing(),
                    line,
                ));
            }
            match under_way.join_next().await {
                None => break,
                Some(Ok(Some(attempt))) => lines.extend(self.settle(attempt).await),
                Some(Ok(None)) => {}
                Some(Err(error)) => {
                    tracing::error!(%error, host = &*self.host, "a delivery broke off");
                    self.circuit.postpone(self.shared.now() + POSTPONE);
                }
            }
        }
    }

    /// Draws the consequences of an attempt. The rest of the line, where it may go on.
    async fn settle(&mut self, attempt: Attempt) -> Option<Line> {
        let Attempt { row, rest, result, took } = attempt;
        let now = self.shared.now();
        let jitter = jitter(row.id, row.attempts);
        if let Ok(answer) = &result {
            if answer.is_alive() {
                self.circuit.alive(now);
                self.limit = if took > SLOW { 1 } else { (self.limit * 2).min(PER_HOST) };
            } else {
                let error = answer.error.as_deref().unwrap_or_default();
                self.circuit.ailing(now, error, answer.wait, jitter);
                self.limit = 1;
            }
        }
        let gone = result.as_ref().is_ok_and(Answer::is_gone).then_some(now);
        let mark = self.mark(&row, result, now, jitter);
        let goes_on = mark.state != PENDING;
        if !goes_on {
            self.held_up.insert((row.inbox.clone(), row.subject));
        }
        let tried = Tried { mark, host: self.host.clone(), inbox: row.inbox, gone };
        self.shared.write_down(Entry::Tried(tried)).await;
        (goes_on && !rest.is_empty()).then_some(rest)
    }

    fn mark(&self, row: &Waiting, result: Result<Answer, NotSent>, now: NaiveDateTime, jitter: f64) -> Mark {
        let (outcome, status, wait, error) = match result {
            Ok(answer) => (answer.outcome(), answer.status.map(i32::from), answer.wait, answer.error),
            Err(NotSent::Fault(error)) => (Outcome::Retry, None, None, Some(error)),
            Err(NotSent::Forbidden(why)) => (Outcome::Final, None, None, Some(why.to_owned())),
        };
        let attempt = u32::try_from(row.attempts).unwrap_or(0).saturating_add(1);
        let again = now + delta(retry::delay(attempt, jitter).max(wait.unwrap_or_default()));
        let (state, at) = match outcome {
            Outcome::Done => (DONE, now),
            Outcome::Final => (FAILED, now),
            Outcome::Retry if again > row.created_at + self.shared.patience => (FAILED, now),
            Outcome::Retry => (PENDING, again),
        };
        if state == FAILED {
            tracing::warn!(inbox = row.inbox, activity = row.activity_id, error, "a delivery is given up");
        }
        Mark { id: row.id, state, at, status, error: error.map(|error| shorten(&error).to_owned()) }
    }

    async fn end(self) -> Option<NaiveDateTime> {
        let (reply, due) = oneshot::channel();
        let at = self.shared.now();
        let ended = Ended { host: self.host, circuit: self.circuit, at, reply };
        self.shared.write_down(Entry::Ended(ended)).await;
        due.await.ok().flatten()
    }
}

/// Sends the first of a line, once there is a place for it.
async fn attempt(shared: Arc<Shared>, host: Arc<str>, standing: Standing, mut line: Line) -> Option<Attempt> {
    let row = line.pop_front()?;
    let _place = shared.places(standing).acquire().await.ok()?;
    let begun = Instant::now();
    let result = send(&shared, &host, &row).await;
    if let Err(NotSent::Fault(error)) = &result {
        tracing::error!(%error, activity = row.activity_id, "an activity cannot be sent for now");
    }
    Some(Attempt { row, rest: line, result, took: begun.elapsed() })
}

async fn send(shared: &Shared, host: &str, row: &Waiting) -> Result<Answer, NotSent> {
    let refusal = permitted::refusal(&shared.app, host).await;
    if let Some(why) = refusal.map_err(|error| NotSent::Fault(error.to_string()))? {
        return Err(NotSent::Forbidden(why));
    }
    let parcel = shared.parcel(&row.activity_id).await.map_err(NotSent::Fault)?;
    parcel.send(&shared.app, &row.inbox).await.map_err(NotSent::Fault)
}

/// Spreads the retries of deliveries that failed together: from 0 to 1, the same for the same row and attempt.
fn jitter(id: i64, attempts: i32) -> f64 {
    let spread = u32::try_from(stable_hash(&format!("{id}/{attempts}")) >> 40).unwrap_or(0);
    f64::from(spread) / f64::from(1_u32 << 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_spreads_between_nought_and_one() {
        let all: Vec<f64> = (0..1000).map(|id| jitter(id, 1)).collect();
        assert!(all.iter().all(|jitter| (0.0..1.0).contains(jitter)));
        let mean = all.iter().sum::<f64>() / 1000.0;
        assert!((0.4..0.6).contains(&mean), "{mean}");
    }
}
