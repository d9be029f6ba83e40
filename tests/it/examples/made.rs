//! What the examples are made from: one coalition publishes each kind, somebody elsewhere follows, quotes and registers.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono_tz::Tz;
use reset_federation::vocab::PUBLIC;
use reset_node::actions::comment::{self, Words};
use reset_node::actions::contribution::{self, NewContribution};
use reset_node::actions::decision::{self, Asked};
use reset_node::actions::front_matter::Manuscript;
use reset_node::actions::publication::{self, Travel};
use reset_node::actions::{lock, pin, quote, report};
use reset_node::ap::keys;
use reset_node::ap::knock::{self, Digests, Scheme};
use serde_json::{Value, json};
use url::Url;

use super::node::{ANNE, BASE, Node};
use super::pretty;

const PROPOSAL: &str = "closes = 2026-12-12T18:00:00+01:00\nquorum = 3\ntags = [\"communs\"]\n";
const MINUTES: &str = "date = 2026-11-24\nattendance = 12\n\
    [[points]]\ntitle = \"Charte\"\noutcome = \"decision\"\ntext = \"La charte est adoptée.\"\nowners = [\"atelier\"]\n";
const ROADMAP: &str = "[[milestones]]\ntitle = \"Cartographie\"\ndue = 2027-03-31\nstatus = \"under_way\"\nprogress = 40\nowners = [\"atelier\"]\n";
const MEETING: &str = "start = 2027-06-24T09:30:00+02:00\nplace = \"Rennes\"\ncapacity = 40\n";
const QUESTION: &str = "options = [\"Lundi\", \"Vendredi\"]\ncloses = 2026-12-12T18:00:00+01:00\n";

type Examples = BTreeMap<&'static str, String>;

/// Every example by its name.
pub(super) async fn all() -> Examples {
    let node = Node::new().await;
    let mut made = Made { node, examples: Examples::new() };
    made.found().await;
    made.follow().await;
    let proposal = made.publications().await;
    made.said(&proposal).await;
    made.asked(&proposal).await;
    made.changes(&proposal).await;
    made.register().await;
    made.examples
}

struct Made {
    node: Node,
    examples: Examples,
}

impl Made {
    fn keep(&mut self, name: &'static str, value: &Value) {
        assert!(self.examples.insert(name, pretty(value)).is_none(), "{name}");
    }

    async fn keep_served(&mut self, name: &'static str, url: &str) -> Value {
        let served = self.node.served(url).await;
        self.keep(name, &served);
        served
    }

    async fn keep_sent(&mut self, name: &'static str, handle: &'static str, kind: &'static str) {
        let sent = self.node.sent(handle, kind, |_| true).await;
        self.keep(name, &sent);
    }

    /// A minute goes by, then the coalition publishes. The id.
    async fn publish(&self, kind: &str, slug: &str, title: &str, more: &str, text: &str) -> String {
        self.node.app.advance(Duration::from_secs(60));
        let (front, tables) = more.split_at(more.find("[[").unwrap_or(more.len()));
        let front = format!(
            "kind = \"{kind}\"\ncoalition = \"communs\"\ntitle = \"{title}\"\nsummary = \"La ligne de l’auteur.\"\n\
             language = \"fr\"\n{front}{tables}"
        );
        let written =
            Manuscript::parse(&format!("+++\n{front}\n+++\n{text}"), slug, Tz::Europe__Paris).unwrap();
        let done = publication::publish(&self.node.app, vec![written], Travel::Deliver).await.unwrap();
        done.into_iter().map(|one| one.id).next().unwrap()
    }

    /// How others find the node, and what they find.
    async fn found(&mut self) {
        for (name, path) in [
            ("webfinger", "/.well-known/webfinger?resource=acct:communs@reset.example.org"),
            ("webfinger-node", "/.well-known/webfinger?resource=https://reset.example.org/"),
            ("nodeinfo-links", "/.well-known/nodeinfo"),
            ("nodeinfo", "/nodeinfo/2.1"),
        ] {
            let (status, text) = self.node.get(&format!("{BASE}{path}"), "*/*").await;
            assert_eq!(status, 200, "{path}");
            self.keep(name, &serde_json::from_str(&text).unwrap());
        }
        let host_meta = self.node.get(&format!("{BASE}/.well-known/host-meta"), "*/*").await.1;
        self.examples.insert("host-meta", host_meta.trim_end().to_owned());
        for (name, path) in [
            ("group", "/coalitions/communs"),
            ("organization", "/organisations/atelier"),
            ("application", "/actor"),
        ] {
            self.keep_served(name, &format!("{BASE}{path}")).await;
        }
    }

