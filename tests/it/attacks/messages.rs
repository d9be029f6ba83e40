//! POSTs to an inbox that are signed by RFC 9421.

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use reqwest::RequestBuilder;
use reset_federation::{cavage, digest, rfc9421};
use serde_json::json;
use url::Url;

use super::nothing_changed;
use crate::inbox::{Stage, stage};
use crate::support::peer::{ACTIVITY_JSON, key_of};

fn like(stage: &Stage, name: &str) -> Vec<u8> {
    let activity = json!({
        "id": stage.peer.new_id("activities"), "type": "Like", "actor": stage.peer.actor(name), "object": stage.proposal,
    });
    serde_json::to_vec(&activity).unwrap()
}

fn inbox(stage: &Stage) -> String {
    format!("{}/inbox", stage.coalition.url)
}

fn signed(stage: &Stage, body: Vec<u8>) -> RequestBuilder {
    stage.peer.message("ada", &inbox(stage), body, stage.app.now())
}

/// A request after something was done to its headers; the status.
async fn altered(request: RequestBuilder, alter: impl FnOnce(&mut reqwest::header::HeaderMap)) -> u16 {
    let mut request = request.build().unwrap();
    alter(request.headers_mut());
    crate::support::app::client().execute(request).await.unwrap().status().as_u16()
}

