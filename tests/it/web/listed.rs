//! What every list owes its readers, the lists of organisations and productions, and what is told of the past by the clock.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use chrono::{Duration, NaiveDateTime};
use diesel::prelude::*;
use icalendar::{Calendar, CalendarComponent, Component, EventLike};
use reset_node::actions::front_matter::Manuscript;
use reset_node::actions::publication::{Travel, publish, withdraw};
use reset_node::db::schema::{organisations, publications};
use reset_node::domain::action::State as Doing;
use reset_node::domain::actor::OrganisationKind;
use reset_node::domain::position::Stance;
use reset_node::domain::publication::Details;
use reset_node::domain::round::AmendmentState;
use reset_node::domain::shared::{Production, Report};
use reset_node::domain::state::State;
use reset_node::model::{action_item, amendment, position};

use super::lists::{in_order, meeting, stands};
use super::{Shown, proposal};
use crate::support::TestApp;
use crate::support::fixtures::Made;

const ID: &str = "01990000-0000-7000-8000-00000000000";

/// Something to do, with its number.
async fn action(app: &TestApp, of: &Made, number: u8, text: &str, at: NaiveDateTime) -> String {
    let row = action_item::Row {
        id: format!("{ID}{number}"),
        coalition_id: of.id,
        minutes_id: None,
        text: text.to_owned(),
        owners: "[\"communs_org\"]".to_owned(),
        due: Some("2020-01-02".to_owned()),
        due_at: Some("2020-01-03T00:00:00".parse().unwrap()),
        language: "fr".to_owned(),
        state: Doing::ToDo,
        created_at: at,
        updated_at: at,
    };
    let id = row.id.clone();
    app.write(move |conn| action_item::insert(conn, &row, None)).await;
    id
}

async fn organisation_id(app: &TestApp, handle: &'static str) -> i64 {
    app.read(move |conn| reset_node::model::organisation::by_handle(conn, handle)).await.unwrap().0.id
}

/// The address behind a link with this text at the end of a list.
fn form(page: &str, name: &str) -> Option<String> {
    let forms = page.split("<p class=\"forms\">").nth(1)?.split("</p>").next()?;
    let (before, _) = forms.split_once(&format!("\">{name}</a>"))?;
    Some(before.rsplit("href=\"").next()?.replace("&#38;", "&"))
}

#[tokio::test]
async fn every_list_has_a_feed_and_is_told_as_json_and_csv() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    action(&app, &shown.coalition, 1, "Écrire", app.now().naive_utc()).await;
    let kinds = ["proposals", "meetings", "decisions", "roadmaps", "reports", "productions"];
    let mut lists: Vec<String> = kinds.iter().map(|name| format!("/{name}")).collect();
    lists.extend(kinds.iter().map(|name| format!("/coalitions/communs/{name}")));
    lists.extend(
        [
            "/publications",
            "/publications?kind=roadmap",
            "/coalitions",
            "/coalitions?quality=fair&q=communs",
            "/coalitions/communs",
            "/coalitions/communs?kind=roadmap",
            "/coalitions/communs/actions",
            "/organisations",
            "/organisations?kind=association&q=communs",
            "/organisations/communs_org",
            "/tags/communs",
            "/search?q=titre&coalition=communs&kind=proposal",
        ]
        .map(String::from),
    );
    for list in &lists {
        let page = app.visit(list, &[]).await;
        assert_eq!(page.status, StatusCode::OK, "{list}");
        let feed = form(&page.text, "Atom").unwrap_or_else(|| panic!("{list} has no feed"));
        let head = format!("type=\"application/atom+xml\" href=\"{}\"", feed.replace('&', "&#38;"));
        assert!(page.text.contains(&head), "{list} names its feed in its head: {feed}");
        let told = app.visit(&feed, &[]).await;
        assert_eq!(told.header("content-type"), "application/atom+xml; charset=utf-8", "{list}: {feed}");
        let own = format!("href=\"{}{}\" rel=\"self\"", app.url(), feed.replace('&', "&amp;"));
        assert!(told.text.contains(&own), "{feed} names itself: {}", told.text);
        let json = form(&page.text, "JSON").unwrap_or_else(|| panic!("{list} has no JSON"));
        let told = app.visit(&json, &[]).await;
        let value: serde_json::Value = serde_json::from_str(&told.text).unwrap_or_else(|_| panic!("{json}"));
        assert_eq!(value["licence"], "CC BY-SA 4.0", "{json}");
        assert!(told.header("link").contains("rel=\"license\""), "{json}");
        let csv = form(&page.text, "CSV").unwrap_or_else(|| panic!("{list} has no CSV"));
        let told = app.visit(&csv, &[]).await;
        assert_eq!(told.header("content-type"), "text/csv; charset=utf-8; header=present", "{csv}");
        assert!(told.header("link").contains("rel=\"license\""), "{csv}");
        let rows = csv::Reader::from_reader(told.text.trim_start_matches('\u{feff}').as_bytes())
            .records()
            .map(Result::unwrap)
            .count();
        assert_eq!(value["items"].as_array().unwrap().len(), rows, "{list}: both forms tell the same");
    }
    let linked: BTreeSet<String> = {
        let home = app.visit("/", &[]).await.text;
        home.split("href=\"/").skip(1).map(|rest| format!("/{}", rest.split('"').next().unwrap())).collect()
    };
    for kind in kinds {
        assert!(linked.contains(&format!("/{kind}")), "{kind}");
    }
    assert!(linked.contains("/organisations"));
}

