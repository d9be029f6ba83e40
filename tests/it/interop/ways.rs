//! Everything that two servers say to each other, by every way in which they can be set: http or https with a private authority, the
//! scheme that the peer signs with first, signed reads demanded by either, one scheme refused by the peer.

use serde_json::{Value, json};

use super::main_road::FILES;
use super::{ACTIVITY, CAVAGE, RFC9421, Road, Way, verified};

/// What the peer asks of those who speak with it.
#[derive(Clone, Copy, Debug)]
struct Demand {
    /// It serves its documents to signed requests only.
    signed_reads: bool,
    /// The scheme that it does not take.
    refuses: Option<&'static str>,
}

/// One reader on the peer, for whom the coalition says everything once.
struct Trip<'a> {
    road: &'a Road,
    name: String,
    demand: Demand,
    /// What came, as far as it was looked at.
    came: Vec<Value>,
}

impl Trip<'_> {
    async fn call(&self, verb: &str, body: Value) -> Value {
        self.road.peer.post(&format!("/actors/{}/{verb}", self.name), body).await
    }

    async fn told(&self, verb: &str, body: Value) -> Value {
        let answer = self.call(verb, body).await;
        assert_eq!(answer["delivered"], true, "{verb}, {:?}: {answer:#}", self.demand);
        answer
    }

    /// The one delivery of this type about `object`.
    async fn came(&mut self, filter: &str) -> Value {
        let got = self.road.peer.inbox(&self.name, filter, 1).await;
        assert_eq!(got.len(), 1, "{filter}, {:?}: {got:#?}", self.demand);
        self.came.extend(got);
        self.came.last().unwrap()["raw"]["object"].clone()
    }

    /// Every kind comes, and is served by its id as it came, with its proof, to who signs. Their ids, in the order of [`FILES`].
    async fn publications(&mut self) -> Vec<String> {
        let files: Vec<String> = FILES
            .iter()
            .map(|(slug, _, _, head)| self.road.file(&format!("{slug}-{}", self.name), head, "Un texte."))
            .collect();
        let ids = self.road.publish_all(&files);
        assert_eq!(ids.len(), FILES.len());
        for ((slug, kind, ..), id) in FILES.iter().zip(&ids) {
            let object = self.came(&format!("type=Create&object={id}")).await;
            assert_eq!(object["type"], *kind, "{slug}");
            let read = self.call("fetch", json!({ "id": id })).await;
            assert_eq!(
                (
                    &read["raw"],
                    &read["parsed"]["class"],
                    &read["idMatchesUrl"],
                    &read["verification"]["proof"]["ok"]
                ),
                (&object, &json!(kind), &json!(true), &json!(true)),
                "{slug}, {:?}",
                self.demand
            );
            let unsigned = self.road.page(id, ACTIVITY).await.0;
            assert_eq!(unsigned, if self.road.way.node_demands { 401 } else { 200 });
        }
        ids
    }

    /// A comment from here and a reply from there, in one thread that the peer walks; a like that is taken back.
    async fn thread(&mut self, id: &str) {
        let account = self.road.peer.get(&format!("/actors/{}", self.name)).await["handle"].clone();
        let text = format!("Un mot pour {}.", account.as_str().unwrap());
        let note = self.road.node.ok(&["comment", "add", id, "--by", "atelier", "--text", &text]);
        let comment = self.came(&format!("type=Create&object={note}")).await;
        assert_eq!((&comment["type"], &comment["inReplyTo"]), (&json!("Note"), &json!(id)));
        let text = format!("Réponse de {}.", self.name);
        let reply = self.told("reply", json!({ "object": note, "content": format!("<p>{text}</p>") })).await;
        let like = self.told("like", json!({ "object": id })).await;
        self.road.read_until(id, "the reply", |html| html.contains(&text)).await;
        let walked = self.call("walk", json!({ "id": comment["context"] })).await;
        assert_eq!(walked["items"], json!([id, note, reply["object"]]), "{walked:#}");
        self.told("undo", json!({ "activity": like["activity"] })).await;
    }

    /// A ballot is counted, a registration and a quote are accepted, and the stamp of the quote holds.
    async fn acts(&self, proposal: &str, meeting: &str, question: &str) {
        self.told("vote", json!({ "object": question, "choices": ["Oui"] })).await;
        let join = self.told("join", json!({ "object": meeting })).await;
        let quote = self.call("quote", json!({ "object": proposal, "content": "<p>À lire.</p>" })).await;
        for request in [&join["activity"], &quote["request"]] {
            let asked = format!("/actors/{}/asked?activity={}&wait=20", self.name, request.as_str().unwrap());
            let asked = self.road.peer.get(&asked).await;
            assert_eq!(asked["state"], "accepted", "{:?}: {asked:#}", self.demand);
        }
        let stamp = self.call("stamp", json!({ "request": quote["request"] })).await;
        assert_eq!((&stamp["ok"], &stamp["proof"]["ok"]), (&json!(true), &json!(true)), "{stamp:#}");
        self.road.read_until(question, "the ballot", |html| html.contains("1 personne")).await;
    }

    /// An edit, a state that is told by a note, and a withdrawal.
    async fn changes(&mut self, proposal: &str, minutes: &str) {
        let (slug, _, _, head) = FILES[0];
        let (slug, adopted) = (format!("{slug}-{}", self.name), format!("{head}state = \"adopted\"\n"));
        self.road.publish(&slug, &adopted, "Un texte amendé.");
        let update = self.came(&format!("type=Update&object={proposal}")).await;
        assert!(update["content"].as_str().unwrap().contains("amendé"), "{update:#}");
        let state = self
            .came(&format!("type=Create&objectType=Note&inReplyTo={proposal}&actor={}", self.road.group))
            .await;
        assert!(state["content"].as_str().unwrap().contains("adoptée"), "{state:#}");
        self.road.node.ok(&["withdraw", minutes, "--reason", "Un doublon"]);
        let delete = self.came(&format!("type=Delete&object={minutes}")).await;
        assert_eq!(delete["type"], "Tombstone");
    }
}

