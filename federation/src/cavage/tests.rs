//! Tests of signatures, written as the requests that peers and attackers send.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::digest;
use crate::key::{Ed25519Private, PublicKey, RsaPrivate};
use crate::limits::MAX_SIGNATURE_HEADER;
use chrono::{TimeDelta, TimeZone};
use std::sync::LazyLock;
use url::Url;

static KEY: LazyLock<RsaPrivate> = LazyLock::new(|| RsaPrivate::generate().unwrap());
static OTHER: LazyLock<RsaPrivate> = LazyLock::new(|| RsaPrivate::generate().unwrap());

const KEY_ID: &str = "https://a.example/ada#main-key";
const TARGET: &str = "/inbox?x=1";
const BODY: &[u8] = b"{}";

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 6, 8, 49, 37).unwrap()
}

fn public(key: &RsaPrivate) -> PublicKey {
    PublicKey::from_pem(&key.public_pem()).unwrap()
}

fn header_map(headers: &[(&'static str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, value.parse().unwrap());
    }
    map
}

/// A POST as our own side signs it.
fn post() -> HeaderMap {
    let url = Url::parse(&format!("https://us.example:8443{TARGET}")).unwrap();
    let digest = digest::header(BODY);
    let signed = sign_post(&KEY, KEY_ID, &url, "application/activity+json", &digest, now()).unwrap();
    header_map(&[
        ("host", "us.example:8443"),
        ("date", &signed.date),
        ("digest", signed.digest.as_deref().unwrap()),
        ("content-type", "application/activity+json"),
        ("signature", &signed.signature),
    ])
}

/// A request signed as `parameters` and `covered` say, over the headers given.
fn signed(
    method: &Method,
    parameters: &str,
    covered: &str,
    headers: &[(&'static str, &str)],
    sign: impl Fn(&str) -> Vec<u8>,
) -> HeaderMap {
    let map = header_map(headers);
    let parameter = |name: &str| {
        let (_, rest) = parameters.split_once(&format!("{name}="))?;
        Some(rest.split(',').next().unwrap().to_owned())
    };
    let lines: Vec<String> = covered
        .split(' ')
        .map(|name| match name {
            "(request-target)" => {
                format!("{name}: {} {TARGET}", method.as_str().to_lowercase())
            }
            "(created)" => format!("{name}: {}", parameter("created").unwrap()),
            "(expires)" => format!("{name}: {}", parameter("expires").unwrap()),
            _ => format!("{name}: {}", map.get(name).unwrap().to_str().unwrap()),
        })
        .collect();
    let signature = STANDARD.encode(sign(&lines.join("\n")));
    let header = format!(r#"keyId="{KEY_ID}",{parameters}headers="{covered}",signature="{signature}""#);
    let mut map = map;
    map.append("signature", header.parse().unwrap());
    map
}

fn rsa(message: &str) -> Vec<u8> {
    KEY.sign_sha256(message.as_bytes()).unwrap()
}

fn get(parameters: &str, covered: &str, headers: &[(&'static str, &str)]) -> HeaderMap {
    signed(&Method::GET, parameters, covered, headers, rsa)
}

fn read(headers: &HeaderMap) -> Result<Parsed, SignatureError> {
    parse(&Method::POST, TARGET, headers)
}

fn replace(headers: &mut HeaderMap, name: &'static str, value: &str) {
    headers.insert(name, value.parse().unwrap());
}

#[test]
fn our_own_post_has_the_shape_that_peers_expect_and_verifies() {
    let headers = post();
    let signature = headers.get("signature").unwrap().to_str().unwrap();
    let shape = format!(
        r#"keyId="{KEY_ID}",algorithm="rsa-sha256",headers="(request-target) host date digest content-type",signature=""#
    );
    assert!(signature.starts_with(&shape), "{signature}");
    assert_eq!(headers.get("date").unwrap(), "Fri, 06 Nov 2026 08:49:37 GMT");
    let parsed = read(&headers).unwrap();
    assert_eq!(parsed.key_id, KEY_ID);
    assert_eq!(parsed.host, "us.example:8443");
    parsed.check_body(BODY).unwrap();
    assert_eq!(parsed.check_body(b"{ }"), Err(digest::DigestError::Mismatch));
    assert_eq!(parsed.check_time(now()), Ok(()));
    assert_eq!(parsed.verify(&public(&KEY)), Ok(()));
}

#[test]
fn our_own_get_covers_no_more_than_target_host_and_date() {
    let url = Url::parse("https://us.example/actor?x=1#y").unwrap();
    let signed = sign_get(&KEY, KEY_ID, &url, now()).unwrap();
    assert_eq!(signed.digest, None);
    assert!(signed.signature.contains(r#"headers="(request-target) host date","#));
    let headers = header_map(&[
        ("host", "us.example"),
        ("date", &signed.date),
        ("signature", &signed.signature),
        ("accept", "*/*"),
    ]);
    let parsed = parse(&Method::GET, "/actor?x=1", &headers).unwrap();
    assert_eq!(parsed.verify(&public(&KEY)), Ok(()));
}

#[test]
fn a_signature_by_another_key_is_refused() {
    assert_eq!(read(&post()).unwrap().verify(&public(&OTHER)), Err(SignatureError::Mismatch));
}

#[test]
fn any_altered_covered_value_is_refused() {
    for (name, value) in [
        ("host", "evil.example"),
        ("date", "Fri, 06 Nov 2026 08:49:38 GMT"),
        ("digest", &*digest::header(b"[]")),
        ("content-type", "text/html"),
    ] {
        let mut headers = post();
        replace(&mut headers, name, value);
        let verified = read(&headers).unwrap().verify(&public(&KEY));
        assert_eq!(verified, Err(SignatureError::Mismatch), "{name}");
    }
    for (method, target) in [(Method::PUT, TARGET), (Method::POST, "/inbox?x=2"), (Method::POST, "/other")] {
        let verified = parse(&method, target, &post()).unwrap().verify(&public(&KEY));
        assert_eq!(verified, Err(SignatureError::Mismatch), "{method} {target}");
    }
}

#[test]
fn a_target_signed_without_its_query_is_accepted() {
    let url = Url::parse("https://us.example/inbox").unwrap();
    let signed = sign_get(&KEY, KEY_ID, &url, now()).unwrap();
    let headers =
        header_map(&[("host", "us.example"), ("date", &signed.date), ("signature", &signed.signature)]);
    let parsed = parse(&Method::GET, TARGET, &headers).unwrap();
    assert_eq!(parsed.verify(&public(&KEY)), Ok(()));
}

#[test]
fn spaces_after_commas_and_unquoted_numbers_are_read() {
    let mut headers = post();
    let signature = headers.get("signature").unwrap().to_str().unwrap().replace("\",", "\" ,  ");
    replace(&mut headers, "signature", &signature);
    assert_eq!(read(&headers).unwrap().verify(&public(&KEY)), Ok(()));
    let bearer = format!("Signature {signature}");
    headers.remove("signature");
    replace(&mut headers, "authorization", &bearer);
    assert_eq!(read(&headers).unwrap().verify(&public(&KEY)), Ok(()));
}

#[test]
fn a_missing_date_or_a_signature_over_digest_alone_is_refused() {
    let digest = digest::header(BODY);
    let headers = [("host", "us.example"), ("date", "Fri, 06 Nov 2026 08:49:37 GMT"), ("digest", &*digest)];
    for (covered, missing) in [
        ("digest", "(request-target)"),
        ("(request-target) date digest", "host"),
        ("(request-target) host digest", "date"),
        ("(request-target) host date", "digest"),
    ] {
        let request = signed(&Method::POST, "", covered, &headers, rsa);
        assert_eq!(read(&request).unwrap_err(), SignatureError::NotCovered(missing), "{covered}");
    }
}

#[test]
fn a_covered_header_that_is_absent_or_doubled_is_refused() {
    for name in ["host", "date", "digest", "content-type"] {
        let mut headers = post();
        headers.remove(name);
        assert_eq!(read(&headers).unwrap_err(), SignatureError::NotPresent(name.into()), "{name}");
        let mut headers = post();
        let value = headers.get(name).unwrap().clone();
        headers.append(name, value);
        assert_eq!(read(&headers).unwrap_err(), SignatureError::Duplicate(name.into()), "{name}");
    }
    let mut headers = post();
    let value = headers.get("signature").unwrap().clone();
    headers.append("signature", value);
    assert_eq!(read(&headers).unwrap_err(), SignatureError::Duplicate("signature".into()));
}

#[test]
fn unknown_covered_headers_are_verified_too() {
    let headers = [("host", "us.example"), ("date", "Fri, 06 Nov 2026 08:49:37 GMT"), ("x-anything", "goes")];
    let mut request = get("", "(request-target) host date x-anything", &headers);
    let read = |h: &HeaderMap| parse(&Method::GET, TARGET, h).unwrap().verify(&public(&KEY));
    assert_eq!(read(&request), Ok(()));
    replace(&mut request, "x-anything", "else");
    assert_eq!(read(&request), Err(SignatureError::Mismatch));
}

#[test]
fn a_date_counts_one_hour_either_side() {
    let parsed = read(&post()).unwrap();
    let at = |minutes: i64| parsed.check_time(now() + TimeDelta::minutes(minutes));
    assert_eq!(at(60), Ok(()));
    assert_eq!(at(-60), Ok(()));
    assert_eq!(at(61), Err(SignatureError::TooOld));
    assert_eq!(at(-61), Err(SignatureError::FromTheFuture));
    assert_eq!(at(7 * 24 * 60), Err(SignatureError::TooOld));
}

#[test]
fn a_signed_expires_extends_to_twelve_hours_at_most() {
    let created = now().timestamp();
    let parsed = |expires: i64| {
        let parameters = format!(r#"algorithm="hs2019",created={created},expires={expires},"#);
        let request =
            get(&parameters, "(request-target) (created) (expires) host", &[("host", "us.example")]);
        parse(&Method::GET, TARGET, &request).unwrap()
    };
    let hours = |h: i64| now() + TimeDelta::hours(h);
    let long = parsed(created + 20 * 3600);
    assert_eq!(long.verify(&public(&KEY)), Ok(()));
    assert_eq!(long.check_time(hours(12)), Ok(()));
    assert_eq!(long.check_time(hours(13)), Err(SignatureError::TooOld));
    assert_eq!(long.check_time(hours(-2)), Err(SignatureError::FromTheFuture));
    let short = parsed(created + 60);
    assert_eq!(short.check_time(now()), Ok(()));
    assert_eq!(short.check_time(hours(1)), Err(SignatureError::TooOld));
}

#[test]
fn an_expires_that_is_not_signed_extends_nothing() {
    let created = now().timestamp();
    let parameters = format!("created={created},expires={},", created + 36_000);
    let request = get(&parameters, "(request-target) (created) host", &[("host", "us.example")]);
    let parsed = parse(&Method::GET, TARGET, &request).unwrap();
    assert_eq!(parsed.verify(&public(&KEY)), Ok(()));
    assert_eq!(parsed.check_time(now() + TimeDelta::hours(2)), Err(SignatureError::TooOld));
}

#[test]
fn created_is_refused_with_rsa_sha256_and_needs_to_be_a_time() {
    let headers = [("host", "us.example")];
    let covered = "(request-target) (created) host";
    let read =
        |parameters: &str| parse(&Method::GET, TARGET, &get(parameters, covered, &headers)).unwrap_err();
    assert_eq!(read(r#"algorithm="rsa-sha256",created=1,"#), SignatureError::PseudoHeader);
    for created in ["x", "99999999999999999999", "9223372036854775807", "1.5"] {
        let parameters = format!("created={created},");
        assert!(matches!(read(&parameters), SignatureError::Malformed(_)), "{created}");
    }
}

#[test]
fn ed25519_verifies_where_the_key_says_so() {
    let key = Ed25519Private::generate().unwrap();
    let headers = [("host", "us.example"), ("date", "Fri, 06 Nov 2026 08:49:37 GMT")];
    let sign = |m: &str| key.sign(m.as_bytes()).unwrap();
    let public_key = PublicKey::from_multibase(&key.public_multibase()).unwrap();
    for parameters in ["", r#"algorithm="hs2019","#, r#"algorithm="ed25519","#] {
        let covered = "(request-target) host date";
        let request = signed(&Method::GET, parameters, covered, &headers, sign);
        let parsed = parse(&Method::GET, TARGET, &request).unwrap();
        assert_eq!(parsed.verify(&public_key), Ok(()), "{parameters}");
        assert!(parsed.verify(&public(&KEY)).is_err(), "{parameters}");
    }
    let post = read(&post()).unwrap();
    assert_eq!(post.verify(&public_key), Err(SignatureError::Algorithm));
}

#[test]
fn other_algorithms_and_schemes_are_refused() {
    for algorithm in ["rsa-sha1", "hmac-sha256", "none", ""] {
        let mut headers = post();
        let signature = headers.get("signature").unwrap().to_str().unwrap();
        let signature = signature.replace("rsa-sha256", algorithm);
        replace(&mut headers, "signature", &signature);
        assert_eq!(read(&headers).unwrap_err(), SignatureError::Algorithm, "{algorithm}");
    }
    let mut headers = post();
    replace(&mut headers, "signature-input", "sig1=()");
    assert_eq!(read(&headers).unwrap_err(), SignatureError::OtherScheme);
    assert_eq!(read(&HeaderMap::new()).unwrap_err(), SignatureError::Missing);
    let basic = header_map(&[("authorization", "Basic abc")]);
    assert_eq!(read(&basic).unwrap_err(), SignatureError::Missing);
}

#[test]
fn a_broken_signature_header_is_refused() {
    let long = format!("keyId=\"{}\"", "x".repeat(MAX_SIGNATURE_HEADER));
    let wide = format!(
        r#"keyId="k",signature="AA==",headers="{}""#,
        (0..40).map(|n| format!("h{n} ")).collect::<String>()
    );
    for value in [
        "",
        ",",
        "keyId",
        "keyId=",
        r#"keyId="k"#,
        r#"keyId="k""#,
        r#"keyId="k"signature="AA==""#,
        r#"keyId="",signature="AA==""#,
        r#"keyId="k\"",signature="AA==""#,
        r#"keyId="k",keyId="l",signature="AA==",headers="(request-target) host date digest""#,
        r#"keyId="k",signature="!",headers="(request-target) host date digest""#,
        r#"keyId="k",signature="AA==",headers="(request-target) host host date digest""#,
        &long,
        &wide,
    ] {
        let mut headers = post();
        replace(&mut headers, "signature", value);
        let error = read(&headers).unwrap_err();
        let expected = matches!(error, SignatureError::Malformed(_) | SignatureError::Duplicate(_));
        assert!(expected, "{value}: {error:?}");
    }
}

#[test]
fn values_that_would_break_out_of_a_header_are_not_signed() {
    let url = Url::parse("https://us.example/inbox").unwrap();
    assert_eq!(sign_get(&KEY, "a\"b", &url, now()), Err(SignError::Value));
    assert_eq!(sign_post(&KEY, KEY_ID, &url, "a\nb", "SHA-256=x", now()), Err(SignError::Value));
    let opaque = Url::parse("data:x").unwrap();
    assert_eq!(sign_get(&KEY, KEY_ID, &opaque, now()), Err(SignError::NoHost));
}
