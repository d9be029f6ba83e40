//! Lists, their filters, and their other forms: feeds, calendars, JSON, CSV, the map of the site.

use axum::http::StatusCode;
use diesel::prelude::*;
use icalendar::{Calendar, CalendarComponent, CalendarDateTime, Component, DatePerhapsTime, EventLike};
use reset_node::db::schema::publications;
use reset_node::domain::coalition::Quality;
use reset_node::domain::publication::{Details, Meeting, Method, Proposal};
use reset_node::domain::state::State;
use reset_node::model::coalition::{self, Lists};

use super::Shown;
use crate::support::TestApp;
use crate::support::fixtures::Made;

pub(super) fn round(closes: &str) -> Details {
    Details::Proposal(Proposal {
        method: Method::Consent,
        opens: None,
        closes: Some(closes.parse().unwrap()),
        quorum: None,
        round: None,
        phase: None,
    })
}

pub(super) fn meeting(start: &str, end: Option<&str>, until: Option<&str>) -> Details {
    Details::Meeting(Meeting {
        start: Some(start.parse().unwrap()),
        end: end.map(|when| when.parse().unwrap()),
        tentative_until: until.map(|when| when.parse().unwrap()),
        place: Some("Rennes, 1; rue de l’Étoile".into()),
        ..Meeting::default()
    })
}

pub(super) async fn stands(app: &TestApp, url: &str, state: State) {
    let id = url.rsplit('/').next().unwrap().to_owned();
    app.write(move |conn| {
        diesel::update(publications::table.find(id)).set(publications::state.eq(state)).execute(conn)
    })
    .await;
}

/// Where each of these stands in a text, in the order of the text.
pub(super) fn in_order(text: &str, parts: &[&str]) {
    let places: Vec<usize> =
        parts.iter().map(|part| text.find(part).unwrap_or_else(|| panic!("{part} is not there"))).collect();
    assert!(places.is_sorted(), "{parts:?}: {places:?}");
}

#[tokio::test]
async fn the_directory_is_narrowed_by_everything_that_is_chosen() {
    let app = TestApp::new().await;
    Shown::on(&app).await;
    let other = app.coalition("autre").await.id;
    app.write(move |conn| {
        let (_, mut row) = coalition::by_id(conn, other)?;
        row.territory = Some("Bretagne".into());
        row.cohort = Some("Cohorte 1 & 2".into());
        coalition::update(conn, &row, &Lists { qualities: vec![Quality::Frugal], ..Lists::default() })
    })
    .await;
    let both = ["", "?unknown=1", "?territory=Bretagne", "?stage=launched", "?page=0"];
    for query in both {
        let page = app.visit(&format!("/coalitions{query}"), &[]).await.text;
        assert!(
            page.contains("href=\"/coalitions/communs\"") && page.contains("href=\"/coalitions/autre\""),
            "{query}"
        );
        assert!(page.contains("Bretagne (2)") && page.contains("frugal (1)"), "{query}");
    }
    let communs =
        ["?quality=fair", "?pilot=1", "?dimension=offer", "?q=refait", "?territory=Bretagne&quality=fair"];
    for query in communs {
        let page = app.visit(&format!("/coalitions{query}"), &[]).await.text;
        assert!(
            page.contains("href=\"/coalitions/communs\"") && !page.contains("href=\"/coalitions/autre\""),
            "{query}"
        );
    }
    let page = app.visit("/coalitions?cohort=Cohorte+1+%26+2", &[]).await.text;
    assert!(!page.contains("href=\"/coalitions/communs\"") && page.contains("href=\"/coalitions/autre\""));
    assert!(page.contains("selected>Cohorte 1 &#38; 2 (1)"));
    assert!(page.contains("href=\"/coalitions.csv?cohort=Cohorte+1+%26+2\""));
    for query in ["?quality=fair&cohort=Cohorte+1+%26+2", "?q=introuvable", "?stage=closed"] {
        let page = app.visit(&format!("/coalitions{query}"), &[]).await.text;
        assert!(page.contains("Aucune coalition ne répond à tous ces choix."), "{query}");
    }
}

