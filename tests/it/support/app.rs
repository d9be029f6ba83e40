//! An [`App`] for one test: a database of its own, a loopback address that is reserved from the start (ids hold it), and a clock
//! that is the system's or turned by hand. Dropped, it asserts that no work was left in the queues.

use std::net::TcpListener;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use confique::Config as _;
use diesel::prelude::*;
use reset_node::ap;
use reset_node::app::{App, Clock, SharedApp, Urls};
use reset_node::config::Config;
use reset_node::db::schema::{deliveries, inbox_items};
use reset_node::db::{Conn, Db};
use reset_node::domain::mail::State;
use reset_node::{model, outbox};
use tokio::task::JoinHandle;

use super::db::TestDatabase;

/// See the module. Dereferences to its [`App`].
pub(crate) struct TestApp {
    /// What the rooms share.
    pub(crate) app: SharedApp,
    listener: Option<TcpListener>,
    server: Option<JoinHandle<()>>,
    left: Option<&'static str>,
    hand: Option<Arc<AtomicI64>>,
    _database: TestDatabase,
}

impl TestApp {
    /// With the system's clock.
    pub(crate) async fn new() -> TestApp {
        TestApp::with(|_| {}).await
    }

    /// With the system's clock and a configuration that `change` altered.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> TestApp {
        build(Clock::System, None, change)
    }

    /// With a clock that stands at `now` until [`TestApp::advance`] turns it.
    pub(crate) async fn at(now: DateTime<Utc>) -> TestApp {
        TestApp::at_with(now, |_| {})
    }

    /// The same with a configuration that `change` altered.
    pub(crate) fn at_with(now: DateTime<Utc>, change: impl FnOnce(&mut Config)) -> TestApp {
        let hand = Arc::new(AtomicI64::new(now.timestamp_micros()));
        build(Clock::Manual(hand.clone()), Some(hand), change)
    }

    /// Turns the clock forward.
    pub(crate) fn advance(&self, by: Duration) {
        let hand = self.hand.as_ref().unwrap();
        hand.fetch_add(by.as_micros().try_into().unwrap(), Ordering::Relaxed);
    }

    /// Serves `router` on the address that the ids hold.
    pub(crate) async fn serve(&mut self, router: axum::Router) {
        let listener = self.listener.take().unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        self.server = Some(tokio::spawn(async move {
            let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
            axum::serve(listener, service).await.unwrap();
        }));
    }

    /// Changes its configuration; before anything else holds it.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Config)) {
        change(&mut Arc::get_mut(&mut self.app).unwrap().config);
    }

    /// Gives it another HTTP client; before anything else holds it.
    pub(crate) fn set_client(&mut self, http: reqwest::Client) {
        Arc::get_mut(&mut self.app).unwrap().http = http;
    }

    /// Serves the node itself.
    pub(crate) async fn serve_node(&mut self) {
        self.serve(reset_node::web::router(self.app.clone())).await;
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> &str {
        self.app.urls.base()
    }

    /// Runs statements in one transaction; a failure fails the test.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> T {
        self.app.db.write::<T, reset_node::db::Error, _>(|conn| Ok(f(conn)?)).await.unwrap()
    }

    /// Reads; a failure fails the test.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> T {
        self.app.db.read::<T, reset_node::db::Error, _>(|conn| Ok(f(conn)?)).await.unwrap()
    }

    /// The tables in whose rows this text stands, in any column.
    pub(crate) async fn holding(&self, text: &str) -> Vec<String> {
        let text = text.to_owned();
        self.read(move |conn| super::db::holding(conn, &text)).await
    }

    /// Works the outbox off, as far as the clock lets it.
    pub(crate) async fn deliver(&self) {
        outbox::run_until_idle(&self.app).await.unwrap();
    }

    /// Says why this test ends with work in a queue.
    pub(crate) fn leave_queue(&mut self, why: &'static str) {
        self.left = Some(why);
    }
}

