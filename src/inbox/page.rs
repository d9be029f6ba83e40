//! Reading a lane page by page, each with a share of every host that has something there, so that a flood of one host delays
//! no other; and understanding what was read. Nothing is written here.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use chrono::NaiveDateTime;
use reset_federation::activity::{self, Activity, ActivityKind};
use reset_federation::check::{self, Refusal, Verdict};
use reset_federation::json;
use serde_json::Value;

use super::ending::Label;
use super::hearsay;
use super::scene::{Step, Stopped};
use super::understand;
use crate::ap::policy::{self, Policy, Rules};
use crate::app::{App, SharedApp};
use crate::db;
use crate::model::inbox_item::{self, Item, Most};

/// Items of one page, whose effects share a transaction.
const PAGE: usize = 128;
/// Bytes of one page: what is read from them takes some ten times that in memory.
const PAGE_BYTES: usize = 4_000_000;
/// Hosts that share a page; the next ones come with the next page.
const HOSTS: usize = 32;
/// Most items of one lane, and of one host in it, that wait for other servers at once.
const ASIDE: usize = 32;
const ASIDE_HOST: usize = 4;
/// Longest activity whose bytes are kept after its end. What a server sends in a minute must not fill the disk for a month.
const KEPT_BYTES: usize = 4096;
/// A host with that many items that found no place aside is not read further before the next look: each would be understood
/// in vain.
const LEFT: usize = 16;

/// An item with what it asks for.
pub(super) struct Planned {
    pub(super) label: Label,
    /// Who signed: what later items wait for.
    pub(super) sender: String,
    /// Whose act it is.
    pub(super) actor: String,
    pub(super) received: NaiveDateTime,
    pub(super) attempts: i32,
    /// The words of people are kept in their own rows only: the raw bytes go with the end of the item. So does what is large.
    pub(super) erase: bool,
    pub(super) step: Result<Step, Refusal>,
}

/// Who is held up: senders with something aside or put off, and how much of which host is aside.
#[derive(Default)]
pub(super) struct Busy {
    pub(super) senders: HashSet<String>,
    pub(super) aside: HashMap<String, usize>,
}

impl Busy {
    /// Whether another item of this host may go aside.
    fn has_room(&self, host: &str) -> bool {
        self.aside.values().sum::<usize>() < ASIDE
            && self.aside.get(host).is_none_or(|count| *count < ASIDE_HOST)
    }
}

/// One walk through a lane.
pub(super) struct Walk {
    lane: i32,
    /// The first item that was put off, by sender: later ones wait behind it.
    held: Arc<HashMap<String, i64>>,
    pub(super) busy: Busy,
    /// The last item read, by host.
    after: HashMap<String, i64>,
    /// Hosts of which nothing more is read in this walk.
    ended: HashSet<String>,
    /// Items that found no place aside, by host.
    left: HashMap<String, usize>,
    /// The host with which the last page ended, unless the next begins with the first host.
    turn: Option<String>,
    /// Whether something of this turn remains to be read.
    open: bool,
}

/// What a page brought.
pub(super) struct Page {
    pub(super) walk: Walk,
    /// To be ended now.
    pub(super) ready: Vec<Planned>,
    /// To go aside.
    pub(super) needy: Vec<Planned>,
    /// Whether the walk is at its end.
    pub(super) is_last: bool,
}

impl Walk {
    /// Begins. `held` are senders whose later items wait, each with the number of the first that was put off.
    pub(super) fn new(lane: i32, held: Vec<(String, i64)>, busy: Busy) -> Walk {
        Walk {
            lane,
            held: Arc::new(held.into_iter().collect()),
            busy,
            after: HashMap::new(),
            ended: HashSet::new(),
            left: HashMap::new(),
            turn: None,
            open: false,
        }
    }

    /// Reads and understands a page on a blocking thread. Items of busy senders are passed over, and so are those behind a
    /// held one.
    pub(super) async fn page(self, app: &SharedApp) -> Result<Page, db::Error> {
        let (within, rules) = (app.clone(), policy::rules(app).await?);
        app.db.read(move |conn| self.read(&within, &rules, conn)).await
    }