#[tokio::test]
async fn proposals_are_listed_with_what_closes_first() {
    let app = TestApp::new().await;
    let made = app.coalition("communs").await;
    let late = app.publication(&made, "tard", round("2031-05-01")).await;
    let over = app.publication(&made, "finie", round("2020-05-01")).await;
    let soon = app.publication(&made, "tot", round("2030-05-01")).await;
    let undated = app.proposal(&made, "sans-date").await;
    stands(&app, &over, State::Adopted).await;
    for path in ["/proposals", "/coalitions/communs/proposals"] {
        let page = app.visit(path, &[]).await.text;
        let ids: Vec<&str> =
            [&soon, &late, &undated, &over].map(|url| url.strip_prefix(app.url()).unwrap()).to_vec();
        in_order(&page, &ids);
    }
    let home = app.visit("/", &[]).await.text;
    in_order(
        &home,
        &["En cours de décision", soon.strip_prefix(app.url()).unwrap(), "Dernières publications"],
    );
    assert_eq!(app.visit("/coalitions/nobody/proposals", &[]).await.status, StatusCode::NOT_FOUND);
}

async fn meetings(app: &TestApp) -> (Made, [String; 4]) {
    let made = app.coalition("communs").await;
    let past = app.publication(&made, "passee", meeting("2020-01-05", None, None)).await;
    let tentative =
        app.publication(&made, "peut-etre", meeting("2031-09-07", None, Some("2031-09-09"))).await;
    stands(app, &tentative, State::Tentative).await;
    let start = "2030-07-01T14:00:00+02:00";
    let sure = app.publication(&made, "sure", meeting(start, Some("2030-07-01T17:30:00+02:00"), None)).await;
    let off = app.publication(&made, "annulee", meeting("2032-03", None, None)).await;
    stands(app, &off, State::Cancelled).await;
    (made, [past, tentative, sure, off])
}

#[tokio::test]
async fn meetings_are_told_as_those_to_come_and_those_past() {
    let app = TestApp::new().await;
    let (_, all) = meetings(&app).await;
    let [past, tentative, sure, off] = all.each_ref().map(|url| url.strip_prefix(app.url()).unwrap());
    for path in ["/meetings", "/coalitions/communs/meetings"] {
        let page = app.visit(path, &[]).await.text;
        in_order(&page, &["Rencontres à venir", sure, tentative, off, "Rencontres passées", past]);
        assert!(page.contains("rel=\"alternate\" type=\"text/calendar\""), "{path}");
    }
    let home = app.visit("/", &[]).await.text;
    in_order(&home, &["Rencontres à venir", sure, tentative]);
}

