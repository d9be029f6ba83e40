//! Organisations, coalitions and publications for tests that are not about making them: rows through `model`.

use reset_node::db::Conn;
use reset_node::domain::actor::{ActorKind, OrganisationKind, Role};
use reset_node::domain::coalition::Stage;
use reset_node::domain::publication::{Content, Details, Method, Proposal};
use reset_node::domain::state::{State, first_public};
use reset_node::model::coalition::{Coalition, Lists};
use reset_node::model::organisation::Organisation;
use reset_node::model::publication::Row;
use reset_node::model::{actor, coalition, organisation, publication};

use super::TestApp;

/// A coalition that was made for a test.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    /// Row id of its actor.
    pub(crate) id: i64,
    /// Its ActivityPub id.
    pub(crate) url: String,
}

impl TestApp {
    /// The node's own actor, which signs fetches, as `init` makes it.
    pub(crate) async fn node(&self) -> i64 {
        let now = self.now().naive_utc();
        self.write(move |conn| actor::insert(conn, "node", ActorKind::Node, now)).await
    }

    /// An association with this handle.
    pub(crate) async fn organisation(&self, handle: &str) -> i64 {
        let (handle, now) = (handle.to_owned(), self.now().naive_utc());
        self.write(move |conn| {
            let actor_id = actor::insert(conn, &handle, ActorKind::Organisation, now)?;
            let row = Organisation {
                actor_id,
                name: format!("Organisation {handle}"),
                kind: OrganisationKind::Association,
                summary: String::new(),
                website: None,
                territory: None,
            };
            organisation::insert(conn, &row).map(|()| actor_id)
        })
        .await
    }

    /// A launched coalition with this handle, carried by an organisation `{handle}_org`.
    pub(crate) async fn coalition(&self, handle: &str) -> Made {
        let steward = self.organisation(&format!("{handle}_org")).await;
        let (name, now) = (handle.to_owned(), self.now().naive_utc());
        let id = self
            .write(move |conn| {
                let actor_id = actor::insert(conn, &name, ActorKind::Coalition, now)?;
                coalition::insert(conn, &launched(actor_id, &name), &Lists::default())?;
                coalition::set_member(conn, actor_id, steward, Role::Steward, now)?;
                Ok(actor_id)
            })
            .await;
        Made { id, url: self.urls.coalition(handle) }
    }

    /// A published proposal of that coalition; its id is a URL. Nothing is delivered.
    pub(crate) async fn proposal(&self, of: &Made, slug: &str) -> String {
        let details = Details::Proposal(Proposal {
            method: Method::Consent,
            opens: None,
            closes: None,
            quorum: None,
            round: None,
            phase: None,
        });
        self.publication(of, slug, details).await
    }

    /// A published publication of that coalition with these details; its id is a URL. Nothing is delivered.
    pub(crate) async fn publication(&self, of: &Made, slug: &str, details: Details) -> String {
        let id = self.new_id();
        let (row_id, slug, coalition, now) = (id.clone(), slug.to_owned(), of.id, self.now().naive_utc());
        self.write(move |conn| insert_publication(conn, row_id, coalition, slug, details, now)).await;
        self.urls.publication(&id)
    }
}

fn insert_publication(
    conn: &mut Conn,
    id: String,
    coalition_id: i64,
    slug: String,
    details: Details,
    now: chrono::NaiveDateTime,
) -> diesel::QueryResult<()> {
    let state: State = first_public(details.kind());
    let content = Content {
        title: format!("Titre de {slug}"),
        summary: "La ligne de l’auteur.".into(),
        body: "Un texte en *Markdown*.".into(),
        language: "fr".into(),
        licence: "CC BY-SA 4.0".into(),
        state,
        tags: vec!["communs".into()],
        authors: Vec::new(),
        details,
        attachments: Vec::new(),
    };
    let row = Row {
        id,
        coalition_id,
        kind: content.details.kind(),
        slug,
        former_id: None,
        state,
        title: content.title.clone(),
        summary: content.summary.clone(),
        body: content.body.clone(),
        html: "<p>Un texte en <em>Markdown</em>.</p>".into(),
        language: content.language.clone(),
        licence: content.licence.clone(),
        details: serde_json::to_string(&content.details).unwrap(),
        revision: 1,
        published_at: Some(now),
        updated_at: now,
        withdrawn_at: None,
        withdrawn_reason: None,
        replies: 0,
        likes: 0,
        shares: 0,
    };
    publication::insert(conn, &row, &[], &content)
}

fn launched(actor_id: i64, handle: &str) -> Coalition {
    Coalition {
        actor_id,
        number: None,
        title: Some(format!("Coalition {handle}")),
        title_provisional: false,
        topic: None,
        narrative: None,
        problem: None,
        impact: None,
        stage: Stage::Launched,
        family: None,
        cohort: None,
        pilot: false,
        territory: None,
        horizon: None,
        parent: None,
        language: "fr".into(),
        icon: None,
    }
}

mod tests {
    use super::*;

    #[tokio::test]
    async fn a_fixture_is_a_public_publication_of_its_coalition() {
        let app = TestApp::new().await;
        app.node().await;
        let communs = app.coalition("communs").await;
        let url = app.proposal(&communs, "charte").await;
        let found = app.read(move |conn| publication::public_page(conn, Some(communs.id), 0, 9)).await;
        assert_eq!(found.len(), 1);
        assert!(found.iter().all(|one| one.is_public() && app.urls.publication(&one.row.id) == url));
    }
}
