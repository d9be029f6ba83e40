//! Generated input: no bytes make a parser panic, and what is signed is what is verified.
//!
//! `PROPTEST_CASES` sets how many inputs each property gets.

use crate::fixtures;
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proptest::prelude::*;
use reset_federation::key::{PublicKey, RsaPrivate};
use reset_federation::webfinger::{Jrd, parse_resource};
use reset_federation::{
    activity, actor, cavage, check, digest, json, media_type, note, proof, retry, rfc9421, signature,
    url_check,
};
use std::sync::LazyLock;
use url::Url;

static KEY: LazyLock<RsaPrivate> = LazyLock::new(|| RsaPrivate::generate().unwrap());
static PUBLIC: LazyLock<PublicKey> = LazyLock::new(|| PublicKey::from_pem(&KEY.public_pem()).unwrap());
static SAMPLES: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| fixtures::all().into_iter().map(|(_, bytes)| bytes).collect());

fn now() -> DateTime<Utc> {
    "2026-11-06T08:49:37Z".parse().unwrap()
}

/// Gives bytes to every reader of documents, as the server would.
fn read_everything(bytes: &[u8]) {
    let envelope = activity::envelope(bytes);
    let _ = Jrd::parse(bytes).map(|jrd| (jrd.acct(), jrd.actor(true)));
    let Ok(value) = json::parse(bytes) else {
        return;
    };
    let _ =
        actor::parse(&value, true).map(|actor| actor.keys.iter().filter(|k| k.public_key().is_ok()).count());
    let _ = proof::Proof::read(&value).map(|proof| proof.map(|proof| proof.verify(&PUBLIC, now())));
    let _ = actor::key_owner(&value, "https://a.example/k", true);
    let _ = note::parse(&value, true).map(|n| (n.is_vote(), n.is_public()));
    if let Ok(activity) = activity::parse(value, true) {
        let envelope = envelope.unwrap();
        assert_eq!(envelope.actor, activity.actor);
        assert_eq!(envelope.id.as_ref(), Some(&activity.id));
        assert_eq!(envelope.kind, activity.kind);
        let _ = check::activity_origin(&activity);
        for object in activity.objects().filter_map(|o| o.value()) {
            let _ = note::parse(object, true);
            let _ = actor::parse(object, true);
        }
    }
}

/// A sample with some bytes replaced, cut out or put in.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<prop::sample::Index>(), 0..4_u8, any::<u8>(), 0..40_usize);
    (any::<prop::sample::Index>(), prop::collection::vec(edit, 0..6)).prop_map(|(which, edits)| {
        let mut bytes = which.get(&SAMPLES).clone();
        for (at, how, byte, length) in edits {
            if bytes.is_empty() {
                break;
            }
            let start = at.index(bytes.len());
            let end = (start + length).min(bytes.len());
            match how {
                0 => bytes[start] = byte,
                1 => drop(bytes.drain(start..end)),
                2 => bytes.insert(start, b"{}[]\",:0\\@#e-"[usize::from(byte) % 13]),
                _ => {
                    let piece = bytes[start..end].to_vec();
                    drop(bytes.splice(start..start, piece));
                }
            }
        }
        bytes
    })
}

/// A JSON document in which the keys and values that matter meet in wrong shapes.
fn crossed() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<i64>().prop_map(Into::into),
        any::<bool>().prop_map(Into::into),
        prop::sample::select(vec![
            "https://a.example/ada",
            "https://a.example/n/1",
            "https://b.example/x#y",
            "as:Public",
            "Create",
            "Delete",
            "Undo",
            "Note",
            "Person",
            "Tombstone",
            "",
            "x",
            "2026-11-06T08:00:00Z",
        ])
        .prop_map(Into::into),
        ".{0,20}".prop_map(Into::into),
    ];
    let key = prop::sample::select(vec![
        "id",
        "type",
        "actor",
        "object",
        "attributedTo",
        "to",
        "cc",
        "url",
        "href",
        "tag",
        "name",
        "content",
        "contentMap",
        "inbox",
        "publicKey",
        "owner",
        "publicKeyPem",
        "endpoints",
        "sharedInbox",
        "published",
        "inReplyTo",
        "assertionMethod",
        "oneOf",
        "icon",
        "links",
        "subject",
    ]);
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::vec((key.clone(), inner), 0..8).prop_map(|members| {
                members.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<serde_json::Map<_, _>>().into()
            }),
        ]
    })
}

