//! Generated inputs through every parser and verifier: real documents of other servers altered in their structure and in their
//! bytes, signed requests altered in their headers, and short texts made of the pieces that parsers look for. Nothing panics,
//! and what is said of the result always holds.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use reset_federation::key::{Ed25519Private, PublicKey, RsaPrivate};
use reset_federation::proof::{self, Proof};
use reset_federation::webfinger::{Jrd, parse_resource};
use reset_federation::{
    activity, actor, cavage, check, digest, json, limits, media_type, note, quote, register, retry, rfc9421,
    signature, url_check,
};
use serde_json::{Map, Value, json};
use url::Url;

use crate::fixtures;
use crate::generator::{Random, run};

static RSA: LazyLock<RsaPrivate> = LazyLock::new(|| RsaPrivate::generate().unwrap());
static PUBLIC: LazyLock<PublicKey> = LazyLock::new(|| PublicKey::from_pem(&RSA.public_pem()).unwrap());
static ED25519: LazyLock<Ed25519Private> = LazyLock::new(|| Ed25519Private::generate().unwrap());
static ED25519_PUBLIC: LazyLock<PublicKey> =
    LazyLock::new(|| PublicKey::from_multibase(&ED25519.public_multibase()).unwrap());

/// Documents of every peer and an answer to a WebFinger question, half of them with a proof of ours.
static SAMPLES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let mut plain: Vec<Value> =
        fixtures::all().iter().map(|(_, bytes)| json::parse(bytes).unwrap()).collect();
    let page = "http://webfinger.net/rel/profile-page";
    let found = json!({
        "subject": "acct:ada@a.example", "aliases": ["https://a.example/@ada", "https://a.example/ada"],
        "links": [
            {"rel": page, "type": "text/html", "href": "https://a.example/@ada"},
            {"rel": "self", "type": media_type::ACTIVITY_JSON, "href": "https://a.example/ada"},
            {"rel": "http://ostatus.org/schema/1.0/subscribe", "template": "https://a.example/share?uri={uri}"},
        ],
    });
    // One document among a hundred and fifty would hardly ever be met.
    plain.extend(std::iter::repeat_n(found, 10));
    let mut proven = plain.clone();
    for document in &mut proven {
        document.as_object_mut().unwrap().remove("proof");
        proof::sign(document, "https://a.example/ada#ed25519-key", &ED25519, now()).unwrap();
    }
    plain.into_iter().chain(proven).collect()
});

fn now() -> DateTime<Utc> {
    "2026-11-06T08:49:37Z".parse().unwrap()
}

const KEYS: &[&str] = &[
    "@context",
    "@graph",
    "@id",
    "@type",
    "id",
    "type",
    "actor",
    "object",
    "target",
    "origin",
    "result",
    "instrument",
    "attributedTo",
    "to",
    "cc",
    "bto",
    "audience",
    "url",
    "href",
    "tag",
    "name",
    "content",
    "contentMap",
    "summary",
    "source",
    "mediaType",
    "inbox",
    "outbox",
    "followers",
    "publicKey",
    "owner",
    "publicKeyPem",
    "publicKeyMultibase",
    "controller",
    "endpoints",
    "sharedInbox",
    "published",
    "updated",
    "inReplyTo",
    "assertionMethod",
    "oneOf",
    "anyOf",
    "replies",
    "icon",
    "attachment",
    "quote",
    "quoteUrl",
    "interactionPolicy",
    "proof",
    "proofValue",
    "cryptosuite",
    "verificationMethod",
    "proofPurpose",
    "created",
    "expires",
    "alsoKnownAs",
    "movedTo",
    "links",
    "subject",
    "rel",
    "aliases",
    "votersCount",
];

const TEXTS: &[&str] = &[
    "https://a.example/ada",
    "https://a.example/n/1",
    "http://127.0.0.1/",
    "https://b.example/x#y",
    "as:Public",
    "Public",
    "https://www.w3.org/ns/activitystreams#Public",
    "https://www.w3.org/ns/activitystreams",
    "Create",
    "Update",
    "Delete",
    "Undo",
    "Announce",
    "Move",
    "Follow",
    "Accept",
    "Like",
    "Note",
    "Article",
    "Question",
    "Person",
    "Group",
    "Tombstone",
    "QuoteRequest",
    "",
    "2026-11-06T08:00:00Z",
    "9999-99-99T99:99:99Z",
    "-1",
    "<p>x</p>",
    "acct:ada@a.example",
    "javascript:alert(1)",
    "\u{0}",
    "DataIntegrityProof",
    "eddsa-jcs-2022",
    "z6Mk",
    "-----BEGIN PUBLIC KEY-----",
    "fr",
    "text/html",
    "self",
];