/// A request whose signature covers and says what the test writes: lines of the base, and the parameters.
async fn by_hand(stage: &Stage, lines: &str, parameters: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> u16 {
    let body = like(stage, "ada");
    let digest = digest::content_header(&body);
    let base = format!("{}\"@signature-params\": {parameters}", lines.replace("DIGEST", &digest));
    let signature = STANDARD.encode(sign(base.as_bytes()));
    altered(signed(stage, body), |headers| {
        headers.insert("signature-input", format!("sig1={parameters}").parse().unwrap());
        headers.insert("signature", format!("sig1=:{signature}:").parse().unwrap());
    })
    .await
}

fn target(stage: &Stage) -> String {
    format!("\"@method\": POST\n\"@target-uri\": {}\n", inbox(stage))
}

fn said(stage: &Stage, covered: &str, more: &str) -> String {
    let (created, id) = (stage.app.now().timestamp(), stage.peer.actor("ada"));
    format!("({covered});created={created};keyid=\"{id}#main-key\"{more}")
}

const COVERED: &str = "\"@method\" \"@target-uri\" \"content-digest\"";
const DIGEST: &str = "\"content-digest\": DIGEST\n";

fn rsa(message: &[u8]) -> Vec<u8> {
    key_of("ada").sign_sha256(message).unwrap()
}

#[tokio::test]
async fn a_message_signature_is_taken_as_a_draft_one_is() {
    let stage = stage().await;
    assert_eq!(signed(&stage, like(&stage, "ada")).send().await.unwrap().status(), 202);
    let lines = format!("{}{DIGEST}", target(&stage));
    assert_eq!(by_hand(&stage, &lines, &said(&stage, COVERED, ""), rsa).await, 202);
    stage.work().await;
    assert_eq!((stage.counts().await, stage.stored().await), ((0, 1, 0, 0), (2, 1)));
}

#[tokio::test]
async fn altered_body() {
    let stage = stage().await;
    let request = signed(&stage, like(&stage, "ada")).body(like(&stage, "ada"));
    assert_eq!(request.send().await.unwrap().status(), 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn altered_body_with_its_own_digest() {
    let stage = stage().await;
    let other = like(&stage, "ada");
    let request = signed(&stage, like(&stage, "ada")).body(other.clone());
    let status = altered(request, |headers| {
        headers.insert("content-digest", digest::content_header(&other).parse().unwrap());
    });
    assert_eq!(status.await, 401);
    nothing_changed(&stage, 1).await;
}

#[tokio::test]
async fn missing_content_digest() {
    let stage = stage().await;
    let request = signed(&stage, like(&stage, "ada"));
    assert_eq!(altered(request, |headers| drop(headers.remove("content-digest"))).await, 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn content_digest_that_is_not_covered() {
    let stage = stage().await;
    let parameters = said(&stage, "\"@method\" \"@target-uri\"", "");
    assert_eq!(by_hand(&stage, &target(&stage), &parameters, rsa).await, 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn an_old_digest_in_the_place_of_the_content_digest() {
    let stage = stage().await;
    let body = like(&stage, "ada");
    let old = digest::header(&body);
    let parameters = said(&stage, "\"@method\" \"@target-uri\" \"digest\"", "");
    let base = format!("{}\"digest\": {old}\n\"@signature-params\": {parameters}", target(&stage));
    let signature = STANDARD.encode(rsa(base.as_bytes()));
    let status = altered(signed(&stage, body), |headers| {
        headers.insert("digest", old.parse().unwrap());
        headers.insert("signature-input", format!("sig1={parameters}").parse().unwrap());
        headers.insert("signature", format!("sig1=:{signature}:").parse().unwrap());
    });
    assert_eq!(status.await, 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn two_signatures() {
    let stage = stage().await;
    let request = signed(&stage, like(&stage, "ada"));
    let status = altered(request, |headers| {
        for name in ["signature-input", "signature"] {
            let one = headers[name].to_str().unwrap().to_owned();
            let two = format!("{one}, {}", one.replacen("sig1", "sig2", 1));
            headers.insert(name, two.parse().unwrap());
        }
    });
    assert_eq!(status.await, 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn created_in_the_future() {
    let stage = stage().await;
    let then = stage.app.now() + TimeDelta::hours(2);
    let request = stage.peer.message("ada", &inbox(&stage), like(&stage, "ada"), then);
    assert_eq!(request.send().await.unwrap().status(), 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn created_a_week_ago() {
    let stage = stage().await;
    let then = stage.app.now() - TimeDelta::days(7);
    let request = stage.peer.message("ada", &inbox(&stage), like(&stage, "ada"), then);
    assert_eq!(request.send().await.unwrap().status(), 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn expired() {
    let stage = stage().await;
    let over = stage.app.now().timestamp() - 1;
    let parameters = said(&stage, COVERED, &format!(";expires={over}"));
    let lines = format!("{}{DIGEST}", target(&stage));
    assert_eq!(by_hand(&stage, &lines, &parameters, rsa).await, 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn a_good_draft_signature_beside_the_input_of_a_message_signature() {
    let stage = stage().await;
    let body = like(&stage, "ada");
    let draft = stage.peer.signed("ada", &inbox(&stage), body.clone(), stage.app.now());
    let input = signed(&stage, body).build().unwrap().headers()["signature-input"].clone();
    assert_eq!(altered(draft, |headers| drop(headers.insert("signature-input", input))).await, 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn a_good_message_signature_beside_a_draft_one_in_authorization() {
    let stage = stage().await;
    let body = like(&stage, "ada");
    let draft = stage.peer.signed("ada", &inbox(&stage), body.clone(), stage.app.now()).build().unwrap();
    let value = format!("Signature {}", draft.headers()["signature"].to_str().unwrap());
    let status = altered(signed(&stage, body), |headers| {
        headers.insert("authorization", value.parse().unwrap());
    });
    assert_eq!(status.await, 401);
    nothing_changed(&stage, 0).await;
}

#[tokio::test]
async fn target_of_another_path() {
    let stage = stage().await;
    let elsewhere = format!("{}/inbox", stage.app.url());
    let mut request =
        stage.peer.message("ada", &elsewhere, like(&stage, "ada"), stage.app.now()).build().unwrap();
    *request.url_mut() = Url::parse(&inbox(&stage)).unwrap();
    let answer = crate::support::app::client().execute(request).await.unwrap();
    assert_eq!(answer.status(), 401);
    nothing_changed(&stage, 1).await;
}

#[tokio::test]
async fn target_without_its_query() {
    let stage = stage().await;
    let mut request = signed(&stage, like(&stage, "ada")).build().unwrap();
    request.url_mut().set_query(Some("x=1"));
    let answer = crate::support::app::client().execute(request).await.unwrap();
    assert_eq!(answer.status(), 401);
    nothing_changed(&stage, 1).await;
}

#[tokio::test]
async fn wrong_host() {
    let stage = stage().await;
    let url = Url::parse("http://other.example/inbox").unwrap();
    let body = like(&stage, "ada");
    let digest = digest::content_header(&body);
    let key_id = format!("{}#main-key", stage.peer.actor("ada"));
    let now = stage.app.now();
    let made = rfc9421::sign(&key_of("ada"), &key_id, &Method::POST, &url, Some(&digest), now).unwrap();
    // With the host it was signed for, and with ours.
    for (host, known) in [("other.example", 0), (stage.app.urls.host(), 1)] {
        let request = crate::support::app::client()
            .post(format!("{}/inbox", stage.app.url()))
            .header("host", host)
            .header("content-digest", &digest)
            .header("content-type", ACTIVITY_JSON)
            .header("signature-input", &made.input)
            .header("signature", &made.signature)
            .body(body.clone());
        assert_eq!(request.send().await.unwrap().status(), 401, "{host}");
        nothing_changed(&stage, known).await;
    }
}

#[tokio::test]
async fn another_method() {
    let stage = stage().await;
    let lines = format!("{}{DIGEST}", target(&stage)).replace("POST", "GET");
    assert_eq!(by_hand(&stage, &lines, &said(&stage, COVERED, ""), rsa).await, 401);
    nothing_changed(&stage, 1).await;
}

/// The public RSA key taken for the secret of an HMAC, or for the key of another algorithm.
#[tokio::test]
async fn confusion_of_algorithms() {
    let stage = stage().await;
    let lines = format!("{}{DIGEST}", target(&stage));
    let pem = key_of("ada").public_pem();
    let hmac = |message: &[u8]| {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, pem.as_bytes());
        aws_lc_rs::hmac::sign(&key, message).as_ref().to_vec()
    };
    let parameters = said(&stage, COVERED, ";alg=\"hmac-sha256\"");
    assert_eq!(by_hand(&stage, &lines, &parameters, hmac).await, 401);
    nothing_changed(&stage, 0).await;
    for more in ["", ";alg=\"ed25519\""] {
        let parameters = said(&stage, COVERED, more);
        assert_eq!(by_hand(&stage, &lines, &parameters, hmac).await, 401);
        assert_eq!(by_hand(&stage, &lines, &parameters, |_| vec![0; 64]).await, 401);
    }
    assert_eq!(by_hand(&stage, &lines, &said(&stage, COVERED, ";alg=\"ed25519\""), rsa).await, 401);
    nothing_changed(&stage, 1).await;
}

#[tokio::test]
async fn key_of_another_actor() {
    let stage = stage().await;
    let body = like(&stage, "ada");
    let request = stage.peer.message("eve", &inbox(&stage), body, stage.app.now());
    // It is taken as hearsay, which nothing confirms.
    assert_eq!(request.send().await.unwrap().status(), 202);
    stage.work().await;
    assert_eq!((stage.stored().await, stage.counts().await), ((1, 1), (0, 0, 0, 0)));
    assert_eq!(stage.outcome().await, "its origin does not know it");
}

#[tokio::test]
async fn own_key_under_the_id_of_anothers() {
    let stage = stage().await;
    let lines = format!("{}{DIGEST}", target(&stage));
    let by_eve = |message: &[u8]| key_of("eve").sign_sha256(message).unwrap();
    assert_eq!(by_hand(&stage, &lines, &said(&stage, COVERED, ""), by_eve).await, 401);
    nothing_changed(&stage, 1).await;
}

#[tokio::test]
async fn a_key_of_ours() {
    let stage = stage().await;
    let url = Url::parse(&inbox(&stage)).unwrap();
    let body = like(&stage, "ada");
    let (digest, content) = (digest::header(&body), digest::content_header(&body));
    let key_id = format!("{}/actor#main-key", stage.app.url());
    let (key, now) = (key_of("ada"), stage.app.now());
    let draft = cavage::sign_post(&key, &key_id, &url, ACTIVITY_JSON, &digest, now).unwrap();
    let status = altered(stage.peer.signed("ada", url.as_str(), body.clone(), now), |headers| {
        headers.insert("signature", draft.signature.parse().unwrap());
    });
    assert_eq!(status.await, 401);
    let made = rfc9421::sign(&key, &key_id, &Method::POST, &url, Some(&content), now).unwrap();
    let status = altered(signed(&stage, body), |headers| {
        headers.insert("signature-input", made.input.parse().unwrap());
        headers.insert("signature", made.signature.parse().unwrap());
    });
    assert_eq!(status.await, 401);
    nothing_changed(&stage, 0).await;
}
