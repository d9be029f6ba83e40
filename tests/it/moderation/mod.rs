//! Whom a node speaks with: rules for servers, suspended actors, reports, blocks and locks.

mod commands;
mod lists;
mod rules;
mod told;

use std::net::SocketAddr;

use diesel::prelude::*;
use reset_node::actions::moderation;
use reset_node::ap::client;
use reset_node::db::schema::{audit_log, deliveries};
use reset_node::domain::moderation::Rule;

use crate::inbox::{Stage, stage_with};
use crate::support::{Peer, TestApp};

/// A stage whose peer is another host than the node.
pub(crate) async fn stage_apart() -> Stage {
    let mut stage = crate::inbox::stage().await;
    stage.peer = Peer::start_at("127.0.0.2:0").await;
    stage
}

/// A stage on which these names lead to peers: the first is the stage's own, the others come with it.
pub(crate) async fn stage_named(
    names: &[&str],
    change: impl FnOnce(&mut reset_node::config::Config),
) -> (Stage, Vec<Peer>) {
    let mut app = TestApp::with(change).await;
    let mut peers = Vec::new();
    let mut http = client::builder(&app.config.federation, app.url()).unwrap();
    for name in names {
        let peer = Peer::start_as(name).await;
        let address: SocketAddr = ([127, 0, 0, 1], peer.port()).into();
        http = http.resolve(name, address);
        peers.push(peer);
    }
    app.set_client(http.build().unwrap());
    let mut stage = stage_with(app).await;
    stage.peer = peers.remove(0);
    (stage, peers)
}

impl Stage {
    /// Sets the rule for a domain, as the command line does.
    pub(crate) async fn rule(&self, domain: &str, rule: Rule) {
        moderation::set(&self.app, domain, rule, Some("pourriel".into())).await.unwrap();
    }

    /// What the audit log says, oldest first: act, target and reason.
    pub(crate) async fn audit(&self) -> Vec<(String, String, Option<String>)> {
        let read = |conn: &mut reset_node::db::Conn| {
            audit_log::table
                .order(audit_log::id)
                .select((audit_log::act, audit_log::target, audit_log::reason))
                .load(conn)
        };
        self.app.read(read).await
    }

    /// State and error of each delivery, in order.
    pub(crate) async fn deliveries(&self) -> Vec<(i32, Option<String>)> {
        let read = |conn: &mut reset_node::db::Conn| {
            deliveries::table
                .order(deliveries::id)
                .select((deliveries::state, deliveries::last_error))
                .load(conn)
        };
        self.app.read(read).await
    }
}