/// A signature header made of the pieces that parsers look for.
fn signature_header() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "keyId=",
            "\"",
            ",",
            " ",
            "=",
            "algorithm=\"rsa-sha256\"",
            "headers=\"",
            "(request-target)",
            "(created)",
            "(expires)",
            "host",
            "date",
            "digest",
            "signature=\"",
            "AAAA",
            "created=",
            "expires=",
            "1762418977",
            "99999999999999999999",
            "-9223372036854775808",
            "\\",
            "hs2019",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,12}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// A dictionary of structured fields made of the pieces that parsers look for; mostly one that is nearly whole.
fn structured_field() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "sig1=",
            "(",
            ")",
            ";",
            ",",
            " ",
            "=",
            ":",
            "\"",
            "\\",
            "@",
            "%\"",
            "?1",
            "-",
            "1.5",
            "*",
            "\"@method\"",
            "\"@target-uri\"",
            "\"@authority\"",
            "\"@query\"",
            "\"content-digest\"",
            "\"host\"",
            ";created=",
            ";expires=",
            ";keyid=\"https://a.example/k\"",
            ";alg=\"ed25519\"",
            "1762418977",
            "999999999999999",
            "-1",
            ":AAAA:",
            "sha-256=",
            "sha-512=",
            "sha-256=:AAAA:",
            "sig1=:AAAA:",
            "sig1=(\"@method\" \"@target-uri\" \"content-digest\");created=1762418977;keyid=\"k\"",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,12}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_everything(&bytes);
    }

    #[test]
    fn mutated_samples_are_read_or_refused(bytes in mutated()) {
        read_everything(&bytes);
    }

    #[test]
    fn documents_of_wrong_shapes_are_read_or_refused(value in crossed()) {
        read_everything(&serde_json::to_vec(&value).unwrap());
    }

    #[test]
    fn what_is_parsed_is_what_a_plain_reader_reads(value in crossed()) {
        let bytes = serde_json::to_vec(&value).unwrap();
        match json::parse(&bytes) {
            Ok(read) => prop_assert_eq!(read, value),
            // The one text that is refused.
            Err(_) => prop_assert!(!value.is_object() || value.to_string().contains("\\u0000")),
        }
    }

    #[test]
    fn any_text_is_a_resource_a_url_a_date_or_nothing(text in ".{0,60}", digits in "[0-9]{0,30}") {
        for text in [&text, &digits] {
            let _ = parse_resource(text);
            let _ = parse_resource(&format!("acct:{text}@a.example"));
            let _ = url_check::id(text, true);
            let _ = url_check::id(&format!("https://{text}"), true).map(|u| url_check::authority(&u));
            let _ = url_check::normalise_authority(text);
            let _ = media_type::wants_activity(Some(text));
            let _ = digest::verify(text, b"");
            let _ = digest::verify(&format!("SHA-256={text}"), b"");
            let _ = PublicKey::from_pem(text);
            let _ = PublicKey::from_multibase(&format!("z{text}"));
            prop_assert!(retry::retry_after(text, now()).is_none_or(|d| d.as_secs() <= 86_400));
        }
    }

    #[test]
    fn a_normalised_authority_stays_as_it_is(text in "[a-zA-Z0-9éß.:-]{1,30}") {
        if let Some(once) = url_check::normalise_authority(&text) {
            prop_assert_eq!(url_check::normalise_authority(&once), Some(once));
        }
    }

    #[test]
    fn any_headers_are_a_signature_or_refused(
        signature in signature_header(),
        others in prop::collection::vec(
            (prop::sample::select(vec!["host", "date", "digest", "content-type", "authorization"]),
             prop::collection::vec(any::<u8>(), 0..30)), 0..6),
        target in "/[ -~]{0,20}",
    ) {
        let mut headers = HeaderMap::new();
        for (name, value) in others {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        headers.append("signature", HeaderValue::from_str(&signature).unwrap());
        if let Ok(parsed) = cavage::parse(&Method::POST, &target, &headers) {
            let _ = parsed.check_time(now());
            prop_assert!(parsed.verify(&PUBLIC).is_err());
        }
    }

    #[test]
    fn any_structured_fields_are_a_signature_or_refused(
        input in structured_field(),
        signature in structured_field(),
        digest in structured_field(),
        target in "/[ -~]{0,20}",
    ) {
        let mut headers = HeaderMap::new();
        headers.append("host", HeaderValue::from_static("us.example"));
        for (name, value) in [("signature-input", &input), ("signature", &signature), ("content-digest", &digest)] {
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        let _ = digest::verify_content(&digest, b"");
        for method in [Method::GET, Method::POST] {
            if let Ok(parsed) = signature::parse("https", &method, &target, &headers) {
                let _ = parsed.check_time(now());
                prop_assert!(parsed.verify(&PUBLIC).is_err());
            }
        }
    }

    #[test]
    fn a_delay_grows_and_never_leaves_its_bounds(attempt: u32, jitter: f64) {
        let seconds = retry::delay(attempt, jitter).as_secs_f64();
        prop_assert!((1.6..=34_560.0).contains(&seconds), "{}", seconds);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, ..ProptestConfig::default() })]

    #[test]
    fn what_is_signed_verifies_and_any_altered_byte_does_not(
        body in prop::collection::vec(any::<u8>(), 1..200),
        path in "/[a-z0-9/]{0,20}",
        query in prop::option::of("[a-z0-9=&]{1,10}"),
        which in 0..6_usize,
        at: prop::sample::Index,
        bit in 0..7_u32,
    ) {
        let target = match &query {
            Some(query) => format!("{path}?{query}"),
            None => path.clone(),
        };
        let url = Url::parse(&format!("https://us.example:8443{target}")).unwrap();
        let digest = digest::header(&body);
        let signed =
            cavage::sign_post(&KEY, "https://a.example/k", &url, media_type::ACTIVITY_JSON, &digest, now()).unwrap();
        let mut values = [
            target.into_bytes(), b"us.example:8443".to_vec(), signed.date.into_bytes(),
            digest.into_bytes(), media_type::ACTIVITY_JSON.as_bytes().to_vec(), signed.signature.into_bytes(),
        ];
        prop_assert!(verifies(&values, &body), "as signed");
        let mut altered = body.clone();
        altered[at.index(body.len())] ^= 1 << bit;
        prop_assert!(!verifies(&values, &altered), "body");
        // Of the signature header only the signature itself is protected by the signature.
        let value = &mut values[which];
        let start = match which {
            5 => value.windows(11).position(|w| w == b"signature=\"").unwrap() + 11,
            _ => 0,
        };
        let place = start + at.index(value.len() - start);
        value[place] ^= 1 << bit;
        // All five are signed as they are written: no byte of them is free.
        prop_assert!(!verifies(&values, &body), "part {} at {}", which, place);
    }
}