#[tokio::test]
async fn organisations_are_listed_with_what_they_are_and_narrowed_by_what_is_chosen() {
    let app = TestApp::new().await;
    Shown::on(&app).await;
    app.coalition("autre").await;
    let id = organisation_id(&app, "communs_org").await;
    app.write(move |conn| {
        diesel::update(organisations::table.find(id))
            .set((
                organisations::kind.eq(OrganisationKind::LocalAuthority),
                organisations::territory.eq("Bretagne"),
            ))
            .execute(conn)
    })
    .await;
    let both = app.visit("/organisations", &[]).await.text;
    for part in ["href=\"/organisations/communs_org\"", "href=\"/organisations/autre_org\"", "Bretagne (1)"] {
        assert!(both.contains(part), "{part}");
    }
    assert!(
        both.contains("<a href=\"/coalitions/communs\">Coalition communs</a> <span>porteur</span>"),
        "{both}"
    );
    for query in ["?kind=local_authority", "?territory=Bretagne", "?q=communs_org&kind=local_authority"] {
        let page = app.visit(&format!("/organisations{query}"), &[]).await.text;
        assert!(page.contains("href=\"/organisations/communs_org\""), "{query}");
        assert!(!page.contains("href=\"/organisations/autre_org\""), "{query}");
    }
    let none = app.visit("/organisations?territory=Nulle+part&lang=en", &[]).await.text;
    assert!(none.contains("No organisation matches all of these choices."));
    let json = app.visit("/organisations.json?territory=Bretagne", &[]).await.text;
    let told: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(told["items"][0]["roles"], serde_json::json!(["steward: communs"]));
    assert_eq!((&told["total"], &told["items"][0]["kind"]), (&1.into(), &"local_authority".into()));
}

#[tokio::test]
async fn productions_and_reports_are_listed_and_stand_in_the_booklet() {
    let app = TestApp::new().await;
    let made = app.coalition("communs").await;
    let guide = Details::Production(Production { reused_by: vec!["Framasoft".into()] });
    let guide = app.publication(&made, "guide", guide).await;
    let report = Details::Report(Report { from: None, until: Some("2026-06".parse().unwrap()) });
    let report = app.publication(&made, "bilan", report).await;
    for (list, url, other) in [("productions", &guide, &report), ("reports", &report, &guide)] {
        for path in [format!("/{list}"), format!("/coalitions/communs/{list}"), format!("/{list}/feed.atom")]
        {
            let page = app.visit(&path, &[]).await.text;
            let (url, other) = (url.rsplit('/').next().unwrap(), other.rsplit('/').next().unwrap());
            assert!(page.contains(url) && !page.contains(other), "{path}");
        }
    }
    let booklet = app.visit("/coalitions/communs/booklet", &[]).await.text;
    in_order(
        &booklet,
        &[
            "Bilans d’avancée",
            report.strip_prefix(app.url()).unwrap(),
            "Productions",
            guide.strip_prefix(app.url()).unwrap(),
        ],
    );
}

