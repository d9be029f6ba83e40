#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use super::*;
use crate::json;
use serde_json::json;

const NOW: &str = "2026-11-06T08:00:00Z";
const METHOD: &str = "https://server.example/users/alice#ed25519-key";
const PUBLIC: &str = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The key of the FEP's and the W3C's examples: a multibase secret, put into the PKCS#8 of RFC 8410.
fn key() -> Ed25519Private {
    let secret = bs58::decode("3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq").into_vec().unwrap();
    let seed = secret.strip_prefix(&[0x80, 0x26]).unwrap();
    let mut der = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    der.extend_from_slice(seed);
    Ed25519Private::from_pkcs8(&der).unwrap()
}

fn public() -> PublicKey {
    PublicKey::from_multibase(PUBLIC).unwrap()
}

fn create() -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"],
        "id": "https://server.example/activities/1",
        "type": "Create",
        "actor": "https://server.example/users/alice",
        "object": {
            "id": "https://server.example/objects/1",
            "type": "Note",
            "attributedTo": "https://server.example/users/alice",
            "content": "Hello world",
            "location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962}
        }
    })
}

fn signed() -> Value {
    let mut document = create();
    sign(&mut document, METHOD, &key(), at("2023-02-24T23:36:38.987Z")).unwrap();
    document
}

fn verify(document: &Value) -> Result<(), ProofError> {
    Proof::read(document)?.unwrap().verify(&public(), at(NOW))
}

/// The signed document with a change to its proof.
fn with(change: impl FnOnce(&mut Map<String, Value>)) -> Value {
    let mut document = signed();
    change(document["proof"].as_object_mut().unwrap());
    document
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn canonical_text(text: &str) -> String {
    let value: Value = serde_json::from_str(text).unwrap();
    String::from_utf8(canonical(&value).unwrap()).unwrap()
}

#[test]
fn the_example_of_rfc_8785_is_written_in_its_form() {
    let text = r#"{
        "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]
    }"#;
    let expected = r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
    assert_eq!(canonical_text(text), expected);
}

#[test]
fn keys_are_ordered_by_their_utf_16_units_at_every_depth() {
    let text = r#"[{"\u20ac": 5, "\r": 1, "\ufb33": 7, "1": 2, "\ud83d\ude00": 6, "\u0080": 3, "\u00f6": {"b": 1, "a": [{"d": 1, "c": {}}]}}]"#;
    let expected = "[{\"\\r\":1,\"1\":2,\"\u{80}\":3,\"ö\":{\"a\":[{\"c\":{},\"d\":1}],\"b\":1},\"€\":5,\"😀\":6,\"\u{fb33}\":7}]";
    assert_eq!(canonical_text(text), expected);
}

#[test]
fn every_control_character_is_escaped_and_nothing_else_is() {
    let all: String =
        (0..=0x20).chain([0x22, 0x2f, 0x5c, 0x7f, 0x2028, 0xe9]).filter_map(char::from_u32).collect();
    let expected = concat!(
        r#""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"#,
        r"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f",
        " \\\"/\\\\\u{7f}\u{2028}é\""
    );
    assert_eq!(String::from_utf8(canonical(&all).unwrap()).unwrap(), expected);
}

