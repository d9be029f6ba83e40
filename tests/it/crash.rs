//! The server (on PostgreSQL one `web` and two `worker`) is killed by SIGKILL at random moments, while others send and it
//! delivers, and started again; then every activity is accounted for. `RESET_CRASH_ROUNDS` says how often: 3 in
//! `scripts/test`, 50 in `scripts/prove`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use reset_node::db::schema::{followers, publications, reactions, remote_actors, replies};
use reset_node::db::{Conn, Manager};
use serde_json::{Value, json};

use super::support::Peer;
use super::support::app::waiting;
use super::support::db::{TestDatabase, is_postgres};
use super::support::node::{Node, Program};
use super::support::peer::PUBLIC;

/// Local peers; each has one shared inbox and one follower with an inbox of its own.
const PEERS: usize = 4;
/// Senders at once on each peer.
const SENDERS: usize = 3;

/// One activity that was sent, and whether 202 came back.
struct Sent {
    peer: usize,
    actor: String,
    activity: Value,
    accepted: bool,
}

/// What was sent in and what was published, remembered outside the server.
#[derive(Default)]
struct Account {
    sent: Mutex<Vec<Sent>>,
    published: Mutex<Vec<String>>,
    number: AtomicUsize,
    stop: AtomicBool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_accepted_is_lost_and_no_effect_is_doubled_when_the_server_is_killed() {
    let rounds: usize = std::env::var("RESET_CRASH_ROUNDS").map_or(3, |rounds| rounds.parse().unwrap());
    let database = TestDatabase::empty();
    let mut node =
        Node::init(env!("CARGO_BIN_EXE_reset-node"), database.folder(), &database.url).with_coalition();
    let target = publish(&node, 0);
    node.start_all(is_postgres());
    let peers = Arc::new(peers(&node).await);
    let account = Arc::new(Account::default());

    let mut dice = Dice(now().timestamp_subsec_nanos().into());
    println!("the moments follow from seed {}", dice.0);
    for round in 0..rounds {
        let load = start_load(&node, &peers, &account, &target);
        tokio::time::sleep(Duration::from_millis(300 + dice.roll(1200))).await;
        node.kill();
        account.stop.store(true, Ordering::Relaxed);
        for task in load {
            task.await.unwrap();
        }
        node.start_all(is_postgres());
        println!("round {}: {} sent so far", round + 1, account.sent.lock().unwrap().len());
    }
    let resent = resend(&node, &peers, &account).await;
    work_off(&database).await;
    balance(rounds, resent, &peers, &account, &database, &target);
    node.stop();
}

/// Peers whose followers the coalition has before the first kill.
async fn peers(node: &Node) -> Vec<Peer> {
    let group = format!("{}/coalitions/communs", node.url());
    let mut peers = Vec::new();
    for number in 0..PEERS {
        let peer = Peer::start_at(&format!("127.0.0.{}:0", number + 2)).await;
        peer.change_actor("alone", json!({ "endpoints": null }));
        for name in ["shared", "alone"] {
            let (follow, status) = peer.follow(name, &group).await;
            assert_eq!(status, 202);
            peer.wait_for("Accept", |got| got.kind() == "Accept" && got.object_id() == follow["id"]).await;
        }
        peers.push(peer);
    }
    peers
}

/// Tasks that send and publish until they are told to stop.
fn start_load(
    node: &Node,
    peers: &Arc<Vec<Peer>>,
    account: &Arc<Account>,
    target: &str,
) -> Vec<tokio::task::JoinHandle<()>> {
    account.stop.store(false, Ordering::Relaxed);
    let mut load = Vec::new();
    for number in 0..PEERS * SENDERS {
        let (peers, account, target) = (peers.clone(), account.clone(), target.to_owned());
        let group = format!("{}/coalitions/communs", node.url());
        load.push(tokio::spawn(async move {
            while !account.stop.load(Ordering::Relaxed) {
                send_one(&peers, number % PEERS, &account, &group, &target).await;
            }
        }));
    }
    let account = account.clone();
    let program = node.program.clone();
    load.push(tokio::task::spawn_blocking(move || {
        while !account.stop.load(Ordering::Relaxed) {
            let number = account.number.fetch_add(1, Ordering::Relaxed) + 1;
            let id = publish(&program, number);
            account.published.lock().unwrap().push(id);
        }
    }));
    load
}

/// One Follow, reply, Like or Announce by an actor that did nothing before.
async fn send_one(peers: &[Peer], number: usize, account: &Account, group: &str, target: &str) {
    let peer = peers.get(number).unwrap();
    let count = account.number.fetch_add(1, Ordering::Relaxed);
    let actor = format!("actor{count}");
    let (kind, object) = match count % 4 {
        0 => ("Follow", json!(group)),
        1 => ("Like", json!(target)),
        2 => ("Announce", json!(target)),
        _ => {
            let note = json!({
                "id": peer.new_id("objects"), "type": "Note", "attributedTo": peer.actor(&actor), "inReplyTo": target,
                "content": format!("<p>Réponse {count}</p>"), "published": "2026-11-22T08:00:00Z", "to": [PUBLIC],
            });
            peer.keep(&note);
            ("Create", note)
        }
    };
    let activity = json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": peer.new_id("activities"), "type": kind,
        "actor": peer.actor(&actor), "object": object, "to": [PUBLIC],
    });
    let accepted = deliver(peer, &actor, group, &activity).await == Some(202);
    account.sent.lock().unwrap().push(Sent { peer: number, actor, activity, accepted });
}

