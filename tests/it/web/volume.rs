//! Pages where there is much: they cost the same number of statements, and no more bytes than a page may have.

use reset_node::actions::front_matter::Manuscript;
use reset_node::actions::publication::{Travel, publish};
use reset_node::domain::round::AmendmentState;
use reset_node::model::amendment::{self, Row};
use reset_node::model::position;

use crate::support::TestApp;
use crate::support::volume::{COALITION, Size, fill, handle};

/// What a page may have on the wire, in bytes.
const PAGE: usize = 50_000;

const MUCH: Size = Size { organisations: 200, proposals: 60, decided: 54, busy: 2, positions: 40 };

async fn filled(size: Size) -> (TestApp, Vec<String>) {
    let app = TestApp::new().await;
    app.node().await;
    let urls = fill(&app.app, size).await;
    let paths = urls.iter().map(|url| url.strip_prefix(app.url()).unwrap().to_owned()).collect();
    (app, paths)
}

/// The pages that tell of what there is much of: of a node with these proposals.
fn pages(proposals: &[String], decided: usize) -> Vec<String> {
    let of = format!("/coalitions/{COALITION}");
    let (first, open, last) = (&proposals[0], &proposals[decided], proposals.last().unwrap());
    let mut pages =
        vec!["/".to_owned(), "/proposals".into(), "/decisions".into(), "/search?q=partager".into()];
    pages.extend(["", "/decisions", "/proposals", "/booklet"].map(|rest| format!("{of}{rest}")));
    pages.push(format!("/organisations/{}", handle(1)));
    pages.extend([first, open, last].map(Clone::clone));
    pages.extend(["?positions=2", "/revisions"].map(|rest| format!("{last}{rest}")));
    pages
}

/// How many statements each page costs, once what is kept in memory is there.
async fn costs(app: &TestApp, pages: &[String]) -> Vec<u64> {
    let mut costs = Vec::new();
    for page in pages {
        let and = if page.contains('?') { '&' } else { '?' };
        for round in 0..2 {
            let before = app.db.statements();
            let answer = app.visit(&format!("{page}{and}round={round}"), &[]).await;
            assert!(answer.status.is_success(), "{page}: {}", answer.status);
            if round == 1 {
                costs.push(app.db.statements() - before);
            }
        }
    }
    costs
}

#[tokio::test]
async fn pages_of_many_positions_cost_as_many_statements_as_those_of_few_and_stay_small() {
    let few = Size { organisations: 3, proposals: 3, decided: 1, busy: 1, positions: 5 };
    let (small, paths) = filled(few).await;
    let cheap = costs(&small, &pages(&paths, few.decided)).await;
    let (app, paths) = filled(MUCH).await;
    let pages = pages(&paths, MUCH.decided);
    let dear = costs(&app, &pages).await;
    for ((page, few), many) in pages.iter().zip(cheap).zip(dear) {
        assert_eq!(few, many, "{page} costs more where there is more");
    }
    for page in &pages {
        for lang in ["fr", "en"] {
            let headers = [("accept-encoding", "gzip"), ("accept-language", lang)];
            let answer = app.visit(page, &headers).await;
            assert!(answer.bytes < PAGE, "{page} has {} bytes on the wire", answer.bytes);
        }
    }
}

#[tokio::test]
async fn whoever_objects_is_told_first_and_everybody_on_one_of_the_pages() {
    let size = Size { organisations: 120, proposals: 2, decided: 1, busy: 1, positions: 5 };
    let (app, paths) = filled(size).await;
    let busy = &paths[1];
    let mut told = Vec::new();
    for page in 1..=3 {
        let text = app.visit(&format!("{busy}?positions={page}"), &[]).await.text;
        let (_, list) = text.split_once("<ul class=\"plain stances\">").unwrap();
        let (list, rest) = list.split_once("<nav class=\"pager\"").unwrap();
        assert!(rest.contains(&format!("{page} / 3")), "{page}");
        let plain = text.replace(['\u{a0}', '\u{202f}'], " ");
        assert!(plain.contains(": 100 consentent, 10 "), "the counts are of all: {plain}");
        let voices = list.split("\n<li>\n").skip(1);
        told.extend(voices.map(|voice| {
            let by = voice.split_once("/organisations/").unwrap().1.split_once('"').unwrap().0.to_owned();
            (by, voice.split_once("</p>").unwrap().0.contains("stance object"))
        }));
    }
    assert_eq!(told.len(), size.organisations);
    let objecting = told.iter().filter(|(_, objects)| *objects).count();
    assert_eq!(objecting, 10);
    assert!(told[..objecting].iter().all(|(_, objects)| *objects), "objections stand first");
    let mut names: Vec<_> = told.iter().map(|(by, _)| by).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), size.organisations);
    let beyond = app.visit(&format!("{busy}?positions=99"), &[]).await.text;
    assert!(beyond.contains("3 / 3"), "the last page is shown where there are not so many");
    let whole = app.visit(&format!("{busy}.json"), &[]).await.text;
    let whole: serde_json::Value = serde_json::from_str(&whole).unwrap();
    assert_eq!(whole["positions"].as_array().unwrap().len(), size.organisations * 5 / 4);
}