/// Appendix B of RFC 8785.
const NUMBERS: [(u64, &str); 24] = [
    (0x0000_0000_0000_0000, "0"),
    (0x8000_0000_0000_0000, "0"),
    (0x0000_0000_0000_0001, "5e-324"),
    (0x8000_0000_0000_0001, "-5e-324"),
    (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
    (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
    (0x4340_0000_0000_0000, "9007199254740992"),
    (0xc340_0000_0000_0000, "-9007199254740992"),
    (0x4430_0000_0000_0000, "295147905179352830000"),
    (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
    (0x44b5_2d02_c7e1_4af6, "1e+23"),
    (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
    (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
    (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
    (0x444b_1ae4_d6e2_ef50, "1e+21"),
    (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
    (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
    (0x41b3_de43_5555_5553, "333333333.3333332"),
    (0x41b3_de43_5555_5554, "333333333.33333325"),
    (0x41b3_de43_5555_5555, "333333333.3333333"),
    (0x41b3_de43_5555_5556, "333333333.3333334"),
    (0x41b3_de43_5555_5557, "333333333.33333343"),
    (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
    (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
];

#[test]
fn numbers_are_written_as_ecmascript_does_and_read_back_exactly() {
    for (bits, text) in NUMBERS {
        let number = f64::from_bits(bits);
        assert_eq!(String::from_utf8(canonical(&number).unwrap()).unwrap(), text, "{bits:016x}");
        assert_eq!(canonical_text(text), text, "{text}, read");
    }
    assert_eq!(
        canonical_text("[9007199254740993, -0, 1.0, 18446744073709551615]"),
        "[9007199254740992,0,1,18446744073709552000]"
    );
}

#[test]
fn the_vector_of_fep_8b32_is_made_and_verified() {
    let mut document = create();
    assert_eq!(
        hex(digest(&SHA256, &canonical(&document).unwrap()).as_ref()),
        "0793e8d97e2de4b989b2b2d7a5fae8cf941f102a03c0ecab00f03eaa2330c650"
    );
    sign(&mut document, METHOD, &key(), at("2023-02-24T23:36:38Z")).unwrap();
    assert_eq!(key().public_multibase(), PUBLIC);
    let mut config = document["proof"].clone();
    let value = config.as_object_mut().unwrap().remove("proofValue").unwrap();
    assert_eq!(
        hex(digest(&SHA256, &canonical(&config).unwrap()).as_ref()),
        "cf63e2308ce7d1137667192c5c5e751ba7b1c6e3d5e746a7b717d309654ad198"
    );
    assert_eq!(
        value,
        "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL"
    );
    assert_eq!(verify(&document), Ok(()));
}

#[test]
fn the_vector_of_the_w3c_suite_is_made() {
    let mut credential = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "description": "A minimum viable example of an Alumni Credential.",
        "issuer": "https://vc.example/issuers/5678",
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"}
    });
    let method = format!("did:key:{PUBLIC}#{PUBLIC}");
    sign(&mut credential, &method, &key(), at("2023-02-24T23:36:38Z")).unwrap();
    let value = "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX";
    assert_eq!(credential["proof"]["proofValue"], value);
    assert_eq!(verify(&credential), Ok(()));
}

#[test]
fn a_proof_has_the_documents_context_and_whole_seconds_and_replaces_another() {
    let mut document = signed();
    let proof = &document["proof"];
    assert_eq!(proof["@context"], document["@context"]);
    assert_eq!(proof["created"], "2023-02-24T23:36:38Z");
    assert_eq!(proof.as_object().unwrap().len(), 7);
    let before = document.clone();
    sign(&mut document, METHOD, &key(), at("2023-02-24T23:36:38Z")).unwrap();
    assert_eq!(document, before);
    document.as_object_mut().unwrap().remove("@context");
    sign(&mut document, METHOD, &key(), at(NOW)).unwrap();
    assert!(document["proof"].get("@context").is_none());
    assert_eq!(verify(&document), Ok(()));
    assert_eq!(sign(&mut json!([]), METHOD, &key(), at(NOW)), Err(ProofError::Document));
}

#[test]
fn order_and_spelling_do_not_matter_and_a_signature_of_another_kind_is_passed_over() {
    let mut document = signed();
    let members = document.as_object_mut().unwrap();
    members.insert("signature".into(), json!({"type": "RsaSignature2017"}));
    let mut turned: Vec<_> = members.clone().into_iter().collect();
    turned.reverse();
    let text = serde_json::to_string_pretty(&Value::Object(turned.into_iter().collect())).unwrap();
    let text = text.replace("Hello", "\\u0048ello").replace("25.273962", "2.5273962e1");
    assert_eq!(verify(&json::parse(text.as_bytes()).unwrap()), Ok(()));
}

#[test]
fn what_was_changed_after_signing_is_noticed() {
    for (path, value) in [
        ("/object/content", json!("Hello World")),
        ("/object/location/latitude", json!(25.273963)),
        ("/actor", json!("https://server.example/users/eve")),
        ("/type", json!("Update")),
        ("/proof/created", json!("2023-02-24T23:36:39Z")),
        ("/proof/verificationMethod", json!("https://server.example/users/alice#other")),
    ] {
        let mut document = signed();
        *document.pointer_mut(path).unwrap() = value;
        assert_eq!(verify(&document), Err(ProofError::Mismatch), "{path}");
    }
    let mut added = signed();
    added["to"] = json!([]);
    assert_eq!(verify(&added), Err(ProofError::Mismatch));
    let other = PublicKey::from_multibase(&Ed25519Private::generate().unwrap().public_multibase()).unwrap();
    assert_eq!(Proof::read(&signed()).unwrap().unwrap().verify(&other, at(NOW)), Err(ProofError::Mismatch));
}

#[test]
fn a_context_in_the_proof_is_the_beginning_of_the_documents_and_stands_for_it() {
    let mut longer = signed();
    longer["@context"].as_array_mut().unwrap().push(json!("https://more.example/v1"));
    assert_eq!(verify(&longer), Ok(()));
    let mut other = signed();
    other["@context"][1] = json!("https://w3id.org/security/data-integrity/v1");
    assert_eq!(Proof::read(&other).unwrap_err(), ProofError::Context);
    let mut shorter = signed();
    shorter["@context"] = json!("https://www.w3.org/ns/activitystreams");
    assert_eq!(Proof::read(&shorter).unwrap_err(), ProofError::Context);
    let mut none = signed();
    none.as_object_mut().unwrap().remove("@context");
    assert_eq!(Proof::read(&none).unwrap_err(), ProofError::Context);
}

#[test]
fn a_proof_without_context_is_verified_as_it_is_and_with_the_documents() {
    let mut bare = signed();
    bare["proof"].as_object_mut().unwrap().remove("@context");
    assert_eq!(verify(&bare), Ok(()), "made with the document's, sent without");
    let mut as_it_is = create();
    let mut proof = bare["proof"].as_object().unwrap().clone();
    proof.remove("proofValue");
    let made = key().sign(&message(&proof, &as_it_is).unwrap()).unwrap();
    proof.insert("proofValue".into(), format!("z{}", bs58::encode(made).into_string()).into());
    as_it_is["proof"] = Value::Object(proof);
    assert_eq!(verify(&as_it_is), Ok(()), "made and sent without");
    as_it_is["@context"] = json!("https://www.w3.org/ns/activitystreams");
    assert_eq!(verify(&as_it_is), Err(ProofError::Mismatch), "the context was swapped");
}

#[test]
fn time_and_purpose_are_heeded() {
    let mut expiring = with(|proof| drop(proof.insert("expires".into(), json!("2026-11-06T07:59:59Z"))));
    assert_eq!(verify(&expiring), Err(ProofError::Expired));
    expiring["proof"]["expires"] = json!("soon");
    assert_eq!(Proof::read(&expiring).unwrap_err(), ProofError::Property("expires"));
    let early = with(|proof| drop(proof.insert("created".into(), json!("2026-11-06T09:00:01Z"))));
    assert_eq!(verify(&early), Err(ProofError::Future));
    let login = with(|proof| drop(proof.insert("proofPurpose".into(), json!("authentication"))));
    assert_eq!(Proof::read(&login).unwrap_err(), ProofError::Purpose);
    let mut later = create();
    sign(&mut later, METHOD, &key(), at("2026-11-06T08:59:59Z")).unwrap();
    assert_eq!(verify(&later), Ok(()), "clocks differ");
}

#[test]
fn of_several_proofs_the_known_one_counts_and_many_are_refused_unread() {
    let known = signed()["proof"].clone();
    let mut document = create();
    let other = json!({"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "proofValue": "z1"});
    document["proof"] = json!([other, "https://server.example/proofs/1", known]);
    assert_eq!(verify(&document), Ok(()));
    document["proof"] = json!([other]);
    assert_eq!(Proof::read(&document).unwrap_err(), ProofError::Suite);
    document["proof"] = Value::Array(vec![known; MAX_PROOFS + 1]);
    assert_eq!(Proof::read(&document).unwrap_err(), ProofError::TooMany);
    for nothing in [Value::Null, json!({}), json!([]), json!("x"), json!(7)] {
        document["proof"] = nothing.clone();
        assert!(!matches!(Proof::read(&document), Ok(Some(_))), "{nothing}");
    }
    assert!(Proof::read(&create()).unwrap().is_none());
    assert!(Proof::read(&json!("x")).unwrap().is_none());
}

#[test]
fn values_of_another_form_or_length_are_refused_before_they_cost_anything() {
    for value in [
        json!("z"),
        json!(""),
        json!("zl0"),
        json!("uAAAA"),
        json!("é"),
        json!(7),
        json!("z1".repeat(60_000)),
    ] {
        let document = with(|proof| drop(proof.insert("proofValue".into(), value.clone())));
        assert_eq!(Proof::read(&document).unwrap_err(), ProofError::Property("proofValue"));
    }
    let document = with(|proof| drop(proof.insert("verificationMethod".into(), json!({"id": METHOD}))));
    assert_eq!(Proof::read(&document).unwrap_err(), ProofError::Property("verificationMethod"));
}
