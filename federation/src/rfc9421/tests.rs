//! Tests of message signatures: the vectors of the RFC, and the requests that peers and attackers send.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use super::*;
use crate::cavage;
use crate::digest;
use crate::key::{Ed25519Private, PublicKey, RsaPrivate};
use crate::limits::MAX_SIGNATURE_HEADER;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{TimeDelta, TimeZone};
use std::sync::LazyLock;
use url::Url;

static KEY: LazyLock<RsaPrivate> = LazyLock::new(|| RsaPrivate::generate().unwrap());
static PUBLIC: LazyLock<PublicKey> = LazyLock::new(|| PublicKey::from_pem(&KEY.public_pem()).unwrap());

const KEY_ID: &str = "https://a.example/ada#main-key";
const TARGET: &str = "/inbox?x=1";
const BODY: &[u8] = b"{}";
const COVERED: &str = "\"@method\" \"@target-uri\" \"content-digest\"";

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 6, 8, 49, 37).unwrap()
}

fn header_map(headers: &[(&'static str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, value.parse().unwrap());
    }
    map
}

/// A POST signed by hand: the base as an independent reading of the RFC writes it.
fn by_hand(lines: &str, parameters: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> HeaderMap {
    let base = format!("{lines}\"@signature-params\": {parameters}");
    let signature = STANDARD.encode(sign(base.as_bytes()));
    header_map(&[
        ("host", "us.example:8443"),
        ("content-digest", &digest::content_header(BODY)),
        ("signature-input", &format!("sig1={parameters}")),
        ("signature", &format!("sig1=:{signature}:")),
    ])
}

fn parameters(covered: &str, more: &str) -> String {
    format!("({covered});created={};keyid=\"{KEY_ID}\"{more}", now().timestamp())
}

fn lines() -> String {
    format!(
        "\"@method\": POST\n\"@target-uri\": https://us.example:8443{TARGET}\n\"content-digest\": {}\n",
        digest::content_header(BODY)
    )
}

fn rsa(message: &[u8]) -> Vec<u8> {
    KEY.sign_sha256(message).unwrap()
}

fn read(headers: &HeaderMap) -> Result<Parsed, SignatureError> {
    parse("https", &Method::POST, TARGET, headers)
}

/// A good request with another `Signature-Input`, which its signature is not over.
fn input(value: &str) -> Result<Parsed, SignatureError> {
    let mut headers = by_hand(&lines(), &parameters(COVERED, ""), rsa);
    headers.insert("signature-input", value.parse().unwrap());
    read(&headers)
}

#[test]
fn the_vector_of_appendix_b_2_6_has_its_base_and_verifies() {
    let key = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----\n";
    let headers = header_map(&[
        ("host", "example.com"),
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("content-type", "application/json"),
        ("content-length", "18"),
        (
            "signature-input",
            "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"",
        ),
        (
            "signature",
            "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
        ),
    ]);
    let fields = Fields::read(&headers).unwrap();
    let names = names(&fields.input).unwrap();
    let target = "/foo?param=Value&Pet=dog";
    let request = Request::new("https", &Method::POST, target, &headers).unwrap();
    let base = base(&request, &names, fields.input).unwrap();
    let expected = "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\
        \"@authority\": example.com\n\"content-type\": application/json\n\"content-length\": 18\n\
        \"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\");\
        created=1618884473;keyid=\"test-key-ed25519\"";
    assert_eq!(std::str::from_utf8(&base).unwrap(), expected);
    let public = PublicKey::from_pem(key).unwrap();
    assert!(public.verify(Algorithm::Ed25519, &base, &fields.signature));
    // It leaves the query open, and the body.
    let said = parse("https", &Method::POST, target, &headers).unwrap_err();
    assert_eq!(said, SignatureError::NotCovered("@target-uri or all of the target's parts"));
    let said = parse("https", &Method::POST, "/foo", &headers).unwrap_err();
    assert_eq!(said, SignatureError::NotCovered("content-digest"));
}

#[test]
fn the_rsa_vector_of_section_4_3_verifies_as_a_whole() {
    let key = "-----BEGIN RSA PUBLIC KEY-----\n\
        MIIBCgKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrw\n\
        WEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLOsdJKFq\n\
        MGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a75jfZg\n\
        kne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0P\n\
        uKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQ\n\
        PSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIDAQAB\n-----END RSA PUBLIC KEY-----\n";
    let headers = header_map(&[
        ("host", "origin.host.internal.example"),
        ("forwarded", "for=192.0.2.123;host=example.com;proto=https"),
        ("content-type", "application/json"),
        ("content-length", "18"),
        (
            "content-digest",
            "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
        ),
        (
            "signature-input",
            "proxy_sig=(\"@method\" \"@authority\" \"@path\" \"content-digest\" \"content-type\" \"content-length\" \"forwarded\");created=1618884480;keyid=\"test-key-rsa\";alg=\"rsa-v1_5-sha256\";expires=1618884540",
        ),
        (
            "signature",
            "proxy_sig=:S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY1I6+8Cy+CM5g92iHgxtRPz+MjniOaYmdkDcnL9cCpXJleXsOckpURl49GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQB+Pu68U9vVcasqOWAEObtNKKZd8tSFu7LB5YAv0RAGhB8tmpv7sFnIm9y+7X5kXQfi8NMaZaA8i2ZHwpBdg7a6CMfwnnrtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vfJvye+YuI87HU38lZHowtznbLVdp770I6VHR6WfgS9ddzirrswsE1w5o0LV/g==:",
        ),
    ]);
    let parsed = parse("https", &Method::POST, "/foo", &headers).unwrap();
    assert_eq!(
        (parsed.key_id.as_str(), parsed.host.as_str()),
        ("test-key-rsa", "origin.host.internal.example")
    );
    parsed.verify(&PublicKey::from_pem(key).unwrap()).unwrap();
    parsed.check_body(br#"{"hello": "world"}"#).unwrap();
    let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
    parsed.check_time(at(1_618_884_500)).unwrap();
    assert_eq!(parsed.check_time(at(1_618_884_541)), Err(SignatureError::TooOld));
}

#[test]
fn what_is_signed_here_verifies_here() {
    let url = Url::parse(&format!("https://US.example:8443{TARGET}#part")).unwrap();
    for digest in [Some(digest::content_header(BODY)), None] {
        let method = if digest.is_some() { Method::POST } else { Method::GET };
        let signed = sign(&KEY, KEY_ID, &method, &url, digest.as_deref(), now()).unwrap();
        let mut headers = header_map(&[
            ("host", "us.example:8443"),
            ("signature-input", &signed.input),
            ("signature", &signed.signature),
        ]);
        if let Some(digest) = &digest {
            headers.insert("content-digest", digest.parse().unwrap());
        }
        let parsed = parse("https", &method, TARGET, &headers).unwrap();
        assert_eq!((parsed.key_id.as_str(), parsed.host.as_str()), (KEY_ID, "us.example:8443"));
        parsed.verify(&PUBLIC).unwrap();
        parsed.check_time(now()).unwrap();
        let body = if digest.is_some() { BODY } else { b"" };
        parsed.check_body(body).unwrap();
        parsed.check_body(b"{ }").unwrap_err();
        let other = parse("https", &method, "/inbox", &headers).unwrap();
        assert_eq!(other.verify(&PUBLIC), Err(SignatureError::Mismatch), "another query");
        let other = parse("http", &method, TARGET, &headers).unwrap();
        assert_eq!(other.verify(&PUBLIC), Err(SignatureError::Mismatch), "another scheme");
    }
    let bad = sign(&KEY, "https://a.example/\"", &Method::GET, &url, None, now());
    assert_eq!(bad, Err(cavage::SignError::Value));
}

#[test]
fn the_shape_that_mastodon_demands_verifies() {
    let headers = by_hand(&lines(), &parameters(COVERED, ""), rsa);
    let parsed = read(&headers).unwrap();
    parsed.verify(&PUBLIC).unwrap();
    parsed.check_body(BODY).unwrap();
}

#[test]
fn the_shape_that_fedify_sends_verifies() {
    let covered = "\"@method\" \"@target-uri\" \"@authority\" \"host\" \"date\" \"content-digest\"";
    let date = cavage::http_date(now());
    let lines = format!(
        "\"@method\": POST\n\"@target-uri\": https://us.example:8443{TARGET}\n\"@authority\": us.example:8443\n\
         \"host\": us.example:8443\n\"date\": {date}\n\"content-digest\": {}\n",
        digest::content_header(BODY)
    );
    let parameters = format!(
        "({covered});alg=\"rsa-v1_5-sha256\";keyid=\"{KEY_ID}\";created={};nonce=\"a\\\"b\";tag=\"activitypub\"",
        now().timestamp()
    );
    let mut headers = by_hand(&lines, &parameters, rsa);
    headers.insert("date", date.parse().unwrap());
    read(&headers).unwrap().verify(&PUBLIC).unwrap();
}

#[test]
fn a_target_named_by_its_parts_verifies_where_they_are_complete() {
    let digest = digest::content_header(BODY);
    let head = "\"@method\": POST\n\"@authority\": us.example:8443\n";
    for (names, values) in [
        ("\"@path\" \"@query\"", "\"@path\": /inbox\n\"@query\": ?x=1\n"),
        ("\"@request-target\"", "\"@request-target\": /inbox?x=1\n"),
        ("\"@scheme\" \"@path\" \"@query\"", "\"@scheme\": https\n\"@path\": /inbox\n\"@query\": ?x=1\n"),
    ] {
        let covered = format!("\"@method\" \"@authority\" {names} \"content-digest\"");
        let lines = format!("{head}{values}\"content-digest\": {digest}\n");
        let headers = by_hand(&lines, &parameters(&covered, ""), rsa);
        read(&headers).unwrap().verify(&PUBLIC).unwrap();
    }
    let with = |covered: &str| input(&format!("sig1={}", parameters(covered, ""))).unwrap_err();
    for (covered, missing) in [
        ("\"@target-uri\" \"content-digest\"", "@method"),
        ("\"@method\" \"content-digest\"", "@target-uri or @authority"),
        ("\"@method\" \"@path\" \"@query\" \"content-digest\"", "@target-uri or @authority"),
        ("\"@method\" \"host\" \"@path\" \"content-digest\"", "@target-uri or all of the target's parts"),
        (
            "\"@method\" \"@authority\" \"@query\" \"content-digest\"",
            "@target-uri or all of the target's parts",
        ),
        ("\"@method\" \"@target-uri\"", "content-digest"),
        ("\"@method\" \"@target-uri\" \"digest\"", "content-digest"),
    ] {
        assert_eq!(with(covered), SignatureError::NotCovered(missing), "{covered}");
    }
}

#[test]
fn an_absent_query_is_a_lone_question_mark() {
    let covered = "\"@method\" \"@authority\" \"@path\" \"@query\"";
    let lines = "\"@method\": GET\n\"@authority\": us.example:8443\n\"@path\": /\n\"@query\": ?\n";
    let headers = by_hand(lines, &parameters(covered, ""), rsa);
    parse("https", &Method::GET, "/", &headers).unwrap().verify(&PUBLIC).unwrap();
}

#[test]
fn an_altered_body_fails() {
    let parsed = read(&by_hand(&lines(), &parameters(COVERED, ""), rsa)).unwrap();
    assert_eq!(parsed.check_body(b"{ }"), Err(digest::DigestError::Mismatch));
    let mut headers = by_hand(&lines(), &parameters(COVERED, ""), rsa);
    headers.insert("content-digest", digest::content_header(b"{ }").parse().unwrap());
    assert_eq!(read(&headers).unwrap().verify(&PUBLIC), Err(SignatureError::Mismatch));
}

#[test]
fn a_covered_header_that_is_missing_or_there_twice_fails() {
    let mut headers = by_hand(&lines(), &parameters(COVERED, ""), rsa);
    headers.remove("content-digest").unwrap();
    assert_eq!(read(&headers).unwrap_err(), SignatureError::NotPresent("content-digest".into()));
    for name in ["host", "content-digest", "signature", "signature-input"] {
        let mut headers = by_hand(&lines(), &parameters(COVERED, ""), rsa);
        let again = headers[name].clone();
        headers.append(name, again);
        assert_eq!(read(&headers).unwrap_err(), SignatureError::Duplicate(name.into()), "{name}");
    }
}

#[test]
fn two_signatures_are_refused_also_under_one_label() {
    for label in ["sig1", "sig2"] {
        let two = format!("sig1={}, {label}={}", parameters(COVERED, ""), parameters("\"@method\"", ""));
        assert_eq!(input(&two).unwrap_err(), SignatureError::Duplicate("the signature".into()));
        let mut headers = by_hand(&lines(), &parameters(COVERED, ""), rsa);
        let two = format!("{}, {label}=:AAAA:", headers["signature"].to_str().unwrap());
        headers.insert("signature", two.parse().unwrap());
        assert_eq!(read(&headers).unwrap_err(), SignatureError::Duplicate("the signature".into()));
    }
    let other = input(&format!("sig2={}", parameters(COVERED, ""))).unwrap_err();
    assert!(matches!(other, SignatureError::Malformed(_)), "{other}");
}

#[test]
fn cavage_and_rfc_9421_are_never_mixed() {
    let url = Url::parse(&format!("https://us.example:8443{TARGET}")).unwrap();
    let old = digest::header(BODY);
    let cavage = cavage::sign_post(&KEY, KEY_ID, &url, "text/plain", &old, now()).unwrap();
    let mut headers = by_hand(&lines(), &parameters(COVERED, ""), rsa);
    headers.insert("signature", cavage.signature.parse().unwrap());
    assert!(matches!(read(&headers), Err(SignatureError::Malformed(_))));
    assert_eq!(cavage::parse(&Method::POST, TARGET, &headers).unwrap_err(), SignatureError::OtherScheme);
    let mut headers = by_hand(&lines(), &parameters(COVERED, ""), rsa);
    headers.insert("authorization", format!("Signature {}", cavage.signature).parse().unwrap());
    assert_eq!(read(&headers).unwrap_err(), SignatureError::OtherScheme);
}

#[test]
fn the_time_is_an_hour_either_side_and_expires_extends_it_to_twelve() {
    let parsed = |more: &str| read(&by_hand(&lines(), &parameters(COVERED, more), rsa)).unwrap();
    let plain = parsed("");
    plain.check_time(now() + TimeDelta::minutes(59)).unwrap();
    assert_eq!(plain.check_time(now() + TimeDelta::minutes(61)), Err(SignatureError::TooOld));
    assert_eq!(plain.check_time(now() - TimeDelta::minutes(61)), Err(SignatureError::FromTheFuture));
    let long = parsed(&format!(";expires={}", (now() + TimeDelta::days(9)).timestamp()));
    long.check_time(now() + TimeDelta::hours(11)).unwrap();
    assert_eq!(long.check_time(now() + TimeDelta::hours(13)), Err(SignatureError::TooOld));
    let short = parsed(&format!(";expires={}", now().timestamp()));
    short.check_time(now()).unwrap();
    assert_eq!(short.check_time(now() + TimeDelta::seconds(1)), Err(SignatureError::TooOld));
}

#[test]
fn the_algorithm_is_the_keys_and_no_other() {
    let ed = Ed25519Private::generate().unwrap();
    let ed_public = PublicKey::from_multibase(&ed.public_multibase()).unwrap();
    let by_ed =
        |more: &str| read(&by_hand(&lines(), &parameters(COVERED, more), |m| ed.sign(m).unwrap())).unwrap();
    for more in ["", ";alg=\"ed25519\""] {
        by_ed(more).verify(&ed_public).unwrap();
        assert!(by_ed(more).verify(&PUBLIC).is_err());
    }
    assert_eq!(by_ed(";alg=\"rsa-v1_5-sha256\"").verify(&ed_public), Err(SignatureError::Algorithm));
    let by_rsa = |more: &str| read(&by_hand(&lines(), &parameters(COVERED, more), rsa));
    assert_eq!(by_rsa(";alg=\"ed25519\"").unwrap().verify(&PUBLIC), Err(SignatureError::Algorithm));
    for other in ["hmac-sha256", "rsa-pss-sha512", "rsa-v1_5-sha512", "none", "", "RSA-V1_5-SHA256"] {
        let said = by_rsa(&format!(";alg=\"{other}\"")).unwrap_err();
        assert_eq!(said, SignatureError::Algorithm, "{other}");
    }
    assert_eq!(by_rsa(";alg=rsa-v1_5-sha256").unwrap_err(), SignatureError::Algorithm, "a token");
}

#[test]
fn what_cannot_be_read_is_refused() {
    let id = format!(";keyid=\"{KEY_ID}\"");
    for bad in [
        String::new(),
        "sig1".into(),
        "sig1=1".into(),
        format!("sig1=({COVERED});created=1.5{id}"),
        format!("sig1=({COVERED});created=\"1\"{id}"),
        format!("sig1=({COVERED}){id}"),
        format!("sig1=({COVERED});created=1"),
        format!("sig1=({COVERED});created=1;keyid=\"\""),
        format!("sig1=({COVERED});created=1;keyid=token"),
        format!("sig1=({COVERED});created=999999999999999{id}"),
        format!("sig1=({COVERED} @method);created=1{id}"),
        format!("sig1=({COVERED} \"@status\");created=1{id}"),
        format!("sig1=({COVERED} \"@signature-params\");created=1{id}"),
        format!("sig1=({COVERED} \"Host\");created=1{id}"),
        format!("sig1=({COVERED} \"a\\\"b\");created=1{id}"),
        format!("sig1=({COVERED} \"host\";bs);created=1{id}"),
        format!("sig1=({COVERED} \"@query-param\";name=\"x\");created=1{id}"),
        format!("sig1=({COVERED} \"@method\";req);created=1{id}"),
        format!("sig1=({COVERED} \"@method\");created=1{id}"),
        format!("sig1=({COVERED}{});created=1{id}", " \"x\"".repeat(40)),
        format!("sig1=({COVERED});created=1{id};x=\"{}\"", "x".repeat(MAX_SIGNATURE_HEADER)),
    ] {
        input(&bad).unwrap_err();
    }
    let mut headers = by_hand(&lines(), &parameters(COVERED, ""), rsa);
    for bad in ["", "sig1", "sig1=1", "sig1=(:AAAA:)", "sig1=:AAA", "sig1=\"AAAA\"", "x=:AAAA:"] {
        headers.insert("signature", bad.parse().unwrap());
        read(&headers).unwrap_err();
    }
    headers.remove("signature").unwrap();
    assert_eq!(read(&headers).unwrap_err(), SignatureError::Missing);
    headers = by_hand(&lines(), &parameters(COVERED, ""), rsa);
    headers.insert("host", "us example".parse().unwrap());
    assert!(matches!(read(&headers), Err(SignatureError::Malformed(_))));
}
