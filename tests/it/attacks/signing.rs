//! Signatures and keys: what a signature leaves open, and what the document of a key says.

use base64::Engine;
use chrono::TimeDelta;
use reqwest::header::{HeaderName, HeaderValue};
use reset_federation::{cavage, digest};
use serde_json::{Value, json};
use url::Url;

use super::{named, nothing_changed};
use crate::inbox::{Stage, stage};
use crate::support::peer::{ACTIVITY_JSON, key_of};

/// A signature that Ada makes with her own key, with what is wrong about it.
#[derive(Clone)]
struct Forgery {
    covered: &'static str,
    algorithm: &'static str,
    method: &'static str,
    /// Seconds from now, if it is said.
    created: Option<i64>,
    expires: Option<i64>,
    /// In place of the right one.
    digest: Option<&'static str>,
    signature: Option<&'static str>,
    key_id: Option<String>,
    /// More parameters, and more headers.
    more: String,
    headers: Vec<(&'static str, &'static str)>,
}

fn good() -> Forgery {
    Forgery {
        covered: "(request-target) host date digest content-type",
        algorithm: "rsa-sha256",
        method: "post",
        created: None,
        expires: None,
        digest: None,
        signature: None,
        key_id: None,
        more: String::new(),
        headers: Vec::new(),
    }
}

impl Forgery {
    async fn send(self, stage: &Stage) -> u16 {
        let ada = stage.peer.actor("ada");
        let body = json!({
            "id": stage.peer.new_id("activities"), "type": "Like", "actor": ada, "object": stage.proposal,
        });
        let body = serde_json::to_vec(&body).unwrap();
        let url = Url::parse(&format!("{}/inbox", stage.coalition.url)).unwrap();
        let now = stage.app.now();
        let digest = self.digest.map_or_else(|| digest::header(&body), str::to_owned);
        let date = cavage::sign_post(&key_of("ada"), "k", &url, ACTIVITY_JSON, &digest, now).unwrap().date;
        let at = |seconds: Option<i64>| (now + TimeDelta::seconds(seconds.unwrap_or_default())).timestamp();
        let line = |name: &str| match name {
            "(request-target)" => format!("(request-target): {} {}", self.method, url.path()),
            "(created)" => format!("(created): {}", at(self.created)),
            "(expires)" => format!("(expires): {}", at(self.expires)),
            "host" => format!("host: {}", reset_federation::url_check::authority(&url)),
            "date" => format!("date: {date}"),
            "digest" => format!("digest: {digest}"),
            "content-type" => format!("content-type: {ACTIVITY_JSON}"),
            other => format!("{other}: "),
        };
        let text = self.covered.split(' ').map(line).collect::<Vec<_>>().join("\n");
        let made = key_of("ada").sign_sha256(text.as_bytes()).unwrap();
        let made = base64::engine::general_purpose::STANDARD.encode(made);
        let signature = self.signature.unwrap_or(&made);
        let key_id = self.key_id.unwrap_or_else(|| format!("{ada}#main-key"));
        let mut value = format!("keyId=\"{key_id}\",headers=\"{}\"", self.covered);
        if !self.algorithm.is_empty() {
            value.push_str(&format!(",algorithm=\"{}\"", self.algorithm));
        }
        if self.created.is_some() {
            value.push_str(&format!(",created={}", at(self.created)));
        }
        if self.expires.is_some() {
            value.push_str(&format!(",expires={}", at(self.expires)));
        }
        value.push_str(&format!(",signature=\"{signature}\"{}", self.more));
        let mut request = crate::support::app::client()
            .post(url)
            .header("date", date)
            .header("digest", digest)
            .header("content-type", ACTIVITY_JSON)
            .header("signature", value)
            .body(body)
            .build()
            .unwrap();
        for (name, value) in self.headers {
            let name = HeaderName::from_static(name);
            request.headers_mut().append(name, HeaderValue::from_static(value));
        }
        crate::support::app::client().execute(request).await.unwrap().status().as_u16()
    }
}