fn verifies(values: &[Vec<u8>; 6], body: &[u8]) -> bool {
    let [target, host, date, digest, content_type, signature] = values;
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("host", host),
        ("date", date),
        ("digest", digest),
        ("content-type", content_type),
        ("signature", signature),
    ] {
        match HeaderValue::from_bytes(value) {
            Ok(value) => headers.insert(name, value),
            Err(_) => return false,
        };
    }
    let Ok(target) = std::str::from_utf8(target) else {
        return false;
    };
    let Ok(parsed) = cavage::parse(&Method::POST, target, &headers) else {
        return false;
    };
    parsed.check_body(body).is_ok() && parsed.check_time(now()).is_ok() && parsed.verify(&PUBLIC).is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, ..ProptestConfig::default() })]

    #[test]
    fn a_message_signature_verifies_and_any_altered_byte_does_not(
        body in prop::collection::vec(any::<u8>(), 1..200),
        path in "/[a-z0-9/]{0,20}",
        query in prop::option::of("[a-z0-9=&]{1,10}"),
        which in 0..4_usize,
        at: prop::sample::Index,
        bit in 0..7_u32,
    ) {
        let target = match &query {
            Some(query) => format!("{path}?{query}"),
            None => path.clone(),
        };
        let url = Url::parse(&format!("https://us.example:8443{target}")).unwrap();
        let digest = digest::content_header(&body);
        let made = rfc9421::sign(&KEY, "https://a.example/k", &Method::POST, &url, Some(&digest), now()).unwrap();
        let mut values = [target, digest, made.input, made.signature].map(String::into_bytes);
        prop_assert!(message_verifies(&values, &body), "as signed");
        let mut altered = body.clone();
        altered[at.index(body.len())] ^= 1 << bit;
        prop_assert!(!message_verifies(&values, &altered), "body");
        let value = &mut values[which];
        // The end of base64 may hold bits that mean nothing.
        let free = if which == 3 { 5 } else { 0 };
        let place = at.index(value.len() - free);
        value[place] ^= 1 << bit;
        prop_assert!(!message_verifies(&values, &body), "part {} at {}", which, place);
    }
}

fn message_verifies(values: &[Vec<u8>; 4], body: &[u8]) -> bool {
    let [target, digest, input, signature] = values;
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("us.example:8443"));
    for (name, value) in [("content-digest", digest), ("signature-input", input), ("signature", signature)] {
        match HeaderValue::from_bytes(value) {
            Ok(value) => headers.insert(name, value),
            Err(_) => return false,
        };
    }
    let Ok(target) = std::str::from_utf8(target) else {
        return false;
    };
    let Ok(parsed) = signature::parse("https", &Method::POST, target, &headers) else {
        return false;
    };
    parsed.check_body(body).is_ok() && parsed.check_time(now()).is_ok() && parsed.verify(&PUBLIC).is_ok()
}
