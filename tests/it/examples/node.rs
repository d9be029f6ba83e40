//! A node whose documents are the same each time: its clock stands, its keys are fixed, and what is random in ids is numbered. Where
//! an id was replaced, the proofs over it are made again with the same keys, so that those of the examples hold.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use reset_federation::key::{Ed25519Private, RsaPrivate};
use reset_federation::proof;
use reset_node::actions::{self, coalition, organisation, profile::Profile};
use reset_node::ap::keys;
use reset_node::ap::knock::Scheme;
use reset_node::db::schema::{activities, actor_keys};
use reset_node::domain::actor::OrganisationKind;
use reset_node::inbox::{self, Taken};
use reset_node::model::actor::Key;
use reset_node::model::{self, remote};
use serde_json::Value;

use crate::support::TestApp;

/// Where the node of the examples lives.
pub(super) const BASE: &str = "https://reset.example.org";
/// Somebody elsewhere.
pub(super) const ANNE: &str = "https://social.example/users/anne";

/// The coalition as its people describe it.
const COALITION: &str = "[[coalitions]]\nhandle = \"communs\"\nnumber = \"8.a\"\ntitle = \"Communs numériques\"\n\
    topic = \"Les communs\"\nimpact = \"Des communs durables.\"\nsteward = \"atelier\"\nqualities = [\"fair\"]\nstage = \"launched\"\n";

/// See the module.
pub(super) struct Node {
    pub(super) app: TestApp,
    voices: BTreeMap<String, Ed25519Private>,
    ids: std::cell::RefCell<BTreeMap<String, usize>>,
}

impl Node {
    pub(super) async fn new() -> Node {
        let now: DateTime<Utc> = "2026-12-01T09:00:00Z".parse().unwrap();
        let mut app = TestApp::at_with(now, |config| {
            config.node.url = BASE.into();
            config.node.domain = "reset.example.org".into();
            config.node.name = "Région Exemple".into();
            config.federation.allow_http = false;
            config.federation.allow_private_addresses = false;
        });
        app.leave_queue("what is sent is looked at where it is stored");
        actions::node::init(&app, "Région Exemple".to_owned()).await.unwrap();
        let atelier = organisation::NewOrganisation {
            handle: "atelier".to_owned(),
            name: "L’Atelier".to_owned(),
            kind: OrganisationKind::Association,
            summary: "Une association.".to_owned(),
            website: Some("https://atelier.example/".to_owned()),
            territory: None,
        };
        organisation::create(&app, atelier).await.unwrap();
        coalition::import(&app.app, Profile::parse_all(COALITION, "fr").unwrap()).await.unwrap();
        let mut node = Node { app, voices: BTreeMap::new(), ids: Default::default() };
        for (number, handle) in ["node", "communs", "atelier"].into_iter().enumerate() {
            node.fix_keys(number, handle).await;
        }
        node.stranger().await;
        node
    }

    /// Gives an actor its keys of the examples instead of those that it made.
    async fn fix_keys(&mut self, number: usize, handle: &'static str) {
        // RFC 8410: the head of a PKCS#8 key, then a seed that everybody knows.
        let mut der = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
        der.extend([u8::try_from(number).unwrap() + 1; 32]);
        let ed25519 = Ed25519Private::from_pkcs8(&der).unwrap();
        let rsa_der: &[u8] = [
            include_bytes!("../support/keys/1.pkcs8.der").as_slice(),
            include_bytes!("../support/keys/2.pkcs8.der"),
            include_bytes!("../support/keys/3.pkcs8.der"),
        ][number];
        let rsa = RsaPrivate::from_pkcs8_der(rsa_der).unwrap();
        let row = |fragment: &str, algorithm: &str, private_der: Vec<u8>, public: String| Key {
            fragment: fragment.into(),
            algorithm: algorithm.into(),
            private_der,
            public,
            retired_at: None,
        };
        let rows = [
            row(keys::RSA_FRAGMENT, "rsa", rsa_der.to_vec(), rsa.public_pem()),
            row(keys::ED25519_FRAGMENT, keys::ED25519, der, ed25519.public_multibase()),
        ];
        let now = self.app.now().naive_utc();
        let (id, url) = self.actor(handle).await;
        self.app
            .write(move |conn| {
                diesel::delete(actor_keys::table.filter(actor_keys::actor_id.eq(id))).execute(conn)?;
                rows.iter().try_for_each(|key| model::actor::insert_key(conn, id, key, now))
            })
            .await;
        keys::forget(&self.app, id);
        self.voices.insert(format!("{url}#{}", keys::ED25519_FRAGMENT), ed25519);
    }

    /// Row id and id of a local actor.
    pub(super) async fn actor(&self, handle: &'static str) -> (i64, String) {
        let found = self.app.read(move |conn| model::actor::by_handle(conn, handle)).await.unwrap();
        (found.id, self.app.urls.actor(found.kind, &found.handle))
    }