#[tokio::test]
async fn what_a_search_finds_and_what_is_to_be_done_can_be_followed_the_latest_first() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    let feed = app.visit("/search/feed.atom?q=titre", &[]).await.text;
    in_order(&feed, &[&shown.decision, &shown.roadmap, &shown.minutes, &shown.proposal]);
    let narrowed = app.visit("/search/feed.atom?q=titre&kind=roadmap", &[]).await.text;
    assert!(narrowed.contains(&shown.roadmap) && !narrowed.contains(&shown.decision));
    let nothing = app.visit("/search/feed.atom", &[]).await;
    assert!(nothing.status == StatusCode::OK && !nothing.text.contains("<entry>"));
    let now = app.now().naive_utc();
    let old = action(&app, &shown.coalition, 1, "Écrire la charte", now - Duration::hours(1)).await;
    let new = action(&app, &shown.coalition, 2, "=SUM(1)", now).await;
    let feed = app.visit("/coalitions/communs/actions/feed.atom", &[]).await.text;
    in_order(&feed, &[&format!("actions?item={new}"), &format!("actions?item={old}")]);
    assert!(feed.contains("à faire · ") && feed.contains("communs_org"), "{feed}");
    let json = app.visit("/coalitions/communs/actions.json", &[]).await.text;
    let told: serde_json::Value = serde_json::from_str(&json).unwrap();
    let one = &told["items"][0];
    assert_eq!(
        (&one["late"], &one["owners"][0], &one["due"]),
        (&true.into(), &"communs_org".into(), &"2020-01-02".into())
    );
    let csv = app.visit("/coalitions/communs/actions.csv", &[]).await.text;
    assert!(csv.contains(",'=SUM(1),"), "{csv}");
    assert_eq!(app.visit("/coalitions/nobody/actions.csv", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn servers_read_the_proposals_of_a_coalition_a_page_at_a_time_oldest_first() {
    let app = TestApp::new().await;
    let made = app.coalition("communs").await;
    let mut urls = Vec::new();
    for number in 0..51_i64 {
        let url = app.publication(&made, &format!("idee-{number}"), proposal()).await;
        let (id, at) = (url.rsplit('/').next().unwrap().to_owned(), app.now() + Duration::seconds(number));
        app.write(move |conn| {
            let at = publications::published_at.eq(at.naive_utc());
            diesel::update(publications::table.find(id)).set(at).execute(conn)
        })
        .await;
        urls.push(url);
    }
    let ask = [("accept", "application/activity+json")];
    let read = async |path: &str| -> serde_json::Value {
        let answer = app.visit(path, &ask).await;
        assert_eq!(answer.header("content-type"), "application/activity+json", "{path}");
        serde_json::from_str(&answer.text).unwrap()
    };
    let group = read("/coalitions/communs").await;
    let id = format!("{}/coalitions/communs/proposals", app.url());
    assert_eq!(group["proposals"], id);
    let whole = read("/coalitions/communs/proposals").await;
    assert_eq!((&whole["type"], &whole["totalItems"]), (&"OrderedCollection".into(), &51.into()));
    assert_eq!((&whole["id"], &whole["attributedTo"]), (&id.as_str().into(), &group["id"]));
    let first = read(whole["first"].as_str().unwrap().strip_prefix(app.url()).unwrap()).await;
    let ids = |page: &serde_json::Value| {
        serde_json::from_value::<Vec<String>>(page["orderedItems"].clone()).unwrap()
    };
    assert_eq!(ids(&first), urls.get(..50).unwrap());
    let last = read(first["next"].as_str().unwrap().strip_prefix(app.url()).unwrap()).await;
    assert_eq!((ids(&last), last.get("next")), (vec![urls.last().unwrap().clone()], None));
    assert_eq!(read("/coalitions/communs/roadmaps").await["totalItems"], 0);
    let page = app.visit("/coalitions/communs/proposals", &[]).await;
    assert!(page.header("content-type").starts_with("text/html") && page.header("vary").contains("Accept"));
    assert_eq!(app.visit("/coalitions/nobody/proposals", &ask).await.status, StatusCode::NOT_FOUND);
}

async fn amended(app: &TestApp, proposal: &str, by: i64, number: u8, at: NaiveDateTime) -> String {
    let row = amendment::Row {
        id: format!("{ID}{number}"),
        publication_id: proposal.to_owned(),
        organisation_id: Some(by),
        version: 1,
        body: "Un autre texte.".to_owned(),
        reason: None,
        state: AmendmentState::Accepted,
        proposed_at: at,
        answered_at: Some(at),
        answered_by: Some(by),
        answer: None,
    };
    let id = row.id.clone();
    app.write(move |conn| amendment::insert(conn, &row)).await;
    id
}

#[tokio::test]
async fn the_path_shows_the_amendments_and_positions_of_a_proposal_on_both_its_ends() {
    let app = TestApp::new().await;
    let made = app.coalition("communs").await;
    let mut asked = proposal();
    if let Details::Proposal(round) = &mut asked {
        // Its second round, later than what was said in the first.
        round.opens = Some("2032-01-01".parse().unwrap());
    }
    let alone = app.publication(&made, "seule", asked).await;
    let page = app.visit(alone.strip_prefix(app.url()).unwrap(), &[]).await.text;
    assert!(!page.contains("<ol class=\"path\">"), "a proposal of which nothing was said stands alone");
    let (id, now) = (alone.rsplit('/').next().unwrap().to_owned(), app.now().naive_utc());
    let by = organisation_id(&app, "communs_org").await;
    let first = amended(&app, &id, by, 1, now).await;
    for (number, withdrawn_at) in [(2, None), (3, None), (4, Some(now))] {
        let row = position::Row {
            id: format!("{ID}{number}"),
            publication_id: id.clone(),
            organisation_id: Some(by),
            stance: Stance::Consent,
            reason: None,
            version: 1,
            round: 1,
            taken_at: now + Duration::days(1),
            withdrawn_at,
            withdrawn_reason: None,
            resolved_at: None,
            resolution: None,
        };
        app.write(move |conn| position::insert(conn, &row)).await;
    }
    let text = "+++\nkind = \"decision\"\ncoalition = \"communs\"\ntitle = \"La charte\"\nsource = \"seule\"\n\
                date = 2033-01-01\n+++\nTexte";
    let manuscript = Manuscript::parse(text, "charte", chrono_tz::Tz::Europe__Paris).unwrap();
    let decision = publish(&app.app, vec![manuscript], Travel::Quiet).await.unwrap().remove(0).id;
    for url in [&alone, &decision] {
        let page = app.visit(url.strip_prefix(app.url()).unwrap(), &[]).await.text;
        let path = page.split("<ol class=\"path\">").nth(1).unwrap().split("</ol>").next().unwrap();
        let (amendment, positions) =
            (format!("/publications/{id}#amendment-{first}"), format!("/publications/{id}#positions"));
        in_order(
            path,
            &[
                "Proposition",
                "Amendement",
                "accepté",
                &amendment,
                "Positions",
                &positions,
                "1 organisation a pris position",
                "Décision",
            ],
        );
    }
    let told = app.visit(&format!("/publications/{id}.json"), &[]).await.text;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let kinds: Vec<&str> =
        told["path"].as_array().unwrap().iter().map(|stop| stop["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["proposal", "amendment", "positions", "decision"]);
    for number in 2..8 {
        amended(&app, &id, by, number, now).await;
    }
    let page = app.visit(&format!("/publications/{id}?lang=en"), &[]).await.text;
    assert!(page.contains(&format!("<a href=\"/publications/{id}#amendments\">7 amendments</a>")));
}

/// STATUS, SEQUENCE, SUMMARY and what lies around them of an event in a calendar.
async fn event(app: &TestApp, uid: &str) -> Option<(Option<String>, Option<String>, String)> {
    let text = app.visit("/coalitions/communs/calendar.ics", &[]).await.text;
    let calendar: Calendar = text.parse().unwrap();
    let event = calendar.components.iter().find_map(|one| match one {
        CalendarComponent::Event(event) if event.get_uid() == Some(uid) => Some(event.clone()),
        _ => None,
    })?;
    assert!(event.get_start().is_some(), "RFC 5545 wants a start");
    let value = |name: &str| event.property_value(name).map(str::to_owned);
    let rest = format!("{:?} {:?} {:?}", event.get_summary(), event.get_description(), event.get_location());
    Some((value("STATUS"), value("SEQUENCE"), rest))
}

#[tokio::test]
async fn a_meeting_that_was_withdrawn_is_told_as_cancelled_for_a_while_without_its_words() {
    let app = TestApp::new().await;
    let made = app.coalition("communs").await;
    let url = app.publication(&made, "rencontre", meeting("2031-07-01", None, None)).await;
    let (status, sequence, _) = event(&app, &url).await.unwrap();
    assert_eq!((status.as_deref(), sequence.as_deref()), (Some("CONFIRMED"), Some("0")));
    withdraw(&app.app, url.clone(), "Publiée par erreur".into()).await.unwrap();
    let (status, sequence, rest) = event(&app, &url).await.unwrap();
    assert_eq!((status.as_deref(), sequence.as_deref()), (Some("CANCELLED"), Some("1")));
    assert!(rest.contains("Rencontre retirée"), "{rest}");
    assert!(!rest.contains("Titre") && !rest.contains("Rennes"), "nothing of what was withdrawn: {rest}");
    let id = url.rsplit('/').next().unwrap().to_owned();
    let long_ago = (app.now() - Duration::days(200)).naive_utc();
    app.write(move |conn| {
        diesel::update(publications::table.find(id))
            .set(publications::withdrawn_at.eq(long_ago))
            .execute(conn)
    })
    .await;
    assert_eq!(event(&app, &url).await, None);
}

#[tokio::test]
async fn a_meeting_that_nobody_closed_is_told_as_past_and_keeps_its_state() {
    let app = TestApp::new().await;
    let made = app.coalition("communs").await;
    let past = app.publication(&made, "passee", meeting("2020-01-05", None, None)).await;
    let coming = app.publication(&made, "future", meeting("2031-01-05", None, None)).await;
    let off = app.publication(&made, "annulee", meeting("2020-02-05", None, None)).await;
    for (url, state) in [(&past, State::Scheduled), (&coming, State::Scheduled), (&off, State::Cancelled)] {
        stands(&app, url, state).await;
    }
    for (lang, told, other) in
        [("fr", "Rencontre passée", "Rencontre prévue"), ("en", "Past meeting", "Meeting scheduled")]
    {
        let page = |url: &str| format!("{}?lang={lang}", url.strip_prefix(app.url()).unwrap());
        let list = app.visit(&format!("/meetings?lang={lang}"), &[]).await.text;
        assert_eq!(list.matches(&format!("class=\"state over\">{told}")).count(), 1, "{lang}: {list}");
        let text = app.visit(&page(&past), &[]).await.text;
        assert!(text.contains(told) && !text.contains(other), "{lang}");
        assert!(text.contains("class=\"state over\""), "{lang}");
        assert!(!app.visit(&page(&coming), &[]).await.text.contains(told), "{lang}");
        assert!(!app.visit(&page(&off), &[]).await.text.contains(told), "{lang}");
    }
    let id = past.rsplit('/').next().unwrap().to_owned();
    let state: State =
        app.read(move |conn| publications::table.find(id).select(publications::state).first(conn)).await;
    assert_eq!(state, State::Scheduled);
}
