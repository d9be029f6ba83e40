//! A node with much on it: one coalition of many organisations, its proposals, the positions that they took, and the decisions
//! that came of it. All of it is done by the product's own actions but the positions, of which there are too many: they are rows as
//! the action writes them, which the first one, taken by the action, is held against.

use chrono::SubsecRound;
use reset_node::actions::coalition::NewCoalition;
use reset_node::actions::front_matter::Manuscript;
use reset_node::actions::life::By;
use reset_node::actions::membership::Place;
use reset_node::actions::organisation::NewOrganisation;
use reset_node::actions::publication::{Travel, publish_on};
use reset_node::actions::{self, Act, Error};
use reset_node::app::SharedApp;
use reset_node::db::Conn;
use reset_node::domain::actor::{OrganisationKind, Role};
use reset_node::domain::position::Stance;
use reset_node::domain::publication::{Details, Method, Proposal};
use reset_node::model::position::{self, Row};

/// The coalition's handle.
pub(crate) const COALITION: &str = "volume";
/// The handle of the organisation that carries it.
pub(crate) const STEWARD: &str = "org_000";
/// Proposals of one transaction.
const AT_ONCE: usize = 25;

/// How much there is to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Members of the coalition.
    pub(crate) organisations: usize,
    /// Proposals of it.
    pub(crate) proposals: usize,
    /// Of those the first ones, which are closed and adopted: each is an entry of the register.
    pub(crate) decided: usize,
    /// Of those the last ones, on which every organisation took a position, and one in four a second one. Nobody objects but to the
    /// very last one.
    pub(crate) busy: usize,
    /// Positions on each other proposal, one in five a second one of its organisation.
    pub(crate) positions: usize,
}

impl Size {
    /// How many positions that is.
    pub(crate) fn all_positions(&self) -> usize {
        let busy = self.organisations + self.organisations / 4;
        (self.proposals - self.busy) * self.positions + self.busy * busy
    }
}

/// Fills a node that has its own actor. The URLs of the proposals, in order.
pub(crate) async fn fill(app: &SharedApp, size: Size) -> Vec<String> {
    let members = organisations(app, size.organisations).await;
    let mut urls = Vec::with_capacity(size.proposals);
    for from in (0..size.proposals).step_by(AT_ONCE) {
        let (members, mut act) = (members.clone(), Act::now(app));
        let work = move |conn: &mut Conn| {
            let numbers = from..(from + AT_ONCE).min(size.proposals);
            numbers.map(|number| proposal(conn, &mut act, size, number, &members)).collect()
        };
        urls.extend(app.db.write::<Vec<String>, Error, _>(work).await.unwrap());
    }
    urls
}

/// The organisations and the coalition that they are in. Their row ids, in the order of their handles.
async fn organisations(app: &SharedApp, count: usize) -> Vec<i64> {
    let act = Act::now(app);
    let new = move |number: usize| NewOrganisation {
        handle: handle(number),
        name: format!("Organisation n° {number} pour l’intérêt public"),
        kind: OrganisationKind::Association,
        summary: "Agit avec d’autres.".into(),
        website: Some(format!("https://org{number}.example")),
        territory: Some("Bretagne".into()),
    };
    let made = move |conn: &mut Conn| {
        (0..count).map(|number| actions::organisation::create_on(conn, &act, &new(number))).collect()
    };
    let ids: Vec<i64> = app.db.write::<_, Error, _>(made).await.unwrap();
    let new = NewCoalition {
        handle: COALITION.into(),
        title: "Beaucoup d’organisations".into(),
        steward: Some(STEWARD.into()),
        icon: None,
    };
    actions::coalition::create(app, new).await.unwrap();
    let act = Act::now(app);
    let join = move |conn: &mut Conn| {
        let of = actions::life::the(conn, COALITION)?;
        let by = By { organisation: STEWARD.into(), ..By::default() };
        (1..count).try_for_each(|number| {
            let place = Place { organisation: handle(number), role: Role::Member, dimensions: Vec::new() };
            actions::membership::add_on(conn, &act, &of, &place, &by)
        })
    };
    app.db.write::<_, Error, _>(join).await.unwrap();
    ids
}

pub(crate) fn handle(number: usize) -> String {
    format!("org_{number:03}")
}

