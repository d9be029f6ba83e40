//! Working off one lane: pages of items (`page`), the effects of each written in one transaction and each in a savepoint of
//! its own. Items that need a document of another server go aside, and only later ones of the same sender wait for them.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::NaiveDateTime;
use diesel::connection::SimpleConnection;
use reset_federation::activity::{Activity, ActivityKind, ObjectRef};
use reset_federation::check::Refusal;
use reset_federation::limits::{MAX_FETCHES, MAX_KEY_FETCHES};
use tokio::task::JoinSet;
use url::Url;

use super::ending::{end_refused, postpone, put_off, refuse};
use super::hearsay::{self, Found, Hearsay};
use super::moved;
use super::page::{Busy, Planned, Walk, checked};
use super::scene::{After, Effect, Scene, Sender, Step, Stopped, Tally};
use crate::ap::fetch::{FetchError, Fetcher};
use crate::ap::policy::{self, Rules};
use crate::ap::resolve;
use crate::app::{App, SharedApp};
use crate::db::{self, Conn};
use crate::model;
use crate::model::inbox_item::{self, End};
use crate::outbox;

/// Attempts for which later items of a sender wait behind one that failed: about 20 seconds together.
const HOLD_ATTEMPTS: i32 = 3;
/// What is left of an activity's fetches after its key was found, and found again.
const FETCHES: usize = MAX_FETCHES - 2 * MAX_KEY_FETCHES;
/// How often new items are looked for while others wait for other servers.
const ASIDE_LOOK: Duration = Duration::from_millis(50);

/// Works off what may run in a lane now, or until `stopping` says so, and what it sent aside. Whether it ended anything.
///
/// # Errors
/// The database's; nothing is lost, the lane is worked off again.
pub(super) async fn drain(app: SharedApp, lane: i32, stopping: Arc<AtomicBool>) -> Result<bool, db::Error> {
    let mut aside: JoinSet<Result<(), db::Error>> = JoinSet::new();
    let mut busy: HashMap<tokio::task::Id, (String, String)> = HashMap::new();
    let mut worked = false;
    loop {
        let (ended, needy) = pass(&app, lane, is_busy(&busy), &stopping).await?;
        let again = !needy.is_empty();
        worked |= ended || again;
        for planned in needy {
            let who = (planned.sender.clone(), planned.label.host.clone());
            let task = aside.spawn(fetch_and_end(app.clone(), planned));
            busy.insert(task.id(), who);
        }
        if again {
            continue;
        }
        // What came during the pass waits for the next look: then it is a batch again.
        if aside.is_empty() {
            return Ok(worked);
        }
        if !ended {
            tokio::select! {
                Some(done) = aside.join_next_with_id() => came_back(done, &mut busy)?,
                () = tokio::time::sleep(ASIDE_LOOK) => {}
            }
        }
        while let Some(done) = aside.try_join_next_with_id() {
            came_back(done, &mut busy)?;
        }
    }
}

type Aside = Result<(tokio::task::Id, Result<(), db::Error>), tokio::task::JoinError>;

/// The senders, and the hosts, of what is aside.
fn is_busy(aside: &HashMap<tokio::task::Id, (String, String)>) -> Busy {
    let mut busy = Busy::default();
    for (sender, host) in aside.values() {
        busy.senders.insert(sender.clone());
        *busy.aside.entry(host.clone()).or_default() += 1;
    }
    busy
}

fn came_back(done: Aside, busy: &mut HashMap<tokio::task::Id, (String, String)>) -> Result<(), db::Error> {
    let id = done.as_ref().map_or_else(tokio::task::JoinError::id, |(id, _)| *id);
    busy.remove(&id);
    match done {
        Ok((_, result)) => result,
        Err(error) => {
            tracing::error!(%error, "an inbox task ended badly; its item is tried again");
            Ok(())
        }
    }
}

