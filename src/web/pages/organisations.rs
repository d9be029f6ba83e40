//! The organisations of the node, with a form that narrows the list, and what each is to which coalition.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::coalitions::{Select, vocabulary, written};
use super::parts::{Named, Pager};
use super::{Frame, PER_PAGE, html};
use crate::app::SharedApp;
use crate::db::Conn;
use crate::domain::actor::{OrganisationKind, Role};
use crate::domain::search::Question;
use crate::model::directory::Counted;
use crate::model::listing::Joined;
use crate::model::organisations::{self, Filter, Listed};
use crate::text::{Lang, t, tf, word};
use crate::web::error::Error;
use crate::web::locale::Visit;

/// Most coalitions that the list names of one organisation; its page names all.
const COALITIONS: usize = 6;

/// An organisation in the list.
struct Entry {
    href: String,
    name: String,
    kind: &'static str,
    territory: Option<String>,
    summary: String,
    /// What it is to a coalition, most privilege first.
    roles: Vec<(&'static str, Named)>,
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "organisations.html")]
struct Organisations {
    frame: Frame,
    words: String,
    selects: Vec<Select>,
    narrowed: bool,
    entries: Vec<Entry>,
    total: i64,
    pager: Pager,
}

/// What the address asks for. Parameters that are not known, and values that are none, ask for nothing.
pub(in crate::web) fn filter(visit: &Visit) -> Filter {
    let text = |name| visit.parameter(name).filter(|value| !value.is_empty());
    Filter {
        kind: text("kind").and_then(|word| word.parse().ok()),
        territory: text("territory"),
        words: Question::parse(&text("q").unwrap_or_default()),
        latest: false,
    }
}

/// A page of organisations with their coalitions, how many there are, and what can be chosen.
type Loaded = (Vec<Listed>, Vec<(i64, Joined)>, i64, (Vec<Counted>, Vec<Counted>));

fn load(conn: &mut Conn, filter: &Filter, page: i64) -> Result<Loaded, Error> {
    let (rows, total) = organisations::page(conn, filter, Pager::offset(page), PER_PAGE)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    Ok((rows, organisations::memberships(conn, &ids)?, total, organisations::choices(conn)?))
}

/// `GET /organisations`.
pub(super) async fn show(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let (lang, page, wanted) = (visit.lang, visit.page(), filter(&visit));
    let asked = wanted.clone();
    let (rows, joined, total, choices) = app.db.read(move |conn| load(conn, &asked, page)).await?;
    let query = visit.kept(&["q", "kind", "territory"]);
    let mut frame = Frame::new(&app, &visit, visit.lang_text("organisations-title"));
    frame.description = visit.lang_text("organisations-lead").to_owned();
    frame.listed("/organisations", &query);
    let and = if query.is_empty() { "" } else { "&" };
    html(&Organisations {
        frame,
        words: visit.parameter("q").unwrap_or_default().chars().take(300).collect(),
        selects: selects(lang, &wanted, choices),
        narrowed: !query.is_empty(),
        entries: rows.into_iter().map(|row| entry(lang, row, &joined)).collect(),
        total,
        pager: Pager::new(&format!("/organisations?{query}{and}page="), page, total),
    })
}

fn selects(lang: Lang, filter: &Filter, (kinds, territories): (Vec<Counted>, Vec<Counted>)) -> Vec<Select> {
    let kind = filter.kind.map(OrganisationKind::as_str);
    let kinds = vocabulary(lang, "organisation", OrganisationKind::WORDS, &kinds, kind);
    let all = [
        Select { name: "kind", label: t(lang, "filter-kind"), choices: kinds },
        Select {
            name: "territory",
            label: t(lang, "coalition-territory"),
            choices: written(territories, filter.territory.as_deref()),
        },
    ];
    all.into_iter().filter(|select| !select.choices.is_empty()).collect()
}

fn entry(lang: Lang, row: Listed, joined: &[(i64, Joined)]) -> Entry {
    let mut mine: Vec<&Joined> = joined.iter().filter(|(id, _)| *id == row.id).map(|(_, one)| one).collect();
    mine.sort_by_key(|one| Role::ALL.iter().position(|role| *role == one.role));
    let rest = i64::try_from(mine.len().saturating_sub(COALITIONS)).unwrap_or_default();
    let role = |one: &&Joined| {
        let href = Some(format!("/coalitions/{}", one.handle));
        (word(lang, "role", one.role.as_str()), Named { name: one.name().to_owned(), href })
    };
    Entry {
        href: format!("/organisations/{}", row.handle),
        name: row.name,
        kind: word(lang, "organisation", row.kind.as_str()),
        territory: row.territory,
        summary: row.summary,
        roles: mine.iter().take(COALITIONS).map(role).collect(),
        more: (rest > 0).then(|| tf(lang, "organisations-more", &[("count", rest.into())])),
    }
}
