//! The Fedify peer of `tests/interop/peer`, driven over its control API (its README lists the calls). A missing Node or a missing
//! `npm ci` fails the test with a sentence: it is never skipped in silence.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::tls::Authority;

/// One instance. Dropped, it ends.
pub(crate) struct Fedify {
    child: Child,
    control: String,
    http: reqwest::Client,
}

impl Fedify {
    /// Starts one that knocks first with the scheme `first_knock`; over TLS and trusting `authority` where there is one.
    pub(crate) fn start(first_knock: &str, authority: Option<&Authority>) -> Fedify {
        Fedify::start_with(first_knock, authority, &[])
    }

    /// The same with options more (the README of the peer lists them).
    pub(crate) fn start_with(first_knock: &str, authority: Option<&Authority>, options: &[&str]) -> Fedify {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/peer");
        assert!(
            folder.join("node_modules/@fedify/fedify").exists(),
            "the Fedify peer is not installed: run scripts/test --install, or npm ci in tests/interop/peer"
        );
        let mut command = Command::new("node");
        command
            .current_dir(&folder)
            .args(["peer.mjs", "--until-stdin-closes", "--first-knock", first_knock])
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        if let Some(authority) = authority {
            command.env("NODE_EXTRA_CA_CERTS", authority.ca());
            command.arg("--cert").arg(authority.certificate()).arg("--key").arg(authority.key());
        }
        let spawned = command.spawn();
        let mut child = spawned.unwrap_or_else(|error| {
            panic!("Node cannot be started ({error}): run scripts/test --install, which installs it")
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            panic!("the Fedify peer did not start: run node tests/interop/peer/peer.mjs to see why")
        });
        Fedify { child, control: ready["control"].as_str().unwrap().to_owned(), http: super::app::client() }
    }

    /// A GET of the control API that must succeed.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let response =
            self.http.get(format!("{}{path}", self.control)).timeout(PATIENCE).send().await.unwrap();
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert!(status.is_success(), "GET {path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// A POST to the control API that must succeed.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.control)).timeout(PATIENCE);
        let response =
            request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap();
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert!(status.is_success(), "POST {path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Deliveries that `name` accepted and that `filter` (a query) picks; waits until there are `count`.
    pub(crate) async fn inbox(&self, name: &str, filter: &str, count: usize) -> Vec<Value> {
        let found = self.get(&format!("/actors/{name}/inbox?{filter}&count={count}&wait=20")).await;
        let list = found.as_array().cloned().or_else(|| found["items"].as_array().cloned()).unwrap();
        assert!(list.len() >= count, "{name} got {} of {count} for {filter}: {list:#?}", list.len());
        list
    }
}

/// Longer than any `wait`.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(40);

impl Drop for Fedify {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
