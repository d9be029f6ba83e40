//! Mastodon: `ActivityPub::Activity::{Announce, Create, Update, Delete, Undo}` and `FetchRemoteStatusService`. An `Announce` names a
//! status; where that is an activity, its id is fetched, and a `Create` that is found there is taken for its status.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::{Web, id, same_host};

/// Types of objects that become a status.
const STATUSES: [&str; 6] = ["Note", "Question", "Article", "Page", "Event", "Video"];

/// A server on which somebody follows some accounts.
#[derive(Default)]
pub(crate) struct Mastodon {
    followed: HashSet<String>,
    /// Each status with its author and its text.
    pub(crate) statuses: BTreeMap<String, (String, String)>,
    /// The id of each reblog with who made it and of what.
    reblogs: BTreeMap<String, (String, String)>,
    deleted: HashSet<String>,
    /// What the follower's timeline shows, by the ids of posts, in the order in which they came.
    home: Vec<String>,
}

impl Mastodon {
    /// Where somebody follows these accounts and nobody else.
    pub(crate) fn following(accounts: &[&str]) -> Mastodon {
        let followed = accounts.iter().map(|account| (*account).to_owned()).collect();
        Mastodon { followed, ..Mastodon::default() }
    }

    /// The posts that the timeline shows, one entry each time that it shows one.
    pub(crate) fn shown(&self) -> &[String] {
        &self.home
    }

    /// Takes an activity whose actor signed it.
    pub(crate) fn receive(&mut self, activity: &Value, web: &Web) {
        let (Some(actor), object) = (id(&activity["actor"]), &activity["object"]) else { return };
        match activity["type"].as_str() {
            Some("Announce") => self.announce(activity, &actor, web),
            Some("Create") if self.concerns_us(&actor, object) => {
                if let Some(status) = self.create(&actor, object) {
                    self.home.push(status);
                }
            }
            Some("Update") => self.update(&actor, object),
            Some("Delete") => self.delete(&actor, object),
            Some("Undo") => self.undo(&actor, object),
            _ => {}
        }
    }

    fn concerns_us(&self, actor: &str, object: &Value) -> bool {
        self.followed.contains(actor)
            || id(&object["inReplyTo"]).is_some_and(|id| self.statuses.contains_key(&id))
    }

    fn announce(&mut self, activity: &Value, actor: &str, web: &Web) {
        let (Some(own), object) = (id(activity), &activity["object"]) else { return };
        if self.deleted.contains(&own) || !self.followed.contains(actor) {
            return;
        }
        let Some(status) = self.status_of(object, actor, web) else { return };
        let known = self.reblogs.values().any(|(by, of)| by == actor && *of == status);
        if known {
            return;
        }
        self.reblogs.insert(own, (actor.to_owned(), status.clone()));
        self.home.push(status);
    }

    /// `status_from_object`: known, or embedded by its own author, or fetched.
    fn status_of(&mut self, object: &Value, announcer: &str, web: &Web) -> Option<String> {
        let uri = id(object)?;
        if self.statuses.contains_key(&uri) {
            return Some(uri);
        }
        if is_status(object) && id(&object["attributedTo"]).as_deref() == Some(announcer) {
            return self.create(announcer, object);
        }
        let document = web.get(&uri)?;
        match document["type"].as_str()? {
            kind if STATUSES.contains(&kind) => {
                let author = id(&document["attributedTo"])?;
                self.create(&author, document)
            }
            "Create" if same_host(&uri, &id(&document["actor"])?) => {
                let author = id(&document["actor"])?;
                match document["object"].is_object() {
                    true => self.create(&author, &document["object"]),
                    false => None,
                }
            }
            // A reblog of a reblog is one of its status.
            "Announce" => {
                let inner = id(&document["object"])?;
                self.statuses.contains_key(&inner).then_some(inner)
            }
            _ => None,
        }
    }

    fn create(&mut self, author: &str, object: &Value) -> Option<String> {
        let uri = id(object)?;
        let sound = is_status(object) && same_host(&uri, author) && !self.deleted.contains(&uri);
        if !sound {
            return None;
        }
        let text = object["content"].as_str().unwrap_or_default().to_owned();
        self.statuses.entry(uri.clone()).or_insert((author.to_owned(), text));
        Some(uri)
    }

    fn update(&mut self, actor: &str, object: &Value) {
        let Some((author, text)) = id(object).and_then(|uri| self.statuses.get_mut(&uri)) else { return };
        if author == actor {
            *text = object["content"].as_str().unwrap_or_default().to_owned();
        }
    }

    fn delete(&mut self, actor: &str, object: &Value) {
        let Some(uri) = id(object).filter(|uri| same_host(uri, actor)) else { return };
        self.deleted.insert(uri.clone());
        if self.statuses.get(&uri).is_some_and(|(author, _)| author == actor) {
            self.statuses.remove(&uri);
            self.reblogs.retain(|_, (_, of)| *of != uri);
            self.home.retain(|shown| *shown != uri);
        }
    }

    /// Of an `Announce`: by its id.
    fn undo(&mut self, actor: &str, object: &Value) {
        let Some(announce) = id(object) else { return };
        let Some((by, of)) = self.reblogs.get(&announce).cloned() else {
            self.deleted.insert(announce);
            return;
        };
        if by == actor {
            self.reblogs.remove(&announce);
            self.home.retain(|shown| *shown != of);
        }
    }
}

fn is_status(object: &Value) -> bool {
    object["type"].as_str().is_some_and(|kind| STATUSES.contains(&kind))
}