/// Goes through the lane until its end, or until something must go aside. Whether anything was ended, and what goes aside.
async fn pass(
    app: &SharedApp,
    lane: i32,
    busy: Busy,
    stopping: &AtomicBool,
) -> Result<(bool, Vec<Planned>), db::Error> {
    let now = app.now().naive_utc();
    let held = app
        .db
        .read(move |conn| Ok::<_, db::Error>(inbox_item::held(conn, lane, now, HOLD_ATTEMPTS)?))
        .await?;
    let mut walk = Walk::new(lane, held, busy);
    let mut ended = false;
    while !stopping.load(Ordering::Relaxed) {
        let page = walk.page(app).await?;
        walk = page.walk;
        ended |= !page.ready.is_empty();
        walk.busy.senders.extend(end_batch(app, page.ready).await?);
        if page.is_last || !page.needy.is_empty() {
            return Ok((ended, page.needy));
        }
    }
    Ok((ended, Vec::new()))
}

/// Asks other servers what the item needs, and ends it.
async fn fetch_and_end(app: SharedApp, mut planned: Planned) -> Result<(), db::Error> {
    let fetcher = Fetcher::with(&app, FETCHES);
    let rules = policy::rules(&app).await?;
    let asked = match planned.step {
        Ok(Step::Hear(hearsay)) => heard(&fetcher, &rules, *hearsay, &mut planned.actor).await,
        Ok(Step::Fetch(url, activity)) => fetched(&fetcher, &rules, &url, *activity).await,
        _ => return Ok(()),
    };
    planned.step = match asked {
        Ok(step) => step,
        Err(FetchError::Later(why)) => {
            return put_off(&app, planned.label, (planned.attempts, planned.erase), why).await;
        }
        Err(FetchError::Gone) => Ok(super::scene::ignored("its object is gone")),
        Err(FetchError::Refused(why)) => {
            return refuse(&app, planned.label, planned.received, why, planned.erase).await;
        }
    };
    end_batch(&app, vec![planned]).await.map(drop)
}

/// What an activity asks for, with the object as its own server has it.
async fn fetched(
    fetcher: &Fetcher<'_>,
    rules: &Rules,
    url: &Url,
    mut activity: Activity,
) -> Result<Result<Step, Refusal>, FetchError> {
    if activity.kind == ActivityKind::Move {
        return moved::read(fetcher, rules, url, &activity).await.map(Ok);
    }
    let read = Some(ObjectRef::from(fetcher.document(url).await?));
    match activity.kind {
        ActivityKind::QuoteRequest => activity.instrument = read,
        _ => activity.object = read,
    }
    Ok(match checked(fetcher.app(), rules, activity) {
        Ok(Step::Fetch(..) | Step::Hear(_)) => Err(Refusal::NotOwner),
        step => step,
    })
}

/// What hearsay asks for, if it is true; `actor` is then whose act it is.
async fn heard(
    fetcher: &Fetcher<'_>,
    rules: &Rules,
    hearsay: Hearsay,
    actor: &mut String,
) -> Result<Result<Step, Refusal>, FetchError> {
    let (activity, once) = match hearsay::ask(fetcher, hearsay).await? {
        Found::Theirs(activity) => (activity, true),
        Found::Now(activity) => (activity, false),
        Found::Nothing(why) => return Ok(Ok(super::scene::ignored(why))),
    };
    let (id, by) = (activity.id.clone(), activity.actor.to_string());
    let step = match checked(fetcher.app(), rules, activity) {
        Ok(Step::Fetch(url, activity)) => fetched(fetcher, rules, &url, *activity).await?,
        Ok(Step::Hear(_)) => Ok(super::scene::ignored("hearsay of hearsay")),
        step => step,
    };
    actor.clone_from(&by);
    Ok(step.map(|step| if once { hearsay::once(&by, &id, step) } else { step }))
}

/// Writes the effects of a batch in one transaction, in order, and does what follows once it is committed. The senders of
/// whom something was put off.
async fn end_batch(app: &SharedApp, batch: Vec<Planned>) -> Result<Vec<String>, db::Error> {
    if batch.is_empty() {
        return Ok(Vec::new());
    }
    let within = app.clone();
    let now = app.now().naive_utc();
    let rules = policy::rules(app).await?;
    let after = app.db.write(move |conn| write_batch(&within, conn, batch, &rules, now)).await?;
    if after.stale {
        policy::forget(app);
    }
    if !after.due.is_empty() {
        app.wake.outbox.notify_one();
    }
    resolve::forget_keys(app, &after.keys).await;
    let ended = app.now().naive_utc();
    after.ended.iter().for_each(|received| app.metrics.item(ended - *received));
    Ok(after.put_off)
}

