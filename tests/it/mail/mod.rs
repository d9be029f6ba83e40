//! E-mail against a real mail server: what leaves, once, to whom; what does not; and what a link does.

mod limits;
mod links;
mod queue;
mod road;

use std::time::Duration;

use reset_node::actions::declaration::{Fault, Outcome, Written, declare, list, stamp};
use reset_node::actions::{self, coalition, organisation};
use reset_node::app::Clock;
use reset_node::domain::actor::OrganisationKind;
use reset_node::domain::mail::State;
use reset_node::model::declaration::Declaration;
use reset_node::model::mail::Mail;
use reset_node::text::Lang;
use reset_node::{mail, model};

use super::support::TestApp;
use super::support::db::TestDatabase;
use super::support::mail::{MailServer, Post, Tls};

/// A node whose clock stands, with two coalitions, and the place where its mail goes.
struct Desk {
    app: TestApp,
    post: Post,
    _files: TestDatabase,
}

impl Desk {
    async fn new(tls: Tls) -> Desk {
        let files = TestDatabase::empty();
        let post = Post::new(files.folder(), tls);
        let mut app = TestApp::at(Clock::System.now()).await;
        app.change(|config| {
            post.configure(&mut config.mail);
            config.node.name = "Région Exemple".to_owned();
            config.node.contact = "contact@reset.example".to_owned();
        });
        actions::node::init(&app, "Région Exemple".to_owned()).await.unwrap();
        let atelier = organisation::NewOrganisation {
            handle: "atelier".to_owned(),
            name: "L’Atelier".to_owned(),
            kind: OrganisationKind::Association,
            summary: String::new(),
            website: None,
            territory: None,
        };
        organisation::create(&app, atelier).await.unwrap();
        for (handle, title) in [("communs", "Communs numériques"), ("achats", "Achats responsables")] {
            let new = coalition::NewCoalition {
                handle: handle.to_owned(),
                title: title.to_owned(),
                steward: Some("atelier".to_owned()),
                icon: None,
            };
            coalition::create(&app, new).await.unwrap();
        }
        Desk { app, post, _files: files }
    }

    /// The same, with its mail server running.
    async fn open(tls: Tls) -> (Desk, MailServer) {
        let desk = Desk::new(tls).await;
        let server = desk.post.open();
        (desk, server)
    }

    /// Fills in a form; why it came back, none where it was taken.
    async fn declare(&self, coalitions: &[&str], organisation: &str, email: &str) -> Option<Fault> {
        let stamp = stamp(&self.app).await.unwrap();
        self.app.advance(Duration::from_secs(5));
        let written = Written {
            coalitions: coalitions.iter().map(ToString::to_string).collect(),
            organisation: organisation.to_owned(),
            email: email.to_owned(),
            sentence: "Visitez https://evil.example".to_owned(),
            stamp,
            lang: Lang::Fr,
        };
        match declare(&self.app, written).await.unwrap() {
            Outcome::Taken => None,
            Outcome::Back(faults) => faults.first().copied(),
        }
    }

    /// The same, and it must be taken.
    async fn declared(&self, coalitions: &[&str], organisation: &str, email: &str) {
        assert_eq!(self.declare(coalitions, organisation, email).await, None);
    }

    async fn declarations(&self, handle: &str) -> Vec<Declaration> {
        list(&self.app, handle.to_owned()).await.unwrap()
    }

    /// Sends what is due; how many attempts that were.
    async fn send(&self) -> usize {
        mail::run_until_idle(&self.app).await.unwrap()
    }

    async fn mails(&self, state: State) -> Vec<Mail> {
        self.app.read(move |conn| model::mail::list(conn, state, 100)).await
    }

    /// What the mail server said last of the one mail that waits.
    async fn error(&self) -> String {
        let [one] = self.mails(State::Pending).await.try_into().unwrap();
        one.last_error.unwrap()
    }

    async fn minutes_later(&self, minutes: u64) {
        self.app.advance(Duration::from_secs(minutes * 60));
    }
}
