//! Taking an activity in: its id is remembered and its bytes are stored, in one transaction, before the sender is told 202.
//! Who sent it has been verified by the caller; what it means is asked later.

use std::time::Duration;

use reset_federation::digest;

use crate::ap::knock::Scheme;
use crate::app::App;
use crate::jobs::lanes::lane_of;
use crate::model::inbox_item::{self, NewItem};
use crate::{db, model, outbox};

/// The name of the queue in the table of lanes.
pub const QUEUE: &str = "inbox";
/// Into how many lanes senders are spread. Never changes: it is part of the stored rows.
pub const LANES: i32 = 16;

/// An activity whose sender was verified.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Its id.
    pub id: String,
    /// The id of its actor.
    pub actor: String,
    /// The id of who signed the request: its actor, or another who hands it on.
    pub signer: String,
    /// The host of the signer, normalised.
    pub host: String,
    /// How it was signed.
    pub scheme: Scheme,
    /// The bytes.
    pub document: String,
}

impl Taken {
    /// What is remembered of it. What was only handed on does not take the id: else a stranger could name an activity before
    /// its actor sends it, and it would be taken for a repetition. Its id is taken when it was believed.
    fn key(&self) -> String {
        match self.signer == self.actor {
            true => known_by(&self.actor, &self.id),
            false => {
                format!("handed on {}", digest::header(format!("{} {}", self.signer, self.id).as_bytes()))
            }
        }
    }
}

/// By what an activity is known again: its id, as its own actor gives it. An id that does not begin with the actor's may be
/// given by a neighbour on the same server too, who must not use it up.
pub(super) fn known_by(actor: &str, id: &str) -> String {
    match id.starts_with(actor) {
        true => id.to_owned(),
        false => format!("{} {id}", digest::header(actor.as_bytes())),
    }
}

/// Hosts that were noted as heard a moment ago; noting each request would cost a statement more.
struct Heard(moka::sync::Cache<String, ()>);

impl Default for Heard {
    fn default() -> Heard {
        let minute = Duration::from_secs(60);
        Heard(moka::sync::Cache::builder().max_capacity(10_000).time_to_live(minute).build())
    }
}

/// Stores an activity. False where its id was taken before: nothing happens then.
///
/// # Errors
/// The database's; the sender is then told to come again.
pub async fn take(app: &App, taken: Taken) -> Result<bool, db::Error> {
    let now = app.now().naive_utc();
    let heard = app.caches.of::<Heard>();
    let is_news = heard.0.get(&taken.host).is_none();
    if is_news {
        heard.0.insert(taken.host.clone(), ());
    }
    let is_new = app
        .db
        .write(move |conn| {
            if is_news {
                let lane = lane_of(&taken.host, outbox::LANES);
                model::host::heard(conn, &taken.host, lane, taken.scheme.as_str(), now)?;
            }
            if !inbox_item::remember(conn, &taken.key(), now)? {
                return Ok::<_, db::Error>(false);
            }
            let item = NewItem {
                lane: lane_of(&taken.host, LANES),
                host: taken.host,
                activity_id: taken.id,
                actor_url: taken.signer,
                document: taken.document,
                received_at: now,
                state: 0,
                attempts: 0,
                run_at: now,
            };
            inbox_item::insert(conn, &item)?;
            Ok(true)
        })
        .await?;
    if is_new {
        app.wake.inbox.notify_one();
    }
    Ok(is_new)
}
