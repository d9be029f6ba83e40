//! Home: what this node is, what was published last, which coalitions live here.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDateTime;

use super::coalitions::Card;
use super::parts::{Item, Reading};
use super::{Frame, html};
use crate::app::SharedApp;
use crate::db::Conn;
use crate::domain::publication::Kind;
use crate::domain::state::State as Standing;
use crate::model::listing::{self, Filter, Listed, Order};
use crate::model::{directory, meta, organisation};
use crate::web::error::Error;
use crate::web::locale::Visit;

const LATEST: i64 = 8;
/// How many each of open rounds, coming meetings and decisions.
const FEW: i64 = 4;
const COALITIONS: i64 = 24;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    territory: String,
    runner: Option<(String, String)>,
    open: Vec<Item>,
    coming: Vec<Item>,
    decisions: Vec<Item>,
    items: Vec<Item>,
    cards: Vec<Card>,
    coalitions: i64,
}

/// What home lists.
struct Lists {
    open: Vec<Listed>,
    coming: Vec<Listed>,
    decisions: Vec<Listed>,
    latest: Vec<Listed>,
}

impl Lists {
    fn load(conn: &mut Conn, now: NaiveDateTime) -> Result<Lists, diesel::result::Error> {
        let open = Filter { states: Some(vec![Standing::Open]), ..Filter::default() };
        let coming = Filter {
            kind: Some(Kind::Meeting),
            states: Some(vec![Standing::Tentative, Standing::Scheduled, Standing::InProgress]),
            coming: Some((true, now)),
            ..Filter::default()
        };
        let decided = Filter { kind: Some(Kind::Decision), ..Filter::default() };
        Ok(Lists {
            open: listing::ordered(conn, &open, Order::Deadline, 0, FEW)?,
            coming: listing::ordered(conn, &coming, Order::Soonest, 0, FEW)?,
            decisions: listing::publications(conn, &decided, 0, FEW)?,
            latest: listing::publications(conn, &Filter::default(), 0, LATEST)?,
        })
    }
}

/// `GET /`.
pub(super) async fn show(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let reading = Reading::new(&app, visit.lang);
    let now = reading.now.naive_utc();
    let read = app.db.read(move |conn| {
        let lists = Lists::load(conn, now)?;
        let (cards, count) = Card::load(conn, &directory::Filter::default(), (0, COALITIONS), visit.lang)?;
        let runner = match meta::get(conn, meta::ORGANISATION)? {
            Some(handle) => organisation::by_handle(conn, &handle)?,
            None => None,
        };
        Ok::<_, Error>((lists, cards, count, runner, visit))
    });
    let (lists, cards, coalitions, runner, visit) = read.await?;
    let mut frame = Frame::new(&app, &visit, app.config.node.name.clone());
    frame.url = format!("{}/", app.urls.base());
    html(&Home {
        territory: app.config.node.territory.clone(),
        runner: runner.map(|(actor, org)| (format!("/organisations/{}", actor.handle), org.name)),
        open: Item::all(&lists.open, &reading)?,
        coming: Item::all(&lists.coming, &reading)?,
        decisions: Item::all(&lists.decisions, &reading)?,
        items: Item::all(&lists.latest, &reading)?,
        cards,
        coalitions,
        frame,
    })
}
