//! Forums: Lemmy's `AnnounceActivity` and NodeBB's `inbox.announce`. The activity within an `Announce` is what counts, once for each
//! id; it must be on the host of its own actor, and about its own. A bare `Announce` is ignored (Lemmy), or what it names is
//! fetched and put into the category of its audience (NodeBB).

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::{Web, id, same_host};

/// A server on which somebody follows one group.
pub(crate) struct Forum {
    group: String,
    /// NodeBB fetches what a bare `Announce` names.
    fetches_bare: bool,
    known: HashSet<String>,
    deleted: HashSet<String>,
    /// Each post with its author, its text and what it answers.
    pub(crate) posts: BTreeMap<String, (String, String, Option<String>)>,
    /// The topics of the group, in the order in which they came.
    topics: Vec<String>,
}

impl Forum {
    /// As Lemmy does.
    pub(crate) fn lemmy(group: &str) -> Forum {
        Forum {
            group: group.to_owned(),
            fetches_bare: false,
            known: HashSet::new(),
            deleted: HashSet::new(),
            posts: BTreeMap::new(),
            topics: Vec::new(),
        }
    }

    /// As NodeBB does.
    pub(crate) fn nodebb(group: &str) -> Forum {
        Forum { fetches_bare: true, ..Forum::lemmy(group) }
    }

    /// The topics of the group, one entry each time that one is shown.
    pub(crate) fn shown(&self) -> &[String] {
        &self.topics
    }

    /// Takes an activity whose actor signed it.
    pub(crate) fn receive(&mut self, activity: &Value, web: &Web) {
        let is_announce =
            activity["type"] == "Announce" && id(&activity["actor"]).as_ref() == Some(&self.group);
        if !is_announce {
            return;
        }
        let object = &activity["object"];
        if object["actor"].is_null() {
            if self.fetches_bare
                && let Some(document) = id(object).and_then(|id| web.get(&id))
                && let Some(author) = id(&document["attributedTo"])
            {
                self.assert(&author, document);
            }
            return;
        }
        let (Some(own), Some(actor)) = (id(object), id(&object["actor"])) else { return };
        if !same_host(&own, &actor) || !self.known.insert(own) {
            return;
        }
        let about = &object["object"];
        match object["type"].as_str() {
            Some("Create" | "Update") => self.assert(&actor, about),
            Some("Delete") => self.delete(&actor, about),
            _ => {}
        }
    }

    /// Adds a post, or changes the one that is there.
    fn assert(&mut self, actor: &str, object: &Value) {
        let (Some(own), Some(author)) = (id(object), id(&object["attributedTo"])) else { return };
        let theirs = self.posts.get(&own).is_none_or(|(by, ..)| *by == author);
        let ours = id(&object["audience"]).as_ref() == Some(&self.group);
        if author != actor || !same_host(&own, actor) || !theirs || !ours || self.deleted.contains(&own) {
            return;
        }
        let text = object["content"].as_str().unwrap_or_default().to_owned();
        let answers = id(&object["inReplyTo"]);
        let is_new = self.posts.insert(own.clone(), (author, text, answers.clone())).is_none();
        if is_new && answers.is_none() {
            self.topics.push(own);
        }
    }

    fn delete(&mut self, actor: &str, object: &Value) {
        let Some(own) = id(object).filter(|own| same_host(own, actor)) else { return };
        if self.posts.get(&own).is_none_or(|(by, ..)| by == actor) {
            self.deleted.insert(own.clone());
            self.posts.remove(&own);
            self.topics.retain(|topic| *topic != own);
        }
    }
}