    /// `anne`, as if she had been fetched.
    async fn stranger(&self) {
        let row = remote::NewRemote {
            url: ANNE.to_owned(),
            kind: "Person".to_owned(),
            username: "anne".to_owned(),
            host: "social.example".to_owned(),
            name: "Anne".to_owned(),
            page: None,
            inbox: format!("{ANNE}/inbox"),
            shared_inbox: Some("https://social.example/inbox".to_owned()),
            document: "{}".to_owned(),
            fetched_at: self.app.now().naive_utc(),
            gone_at: None,
        };
        self.app.write(move |conn| remote::upsert(conn, &row, &[])).await;
    }

    /// What `anne` says, after it was verified.
    pub(super) async fn hears(&self, activity: Value) {
        let taken = Taken {
            id: activity["id"].as_str().unwrap().to_owned(),
            actor: ANNE.to_owned(),
            signer: ANNE.to_owned(),
            host: "social.example".to_owned(),
            scheme: Scheme::Cavage,
            document: activity.to_string(),
        };
        assert!(inbox::take(&self.app, taken).await.unwrap());
        inbox::run_until_idle(&self.app.app).await.unwrap();
    }

    /// What is answered to a GET, with its status.
    pub(super) async fn get(&self, url: &str, accept: &str) -> (u16, String) {
        let answer = self.app.visit(url.strip_prefix(BASE).unwrap(), &[("accept", accept)]).await;
        (answer.status.as_u16(), answer.text)
    }

    /// A document as it is served.
    pub(super) async fn served(&self, url: &str) -> Value {
        let (status, text) = self.get(url, "application/activity+json").await;
        assert!(matches!(status, 200 | 410), "{url}: {status} {text}");
        self.stable(serde_json::from_str(&text).unwrap())
    }

    /// The newest activity of this type by a local actor, as it is sent; of one moment, one that `wanted` picks.
    pub(super) async fn sent(
        &self,
        handle: &'static str,
        kind: &'static str,
        wanted: fn(&Value) -> bool,
    ) -> Value {
        let (actor, _) = self.actor(handle).await;
        let texts: Vec<String> = self
            .app
            .read(move |conn| {
                activities::table
                    .filter(activities::actor_id.eq(actor).and(activities::kind.eq(kind)))
                    .order((activities::made_at, activities::id))
                    .select(activities::document)
                    .load(conn)
            })
            .await;
        let mut all = texts.iter().map(|text| serde_json::from_str(text).unwrap());
        self.stable(all.rfind(wanted).unwrap_or_else(|| panic!("{handle} sent no such {kind}")))
    }

    /// The document with numbers for what is random in it, and with proofs that hold over that.
    fn stable(&self, document: Value) -> Value {
        let mut again = document.clone();
        self.reseal(&mut again);
        assert_eq!(again, document, "a proof is not made as the node makes it");
        let mut stable: Value = serde_json::from_str(&self.numbered(&document.to_string())).unwrap();
        self.reseal(&mut stable);
        stable
    }

    /// Every UUID becomes one that only counts.
    pub(super) fn numbered(&self, text: &str) -> String {
        let mut ids = self.ids.borrow_mut();
        let is_id = |id: &str| id.matches('-').count() == 4 && uuid::Uuid::try_parse(id).is_ok();
        let (mut new, mut rest) = (String::new(), text);
        while !rest.is_empty() {
            rest = match rest.split_at_checked(36).filter(|(id, _)| is_id(id)) {
                Some((id, after)) => {
                    let next = ids.len() + 1;
                    let number = *ids.entry(id.to_owned()).or_insert(next);
                    new.push_str(&format!("01900000-0000-7000-8000-{number:012}"));
                    after
                }
                None => {
                    let mut chars = rest.chars();
                    new.extend(chars.next());
                    chars.as_str()
                }
            };
        }
        new
    }

    /// Makes every proof of ours again, the inner ones first.
    fn reseal(&self, document: &mut Value) {
        relink(document);
        match document {
            Value::Object(members) => members.values_mut().for_each(|value| self.reseal(value)),
            Value::Array(items) => items.iter_mut().for_each(|value| self.reseal(value)),
            _ => {}
        }
        let proof = document.get("proof").cloned().unwrap_or_default();
        let method = proof["verificationMethod"].as_str().unwrap_or_default();
        if let Some(voice) = self.voices.get(method) {
            let created: DateTime<Utc> = proof["created"].as_str().unwrap().parse().unwrap();
            document.as_object_mut().unwrap().shift_remove("proof");
            proof::sign(document, method, voice, created).unwrap();
        }
    }
}

/// Where ids were replaced, the entries of a register name each other's digests anew.
fn relink(document: &mut Value) {
    let Some(entries) = document.get_mut("entries").and_then(Value::as_array_mut) else { return };
    let mut before: Option<String> = None;
    for entry in entries {
        if let Some(digest) = &before {
            entry["previous"] = digest.as_str().into();
        }
        before = Some(reset_federation::register::digest(entry).unwrap());
    }
}