fn leaf(random: &mut Random) -> Value {
    match random.below(9) {
        0 => Value::Null,
        1 => json!(random.once_in(2)),
        2 => json!(random.next() as i64),
        3 => json!(f64::from_bits(random.next())),
        4 => json!([]),
        5 => json!({}),
        6 => json!(random.text(TEXTS, 3)),
        _ => json!(random.of_these(TEXTS)),
    }
}

/// A part of a document, chosen on a walk from its root.
fn part<'v>(random: &mut Random, root: &'v mut Value) -> &'v mut Value {
    let mut at = root;
    loop {
        let count = match &*at {
            Value::Object(members) => members.len(),
            Value::Array(items) => items.len(),
            _ => 0,
        };
        if count == 0 || random.once_in(3) {
            return at;
        }
        let which = random.below(count);
        at = match at {
            Value::Object(members) => members.values_mut().nth(which).unwrap(),
            Value::Array(items) => &mut items[which],
            other => return other,
        };
    }
}

/// Drops, doubles, retypes, nests, splices, moves or adds something.
fn alter(random: &mut Random, document: &mut Value) {
    let other = |random: &mut Random| {
        let mut sample = SAMPLES[random.below(SAMPLES.len())].clone();
        part(random, &mut sample).take()
    };
    let how = random.below(9);
    let foreign = if how == 0 { other(random) } else { leaf(random) };
    let depth = if random.once_in(40) { 70 } else { 1 + random.below(3) };
    let (which, key) = (random.next() as usize, random.of_these(KEYS).to_owned());
    let mut spliced = random.text(TEXTS, 2);
    let at = part(random, document);
    match (how, at) {
        (0 | 1, at) => *at = foreign,
        (2, Value::Object(members)) if !members.is_empty() => {
            let name = members.keys().nth(which % members.len()).unwrap().clone();
            members.remove(&name);
        }
        (2, Value::Array(items)) if !items.is_empty() => drop(items.remove(which % items.len())),
        (3, Value::Array(items)) if !items.is_empty() => {
            let item = items[which % items.len()].clone();
            let times = if which.is_multiple_of(50) { 2000 } else { 2 };
            items.extend(std::iter::repeat_n(item, times));
        }
        (3 | 4, Value::Object(members)) => drop(members.insert(key, foreign)),
        (5, Value::Object(members)) if !members.is_empty() => {
            let name = members.keys().nth(which % members.len()).unwrap().clone();
            let value = members.remove(&name).unwrap();
            members.insert(key, value);
        }
        (6, Value::String(text)) => {
            let mut middle = which % (text.len() + 1);
            while !text.is_char_boundary(middle) {
                middle -= 1;
            }
            text.insert_str(middle, &std::mem::take(&mut spliced));
        }
        (7, at) => {
            for _ in 0..depth {
                let inner = at.take();
                *at = match which % 2 {
                    0 => json!([inner]),
                    _ => Value::Object(Map::from_iter([(key.clone(), inner)])),
                };
            }
        }
        (_, at) => *at = json!([at.take(), foreign]),
    }
}

/// Gives bytes to every reader of documents, as the server would.
fn read(bytes: &[u8]) {
    let envelope = activity::envelope(bytes);
    if let Ok(jrd) = Jrd::parse(bytes) {
        let _ = jrd.acct();
        let found = jrd.actor(false);
        assert!(found.is_none_or(|actor| actor.scheme() == "https" && actor.fragment().is_none()));
    }
    let Ok(value) = json::parse(bytes) else { return };
    if let Ok(actor) = actor::parse(&value, true) {
        assert!(url_check::same_origin(&actor.inbox, &actor.id), "an inbox elsewhere");
        for key in &actor.keys {
            assert_eq!(key.owner, actor.id, "the key of another");
            let _ = key.public_key();
        }
    }
    let _ = actor::key_owner(&value, "https://a.example/ada#main-key", true);
    let _ = note::parse(&value, true).map(|note| (note.is_vote(), note.is_public()));
    let _ = quote::quotes_another(&value, "https://a.example/n/1");
    if let Ok(Some(proof)) = Proof::read(&value) {
        let _ = (proof.method().len(), proof.verify(&ED25519_PUBLIC, now()));
    }
    let Ok(activity) = activity::parse(value, true) else { return };
    let outside = envelope.map(|envelope| (envelope.actor, envelope.id, envelope.kind));
    let said = (activity.actor.clone(), Some(activity.id.clone()), activity.kind.clone());
    assert_eq!(outside.ok(), Some(said), "what is an activity has an envelope");
    if check::activity_origin(&activity).is_ok() {
        assert!(url_check::same_origin(&activity.id, &activity.actor), "an id elsewhere");
    }
    for object in activity.objects().filter_map(|object| object.value()) {
        let _ = (note::parse(object, true), actor::parse(object, true), proof::is_present(object));
    }
}