fn now() -> DateTime<Utc> {
    reset_node::app::Clock::System.now()
}

/// The status, if an answer came at all.
async fn deliver(peer: &Peer, actor: &str, group: &str, activity: &Value) -> Option<u16> {
    let body = serde_json::to_vec(activity).unwrap();
    let sent = peer.signed(actor, &format!("{group}/inbox"), body, now()).send().await;
    sent.ok().map(|response| response.status().as_u16())
}

/// Sends again, as other servers do, what got no 202; how many that were.
async fn resend(node: &Node, peers: &[Peer], account: &Account) -> usize {
    let group = format!("{}/coalitions/communs", node.url());
    let mut open: Vec<(usize, String, Value)> = Vec::new();
    for sent in account.sent.lock().unwrap().iter().filter(|sent| !sent.accepted) {
        open.push((sent.peer, sent.actor.clone(), sent.activity.clone()));
    }
    for (number, actor, activity) in &open {
        let status = deliver(peers.get(*number).unwrap(), actor, &group, activity).await;
        assert_eq!(status, Some(202), "{activity}");
    }
    open.len()
}

/// Waits until both queues are empty.
async fn work_off(database: &TestDatabase) {
    let mut conn = Manager { location: database.location(), full_sync: false }.open().unwrap();
    for _ in 0..1200 {
        if waiting(&mut conn).unwrap() == (0, 0) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("after two minutes there still wait {:?} (inbox items, deliveries)", waiting(&mut conn).unwrap());
}

/// Compares what was sent with what is there, and prints it in one line.
fn balance(
    rounds: usize,
    resent: usize,
    peers: &[Peer],
    account: &Account,
    database: &TestDatabase,
    target: &str,
) {
    let mut conn = Manager { location: database.location(), full_sync: false }.open().unwrap();
    let sent = account.sent.lock().unwrap();
    let of = |kind: &str| -> BTreeSet<String> {
        let picked = sent.iter().filter(|sent| sent.activity["type"] == kind);
        picked.map(|sent| sent.activity["id"].as_str().unwrap().to_owned()).collect()
    };
    let (follows, likes, announces, creates) = (of("Follow"), of("Like"), of("Announce"), of("Create"));
    assert!(
        !follows.is_empty() && !likes.is_empty() && !announces.is_empty() && !creates.is_empty(),
        "no load"
    );

    let found = effects(&mut conn);
    let initial = PEERS * 2;
    let counted = counters(&mut conn, target);
    assert_eq!(found.likes, likes, "likes");
    assert_eq!(found.announces, announces, "announces");
    assert_eq!(found.replies.len(), creates.len(), "replies");
    assert_eq!(found.followers, follows.len() + initial, "followers");
    assert_eq!(
        counted,
        (creates.len() as i64, likes.len() as i64, announces.len() as i64),
        "counters of the page"
    );
    let accepts = accepts(peers);
    for follow in &follows {
        assert_eq!(accepts.get(follow).map(BTreeSet::len), Some(1), "Accepts of {follow}");
    }

    let published = account.published.lock().unwrap();
    let (arrived, doubled) = deliveries(peers, &published);
    let due = published.len() * initial;
    assert_eq!(arrived, due, "deliveries that arrived");
    println!(
        "killed {rounds} times: {} activities in ({resent} sent again), 0 lost, 0 doubled; {} publications to {initial} inboxes, \
         {due} deliveries due, 0 lost ({doubled} sent twice, which is allowed)",
        sent.len(),
        published.len(),
    );
}

/// What the database shows of the acts of others.
struct Effects {
    likes: BTreeSet<String>,
    announces: BTreeSet<String>,
    replies: Vec<String>,
    followers: usize,
}

fn effects(conn: &mut Conn) -> Effects {
    let reactions: Vec<(String, String)> =
        reactions::table.select((reactions::kind, reactions::activity_id)).load(conn).unwrap();
    let of = |wanted: &str| {
        reactions.iter().filter(|(kind, _)| kind == wanted).map(|(_, id)| id.clone()).collect()
    };
    Effects {
        likes: of("like"),
        announces: of("announce"),
        replies: replies::table.select(replies::url).load(conn).unwrap(),
        followers: followers::table
            .inner_join(remote_actors::table)
            .select(remote_actors::url)
            .load::<String>(conn)
            .unwrap()
            .into_iter()
            .collect::<BTreeSet<_>>()
            .len(),
    }
}

fn counters(conn: &mut Conn, target: &str) -> (i64, i64, i64) {
    let id = target.rsplit('/').next().unwrap().to_owned();
    let row = publications::table.find(id);
    row.select((publications::replies, publications::likes, publications::shares)).first(conn).unwrap()
}

/// By Follow, the ids of the Accepts that came; two ids would be a doubled effect.
fn accepts(peers: &[Peer]) -> BTreeMap<String, BTreeSet<String>> {
    let mut accepts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for got in peers.iter().flat_map(Peer::received).filter(|got| got.kind() == "Accept") {
        assert_eq!(got.verified, Ok(()));
        let id = got.activity["id"].as_str().unwrap().to_owned();
        accepts.entry(got.object_id().to_owned()).or_default().insert(id);
    }
    accepts
}

/// How many (publication, inbox) pairs arrived among those due, and how many came more than once.
fn deliveries(peers: &[Peer], published: &[String]) -> (usize, usize) {
    let wanted: BTreeSet<&str> = published.iter().map(String::as_str).collect();
    let mut came: BTreeMap<(usize, String, String), usize> = BTreeMap::new();
    for (number, peer) in peers.iter().enumerate() {
        for got in peer.received() {
            if got.kind() == "Create" && wanted.contains(got.object_id()) {
                assert_eq!(got.verified, Ok(()));
                *came.entry((number, got.path.clone(), got.object_id().to_owned())).or_default() += 1;
            }
        }
    }
    let expected = |path: &str| path == "/inbox" || path == "/users/alone/inbox";
    let due = came.iter().filter(|((_, path, _), _)| expected(path));
    (due.clone().count(), due.filter(|(_, count)| **count > 1).count())
}

/// Publishes a small proposal beside the server; its id, once the command has ended with 0.
fn publish(program: &Program, number: usize) -> String {
    let text = format!(
        "+++\nkind = \"proposal\"\ncoalition = \"communs\"\ntitle = \"Proposition {number}\"\nlanguage = \"fr\"\n+++\n\nTexte.\n"
    );
    program.ok(&["publish", &program.write(&format!("proposition-{number}.md"), &text)])
}

/// Enough randomness to choose moments (xorshift64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 |= 1;
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}