#[tokio::test]
async fn a_node_is_filled_with_as_much_as_was_asked_for() {
    let size = Size { organisations: 12, proposals: 7, decided: 2, busy: 1, positions: 10 };
    let (app, paths) = filled(size).await;
    let mut positions = 0;
    for path in &paths {
        let id = path.rsplit('/').next().unwrap().to_owned();
        positions += app.read(move |conn| position::all(conn, &id)).await.len();
    }
    assert_eq!((paths.len(), positions), (size.proposals, size.all_positions()));
    let register = app.visit(&format!("/coalitions/{COALITION}/decisions.json"), &[]).await.text;
    let register: serde_json::Value = serde_json::from_str(&register).unwrap();
    assert_eq!(register["entries"].as_array().map(Vec::len), Some(size.decided), "{register}");
}

#[tokio::test]
async fn amendments_and_revisions_have_pages_of_fifty() {
    let app = TestApp::new().await;
    app.node().await;
    app.coalition("communs").await;
    let mut url = String::new();
    for number in 1..=60 {
        let text = format!(
            "+++\nkind = \"proposal\"\ncoalition = \"communs\"\ntitle = \"Titre\"\n+++\nTexte {number}."
        );
        let manuscript = Manuscript::parse(&text, "texte", chrono_tz::Tz::UTC).unwrap();
        url = publish(&app, vec![manuscript], Travel::Deliver).await.unwrap()[0].id.clone();
    }
    let path = url.strip_prefix(app.url()).unwrap();
    let latest = app.visit(&format!("{path}/revisions"), &[]).await.text;
    let oldest = app.visit(&format!("{path}/revisions?page=2"), &[]).await.text;
    for (page, first, last, told) in [(&latest, 60, 11, "1 / 2"), (&oldest, 10, 1, "2 / 2")] {
        assert_eq!(page.matches("<h2>").count(), first - last + 1, "{told}");
        assert!(page.contains(&format!("start=\"{first}\"")) && page.contains(told));
    }
    assert!(latest.contains("Texte 10.</del>"), "the last of a page is held against the one before it");

    let (id, now) = (path.rsplit('/').next().unwrap().to_owned(), app.now().naive_utc());
    let by = app.organisation("atelier").await;
    let ids: Vec<String> = (0..60).map(|_| app.new_id()).collect();
    let rows = ids.clone();
    app.write(move |conn| {
        rows.into_iter().enumerate().try_for_each(|(number, row)| {
            let amendment = Row {
                id: row,
                publication_id: id.clone(),
                organisation_id: Some(by),
                version: 60,
                body: format!("Un autre texte {number}."),
                reason: None,
                state: AmendmentState::Proposed,
                proposed_at: now,
                answered_at: None,
                answered_by: None,
                answer: None,
            };
            amendment::insert(conn, &amendment)
        })
    })
    .await;
    let first = app.visit(path, &[]).await.text;
    let second = app.visit(&format!("{path}?amendments=2"), &[]).await.text;
    let shown = |page: &str| {
        ids.iter().map(|id| page.contains(&format!("id=\"amendment-{id}\""))).collect::<Vec<_>>()
    };
    assert_eq!(shown(&first), (0..60).map(|at| at < 50).collect::<Vec<_>>());
    assert_eq!(shown(&second), (0..60).map(|at| at >= 50).collect::<Vec<_>>());
    assert!(first.contains(&format!("href=\"{path}?amendments=2#amendments\"")));
    assert!(second.contains("Texte 60.</del>"), "each is shown against the text that it changes");
}