fn documents(random: &mut Random) {
    let mut document = SAMPLES[random.below(SAMPLES.len())].clone();
    for _ in 0..=random.below(3) {
        alter(random, &mut document);
    }
    let mut bytes = serde_json::to_vec(&document).unwrap();
    if random.once_in(4) {
        random.alter(&mut bytes);
    }
    read(&bytes);
    // Altered in anything but its order, a document is not vouched for any more.
    if let Ok(value) = json::parse(&bytes)
        && let Ok(Some(proof)) = Proof::read(&value)
        && proof.verify(&ED25519_PUBLIC, now()).is_ok()
    {
        assert!(
            SAMPLES.iter().any(|sample| same(sample, &value)),
            "an altered document with a good proof: {value}"
        );
    }
}

/// A register of five entries over a rotation, and the JSON of one decision, both of which hold.
static REGISTERS: LazyLock<[Value; 2]> = LazyLock::new(|| {
    let (coalition, second) = ("https://a.example/coalitions/communs", Ed25519Private::generate().unwrap());
    let named = |name: &str, key: &Ed25519Private| json!({"id": format!("{coalition}#{name}"), "controller": coalition, "publicKeyMultibase": key.public_multibase()});
    let keys = [named("ed25519-key", &ED25519), named("ed25519-2", &second)];
    let short = |name: &str, key: &Ed25519Private| json!({"id": format!("#{name}"), "publicKeyMultibase": key.public_multibase()});
    let adopt = |text: &str| {
        json!({"act": "adopt", "publication": "p", "title": "T", "text": text, "language": "fr", "method": "consent",
            "reached": {"quorum": 1, "tally": {"consent": 1}, "positions": [{"organisation": "a", "stance": "consent"}]}})
    };
    let rotation =
        json!({"act": "rotate", "from": short("ed25519-key", &ED25519), "to": short("ed25519-2", &second)});
    let review = json!({"act": "review", "decision": 2, "state": "under_review", "reason": "Relire."});
    let supersede = json!({"act": "supersede", "decision": 1, "successor": 2, "reason": "Mieux."});
    let mut entries: Vec<Value> = Vec::new();
    for (place, mut entry) in
        [adopt("Un."), adopt("Deux."), rotation, review, supersede].into_iter().enumerate()
    {
        entry["number"] = (place + 1).into();
        entry["coalition"] = "communs".into();
        if let Some(last) = entries.last() {
            entry["previous"] = register::digest(last).unwrap().into();
        }
        let by: &[(&str, &Ed25519Private)] = match place {
            2 => &[("ed25519-key", &ED25519), ("ed25519-2", &second)],
            3.. => &[("ed25519-2", &second)],
            _ => &[("ed25519-key", &ED25519)],
        };
        let mut proofs = Vec::new();
        for (name, key) in by {
            proof::sign(&mut entry, &format!("{coalition}#{name}"), key, now()).unwrap();
            proofs.push(entry.as_object_mut().unwrap().remove("proof").unwrap());
        }
        entry["proof"] = if proofs.len() == 1 { proofs.remove(0) } else { proofs.into() };
        entries.push(entry);
    }
    let one = json!({"decision": entries[0], "keys": keys, "attributedTo": coalition});
    [json!({"coalition": coalition, "keys": keys, "entries": entries}), one]
});

/// What holds of an altered register is a beginning of the true one, and nothing else.
fn registers(random: &mut Random) {
    let mut document = REGISTERS[usize::from(random.once_in(4))].clone();
    for _ in 0..random.below(3) {
        alter(random, &mut document);
    }
    let mut bytes = serde_json::to_vec(&document).unwrap();
    if random.once_in(4) {
        random.alter(&mut bytes);
    }
    let Ok(verdict) = register::verify(&bytes, None, now()) else { return };
    let said: String = verdict.faults.iter().map(|fault| format!("{fault}. {}", fault.word())).collect();
    assert!(verdict.faults.len() <= limits::MAX_FAULTS && said.is_empty() == verdict.holds());
    if let (true, Some(last), Some(head)) = (verdict.holds(), verdict.last, verdict.head) {
        let entry = &REGISTERS[0]["entries"][last as usize - 1];
        assert_eq!(register::digest(entry).unwrap(), head, "an altered register holds: {document}");
        assert!(!verdict.whole || verdict.entries == last as usize);
    }
}

