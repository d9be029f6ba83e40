//! The register of a coalition as others read it: each frozen entry with the proof that is laid beside it, and the keys. Makes
//! the proofs; decides nothing about what is entered.

use chrono::{DateTime, Utc};
use reset_federation::key::Ed25519Private;
use reset_federation::proof;
use serde_json::{Value, json};

use super::keys::ED25519;
use crate::app::Urls;
use crate::db::{self, Conn};
use crate::model::actor::{self, Actor, Key};
use crate::model::decision::{self, told};

/// Most entries of one answer; a longer register is told in parts.
pub const PART: i64 = 10_000;

/// The proof of an entry by these keys of the actor whose id is `actor`: an object, of several keys an array.
///
/// # Errors
/// Where a key or the entry cannot be read.
pub fn sign(entry: &str, actor: &str, keys: &[&Key], created: DateTime<Utc>) -> Result<String, db::Error> {
    let corrupt =
        |error: String| db::Error::Corrupt(format!("an entry of {actor} cannot be signed: {error}"));
    let mut document: Value = serde_json::from_str(entry).map_err(|error| corrupt(error.to_string()))?;
    let mut proofs = Vec::with_capacity(keys.len());
    for key in keys {
        let private =
            Ed25519Private::from_pkcs8(&key.private_der).map_err(|error| corrupt(error.to_string()))?;
        let method = format!("{actor}#{}", key.fragment);
        proof::sign(&mut document, &method, &private, created).map_err(|error| corrupt(error.to_string()))?;
        proofs.extend(document.as_object_mut().and_then(|members| members.shift_remove("proof")));
    }
    Ok(match <[Value; 1]>::try_from(proofs) {
        Ok([one]) => one.to_string(),
        Err(several) => Value::Array(several).to_string(),
    })
}

/// The Ed25519 keys that a coalition has or had, oldest first, the revoked ones marked.
///
/// # Errors
/// The database's.
pub fn keys(conn: &mut Conn, urls: &Urls, coalition: &Actor) -> Result<Value, db::Error> {
    let controller = urls.coalition(&coalition.handle);
    let listed = actor::listed_keys(conn, coalition.id)?;
    let all = actor::keys(conn, coalition.id)?;
    let told = |key: &Key| {
        let mut told = json!({
            "id": format!("{controller}#{}", key.fragment),
            "type": "Multikey",
            "controller": controller,
            "publicKeyMultibase": key.public,
        });
        let revoked = !listed.iter().any(|one| one.fragment == key.fragment);
        if let (true, Some(members)) = (revoked, told.as_object_mut()) {
            members.insert("revoked".to_owned(), true.into());
        }
        told
    };
    Ok(all.iter().filter(|key| key.algorithm == ED25519).map(told).collect())
}

/// The register of a coalition from the entry after `after` on, as JSON text a line an entry: at most `limit` of them, with
/// the address of the rest. The entries are the frozen bytes.
///
/// # Errors
/// The database's.
pub fn document(
    conn: &mut Conn,
    urls: &Urls,
    coalition: &Actor,
    name: &str,
    after: i32,
    limit: i64,
) -> Result<String, db::Error> {
    let keys = keys(conn, urls, coalition)?;
    let rows = decision::part(conn, coalition.id, after, limit)?;
    let count = decision::count(conn, coalition.id)?;
    let id = urls.coalition(&coalition.handle);
    let mut text =
        format!("{{\n\"coalition\":{},\n\"name\":{},\n\"count\":{count},\n", json!(id), json!(name));
    if let Some(last) = rows.last().filter(|last| i64::from(last.number) < count) {
        let next = format!("{id}/decisions.json?after={}", last.number);
        text.push_str(&format!("\"next\":{},\n", json!(next)));
    }
    text.push_str("\"keys\":[");
    let lines = |list: Vec<String>| match list.is_empty() {
        true => String::new(),
        false => format!("\n{}\n", list.join(",\n")),
    };
    text.push_str(&lines(keys.as_array().into_iter().flatten().map(Value::to_string).collect()));
    text.push_str("],\n\"entries\":[");
    text.push_str(&lines(rows.iter().map(told).collect()));
    text.push_str("]\n}\n");
    Ok(text)
}
