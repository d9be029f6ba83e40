//! The directory of coalitions, with a form that narrows it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::parts::{Mark, Pager};
use super::{Frame, PER_PAGE, html};
use crate::app::SharedApp;
use crate::db::Conn;
use crate::domain::coalition::{Dimension, Quality, Stage};
use crate::domain::search::Question;
use crate::model::directory::{self, Choices, Counted, Filter};
use crate::model::listing;
use crate::text::{Lang, word};
use crate::web::error::Error;
use crate::web::locale::Visit;

/// A coalition in a list.
pub(super) struct Card {
    pub href: String,
    pub number: Option<String>,
    pub name: String,
    pub language: String,
    pub impact: Option<String>,
    pub stage: &'static str,
    pub territory: Option<String>,
    /// Words of the qualities sought, joined.
    pub qualities: String,
    pub mark: Mark,
}

impl Card {
    /// A page of cards, and how many there are.
    pub(super) fn load(
        conn: &mut Conn,
        filter: &Filter,
        (offset, limit): (i64, i64),
        lang: Lang,
    ) -> Result<(Vec<Card>, i64), diesel::result::Error> {
        let (rows, total) = directory::page(conn, filter, offset, limit)?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return Ok((Vec::new(), total));
        };
        let sought = listing::qualities(conn, first.id, last.id)?;
        let seeks = |id: i64, quality: Quality| sought.contains(&(id, quality));
        let card = |row: listing::ListedCoalition| {
            let words: Vec<&str> = Quality::ALL
                .iter()
                .filter(|quality| seeks(row.id, **quality))
                .map(|quality| word(lang, "quality", quality.as_str()))
                .collect();
            Card {
                href: format!("/coalitions/{}", row.handle),
                name: row.name().to_owned(),
                stage: word(lang, "stage", row.stage.as_str()),
                qualities: words.join(", "),
                mark: Mark::of(|quality| seeks(row.id, quality)),
                number: row.number,
                language: row.language,
                impact: row.impact,
                territory: row.territory,
            }
        };
        Ok((rows.into_iter().map(card).collect(), total))
    }
}

/// A choice of a form: its value, what it says, whether it is chosen.
pub(super) struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// A list of a form to choose from; the first choice is "all".
pub(super) struct Select {
    pub name: &'static str,
    pub label: &'static str,
    pub choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "coalitions.html")]
struct Coalitions {
    frame: Frame,
    words: String,
    selects: Vec<Select>,
    pilot: bool,
    pilots: i64,
    narrowed: bool,
    cards: Vec<Card>,
    total: i64,
    pager: Pager,
}

/// The parameters of the directory.
const NAMES: [&str; 8] = ["q", "quality", "stage", "dimension", "territory", "cohort", "family", "pilot"];

/// What the address asks for. Parameters that are not known ask for nothing; a word that is none has no list.
///
/// # Errors
/// [`Error::NotFound`].
pub(in crate::web) fn filter(visit: &Visit) -> Result<Filter, Error> {
    let text = |name| visit.parameter(name).filter(|value| !value.is_empty());
    Ok(Filter {
        quality: asked(text("quality"))?,
        stage: asked(text("stage"))?,
        dimension: asked(text("dimension"))?,
        territory: text("territory"),
        cohort: text("cohort"),
        family: text("family"),
        pilot: text("pilot").is_some(),
        words: Question::parse(&text("q").unwrap_or_default()),
        latest: false,
    })
}

fn asked<T: std::str::FromStr>(word: Option<String>) -> Result<Option<T>, Error> {
    word.map(|word| word.parse().map_err(|_| Error::NotFound)).transpose()
}

/// The choices of a vocabulary, in its order, as far as some coalition has them.
pub(super) fn vocabulary(
    lang: Lang,
    group: &str,
    words: &[&str],
    counts: &[Counted],
    chosen: Option<&str>,
) -> Vec<Choice> {
    let count = |word: &str| counts.iter().find(|(value, _)| value == word).map_or(0, |(_, count)| *count);
    let choices = words.iter().filter(|one| count(one) > 0 || chosen == Some(**one));
    choices
        .map(|one| Choice {
            value: (*one).to_owned(),
            label: format!("{} ({})", word(lang, group, one), count(one)),
            chosen: chosen == Some(*one),
        })
        .collect()
}

pub(super) fn written(counts: Vec<Counted>, chosen: Option<&str>) -> Vec<Choice> {
    let choice = |(value, count): Counted| Choice {
        label: format!("{value} ({count})"),
        chosen: chosen == Some(value.as_str()),
        value,
    };
    counts.into_iter().map(choice).collect()
}

fn selects(lang: Lang, filter: &Filter, choices: Choices) -> Vec<Select> {
    let quality = filter.quality.map(Quality::as_str);
    let stage = filter.stage.map(Stage::as_str);
    let dimension = filter.dimension.map(Dimension::as_str);
    let all = [
        (
            "quality",
            "filter-quality",
            vocabulary(lang, "quality", Quality::WORDS, &choices.qualities, quality),
        ),
        ("stage", "filter-stage", vocabulary(lang, "stage", Stage::WORDS, &choices.stages, stage)),
        (
            "dimension",
            "filter-dimension",
            vocabulary(lang, "dimension", Dimension::WORDS, &choices.dimensions, dimension),
        ),
        ("territory", "coalition-territory", written(choices.territories, filter.territory.as_deref())),
        ("cohort", "coalition-cohort", written(choices.cohorts, filter.cohort.as_deref())),
        ("family", "coalition-family", written(choices.families, filter.family.as_deref())),
    ];
    let select = |(name, label, choices)| Select { name, label: crate::text::t(lang, label), choices };
    all.into_iter().map(select).filter(|select| !select.choices.is_empty()).collect()
}

/// `GET /coalitions`.
pub(super) async fn show(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let page = visit.page();
    let lang = visit.lang;
    let wanted = filter(&visit)?;
    let asked = wanted.clone();
    let read = app.db.read(move |conn| {
        let (cards, total) = Card::load(conn, &asked, (Pager::offset(page), PER_PAGE), lang)?;
        Ok::<_, Error>((cards, total, directory::choices(conn)?))
    });
    let (cards, total, choices) = read.await?;
    let query = visit.kept(&NAMES);
    let and = if query.is_empty() { "" } else { "&" };
    let mut frame = Frame::new(&app, &visit, visit.lang_text("coalitions-title"));
    frame.listed("/coalitions", &query);
    html(&Coalitions {
        frame,
        words: visit.parameter("q").unwrap_or_default().chars().take(300).collect(),
        pilot: wanted.pilot,
        pilots: choices.pilots,
        selects: selects(lang, &wanted, choices),
        narrowed: !query.is_empty(),
        cards,
        total,
        pager: Pager::new(&format!("/coalitions?{query}{and}page="), page, total),
    })
}