fn forgeries(stage: &Stage) -> Vec<(&'static str, Forgery)> {
    let covering = |covered| Forgery { covered, ..good() };
    let hs2019 = |covered| Forgery { algorithm: "hs2019", covered, ..good() };
    let second = |name, value| Forgery { headers: vec![(name, value)], ..good() };
    vec![
        named("a signature that leaves the target open", covering("host date digest content-type")),
        named("a signature that leaves the host open", covering("(request-target) date digest")),
        named("a signature that leaves the time open", covering("(request-target) host digest")),
        named("a signature that leaves the body open", covering("(request-target) host date")),
        named("a header that is covered twice", covering("(request-target) host date digest date")),
        named("a covered header that is not there", covering("(request-target) host date digest x-other")),
        named("a signature of a GET", Forgery { method: "get", ..good() }),
        named(
            "(created) with rsa-sha256",
            Forgery { created: Some(0), ..covering("(request-target) (created) host digest") },
        ),
        named(
            "a time of creation that lies in the future",
            Forgery { created: Some(7200), ..hs2019("(request-target) (created) host digest") },
        ),
        named(
            "a signature that has expired",
            Forgery {
                created: Some(-600),
                expires: Some(-300),
                ..hs2019("(request-target) (created) (expires) host digest")
            },
        ),
        named("an algorithm with a shared secret", Forgery { algorithm: "hmac-sha256", ..good() }),
        named("an algorithm that nobody knows", Forgery { algorithm: "none", ..good() }),
        named("an algorithm that is not the key's", Forgery { algorithm: "ed25519", ..good() }),
        named("an empty signature", Forgery { signature: Some(""), ..good() }),
        named("a signature that is not base64", Forgery { signature: Some("!!!!"), ..good() }),
        named("two signatures", second("signature", "keyId=\"x\",signature=\"AAAA\"")),
        named("two digests, one of them right", second("digest", "SHA-256=AAAA")),
        named("two dates", second("date", "Thu, 01 Jan 1970 00:00:00 GMT")),
        named("a digest that is weak", Forgery { digest: Some("MD5=AAAAAAAAAAAAAAAAAAAAAA=="), ..good() }),
        named("a digest that is empty", Forgery { digest: Some("SHA-256="), ..good() }),
        named(
            "a parameter given twice",
            Forgery { more: format!(",keyId=\"{}#main-key\"", stage.peer.actor("eve")), ..good() },
        ),
        named("a key id that is no URL", Forgery { key_id: Some("ada".into()), ..good() }),
        named(
            "a key of this server",
            Forgery { key_id: Some(format!("{}#main-key", stage.coalition.url)), ..good() },
        ),
        named(
            "a signature header of 10 kB",
            Forgery { more: format!(",x=\"{}\"", "y".repeat(10_000)), ..good() },
        ),
    ]
}

#[tokio::test]
async fn signatures_that_leave_something_open() {
    let stage = stage().await;
    for (name, forgery) in forgeries(&stage) {
        assert_eq!(forgery.send(&stage).await, 401, "{name}");
        assert_eq!(stage.stored().await.0, 0, "{name}");
    }
    assert!(stage.peer.fetches() <= 2, "her key is asked for once, and once again when it did not fit");
    let known = stage.stored().await.1;
    nothing_changed(&stage, known).await;
    // The same hand makes a good one.
    assert_eq!(good().send(&stage).await, 202);
    stage.work().await;
}

const SMALL: &str = "-----BEGIN PUBLIC KEY-----\nMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC/UQrxFWF2hR7KCZ2Aahw1casi\nxZgtssBiXXwFwrzzx9/t3b5/qBHXkE3YAUprQ6FszZG1Xjtg8XflkT2r3U6BY6ME\nYWtkuqsNigc2tjBjNqEhH2cpBlfsuKv7TE+pj3H+gAAXYeYyKpvEgsbfMXssPwh1\nFutriSxxh2Ne+jO7gQIDAQAB\n-----END PUBLIC KEY-----";

/// What the document of an actor says, by its name.
fn documents(stage: &Stage, third: &str) -> Vec<(&'static str, Value)> {
    let id = |name: &str| stage.peer.actor(name);
    let key = |name: &str, owner: &str, pem: &str| json!({"publicKey": {"id": format!("{}#main-key", id(name)), "owner": owner, "publicKeyPem": pem}});
    let pem = |name: &str| key_of(name).public_pem();
    vec![
        named("a key that says it is another's", key("u0", &id("ada"), &pem("u0"))),
        named("an RSA key of 1024 bits", key("u1", &id("u1"), SMALL)),
        named(
            "a key that is none",
            key("u2", &id("u2"), "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"),
        ),
        named("an actor whose inbox is ours", json!({"inbox": format!("{}/inbox", stage.app.url())})),
        named("an actor whose inbox is a third server's", json!({"inbox": format!("{third}/inbox")})),
        named("an actor that is a note", json!({"type": "Note"})),
        named("an actor that says it is another", json!({"id": id("ada")})),
        named("an actor that says it is one of ours", json!({"id": stage.coalition.url})),
        named("an actor without an inbox", json!({"inbox": null})),
        named("an actor whose name holds a NUL", json!({"name": "u\u{0}8"})),
        named("an actor with two contents", json!({"@graph": [{"id": id("ada")}]})),
    ]
}

#[tokio::test]
async fn documents_of_keys_that_say_what_they_may_not() {
    let stage = stage().await;
    let third = crate::support::Peer::start_at("127.0.0.9:0").await;
    for (number, (name, changes)) in documents(&stage, third.base()).into_iter().enumerate() {
        let actor = format!("u{number}");
        stage.peer.change_actor(&actor, changes);
        let before = stage.peer.fetches();
        let (_, status) = stage.peer.like(&actor, &stage.proposal, &stage.coalition.url).await;
        assert_eq!(status, 401, "{name}");
        assert!(stage.peer.fetches() - before <= 3, "{name}");
        // It is not asked for again.
        let before = stage.peer.fetches();
        assert_eq!(stage.peer.like(&actor, &stage.proposal, &stage.coalition.url).await.1, 401, "{name}");
        assert_eq!(stage.peer.fetches(), before, "{name}");
    }
    let known = stage.stored().await.1;
    assert!(known <= 1, "only Ada, whom one of them named");
    nothing_changed(&stage, known).await;
    assert_eq!((third.fetches(), third.received().len()), (0, 0));
}
