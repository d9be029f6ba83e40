//! The node is no cannon of mail, and no stranger fills its database.

use super::*;
use reset_node::db::Conn;
use reset_node::domain::coalition::DeclarationState;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_is_written_to_three_times_a_day_whatever_stands_after_its_plus_sign() {
    let (desk, server) = Desk::open(Tls::Starttls).await;
    for (name, email) in [("Une", "jo@a.example"), ("Deux", "jo+x@a.example"), ("Trois", "JO+y@a.example")] {
        desk.declared(&["communs"], name, email).await;
        desk.send().await;
    }
    for email in ["jo@a.example", "jo+z@a.example"] {
        assert_eq!(desk.declare(&["communs"], "Quatre", email).await, Some(Fault::OftenToday));
    }
    assert_eq!(desk.declarations("communs").await.len(), 3, "nothing of a form that is handed back is kept");
    desk.declared(&["communs"], "Quatre", "joe@a.example").await;
    desk.minutes_later(24 * 60 + 1).await;
    desk.declared(&["communs"], "Quatre", "jo@a.example").await;
    desk.send().await;
    assert_eq!(server.mails().len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_node_writes_to_so_many_strangers_an_hour_and_no_more() {
    let (mut desk, server) = Desk::open(Tls::Starttls).await;
    desk.app.change(|config| config.mail.per_hour = 2);
    for email in ["a@a.example", "b@a.example"] {
        desk.declared(&["communs", "achats"], "Une", email).await;
    }
    assert_eq!(desk.declare(&["communs"], "Une", "c@a.example").await, Some(Fault::TooMany));
    desk.minutes_later(61).await;
    desk.declared(&["communs"], "Une", "c@a.example").await;
    desk.send().await;
    assert_eq!(server.mails().len(), 3);
}

/// Fills the table up, as if so many had declared at that moment.
async fn fill(desk: &Desk, count: usize) {
    let at = desk.app.now();
    let work = move |conn: &mut Conn| {
        let (actor, _) = model::coalition::by_handle(conn, "communs")?.unwrap();
        for number in 0..count {
            let row = Declaration {
                id: reset_node::app::new_id(at),
                coalition_id: actor.id,
                organisation: format!("N{number}"),
                folded: format!("n{number}"),
                email: Some(format!("n{number}@a.example")),
                sentence: String::new(),
                state: DeclarationState::Declared,
                token_digest: Some(format!("d{number}")),
                declared_at: at.naive_utc(),
                confirmed_at: None,
                answered_at: None,
                answered_by: None,
                reason: None,
            };
            model::declaration::insert(conn, &row)?;
        }
        Ok(())
    };
    desk.app.write(work).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_declarations_fills_no_database_and_ends_with_its_links() {
    let (desk, server) = Desk::open(Tls::Starttls).await;
    fill(&desk, 4_999).await;
    assert_eq!(desk.declare(&["communs", "achats"], "Une", "jo@a.example").await, Some(Fault::TooMany));
    desk.declared(&["communs"], "Une", "jo@a.example").await;
    assert_eq!(desk.declare(&["achats"], "Une", "jo@a.example").await, Some(Fault::TooMany));
    desk.minutes_later(7 * 24 * 60 + 1).await;
    desk.declared(&["achats"], "Une", "jo@a.example").await;
    assert_eq!((desk.declarations("communs").await.len(), desk.declarations("achats").await.len()), (0, 1));
    desk.send().await;
    assert_eq!(server.mails().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_mail_server_declarations_are_taken_and_no_mail_waits() {
    let mut desk = Desk::new(Tls::None).await;
    desk.app.change(|config| config.mail.smtp_url.clear());
    desk.declared(&["communs"], "La Turbine", "jo@turbine.example").await;
    let [one] = desk.declarations("communs").await.try_into().unwrap();
    assert_eq!((one.token_digest, one.confirmed_at), (None, None));
    assert!(desk.mails(State::Pending).await.is_empty());
}
