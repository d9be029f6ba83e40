//! What others tell us: each activity taken and refused, and taken twice as if once.

mod addresses;
mod documents;
mod erasure;
mod follow;
mod handles;
pub(crate) mod hearsay;
mod keys;
pub(crate) mod moves;
mod posts;
mod quotes;
mod reactions;
mod reading;
mod registrations;
mod replies;
mod threads;
mod votes;
mod worker;

use diesel::prelude::*;
use reset_node::db::schema::{followers, inbox_items, publications, remote_actors, replies as reply_rows};
use reset_node::{inbox, outbox};

use crate::support::fixtures::Made;
use crate::support::{Peer, TestApp};

/// A node that listens, with a coalition and a proposal of it, and a peer.
pub(crate) struct Stage {
    pub(crate) app: TestApp,
    pub(crate) peer: Peer,
    pub(crate) coalition: Made,
    pub(crate) proposal: String,
}

/// Sets the stage.
pub(crate) async fn stage() -> Stage {
    stage_with(TestApp::new().await).await
}

/// Sets the stage with this app.
pub(crate) async fn stage_with(mut app: TestApp) -> Stage {
    app.node().await;
    let coalition = app.coalition("communs").await;
    let proposal = app.proposal(&coalition, "budget").await;
    app.serve(reset_node::web::router(app.app.clone())).await;
    Stage { app, peer: Peer::start().await, coalition, proposal }
}

impl Stage {
    /// Works off what came in.
    pub(crate) async fn work(&self) {
        inbox::run_until_idle(&self.app.app).await.unwrap();
    }

    /// Works off what came in and what goes out.
    pub(crate) async fn settle(&self) {
        self.work().await;
        outbox::run_until_idle(&self.app.app).await.unwrap();
    }

    /// Replies, likes and shares that the proposal counts, and reply rows there are.
    pub(crate) async fn counts(&self) -> (i64, i64, i64, i64) {
        let id = self.proposal.rsplit('/').next().unwrap().to_owned();
        self.app
            .read(move |conn| {
                let row = publications::table.find(id);
                let counted: (i64, i64, i64) = row
                    .select((publications::replies, publications::likes, publications::shares))
                    .first(conn)?;
                let rows = reply_rows::table.count().get_result(conn)?;
                Ok((counted.0, counted.1, counted.2, rows))
            })
            .await
    }

    /// How many follow anyone here.
    pub(crate) async fn followers(&self) -> i64 {
        self.app.read(|conn| followers::table.count().get_result(conn)).await
    }

    /// Items that were stored, and remote actors that are known.
    pub(crate) async fn stored(&self) -> (i64, i64) {
        self.app
            .read(|conn| {
                Ok((
                    inbox_items::table.count().get_result(conn)?,
                    remote_actors::table.count().get_result(conn)?,
                ))
            })
            .await
    }

    /// What became of each item, in order.
    pub(crate) async fn outcomes(&self) -> Vec<String> {
        let read = |conn: &mut reset_node::db::Conn| {
            inbox_items::table
                .order(inbox_items::seq)
                .select(inbox_items::outcome)
                .load::<Option<String>>(conn)
        };
        self.app.read(read).await.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// What became of the last item.
    pub(crate) async fn outcome(&self) -> String {
        self.outcomes().await.pop().unwrap_or_default()
    }
}
