//! Found, followed, read, answered: the main road, by every way in which two servers can be set.

use serde_json::{Value, json};

use super::{ACTIVITY, CAVAGE, PLAIN, RFC9421, Road, Way, verified};

/// One file of each kind: slug, the ActivityStreams type it travels as (FEDERATION.md), a word of its summary, text.
const FILES: [(&str, &str, &str, &str); 5] = [
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
        let summary = object["summary"].as_str().unwrap();
        assert!(summary.starts_with(word) && summary.ends_with("La ligne de l’auteur."), "{slug}: {summary}");
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
        (8, 8),
        "one Accept, five Creates, one Update, one Delete, each once: {seen:#?}"
    );
}

/// What the peer asks of those who speak with it, and what it then takes.
struct Demand {
    peer_demands: bool,
    refuses: Option<&'static str>,
}

/// Goes the main road once, with a reader and a publication of its own.
async fn go(road: &Road, number: usize, demand: &Demand) {
    let accepts: Vec<&str> =
        [RFC9421, "draft-cavage"].into_iter().filter(|spec| demand.refuses != Some(spec)).collect();
    let behaviour = json!({ "authorizedFetch": demand.peer_demands, "acceptSpecs": accepts });
    road.peer.post("/behaviour", behaviour).await;
    let name = format!("reader{number}");
    road.follow(&name).await;

    // A decision cannot be edited, so it goes the road in the test above alone.
    let mut files = FILES.iter().filter(|(slug, ..)| *slug != "decision").cycle();
    let (slug, kind, _, head) = files.nth(number).unwrap();
    let (slug, actor) = (format!("{slug}-{number}"), format!("/actors/{name}"));
    let id = road.publish(&slug, head, "Un texte.");
    let got = road.peer.inbox(&name, &format!("type=Create&object={id}"), 1).await;
    assert_eq!(got[0]["objectType"], *kind);
    let unsigned = road.page(&id, ACTIVITY).await.0;
    assert_eq!(unsigned, if road.way.node_demands { 401 } else { 200 });
    let read = road.peer.post(&format!("{actor}/fetch"), json!({ "id": id })).await;
    assert_eq!((read["parsed"]["class"].as_str(), &read["idMatchesUrl"]), (Some(*kind), &Value::Bool(true)));

    let reply = json!({ "object": id, "content": format!("<p>Réponse {number}.</p>") });
    assert_eq!(road.peer.post(&format!("{actor}/reply"), reply).await["delivered"], true);
    let like = road.peer.post(&format!("{actor}/like"), json!({ "object": id })).await;
    road.read_until(&id, "the reply", |html| html.contains(&format!("Réponse {number}."))).await;
    assert_eq!(
        road.peer.post(&format!("{actor}/undo"), json!({ "activity": like["activity"] })).await["delivered"],
        true
    );

    road.publish(&slug, head, "Un texte amendé.");
    let update = road.peer.inbox(&name, &format!("type=Update&object={id}"), 1).await;
    for delivery in got.iter().chain(&update) {
        assert!(verified(delivery), "{delivery:#}");
        let spec = delivery["verification"]["http"]["spec"].as_str().unwrap();
        assert!(accepts.contains(&spec), "{spec} was taken, {accepts:?} are accepted");
    }
    assert_eq!(
        road.peer.post(&format!("{actor}/unfollow"), json!({ "target": road.group })).await["delivered"],
        true
    );
}

async fn the_main_road_holds(tls: bool, first_knock: &'static str) {
    for node_demands in [false, true] {
        let road = Road::start(Way { tls, first_knock, node_demands });
        let mut number = 0;
        for peer_demands in [false, true] {
            for refuses in [None, Some(RFC9421), Some("draft-cavage")] {
                go(&road, number, &Demand { peer_demands, refuses }).await;
                number += 1;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_main_road_holds_with_a_peer_that_signs_with_cavage_first() {
    the_main_road_holds(false, CAVAGE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_main_road_holds_with_a_peer_that_signs_with_rfc_9421_first() {
    the_main_road_holds(false, RFC9421).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_main_road_holds_over_tls_with_a_peer_that_signs_with_cavage_first() {
    the_main_road_holds(true, CAVAGE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_main_road_holds_over_tls_with_a_peer_that_signs_with_rfc_9421_first() {
    the_main_road_holds(true, RFC9421).await;
}
