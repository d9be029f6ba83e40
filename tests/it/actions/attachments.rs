//! Files and links that go with a publication.

use std::path::{Path, PathBuf};

use reset_node::actions::attachment;
use reset_node::actions::front_matter::Manuscript;
use reset_node::actions::publication::{Outcome, withdraw};
use reset_node::domain::publication::Kind;
use serde_json::{Value, json};

use super::{kinds, node, say, written};
use crate::support::TestApp;

/// A folder of manuscripts with one file.
fn folder(app: &TestApp) -> PathBuf {
    let folder = app.config.media.path.parent().unwrap().join("manuscripts");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("diapos été.pdf"), b"%PDF-1.4 un").unwrap();
    folder
}

async fn taken(app: &TestApp, folder: &Path, more: &str) -> Result<Manuscript, String> {
    let mut manuscript = written(Kind::Roadmap, "cap", more, "Texte");
    let done = attachment::take(app, folder, &mut manuscript, true).await;
    done.map(|()| manuscript).map_err(|error| error.to_string())
}

const FILE: &str = "[[attachments]]\nfile = \"diapos été.pdf\"\nname = \"Les diapositives\"";

#[tokio::test]
async fn a_file_is_kept_served_to_be_saved_and_travels_as_a_document() {
    let app = node().await;
    let folder = folder(&app);
    let (id, _) = say(&app, taken(&app, &folder, FILE).await.unwrap()).await.unwrap();
    let again = say(&app, taken(&app, &folder, FILE).await.unwrap()).await.unwrap();
    assert_eq!(again, (id.clone(), Outcome::Unchanged));
    let path = id.strip_prefix(app.url()).unwrap().to_owned();
    let document = app.visit(&path, &[("accept", "application/activity+json")]).await.text;
    let document: Value = serde_json::from_str(&document).unwrap();
    let attached = document["attachment"][0].clone();
    let url = attached["url"].as_str().unwrap();
    let expected =
        json!({"type": "Document", "mediaType": "application/pdf", "url": url, "name": "Les diapositives"});
    assert_eq!(attached, expected);
    let media = url.strip_prefix(app.url()).unwrap();
    assert!(media.starts_with("/media/") && media.ends_with("/diapos--t-.pdf"), "{media}");
    let file = app.visit(media, &[]).await;
    assert_eq!((file.status.as_u16(), file.text.as_str()), (200, "%PDF-1.4 un"));
    assert_eq!(file.header("content-type"), "application/pdf");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"diapos--t-.pdf\"");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    let page = app.visit(&path, &[("accept", "text/html")]).await.text;
    assert!(page.contains(media) && page.contains("Les diapositives"), "{page}");
    std::fs::write(folder.join("diapos été.pdf"), b"%PDF-1.4 deux").unwrap();
    let revised = say(&app, taken(&app, &folder, FILE).await.unwrap()).await.unwrap();
    assert_eq!(revised, (id.clone(), Outcome::Revised));
    assert_eq!(kinds(&app, "communs").await, ["Create", "Update"]);
    assert_eq!(app.visit(media, &[]).await.status, 404, "only what goes with it now is served");
    let (_, dropped) = say(&app, taken(&app, &folder, "").await.unwrap()).await.unwrap();
    assert_eq!(dropped, Outcome::Revised);
}

#[tokio::test]
async fn a_file_is_served_only_while_its_publication_is_public_and_under_its_own_name() {
    let app = node().await;
    let folder = folder(&app);
    let draft = format!("state = \"draft\"\n{FILE}");
    say(&app, taken(&app, &folder, &draft).await.unwrap()).await.unwrap();
    let manuscript = taken(&app, &folder, FILE).await.unwrap();
    let media = manuscript.attachments.first().unwrap().href();
    assert_eq!(app.visit(&media, &[]).await.status, 404, "a draft's file");
    let published = written(Kind::Roadmap, "cap", &format!("state = \"published\"\n{FILE}"), "Texte");
    let published = Manuscript { attachments: manuscript.attachments, ..published };
    let (id, _) = say(&app, published).await.unwrap();
    assert_eq!(app.visit(&media, &[]).await.status, 200);
    for other in [format!("{media}.html"), media.replace("/media/", "/media/0"), "/media/../x".to_owned()] {
        assert_eq!(app.visit(&other, &[]).await.status, 404, "{other}");
    }
    withdraw(&app, id, "Une erreur".to_owned()).await.unwrap();
    assert_eq!(app.visit(&media, &[]).await.status, 404, "a withdrawn one's file");
}

#[tokio::test]
async fn a_file_that_is_not_beside_the_manuscript_is_refused_and_a_link_is_taken_as_it_is() {
    let app = node().await;
    let folder = folder(&app);
    std::fs::write(folder.parent().unwrap().join("secret.txt"), "secret").unwrap();
    for (file, sentence) in [
        ("../secret.txt", "is not beside the manuscript"),
        ("/etc/passwd", "is not beside the manuscript"),
        ("rien.pdf", "cannot be read"),
        (".", "must be a file"),
    ] {
        let refused = taken(&app, &folder, &format!("[[attachments]]\nfile = \"{file}\"")).await.unwrap_err();
        assert!(refused.contains(sentence), "{refused}");
    }
    let unread = say(&app, written(Kind::Roadmap, "cap", FILE, "Texte")).await.unwrap_err();
    assert!(unread.contains("were not read"), "{unread}");
    let link = "[[attachments]]\nurl = \"https://a.example/plan.csv?x=1\"";
    let manuscript = taken(&app, &folder, link).await.unwrap();
    let one = manuscript.attachments.first().unwrap();
    assert_eq!((one.media_type.as_str(), one.name.as_str()), ("text/csv", "https://a.example/plan.csv?x=1"));
    assert_eq!(one.href(), "https://a.example/plan.csv?x=1");
    let text = "+++\nkind = \"roadmap\"\ncoalition = \"communs\"\ntitle = \"T\"\n[[attachments]]\n";
    for (keys, sentence) in [
        ("name = \"x\"", "file"),
        ("file = \"a\"\nurl = \"https://a.example\"", "write one of them"),
        ("url = \"javascript:alert(1)\"", "is no web address"),
        ("path = \"a\"", "path"),
    ] {
        let refused = Manuscript::parse(&format!("{text}{keys}\n+++\nx"), "x", chrono_tz::Tz::UTC);
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains(sentence), "{refused}");
    }
}
