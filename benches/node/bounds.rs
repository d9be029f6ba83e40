//! What no server on this machine could pass: RSA and integrity proofs by aws-lc on every core, group-committed writes of the smallest row, and an axum
//! handler that does nothing, under the same load.

use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::DateTime;
use diesel::prelude::*;
use reset_federation::key::{Algorithm, Ed25519Private, PublicKey};
use reset_federation::proof::{self, Proof};
use reset_federation::vocab;
use reset_node::db::schema::seen_activities;
use reset_node::db::{Db, Error, Location, migrate};

use super::load::{Load, Outcome, lay_down};
use super::senders::key;
use super::table::Table;

/// See the module; all a second.
pub(crate) struct Bounds {
    /// RSA-2048 verifications.
    pub(crate) verify: f64,
    /// RSA-2048 signatures.
    pub(crate) sign: f64,
    /// Integrity proofs made over an activity of some 5 kB.
    pub(crate) proof_made: f64,
    /// The same, verified.
    pub(crate) proof_verified: f64,
    /// Committed writes.
    pub(crate) write: f64,
    /// Answers of an empty handler to 1.5 kB POSTs over 16 connections.
    pub(crate) post: f64,
    /// Answers of an empty handler to GETs over 32 connections.
    pub(crate) get: f64,
}

impl Bounds {
    /// The bounds as lines of the table.
    pub(crate) fn rows(&self, table: &mut Table) {
        table.row("bound: RSA-2048 verifications", format!("{:.0}/s", self.verify), "");
        table.row("bound: RSA-2048 signatures", format!("{:.0}/s", self.sign), "");
        table.row("bound: integrity proofs made, 5 kB", format!("{:.0}/s", self.proof_made), "");
        table.row("bound: integrity proofs verified, 5 kB", format!("{:.0}/s", self.proof_verified), "");
        table.row("bound: group-committed writes (SQLite)", format!("{:.0}/s", self.write), "");
        table.row("bound: empty handler, POST, 16 connections", format!("{:.0}/s", self.post), "");
        table.row("bound: empty handler, GET, 32 connections", format!("{:.0}/s", self.get), "");
    }
}

/// Measures each for two seconds.
pub(crate) fn measure() -> Bounds {
    let folder = tempfile::tempdir().unwrap();
    let signer = key(0);
    let public = PublicKey::from_pem(&signer.public_pem()).unwrap();
    let message = [7; 300];
    let signature = signer.sign_sha256(&message).unwrap();
    let verify = on_every_core(|| assert!(public.verify(Algorithm::RsaSha256, &message, &signature)));
    let sign = on_every_core(|| drop(signer.sign_sha256(&message).unwrap()));
    let (proof_made, proof_verified) = proofs();
    let write = writes(folder.path());
    let (post, get) = empty(folder.path());
    Bounds { verify, sign, proof_made, proof_verified, write, post, get }
}

/// A `Create` of some 5 kB: canonical form, two hashes and an Ed25519 signature each time.
fn proofs() -> (f64, f64) {
    let key = Ed25519Private::generate().unwrap();
    let public = PublicKey::from_multibase(&key.public_multibase()).unwrap();
    let now = DateTime::default();
    let mut document = serde_json::json!({
        "@context": vocab::object_context(),
        "id": "https://a.example/activities/1", "type": "Create", "actor": "https://a.example/coalitions/a",
        "object": {"@context": vocab::object_context(), "type": "Article", "content": "x\n".repeat(2250)},
    });
    let made = on_every_core(|| proof::sign(&mut document.clone(), "x", &key, now).unwrap());
    proof::sign(&mut document, "x", &key, now).unwrap();
    let verified = on_every_core(|| Proof::read(&document).unwrap().unwrap().verify(&public, now).unwrap());
    (made, verified)
}

fn on_every_core(work: impl Fn() + Sync) -> f64 {
    let cores = std::thread::available_parallelism().unwrap().get();
    let count = AtomicU64::new(0);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while began.elapsed() < Duration::from_secs(2) {
                    work();
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    count.into_inner() as f64 / began.elapsed().as_secs_f64()
}

/// The smallest row, from 128 callers at once, through the writer that commits in groups.
fn writes(folder: &Path) -> f64 {
    let location = Location::Sqlite(folder.join("writes.db").display().to_string());
    let db = Db::open(location, false, 2).unwrap();
    migrate::run(&mut db.dedicated().unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let count = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    runtime.block_on(async {
        let callers = (0..128).map(|_| {
            let (db, count) = (db.clone(), count.clone());
            tokio::spawn(async move {
                while began.elapsed() < Duration::from_secs(2) {
                    let id = format!("http://localhost/activities/{}", count.fetch_add(1, Ordering::Relaxed));
                    let row = (
                        seen_activities::id.eq(id),
                        seen_activities::seen_at.eq(chrono::NaiveDateTime::default()),
                    );
                    db.write::<usize, Error, _>(move |conn| {
                        Ok(diesel::insert_into(seen_activities::table).values(row).execute(conn)?)
                    })
                    .await
                    .unwrap();
                }
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await.unwrap();
        }
    });
    count.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64()
}

/// An axum handler that reads the body and answers 202, in a process of its own: POSTs and GETs a second.
fn empty(folder: &Path) -> (f64, f64) {
    let server = Empty::start();
    let body = "x".repeat(900);
    let head = format!("X-Filler: {}\r\n", "y".repeat(500));
    let post = format!(
        "POST / HTTP/1.1\r\nHost: {}\r\n{head}Content-Length: {}\r\n\r\n{body}",
        server.address,
        body.len()
    );
    let rates = (server.load(folder, &post, 16).rate, server.load(folder, &server.get(), 32).rate);
    drop(server);
    rates
}

/// Half of the GETs over so many connections are answered by it within this time.
pub(crate) fn empty_get(folder: &Path, connections: usize) -> Duration {
    let server = Empty::start();
    server.load(folder, &server.get(), connections).p50
}

struct Empty {
    child: Child,
    address: String,
}

impl Empty {
    fn start() -> Empty {
        let port = super::node::free_port();
        let mut command = Command::new(std::env::current_exe().unwrap());
        let child = command.args(["empty", &port.to_string()]).spawn().unwrap();
        let address = format!("127.0.0.1:{port}");
        while std::net::TcpStream::connect(&address).is_err() {
            std::thread::sleep(Duration::from_millis(5));
        }
        Empty { child, address }
    }

    fn get(&self) -> String {
        format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", self.address)
    }

    fn load(&self, folder: &Path, request: &str, connections: usize) -> Outcome {
        let requests = folder.join("empty");
        lay_down(&requests, std::iter::repeat_n(request.as_bytes(), connections));
        let address = self.address.as_str();
        let load = Load { address, requests: &requests, connections, seconds: 2.0, rate: None, cycle: true };
        load.run(202, || {})
    }
}

impl Drop for Empty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The child of [`Empty`].
pub(crate) fn empty_server(port: u16) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let handler = |_: axum::body::Bytes| async { axum::http::StatusCode::ACCEPTED };
        let router = axum::Router::new().fallback(handler);
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        axum::serve(listener, router).await.unwrap();
    });
}