    /// Anne follows; the answer, and how its delivery is signed.
    async fn follow(&mut self) {
        let follow = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{ANNE}#follows/1"), "type": "Follow",
            "actor": ANNE, "object": format!("{BASE}/coalitions/communs"),
        });
        self.node.hears(follow).await;
        let accept = self.node.sent("communs", "Accept", |_| true).await;
        self.keep("accept", &accept);
        let digests = Digests::of(accept.to_string().as_bytes());
        let inbox = format!("{ANNE}/inbox");
        for (name, scheme) in [("post-cavage", Scheme::Cavage), ("post-rfc9421", Scheme::Rfc9421)] {
            self.request(name, "communs", scheme, &inbox, Some(&digests)).await;
        }
        for (name, scheme) in [("get-cavage", Scheme::Cavage), ("get-rfc9421", Scheme::Rfc9421)] {
            self.request(name, "node", scheme, ANNE, None).await;
        }
    }

    /// The head of a signed request.
    async fn request(
        &mut self,
        name: &'static str,
        by: &'static str,
        scheme: Scheme,
        url: &str,
        body: Option<&Digests>,
    ) {
        let url = Url::parse(url).unwrap();
        let (id, _) = self.node.actor(by).await;
        let signer = keys::signer(&self.node.app, id).await.unwrap();
        let signed = knock::sign(scheme, &signer, &url, body, self.node.app.now()).unwrap();
        let method = if body.is_some() { "POST" } else { "GET" };
        let mut text = format!("{method} {} HTTP/1.1\nHost: {}", url.path(), url.host_str().unwrap());
        for header in ["date", "content-type", "digest", "content-digest", "signature-input", "signature"] {
            if let Some(value) = signed.get(header) {
                text.push_str(&format!("\n{header}: {}", value.to_str().unwrap()));
            }
        }
        self.examples.insert(name, text);
    }

    /// Each kind. The id of the proposal.
    async fn publications(&mut self) -> String {
        let proposal = self.publish("proposal", "charte", "Une charte", PROPOSAL, "Un texte.").await;
        self.keep_sent("create", "communs", "Create").await;
        let minutes = self.publish("minutes", "seance", "Séance de novembre", MINUTES, "Un texte.").await;
        let roadmap = self.publish("roadmap", "route", "Feuille de route", ROADMAP, "Un texte.").await;
        let decision = "date = 2026-11-24\nmethod = \"consent\"\n";
        let decision = self.publish("decision", "decision", "La charte", decision, "Un texte.").await;
        for (name, id) in [
            ("publication-minutes", &minutes),
            ("publication-roadmap", &roadmap),
            ("publication-decision", &decision),
        ] {
            let served = self.node.served(id).await;
            self.keep(name, &served["publication"]);
            if name == "publication-decision" {
                self.keep("decision", &served["decision"]);
            }
        }
        let meeting = self.publish("meeting", "rencontre", "Rencontre", MEETING, "Un texte.").await;
        self.keep_served("event", &meeting).await;
        let question = self.publish("consultation", "jour", "Quel jour ?", QUESTION, "Un texte.").await;
        self.keep_served("question", &question).await;
        publication::withdraw(&self.node.app, minutes.clone(), "Un doublon".to_owned()).await.unwrap();
        self.keep_sent("delete", "communs", "Delete").await;
        let gone = self.keep_served("tombstone", &minutes).await;
        assert_eq!(gone["type"], "Tombstone");
        proposal
    }

    /// A comment, a contribution and what the coalition makes of it, and the collections of the thread.
    async fn said(&mut self, proposal: &str) {
        self.node.app.advance(Duration::from_secs(60));
        let words = Words { text: "Un mot. #communs".to_owned(), language: None };
        let told =
            comment::add(&self.node.app, proposal.to_owned(), "atelier".to_owned(), words).await.unwrap();
        self.keep_served("comment", &told.url).await;
        let reply = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{ANNE}/statuses/1/activity"),
            "type": "Create", "actor": ANNE, "to": [PUBLIC], "object": {
                "id": format!("{ANNE}/statuses/1"), "type": "Note", "attributedTo": ANNE, "to": [PUBLIC],
                "inReplyTo": told.url, "content": "<p>Du bien.</p>",
            },
        });
        self.node.app.advance(Duration::from_secs(60));
        self.node.hears(reply).await;
        self.keep_served("context", &format!("{proposal}/context")).await;
        self.keep_served("context-page", &format!("{proposal}/context?offset=0")).await;
        self.keep_served("followers", &format!("{BASE}/coalitions/communs/followers")).await;
        let new = NewContribution {
            coalition: "communs".to_owned(),
            by: "atelier".to_owned(),
            text: "Une contribution.".to_owned(),
            language: None,
        };
        self.node.app.advance(Duration::from_secs(60));
        contribution::publish(&self.node.app, new).await.unwrap();
        let bare = self.node.sent("communs", "Announce", |one| one["object"].is_string()).await;
        self.keep("announce-bare", &bare);
        let whole = self.node.sent("communs", "Announce", |one| one["object"].is_object()).await;
        self.keep("announce", &whole);
    }

    /// A quote that is allowed.
    async fn asked(&mut self, proposal: &str) {
        let request = json!({
            "@context": ["https://www.w3.org/ns/activitystreams", {"QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest"}],
            "id": format!("{ANNE}/quotes/1"), "type": "QuoteRequest", "actor": ANNE, "object": proposal, "instrument": {
                "id": format!("{ANNE}/statuses/2"), "type": "Note", "attributedTo": ANNE, "to": [PUBLIC],
                "content": "<p>À lire.</p>", "quote": proposal,
            },
        });
        self.node.app.advance(Duration::from_secs(60));
        self.node.hears(request).await;
        self.keep_sent("accept-quote", "communs", "Accept").await;
        let given = quote::list(&self.node.app, proposal.to_owned()).await.unwrap();
        let stamp = self.node.app.urls.stamp(&given[0].0.id);
        self.keep_served("stamp", &stamp).await;
    }

    /// A second decision takes the place of the first: the register, and the collection of decisions.
    async fn register(&mut self) {
        let first = self.node.app.read(|conn| {
            let coalition = reset_node::model::actor::by_handle(conn, "communs")?.unwrap();
            reset_node::model::decision::adopted(conn, coalition.id, 0, 1)
        });
        let first = first.await.0.remove(0);
        let second = "date = 2026-12-01\nmethod = \"consent\"\n";
        let second =
            self.publish("decision", "decision-2", "La charte, version 2", second, "Un autre texte.").await;
        self.node.app.advance(Duration::from_secs(60));
        let asked = Asked { by: Some("atelier".to_owned()), reason: "Un texte plus clair.".to_owned() };
        decision::supersede(&self.node.app, first, second, asked).await.unwrap();
        let address = format!("{BASE}/coalitions/communs/decisions");
        self.keep_served("register", &format!("{address}.json")).await;
        self.keep_served("decisions", &address).await;
        self.keep_served("decisions-page", &format!("{address}?offset=0")).await;
    }

    /// A state that followers must learn, a pin, a lock, a report.
    async fn changes(&mut self, proposal: &str) {
        let adopted = format!("{PROPOSAL}state = \"adopted\"\n");
        assert_eq!(self.publish("proposal", "charte", "Une charte", &adopted, "Un texte.").await, proposal);
        let state = self.node.sent("communs", "Create", |_| true).await;
        assert_eq!(state["object"]["type"], "Note");
        self.keep("state", &state);
        self.keep_sent("update", "communs", "Update").await;
        pin::pin(&self.node.app, proposal.to_owned()).await.unwrap();
        self.keep_sent("add", "communs", "Add").await;
        self.keep_served("featured", &format!("{BASE}/coalitions/communs/featured")).await;
        lock::lock(&self.node.app, proposal.to_owned(), Some("Trop de bruit".to_owned())).await.unwrap();
        self.keep_sent("lock", "communs", "Lock").await;
        report::send(&self.node.app, &[ANNE.to_owned()], "Du harcèlement".to_owned()).await.unwrap();
        self.keep_sent("flag", "node", "Flag").await;
    }
}
