//! The database: writes that succeed or vanish whole, migrations, and PostgreSQL over TLS.

use std::path::Path;
use std::process::Command;

use diesel::prelude::*;
use reset_node::db::migrate::{self, Standing};
use reset_node::db::{Conn, Db, Error, Location};
use reset_node::model::meta;

use crate::support::TestApp;
use crate::support::db::{TestDatabase, is_postgres};

async fn value(app: &TestApp, key: &'static str) -> Option<String> {
    app.read(move |conn| meta::get(conn, key)).await
}

#[tokio::test]
async fn an_error_undoes_its_own_write_and_no_other() {
    let app = TestApp::new().await;
    let good = app.db.write(|conn| Ok::<_, Error>(meta::set(conn, "good", "1")?));
    let bad = app.db.write(|conn| {
        meta::set(conn, "bad", "1")?;
        Err::<(), _>(Error::Corrupt("on purpose".into()))
    });
    let (good, bad) = tokio::join!(good, bad);
    good.unwrap();
    assert!(matches!(bad, Err(Error::Corrupt(_))));
    assert_eq!(value(&app, "good").await.as_deref(), Some("1"));
    assert_eq!(value(&app, "bad").await, None);
}

#[tokio::test]
async fn a_panic_undoes_its_own_write_and_the_database_goes_on() {
    let app = TestApp::new().await;
    let panicked = app
        .db
        .write(|conn| {
            meta::set(conn, "bad", "1")?;
            if meta::get(conn, "bad")?.is_some() {
                panic!("on purpose");
            }
            Ok::<_, Error>(())
        })
        .await;
    assert!(matches!(panicked, Err(Error::Panicked)));
    app.write(|conn| meta::set(conn, "after", "1")).await;
    assert_eq!(value(&app, "bad").await, None);
    assert_eq!(value(&app, "after").await.as_deref(), Some("1"));
}

#[tokio::test]
async fn writes_that_come_at_once_are_all_kept() {
    let app = TestApp::new().await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..300 {
        let db = app.db.clone();
        tasks.spawn(async move {
            db.write(move |conn| Ok::<_, Error>(meta::set(conn, &format!("key {n}"), "1")?)).await
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    for n in [0, 150, 299] {
        let found = app.read(move |conn| meta::get(conn, &format!("key {n}"))).await;
        assert!(found.is_some(), "{n}");
    }
}

#[tokio::test]
async fn a_caller_that_hangs_up_leaves_nothing_half_done() {
    let app = TestApp::new().await;
    for _ in 0..50 {
        let write = app.db.write(|conn| {
            meta::set(conn, "first", "1")?;
            std::thread::sleep(std::time::Duration::from_millis(1));
            Ok::<_, Error>(meta::set(conn, "second", "1")?)
        });
        let _ = tokio::time::timeout(std::time::Duration::from_micros(300), write).await;
        let both = app.read(|conn| Ok((meta::get(conn, "first")?, meta::get(conn, "second")?)));
        let (first, second) = both.await;
        assert_eq!(first, second);
    }
}

#[test]
fn a_database_of_a_newer_version_is_refused_with_a_sentence() {
    let database = TestDatabase::new();
    let db = Db::open(database.location(), false, 2).unwrap();
    let mut conn = db.dedicated().unwrap();
    assert_eq!(migrate::standing(&mut conn).unwrap(), Standing::Current);
    diesel::sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')")
        .execute(&mut conn)
        .unwrap();
    assert_eq!(migrate::standing(&mut conn).unwrap(), Standing::Newer("99990101000000".into()));
    let refusal = migrate::run(&mut conn).unwrap_err().to_string();
    assert!(refusal.contains("newer reset-node"), "{refusal}");
}

#[test]
fn an_empty_database_is_told_from_one_that_is_behind() {
    let database = TestDatabase::empty();
    let db = Db::open(database.location(), false, 2).unwrap();
    let mut conn = db.dedicated().unwrap();
    assert_eq!(migrate::standing(&mut conn).unwrap(), Standing::Empty);
    migrate::run(&mut conn).unwrap();
    assert_eq!(migrate::standing(&mut conn).unwrap(), Standing::Current);
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |backend: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(backend);
        let mut names: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

/// Stops the cluster when the test ends, however it ends.
struct TlsServer(tempfile::TempDir);

impl Drop for TlsServer {
    fn drop(&mut self) {
        let stopped = pg(&["stop", &self.0.path().display().to_string()]).status;
        assert!(stopped.success() || std::thread::panicking());
    }
}

fn pg(args: &[&str]) -> std::process::Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/pg");
    Command::new(script).args(args).output().unwrap()
}

#[test]
fn postgresql_is_spoken_to_over_tls_and_only_with_the_right_authority() {
    if !is_postgres() {
        return;
    }
    let server = TlsServer(
        tempfile::Builder::new()
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .tempdir()
            .unwrap(),
    );
    let started = pg(&["start", &server.0.path().display().to_string(), "--tls"]);
    assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
    let told = String::from_utf8(started.stdout).unwrap();
    let (url, ca) = told.trim().split_once('\n').unwrap();
    let connect = |options: &str| {
        let manager = reset_node::db::Manager {
            location: Location::parse(&format!("{url}{options}")).unwrap(),
            full_sync: false,
        };
        manager.open()
    };
    let mut conn = connect(&format!("?sslmode=verify-full&sslrootcert={ca}")).unwrap();
    assert!(conn.is_postgres());
    assert!(encrypted(&mut conn));
    assert!(connect("?sslmode=disable").is_err(), "the server takes TLS only");
    assert!(connect("?sslmode=verify-full").is_err(), "the system's authorities do not know this server");
}

fn encrypted(conn: &mut Conn) -> bool {
    let ask = "(SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())";
    diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>(ask)).get_result(conn).unwrap()
}
