//! Each kind of publication on its way to a follower: once, then its edit, then its withdrawal.

use super::{ACTIVITY, PLAIN, Road, verified};

/// One file of each kind: slug, the ActivityStreams type it travels as (FEDERATION.md), the first word of its line, front matter.
pub(super) const FILES: [(&str, &str, &str, &str); 6] = [
    (
        "proposition",
        "Article",
        "Proposition",
        "kind = \"proposal\"\ncloses = 2036-12-12T18:00:00+01:00\nquorum = 3\n",
    ),
    (
        "compte-rendu",
        "Article",
        "Compte rendu",
        "kind = \"minutes\"\nseries = \"Assemblée\"\nedition = 2\ndate = 2021-09-07\nattendance = 40\n\
         [[points]]\ntitle = \"Charte\"\noutcome = \"decision\"\ntext = \"La charte est adoptée.\"\n",
    ),
    (
        "feuille-de-route",
        "Article",
        "Feuille de route",
        "kind = \"roadmap\"\n[[milestones]]\ntitle = \"Cartographie\"\ndue = 2036-03-31\nstatus = \"under_way\"\nprogress = 40\n",
    ),
    ("decision", "Article", "Décision", "kind = \"decision\"\ndate = 2021-09-07\nmethod = \"consent\"\n"),
    (
        "rencontre",
        "Event",
        "Rencontre",
        "kind = \"meeting\"\nstart = 2036-06-24T09:30:00+02:00\nplace = \"Rennes\"\n",
    ),
    (
        "question",
        "Question",
        "Consultation",
        "kind = \"consultation\"\noptions = [\"Oui\", \"Non\"]\ncloses = 2036-12-12T18:00:00+01:00\n",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_publication_reaches_a_follower_once_then_its_edit_and_its_withdrawal() {
    let road = Road::open(PLAIN).await;
    let mut ids = Vec::new();
    for (slug, kind, word, head) in FILES {
        let id = road.publish(slug, head, "Un texte.");
        let got = road.peer.inbox("ada", &format!("type=Create&object={id}"), 1).await;
        let delivery = got.first().unwrap();
        assert!(verified(delivery), "{slug}: {delivery:#}");
        let object = &delivery["raw"]["object"];
        assert_eq!(
            (object["type"].as_str(), object["attributedTo"].as_str()),
            (Some(kind), Some(road.group.as_str())),
            "{slug}"
        );
        // A poll has no summary: its line stands in the content.
        match object["summary"].as_str() {
            Some(line) => {
                assert!(line.starts_with(word) && line.ends_with("La ligne de l’auteur."), "{line}")
            }
            None => {
                assert!(object["content"].as_str().unwrap().contains(&format!("<p>{word}")), "{object:#}")
            }
        }
        ids.push(id);
    }

    let (slug, _, _, head) = FILES[0];
    assert_eq!(road.publish(slug, head, "Un texte amendé."), ids[0]);
    let update = road.peer.inbox("ada", &format!("type=Update&object={}", ids[0]), 1).await;
    assert!(update.iter().all(verified));
    assert!(update[0]["raw"]["object"]["content"].as_str().unwrap().contains("amendé"));

    road.node.ok(&["withdraw", &ids[1], "--reason", "Un doublon"]);
    let delete = road.peer.inbox("ada", &format!("type=Delete&object={}", ids[1]), 1).await;
    assert!(delete.iter().all(verified));
    assert_eq!(road.page(&ids[1], ACTIVITY).await.0, 410);
    let refused = road.node.run(&["withdraw", &ids[3], "--reason", "Trop tard"]);
    assert_eq!(refused.status.code(), Some(1), "a decision is never withdrawn");

    let all = road.peer.get("/actors/ada/inbox?all=1").await;
    let mut seen: Vec<(String, String)> = Vec::new();
    for delivery in all.as_array().unwrap() {
        let text = |key: &str| delivery[key].as_str().unwrap_or_default().to_owned();
        assert!(verified(delivery) && delivery["accepted"] == true, "{delivery:#}");
        seen.push((text("type"), text("object")));
    }
    seen.sort();
    let once = seen.len();
    seen.dedup();
    assert_eq!(
        (once, seen.len()),
        (9, 9),
        "one Accept, six Creates, one Update, one Delete, each once: {seen:#?}"
    );
}