impl Deref for TestApp {
    type Target = App;
    fn deref(&self) -> &App {
        &self.app
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abort();
        }
        if std::thread::panicking() || self.left.is_some() {
            return;
        }
        let mut conn = self.app.db.dedicated().unwrap();
        let mails = model::mail::count(&mut conn, State::Pending).unwrap();
        assert_eq!(mails, 0, "mails are left: send them, or say why with leave_queue");
        let waiting = waiting(&mut conn).unwrap();
        assert_eq!(
            waiting,
            (0, 0),
            "inbox items and deliveries are left: work them off, or say why with leave_queue"
        );
    }
}

/// How many inbox items and deliveries wait.
pub(crate) fn waiting(conn: &mut Conn) -> QueryResult<(i64, i64)> {
    let items = inbox_items::table.filter(inbox_items::state.eq(0)).count().get_result(conn)?;
    let sends = deliveries::table.filter(deliveries::state.eq(0)).count().get_result(conn)?;
    Ok((items, sends))
}

/// A configuration for tests: loopback, plain HTTP.
pub(crate) fn config(port: u16, database: &TestDatabase) -> Config {
    let text = format!(
        "[node]\ndomain = \"127.0.0.1:{port}\"\nurl = \"http://127.0.0.1:{port}\"\nname = \"Test\"\n\
         [http]\nlisten = \"127.0.0.1:{port}\"\n[database]\nurl = \"{}\"\npool = 4\n[media]\npath = \"{}\"\n\
         [federation]\nallow_http = true\nallow_private_addresses = true\n[retention]\n[log]\n",
        database.url,
        database.folder().join("media").display(),
    );
    let parsed: <Config as confique::Config>::Layer = toml::from_str(&text).unwrap();
    Config::builder().preloaded(parsed).load().unwrap()
}

fn build(clock: Clock, hand: Option<Arc<AtomicI64>>, change: impl FnOnce(&mut Config)) -> TestApp {
    let database = TestDatabase::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let mut config = config(listener.local_addr().unwrap().port(), &database);
    change(&mut config);
    let db = Db::open(database.location(), config.database.full_sync, config.database.pool).unwrap();
    let urls = Urls::new(&config.node.url, &config.node.domain).unwrap();
    let http = ap::client::build(&config.federation, urls.base()).unwrap();
    let app = App::new(config, db, clock, http, urls).unwrap();
    TestApp { app, listener: Some(listener), server: None, left: None, hand, _database: database }
}

/// What visitors and peers of a test send requests with.
pub(crate) fn client() -> reqwest::Client {
    client_builder().build().unwrap()
}

/// The same before its last step.
#[expect(clippy::disallowed_methods, reason = "the client of a peer or a visitor, not of the App")]
pub(crate) fn client_builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_secs(10))
}

mod tests {
    use super::*;
    use reset_node::domain::actor::ActorKind;
    use reset_node::model::actor;

    #[tokio::test]
    async fn a_test_app_has_a_migrated_database_of_its_own() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        for _ in 0..2 {
            let app = TestApp::at(now).await;
            let at = app.now().naive_utc();
            let id = app.write(move |conn| actor::insert(conn, "reset", ActorKind::Coalition, at)).await;
            assert_eq!(app.read(move |conn| actor::by_id(conn, id)).await.created_at, at);
            app.advance(Duration::from_secs(3));
            assert_eq!((app.now() - now).num_seconds(), 3);
        }
    }

    #[tokio::test]
    #[should_panic(expected = "inbox items and deliveries are left")]
    async fn a_test_app_does_not_end_with_work_left() {
        let app = TestApp::new().await;
        let at = app.now().naive_utc();
        app.write(move |conn| {
            diesel::insert_into(inbox_items::table)
                .values((
                    inbox_items::activity_id.eq("x"),
                    inbox_items::actor_url.eq("y"),
                    inbox_items::lane.eq(0),
                    inbox_items::host.eq("a.example"),
                    inbox_items::document.eq("{}"),
                    inbox_items::received_at.eq(at),
                    inbox_items::state.eq(0),
                    inbox_items::attempts.eq(0),
                    inbox_items::run_at.eq(at),
                ))
                .execute(conn)
        })
        .await;
    }
}
