//! What those who watch a node see: its peers, its queues, its figures and its log.

mod commands;
mod log;
mod metrics;
mod peers;

use crate::support::db::TestDatabase;
use crate::support::node::Node;

const BINARY: &str = env!("CARGO_BIN_EXE_reset-node");

fn node() -> (TestDatabase, Node) {
    let database = TestDatabase::empty();
    let node = Node::init(BINARY, database.folder(), &database.url).with_coalition();
    (database, node)
}

/// Waits up to 15 seconds until `f` has something.
async fn until<T>(what: &str, mut f: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..300 {
        if let Some(found) = f().await {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{what} did not come within 15 seconds");
}