#[test]
fn what_holds_of_an_altered_register_is_a_beginning_of_the_true_one() {
    let [whole, one] = &*REGISTERS;
    for true_one in [whole, one] {
        assert!(register::verify(true_one.to_string().as_bytes(), None, now()).unwrap().holds());
    }
    run("registers", registers);
}

/// Whether two documents say the same, but for what a proof leaves open: other proofs, and a context that goes on after the
/// one in the proof (FEP-8b32).
fn same(one: &Value, other: &Value) -> bool {
    let bare = |value: &Value| {
        let mut bare = value.clone();
        let members = bare.as_object_mut().unwrap();
        for key in ["proof", "signature", "@context"] {
            members.remove(key);
        }
        proof::canonical(&bare).unwrap_or_default()
    };
    bare(one) == bare(other)
}

/// Requests that were signed in each scheme, with what they were signed over.
struct Request {
    method: Method,
    target: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

static REQUESTS: LazyLock<Vec<Request>> = LazyLock::new(|| {
    let url = Url::parse("https://us.example/users/us/inbox?x=1").unwrap();
    let (id, body, target) =
        ("https://a.example/ada#main-key", b"{\"id\":1}".to_vec(), "/users/us/inbox?x=1".to_owned());
    let digest = digest::header(&body);
    let post = cavage::sign_post(&RSA, id, &url, media_type::ACTIVITY_JSON, &digest, now()).unwrap();
    let get = cavage::sign_get(&RSA, id, &url, now()).unwrap();
    let content = digest::content_header(&body);
    let new = rfc9421::sign(&RSA, id, &Method::POST, &url, Some(&content), now()).unwrap();
    let host = || ("host", "us.example".to_owned());
    vec![
        Request {
            method: Method::POST,
            target: target.clone(),
            headers: vec![
                host(),
                ("date", post.date),
                ("digest", digest),
                ("content-type", media_type::ACTIVITY_JSON.to_owned()),
                ("signature", post.signature),
            ],
            body: body.clone(),
        },
        Request {
            method: Method::GET,
            target: target.clone(),
            headers: vec![host(), ("date", get.date), ("signature", get.signature)],
            body: Vec::new(),
        },
        Request {
            method: Method::POST,
            target,
            headers: vec![
                host(),
                ("content-digest", content),
                ("signature-input", new.input),
                ("signature", new.signature),
            ],
            body,
        },
    ]
});

const PIECES: &[&str] = &[
    "keyId=",
    "keyid=",
    "\"",
    ",",
    ";",
    " ",
    "=",
    "(",
    ")",
    ":",
    "algorithm=\"rsa-sha256\"",
    "alg=\"rsa-v1_5-sha256\"",
    "headers=\"",
    "(request-target)",
    "(created)",
    "(expires)",
    "\"@method\"",
    "\"@target-uri\"",
    "\"content-digest\"",
    ";sf",
    ";bs",
    ";req",
    "host",
    "date",
    "digest",
    "signature=\"",
    "sig1=",
    "AAAA",
    ":AAAA:",
    "created=",
    "expires=",
    "1793954977",
    "99999999999999999999",
    "-9223372036854775808",
    "\\",
    "hs2019",
    "sha-256=",
    "SHA-256=",
    "nonce",
    "tag",
    "?1",
    "%",
    "é",
];

fn requests(random: &mut Random) {
    let signed = &REQUESTS[random.below(REQUESTS.len())];
    let mut headers = signed.headers.clone();
    let (mut method, mut target, mut body) =
        (signed.method.clone(), signed.target.clone(), signed.body.clone());
    for _ in 0..=random.below(2) {
        match random.below(9) {
            0 => {
                drop(headers.remove(random.below(headers.len().max(1)).min(headers.len().saturating_sub(1))))
            }
            1 => headers.push((
                random.of_these(&["signature", "signature-input", "date", "host", "digest", "authorization"]),
                random.text(PIECES, 12),
            )),
            2 => target = random.text(&["/", "a", "?", "x=1", "%2f", "..", "//", "us.example"], 6),
            3 => random.alter(&mut body),
            4 => method = if method == Method::GET { Method::POST } else { Method::GET },
            _ if headers.is_empty() => {}
            _ => {
                let which = random.below(headers.len());
                let mut bytes = std::mem::take(&mut headers[which].1).into_bytes();
                if random.once_in(2) {
                    random.alter(&mut bytes);
                } else {
                    let at = random.below(bytes.len() + 1);
                    bytes.splice(at..at, random.text(PIECES, 2).into_bytes());
                }
                headers[which].1 = String::from_utf8_lossy(&bytes).into_owned();
            }
        }
        if headers.is_empty() {
            break;
        }
    }
    let mut map = HeaderMap::new();
    for (name, value) in &headers {
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            map.append(HeaderName::from_static(name), value);
        }
    }
    let _ = signature::is_signed(&map);
    let Ok(parsed) = signature::parse("https", &method, &target, &map) else { return };
    let holds = parsed.check_time(now()).is_ok()
        && parsed.check_body(&body).is_ok()
        && parsed.verify(&PUBLIC).is_ok();
    if holds {
        assert_eq!(body, signed.body, "another body");
        assert_eq!(method, signed.method, "another method");
        let bare = |target: &str| target.split('?').next().map(str::to_owned);
        assert_eq!(bare(&target), bare(&signed.target), "another target");
        for name in ["host", "date", "digest", "content-digest"] {
            let stood =
                signed.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_bytes());
            let stands = map.get(name).map(|value| value.as_bytes().trim_ascii());
            // `@authority` is the normalised host (RFC 9421 section 2.2.3): the header may be written otherwise.
            let same = match (stood, stands) {
                (Some(stood), Some(stands)) if name == "host" && map.contains_key("signature-input") => {
                    let host = |bytes| {
                        url_check::normalise_authority(std::str::from_utf8(bytes).unwrap_or_default())
                    };
                    host(stands).is_some() && host(stands) == host(stood)
                }
                _ => stood.is_none() || stands == stood,
            };
            assert!(same, "another {name}: {stands:?}");
        }
    }
}

