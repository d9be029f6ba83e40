//! A fresh, migrated database for each test. `RESET_TEST_DATABASE` names the kind, `sqlite` (the default) or `postgres`, which
//! needs a server's URL in `RESET_TEST_POSTGRES`. Migrations run once: SQLite files are copies of one image, PostgreSQL
//! databases are made from a template.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use reset_node::db::Conn;
use reset_node::db::{Location, Manager, migrate};
use tempfile::TempDir;
use url::Url;

/// One test's database; removed when dropped. Its folder is also the test's place for files.
pub(crate) struct TestDatabase {
    /// For `database.url`.
    pub(crate) url: String,
    folder: TempDir,
    postgres: Option<String>,
}

impl TestDatabase {
    /// Makes one.
    pub(crate) fn new() -> TestDatabase {
        let folder = tempfile::tempdir().unwrap();
        if !is_postgres() {
            let path = folder.path().join("node.db");
            std::fs::write(&path, sqlite_image()).unwrap();
            return TestDatabase { url: format!("sqlite:{}", path.display()), folder, postgres: None };
        }
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("reset_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        server().batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {}", postgres_template())).unwrap();
        TestDatabase { url: url_of(&name), folder, postgres: Some(name) }
    }

    /// One without any table, as `init` finds it.
    pub(crate) fn empty() -> TestDatabase {
        let folder = tempfile::tempdir().unwrap();
        if !is_postgres() {
            let path = folder.path().join("node.db");
            return TestDatabase { url: format!("sqlite:{}", path.display()), folder, postgres: None };
        }
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("reset_empty_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        server().batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        TestDatabase { url: url_of(&name), folder, postgres: Some(name) }
    }

    /// A folder that lives as long as the database.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where it is.
    pub(crate) fn location(&self) -> Location {
        Location::parse(&self.url).unwrap()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(name) = &self.postgres {
            let dropped = server().batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
            if let (Err(error), false) = (dropped, std::thread::panicking()) {
                panic!("the test's database could not be dropped: {error}");
            }
        }
    }
}

/// Whether the tests run on PostgreSQL.
pub(crate) fn is_postgres() -> bool {
    match std::env::var("RESET_TEST_DATABASE").as_deref() {
        Ok("postgres") => true,
        Ok("sqlite") | Err(_) => false,
        Ok(other) => panic!("RESET_TEST_DATABASE is `{other}`: write sqlite or postgres"),
    }
}

/// A migrated file's bytes, made once in this process.
fn sqlite_image() -> &'static [u8] {
    static IMAGE: OnceLock<Vec<u8>> = OnceLock::new();
    IMAGE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("template.db");
        let location = Location::Sqlite(path.display().to_string());
        let mut conn = Manager { location, full_sync: false }.open().unwrap();
        migrate::run(&mut conn).unwrap();
        drop(conn);
        std::fs::read(path).unwrap()
    })
}

/// The name of a migrated database, made once on this server for this set of migrations.
fn postgres_template() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let name = format!("reset_template_{:016x}", migrations_hash());
        let mut server = server();
        server.batch_execute("SELECT pg_advisory_lock(7239)").unwrap();
        let there: i64 = diesel::select(diesel::dsl::sql::<BigInt>(&format!(
            "(SELECT count(*) FROM pg_database WHERE datname = '{name}')"
        )))
        .get_result(&mut server)
        .unwrap();
        if there == 0 {
            let draft = format!("{name}_draft");
            server.batch_execute(&format!("DROP DATABASE IF EXISTS {draft}")).unwrap();
            server.batch_execute(&format!("CREATE DATABASE {draft}")).unwrap();
            let location = Location::parse(&url_of(&draft)).unwrap();
            let mut conn = Manager { location, full_sync: false }.open().unwrap();
            migrate::run(&mut conn).unwrap();
            drop(conn);
            rename(&mut server, &draft, &name);
        }
        server.batch_execute("SELECT pg_advisory_unlock(7239)").unwrap();
        name
    })
}

/// The server may take a moment to notice that the connection that migrated is closed.
fn rename(server: &mut PgConnection, from: &str, to: &str) {
    diesel::sql_query("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1")
        .bind::<Text, _>(from)
        .execute(server)
        .unwrap();
    server.batch_execute(&format!("ALTER DATABASE {from} RENAME TO {to}")).unwrap();
}

/// A number that changes whenever a migration does.
fn migrations_hash() -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let mut folders: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let mut hasher = DefaultHasher::new();
    for folder in folders {
        folder.file_name().hash(&mut hasher);
        std::fs::read(folder.join("up.sql")).unwrap().hash(&mut hasher);
    }
    hasher.finish()
}

fn server() -> PgConnection {
    PgConnection::establish(&server_url()).unwrap()
}

fn server_url() -> String {
    std::env::var("RESET_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!("RESET_TEST_POSTGRES is not set: `scripts/pg start DIR` starts a server and prints its URL")
    })
}

fn url_of(name: &str) -> String {
    let mut url = Url::parse(&server_url()).unwrap();
    url.set_path(name);
    url.to_string()
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The tables in whose rows `text` stands, in any column, by name. The text has nothing that SQL reads otherwise.
pub(crate) fn holding(conn: &mut Conn, text: &str) -> QueryResult<Vec<String>> {
    let tables = match conn {
        Conn::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
        Conn::Pg(_) => {
            "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        }
    };
    let mut found = Vec::new();
    for table in diesel::sql_query(tables).load::<Name>(conn)? {
        let table = table.name;
        let row = match conn {
            Conn::Sqlite(_) => {
                let columns = diesel::sql_query(format!("SELECT name FROM pragma_table_info('{table}')"))
                    .load::<Name>(conn)?;
                let columns: Vec<String> = columns
                    .iter()
                    .map(|column| format!("ifnull(CAST(\"{}\" AS TEXT), '')", column.name))
                    .collect();
                columns.join(" || ' ' || ")
            }
            Conn::Pg(_) => format!("\"{table}\"::text"),
        };
        let question = format!("SELECT count(*) AS count FROM \"{table}\" WHERE {row} LIKE '%{text}%'");
        if diesel::sql_query(question).get_result::<Count>(conn)?.count > 0 {
            found.push(table);
        }
    }
    Ok(found)
}