#[tokio::test]
async fn a_calendar_tells_ranges_states_and_moments_as_they_are() {
    let app = TestApp::new().await;
    let (made, [past, tentative, sure, off]) = meetings(&app).await;
    let open = app.publication(&made, "ouverte", round("2030-05-01T18:00:00+02:00")).await;
    for path in ["/calendar.ics", "/coalitions/communs/calendar.ics"] {
        let answer = app.visit(path, &[]).await;
        assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
        assert!(answer.text.lines().all(|line| line.len() <= 75), "lines are folded");
        assert!(answer.text.contains("\r\n") && answer.text.contains("DTSTAMP:"));
        let calendar: Calendar = answer.text.parse().unwrap();
        let event = |uid: &str| {
            let events = calendar.components.iter().filter_map(|one| match one {
                CalendarComponent::Event(event) => Some(event),
                _ => None,
            });
            events.into_iter().find(|event| event.get_uid() == Some(uid)).unwrap().clone()
        };
        let day = |text: &str| DatePerhapsTime::Date(text.parse().unwrap());
        let moment = |text: &str| DatePerhapsTime::DateTime(CalendarDateTime::Utc(text.parse().unwrap()));
        let status = |uid: &str| event(uid).property_value("STATUS").unwrap().to_owned();
        assert_eq!(event(&tentative).get_start(), Some(day("2031-09-07")));
        assert_eq!(event(&tentative).get_end(), Some(day("2031-09-10")), "the day after the last");
        assert_eq!(event(&sure).get_start(), Some(moment("2030-07-01T12:00:00Z")));
        assert_eq!(event(&sure).get_end(), Some(moment("2030-07-01T15:30:00Z")));
        assert_eq!(event(&off).get_start(), Some(day("2032-03-01")), "a month is all its days");
        assert_eq!(event(&off).get_end(), Some(day("2032-04-01")));
        let told = [status(&past), status(&tentative), status(&sure), status(&off)];
        assert_eq!(told, ["CONFIRMED", "TENTATIVE", "CONFIRMED", "CANCELLED"]);
        assert_eq!(event(&sure).property_value("SEQUENCE"), Some("0"));
        assert_eq!(event(&sure).get_location(), Some("Rennes, 1; rue de l’Étoile"));
        let deadline = event(&format!("{open}#deadline"));
        assert_eq!(deadline.get_start(), Some(moment("2030-05-01T16:00:00Z")), "a deadline has its hour");
    }
    assert_eq!(app.visit("/coalitions/nobody/calendar.ics", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_list_has_a_feed_that_its_page_names() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    let lists = [
        ("/", "/feed.atom", &shown.minutes),
        ("/publications?kind=roadmap", "/feed.atom?kind=roadmap", &shown.roadmap),
        ("/proposals", "/proposals/feed.atom", &shown.proposal),
        ("/decisions", "/decisions/feed.atom", &shown.decision),
        ("/roadmaps", "/roadmaps/feed.atom", &shown.roadmap),
        ("/coalitions/communs", "/coalitions/communs/feed.atom", &shown.minutes),
        ("/coalitions/communs/proposals", "/coalitions/communs/feed.atom?kind=proposal", &shown.proposal),
        ("/tags/communs", "/tags/communs/feed.atom", &shown.minutes),
    ];
    for (page, feed, entry) in lists {
        let text = app.visit(page, &[]).await.text;
        assert!(text.contains(&format!("type=\"application/atom+xml\" href=\"{feed}\"")), "{page}");
        let answer = app.visit(feed, &[]).await;
        assert_eq!(answer.header("content-type"), "application/atom+xml; charset=utf-8", "{feed}");
        assert!(answer.text.contains(&format!("<id>{}{entry}</id>", app.url())), "{feed}");
        let other = [&shown.proposal, &shown.roadmap].into_iter().find(|one| *one != entry).unwrap();
        assert_eq!(answer.text.contains(other.as_str()), entry == &shown.minutes, "{feed}");
        assert!(answer.text.contains(&format!("href=\"{}{feed}\"", app.url())), "{feed} names itself");
    }
    assert_eq!(app.visit("/tags/none/feed.atom", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_list_is_told_as_json_and_csv_with_its_licence() {
    let app = TestApp::new().await;
    let shown = Shown::on(&app).await;
    let id = shown.proposal.rsplit('/').next().unwrap().to_owned();
    app.write(move |conn| {
        let title = publications::title.eq("=cmd|' /C calc'!A0");
        diesel::update(publications::table.find(id)).set(title).execute(conn)
    })
    .await;
    let lists = [
        ("/publications", 4),
        ("/proposals", 1),
        ("/decisions", 1),
        ("/roadmaps", 1),
        ("/meetings", 0),
        ("/coalitions", 1),
        ("/organisations", 1),
    ];
    for (list, count) in lists {
        let answer = app.visit(&format!("{list}.json"), &[]).await;
        assert!(answer.header("link").contains("rel=\"license\""), "{list}");
        let told: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
        assert_eq!(told["licence"], "CC BY-SA 4.0");
        assert_eq!(
            (&told["total"], told["items"].as_array().unwrap().len()),
            (&count.into(), count),
            "{list}"
        );
        let answer = app.visit(&format!("{list}.csv"), &[]).await;
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
        let bare = answer.text.strip_prefix('\u{feff}').unwrap();
        let mut reader = csv::Reader::from_reader(bare.as_bytes());
        assert_eq!(reader.headers().unwrap().iter().any(|name| name == "licence"), count > 0, "{list}");
        assert_eq!(reader.records().map(Result::unwrap).count(), count, "{list}");
        assert!(!answer.text.contains("visio.example"));
    }
    let csv = app.visit("/proposals.csv?coalition=communs", &[]).await.text;
    assert!(csv.contains(",'=cmd|' /C calc'!A0,"), "{csv}");
    let json = app.visit("/coalitions.json?quality=frugal", &[]).await.text;
    assert!(json.contains("\"total\":0"));
    assert_eq!(app.visit("/proposals.csv?coalition=nobody", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn search_engines_find_the_map_and_every_page_in_it_is_there() {
    let app = TestApp::new().await;
    Shown::on(&app).await;
    let robots = app.visit("/robots.txt", &[]).await.text;
    assert!(robots.contains("Disallow: /search\n"));
    assert!(robots.contains(&format!("Sitemap: {}/sitemap.xml", app.url())));
    let map = app.visit("/sitemap.xml", &[]).await.text;
    let addresses: Vec<&str> =
        map.split("<loc>").skip(1).map(|part| part.split("</loc>").next().unwrap()).collect();
    assert!(addresses.len() >= 16, "{addresses:?}");
    for address in addresses {
        let path = address.strip_prefix(app.url()).unwrap();
        assert_eq!(app.visit(path, &[]).await.status, StatusCode::OK, "{path}");
    }
}