/// A proposal with its positions, closed where it is one of the first. Its URL.
fn proposal(
    conn: &mut Conn,
    act: &mut Act,
    size: Size,
    number: usize,
    members: &[i64],
) -> Result<String, Error> {
    let url = publish_on(conn, act, &manuscript(number, size), Travel::Deliver)?.id;
    let id = url.rsplit('/').next().unwrap();
    let (first, again) = match number + size.busy >= size.proposals {
        true => (members.len(), members.len() / 4),
        false => (size.positions - size.positions / 5, size.positions / 5),
    };
    let is_last = number + 1 == size.proposals;
    let may_object = is_last || (number >= size.decided && number + size.busy < size.proposals);
    for (turn, index) in (0..first).chain(0..again).enumerate() {
        act.tick();
        let organisation = (number + index) % members.len();
        let (stance, reason) = said(number, index, may_object);
        let row = row(act, id, members.get(organisation).copied().unwrap(), stance, reason);
        match (number, turn) {
            (0, 0) => as_the_action(conn, act, organisation, &row)?,
            _ => position::insert(conn, &row)?,
        }
    }
    act.tick();
    if number < size.decided {
        let why = Some("Tout le monde a parlé.");
        let ended = actions::closing::close_on(conn, act, &url, STEWARD, None, why)?;
        assert!(ended.closed.adopted, "{ended:?}");
    }
    act.tick();
    Ok(url)
}

/// What an organisation says; where it may, one in twelve objects.
fn said(number: usize, index: usize, may_object: bool) -> (Stance, Option<String>) {
    let stance = match index % 12 {
        5 if may_object => Stance::Object,
        3 => Stance::StandAside,
        _ => Stance::Consent,
    };
    let reason = (stance != Stance::Consent || !index.is_multiple_of(3)).then(|| {
        format!(
            "Pour la proposition {number}, notre conseil d’administration a relevé {index} points, dont le calendrier \
             et le coût pour les petites communes, et souhaite qu’un bilan soit rendu public."
        )
    });
    (stance, reason)
}

fn row(act: &Act, id: &str, organisation: i64, stance: Stance, reason: Option<String>) -> Row {
    Row {
        id: act.new_id(),
        publication_id: id.to_owned(),
        organisation_id: Some(organisation),
        stance,
        reason,
        version: 1,
        round: 1,
        taken_at: act.at.trunc_subsecs(6).naive_utc(),
        withdrawn_at: None,
        withdrawn_reason: None,
        resolved_at: None,
        resolution: None,
    }
}

/// Lets the action take the position that `row` is, and holds its row against it.
fn as_the_action(conn: &mut Conn, act: &Act, organisation: usize, row: &Row) -> Result<(), Error> {
    let (by, why) = (handle(organisation), row.reason.clone());
    actions::position::take_on(conn, act, &row.publication_id, &by, row.stance, why)?;
    let taken = position::all(conn, &row.publication_id)?;
    let taken: Vec<Row> = taken.into_iter().map(|one| Row { id: row.id.clone(), ..one.row }).collect();
    assert_eq!(taken, std::slice::from_ref(row), "the action writes another row");
    Ok(())
}

fn manuscript(number: usize, size: Size) -> Manuscript {
    let paragraph = "Les organisations mettent en commun ce qu’elles ont appris, le publient sous une licence ouverte, et en \
                     rendent compte chaque année devant celles et ceux que cela concerne.\n\n";
    Manuscript {
        coalition: COALITION.into(),
        slug: None,
        default_slug: format!("proposition-{number:04}"),
        id: None,
        title: format!("Proposition n° {number} : partager ce qui a été appris"),
        summary: "Ce que nous demandons à chaque membre, et ce que cela coûte.".into(),
        body: format!("## Ce qui est proposé\n\n{}", paragraph.repeat(8)),
        language: Some("fr".into()),
        licence: None,
        tags: vec!["communs".into()],
        authors: vec![handle(number % size.organisations)],
        state: None,
        reason: None,
        details: Details::Proposal(Proposal {
            method: Method::Consent,
            opens: None,
            closes: Some("2031-06-30".parse().unwrap()),
            quorum: Some(2),
            round: None,
            phase: None,
        }),
        enclosed: Vec::new(),
        attachments: Vec::new(),
    }
}
