//! Our signatures held against another implementation of the draft, `http-signature-normalization`: each verifies what the
//! other signed.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use http_signature_normalization::Config;
use reset_federation::key::{Algorithm, PublicKey, RsaPrivate};
use reset_federation::{cavage, digest};
use url::Url;

const BODY: &[u8] = br#"{"type":"Follow"}"#;
const KEY_ID: &str = "https://a.example/ada#main-key";

/// The library reads the clock, so does this test.
#[expect(clippy::disallowed_methods, reason = "the library reads it too")]
fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

fn config() -> Config {
    Config::new().mastodon_compat().require_digest().set_expiration(Duration::from_secs(3600))
}

fn headers(values: &BTreeMap<String, String>) -> HeaderMap {
    let header = |(name, value): (&String, &String)| {
        (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
    };
    values.iter().map(header).collect()
}

fn unsigned() -> BTreeMap<String, String> {
    let values = [
        ("host", "us.example".to_owned()),
        ("date", cavage::http_date(now())),
        ("digest", digest::header(BODY)),
        ("content-type", "application/activity+json".to_owned()),
    ];
    values.map(|(name, value)| (name.to_owned(), value)).into()
}

#[test]
fn what_the_library_signs_is_verified() {
    let key = RsaPrivate::generate().unwrap();
    let public = PublicKey::from_pem(&key.public_pem()).unwrap();
    let mut values = unsigned();
    let signed = config()
        .begin_sign("POST", "/inbox?page=1", values.clone())
        .unwrap()
        .sign(KEY_ID.to_owned(), |line| {
            Ok::<_, Infallible>(STANDARD.encode(key.sign_sha256(line.as_bytes()).unwrap()))
        })
        .unwrap();
    values.insert("signature".to_owned(), signed.signature_header());
    let parsed = cavage::parse(&Method::POST, "/inbox?page=1", &headers(&values)).unwrap();
    assert_eq!(parsed.key_id, KEY_ID);
    parsed.check_time(now()).unwrap();
    parsed.verify(&public).unwrap();
    values.insert("digest".to_owned(), digest::header(b"another body"));
    let altered = cavage::parse(&Method::POST, "/inbox?page=1", &headers(&values)).unwrap();
    altered.verify(&public).unwrap_err();
}

#[test]
fn what_is_signed_here_the_library_verifies() {
    let key = RsaPrivate::generate().unwrap();
    let public = PublicKey::from_pem(&key.public_pem()).unwrap();
    let mut values = unsigned();
    let url = Url::parse("https://us.example/inbox").unwrap();
    let (kind, sum) = (values["content-type"].clone(), values["digest"].clone());
    let signed = cavage::sign_post(&key, KEY_ID, &url, &kind, &sum, now()).unwrap();
    values.insert("date".to_owned(), signed.date);
    values.insert("signature".to_owned(), signed.signature);
    let unverified = config().begin_verify("POST", "/inbox", values).unwrap();
    assert_eq!(unverified.key_id(), KEY_ID);
    let holds = unverified.verify(|signature, line| {
        public.verify(Algorithm::RsaSha256, line.as_bytes(), &STANDARD.decode(signature).unwrap())
    });
    assert!(holds);
}