const SHORT: &[&str] = &[
    "https://",
    "http://",
    "HTTPS:",
    "//",
    "/",
    "\\",
    "@",
    ":",
    "#",
    "?",
    ".",
    "..",
    "a.example",
    "A.EXAMPLE",
    "xn--",
    "xn--80ak6aa92e.example",
    "аpple.example",
    "127.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "2130706433",
    "0x7f.1",
    "%31",
    "%00",
    "443",
    "65536",
    "acct:",
    "ada",
    " ",
    "application/activity+json",
    "application/ld+json",
    "profile=",
    "\"https://www.w3.org/ns/activitystreams\"",
    ";",
    ",",
    "q=0.5",
    "q=",
    "*/*",
    "text/html",
    "120",
    "18446744073709551616",
    "Fri, 06 Nov 2026 09:49:37 GMT",
    "Fri, 99 Nov",
    "SHA-256=",
    "AAAA=",
    "z6Mk",
    "-----BEGIN PUBLIC KEY-----\n",
    "\n",
];

fn texts(random: &mut Random) {
    let text = random.text(SHORT, 8);
    for allow_http in [true, false] {
        if let Ok(url) = url_check::id(&text, allow_http) {
            assert!(url.scheme() == "https" || allow_http && url.scheme() == "http", "{url}");
            assert!(
                url.username().is_empty() && url.password().is_none() && url.fragment().is_none(),
                "{url}"
            );
            assert!(url.host_str().is_some_and(|host| !host.is_empty()), "{url}");
            assert_eq!(url_check::id(url.as_str(), allow_http).as_ref(), Ok(&url), "{text}");
            assert!(url_check::same_origin(&url, &url));
        }
    }
    if let Some(once) = url_check::normalise_authority(&text) {
        assert_eq!(url_check::normalise_authority(&once), Some(once.clone()), "{text}");
    }
    let _ = (parse_resource(&text), parse_resource(&format!("acct:{text}")));
    if media_type::is_activity(&text) {
        let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        assert!(["application/activity+json", "application/ld+json"].contains(&essence.as_str()), "{text}");
    }
    let _ = media_type::wants_activity(Some(&text));
    assert!(retry::retry_after(&text, now()).is_none_or(|wait| wait.as_secs() <= 86_400), "{text}");
    let _ = (PublicKey::from_pem(&text), PublicKey::from_multibase(&text));
    assert!(digest::verify(&text, b"x").is_err() && digest::verify_content(&text, b"x").is_err(), "{text}");
}

#[test]
fn generated_inputs_are_read_or_refused() {
    run("documents, signed requests and texts of the protocol", |random| match random.below(20) {
        0..9 => documents(random),
        9..14 => requests(random),
        _ => texts(random),
    });
}