fn write_batch(
    app: &App,
    conn: &mut Conn,
    batch: Vec<Planned>,
    rules: &Arc<Rules>,
    now: NaiveDateTime,
) -> Result<After, db::Error> {
    let (mut tally, mut after) = (Tally::default(), After::default());
    // The rules changed since the items were understood: they are understood again, none of them having ended.
    if !rules.are_current(conn)? {
        after.stale = true;
        return Ok(after);
    }
    let mut senders: HashMap<String, Option<Sender>> = HashMap::new();
    for planned in batch {
        let (label, erase, times) = (planned.label, planned.erase, (now, planned.received));
        let effect = match planned.step {
            Ok(Step::Effect(effect)) => effect,
            Ok(Step::Fetch(..) | Step::Hear(_)) => continue,
            Err(refusal) => {
                let why = (refusal.reason(), refusal.to_string());
                end_refused(app, conn, &label, (why.0, &why.1), erase)?;
                after.ended.push(planned.received);
                continue;
            }
        };
        let sender = match senders.get(&planned.actor) {
            Some(known) => known.clone(),
            None => find_sender(conn, &planned.actor, &mut senders)?,
        };
        let Some(sender) = sender else {
            end_refused(app, conn, &label, ("unknown_sender", "its sender is not known any more"), erase)?;
            after.ended.push(planned.received);
            continue;
        };
        conn.batch_execute("SAVEPOINT item")?;
        after.ended.push(planned.received);
        match attempt(app, conn, times, sender, Arc::clone(rules), effect) {
            Ok((outcome, counted, following)) => {
                inbox_item::finish(conn, label.seq, End::Done, outcome, erase)?;
                conn.batch_execute("RELEASE SAVEPOINT item")?;
                tally.merge(counted);
                after.due.extend(following.due);
                after.keys.extend(following.keys);
            }
            Err(failure) => {
                conn.batch_execute("ROLLBACK TO SAVEPOINT item; RELEASE SAVEPOINT item")?;
                match failure {
                    Failure::Panicked => {
                        tracing::error!(seq = label.seq, "an effect panicked; nothing of it was kept");
                        inbox_item::finish(conn, label.seq, End::Failed, "the effect panicked", erase)?;
                    }
                    Failure::Stopped(Stopped::Refused(reason, why)) => {
                        end_refused(app, conn, &label, (reason, why), erase)?;
                    }
                    Failure::Stopped(Stopped::Db(error)) => {
                        after.ended.pop();
                        postpone(conn, &label, (planned.attempts, erase), now, &error.to_string())?;
                        after.put_off.push(planned.sender);
                    }
                }
            }
        }
    }
    tally.write(conn, now)?;
    outbox::make_due(conn, &after.due, now)?;
    Ok(after)
}

fn find_sender(
    conn: &mut Conn,
    url: &str,
    known: &mut HashMap<String, Option<Sender>>,
) -> crate::model::Result<Option<Sender>> {
    let found = model::remote::sender(conn, url)?;
    let sender = found.map(|(id, inbox)| Sender { id, url: url.to_owned(), inbox });
    known.insert(url.to_owned(), sender.clone());
    Ok(sender)
}

enum Failure {
    Stopped(Stopped),
    Panicked,
}

fn attempt(
    app: &App,
    conn: &mut Conn,
    (now, received): (NaiveDateTime, NaiveDateTime),
    sender: Sender,
    rules: Arc<Rules>,
    effect: Effect,
) -> Result<(&'static str, Tally, After), Failure> {
    let run = || {
        let (tally, after) = (Tally::default(), After::default());
        let mut scene = Scene { app, conn, now, received, sender, rules, tally, after };
        let outcome = effect(&mut scene)?;
        Ok((outcome, scene.tally, scene.after))
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => result.map_err(Failure::Stopped),
        Err(_) => Err(Failure::Panicked),
    }
}