/// Goes the whole road once, with a reader and publications of its own.
async fn go(road: &Road, number: usize, demand: Demand) {
    let takes: Vec<&str> =
        [RFC9421, "draft-cavage"].into_iter().filter(|spec| demand.refuses != Some(spec)).collect();
    let behaviour = json!({ "authorizedFetch": demand.signed_reads, "acceptSpecs": takes });
    road.peer.post("/behaviour", behaviour).await;
    let name = format!("reader{number}");
    road.follow(&name).await;
    let mut trip = Trip { road, name, demand, came: Vec::new() };
    trip.came("type=Accept").await;
    let ids = trip.publications().await;
    trip.thread(&ids[0]).await;
    trip.acts(&ids[0], &ids[4], &ids[5]).await;
    trip.changes(&ids[0], &ids[1]).await;
    for delivery in &trip.came {
        assert!(verified(delivery), "{demand:?}: {delivery:#}");
        let spec = delivery["verification"]["http"]["spec"].as_str().unwrap();
        assert!(takes.contains(&spec), "{spec} was taken, {takes:?} are");
    }
    trip.told("unfollow", json!({ "target": road.group })).await;
}

async fn everything_arrives(tls: bool, first_knock: &'static str) {
    for node_demands in [false, true] {
        let road = Road::start(Way { tls, first_knock, node_demands });
        let demands = [false, true].into_iter().flat_map(|signed_reads| {
            [None, Some(RFC9421), Some("draft-cavage")].map(|refuses| Demand { signed_reads, refuses })
        });
        for (number, demand) in demands.enumerate() {
            go(&road, number, demand).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_arrives_and_holds_with_a_peer_that_signs_with_cavage_first() {
    everything_arrives(false, CAVAGE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_arrives_and_holds_with_a_peer_that_signs_with_rfc_9421_first() {
    everything_arrives(false, RFC9421).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_arrives_and_holds_over_tls_with_a_peer_that_signs_with_cavage_first() {
    everything_arrives(true, CAVAGE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_arrives_and_holds_over_tls_with_a_peer_that_signs_with_rfc_9421_first() {
    everything_arrives(true, RFC9421).await;
}