    fn read(mut self, app: &App, rules: &Rules, conn: &mut db::Conn) -> Result<Page, db::Error> {
        let now = app.now().naive_utc();
        let hosts = inbox_item::hosts(conn, self.lane, now, self.turn.as_deref(), HOSTS)?;
        let turns = hosts.len() < HOSTS;
        self.turn = hosts.last().filter(|_| !turns).cloned();
        let open: Vec<String> = hosts.into_iter().filter(|host| !self.ended.contains(host)).collect();
        let shares = open.len().max(1);
        let most = Most { items: PAGE / shares, bytes: PAGE_BYTES / shares };
        let (mut ready, mut needy) = (Vec::new(), Vec::new());
        for host in open {
            let after = self.after.get(&host).copied().unwrap_or_default();
            let (items, ended) = inbox_item::page(conn, (self.lane, &host), after, now, most)?;
            self.after.extend(items.last().map(|item| (host.clone(), item.seq)));
            for item in items {
                self.sort((app, rules), &host, item, (&mut ready, &mut needy));
            }
            if ended || self.left.get(&host).is_some_and(|left| *left >= LEFT) {
                self.ended.insert(host);
            } else {
                self.open = true;
            }
        }
        ready.sort_unstable_by_key(|planned| planned.label.seq);
        let is_last = turns && !std::mem::take(&mut self.open);
        Ok(Page { walk: self, ready, needy, is_last })
    }

    fn sort(
        &mut self,
        by: (&App, &Rules),
        host: &str,
        item: Item,
        into: (&mut Vec<Planned>, &mut Vec<Planned>),
    ) {
        let waits = self.held.get(&item.actor_url).is_some_and(|seq| *seq < item.seq);
        if waits || self.busy.senders.contains(&item.actor_url) {
            return;
        }
        let planned = plan(by, host, item);
        if !matches!(planned.step, Ok(Step::Fetch(..) | Step::Hear(_))) {
            into.0.push(planned);
            return;
        }
        self.busy.senders.insert(planned.sender.clone());
        if self.busy.has_room(host) {
            *self.busy.aside.entry(host.to_owned()).or_default() += 1;
            into.1.push(planned);
        } else {
            *self.left.entry(host.to_owned()).or_default() += 1;
        }
    }
}

/// Activities whose bytes are kept no longer than it takes to work them off.
const KINDS: [&str; 4] = ["\"Create\"", "\"Update\"", "\"QuoteRequest\"", "\"Flag\""];
/// Where words of people stand, at any depth and in whatever activity: those bytes go as well.
const WORDS: [&str; 7] = ["content", "contentMap", "name", "nameMap", "source", "summary", "summaryMap"];

fn has_words(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            members.iter().any(|(key, value)| WORDS.contains(&key.as_str()) || has_words(value))
        }
        Value::Array(items) => items.iter().any(has_words),
        _ => false,
    }
}

fn plan((app, rules): (&App, &Rules), host: &str, item: Item) -> Planned {
    let mut kind = None;
    let is_large = item.document.len() > KEPT_BYTES;
    let mut erase = is_large || KINDS.iter().any(|kind| item.document.contains(kind));
    let read = || {
        let parsed = parse(app, &item);
        erase |= parsed.as_ref().map_or(true, |activity| has_words(&activity.raw));
        let activity = parsed?;
        kind = Some(activity.kind.clone());
        match activity.actor.as_str() == item.actor_url {
            true => checked(app, rules, activity),
            false => hearsay::handed_on(rules, activity, &item.actor_url),
        }
    };
    // A panic here is a fault of ours; it fails this item and no other.
    let step = catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(Refusal::Invalid("activity")));
    Planned {
        label: Label { seq: item.seq, host: host.to_owned(), activity: item.activity_id, kind },
        actor: item.actor_url.clone(),
        sender: item.actor_url,
        received: item.received_at,
        attempts: item.attempts,
        erase,
        step,
    }
}

fn parse(app: &App, item: &Item) -> Result<Activity, Refusal> {
    let value = json::parse(item.document.as_bytes())?;
    let activity = activity::parse(value, app.config.federation.allow_http)?;
    // What was stored is what was signed: the envelope and the whole were read alike.
    match activity.id.as_str() == item.activity_id {
        true => Ok(activity),
        false => Err(Refusal::Invalid("id")),
    }
}

/// What a parsed activity asks for, once the pure checks have let it pass.
pub(super) fn checked(app: &App, rules: &Rules, activity: Activity) -> Result<Step, Refusal> {
    // It was let in, and its server or its actor was blocked since.
    if rules.id(&activity.actor) == Policy::Blocked {
        return Ok(Step::Effect(Box::new(|_| {
            Err(Stopped::Refused("blocked", "its sender is blocked here"))
        })));
    }
    match check::activity_origin(&activity)? {
        Verdict::Trusted => understand(app, activity),
        Verdict::Refetch(url) if activity.kind != ActivityKind::Delete => {
            Ok(Step::Fetch(url, Box::new(activity)))
        }
        Verdict::Refetch(_) => Err(Refusal::NotOwner),
    }
}
