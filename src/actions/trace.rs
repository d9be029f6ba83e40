//! What follows from a publication besides what travels: its place in a series, when it is next due, what led to it and what
//! came of it. All of it is made anew from what was written; linking changes no state.

use super::publication::{Travel, bare_id, the};
use super::{Act, Error};
use super::{milestone, minutes};
use crate::app::App;
use crate::db::Conn;
use crate::domain::link::Relation;
use crate::domain::publication::{Details, Kind, Meeting, Roadmap};
use crate::domain::state::State;
use crate::model::link::{self, NewLink};
use crate::model::publication::{self, Publication};
use crate::model::{decision, minutes as acted, series};
use crate::text::dates;

/// Most publications that one look takes up: the next look goes on.
const AT_ONCE: i64 = 200;

/// Takes up what was published or revised, in its transaction: adopted minutes take effect, then links are made.
///
/// # Errors
/// [`Error`]; then nothing of the transaction may be kept.
pub(super) fn after_on(conn: &mut Conn, act: &Act, id: &str, travel: Travel) -> Result<(), Error> {
    let publication = the(conn, act, id)?;
    if let (Details::Minutes(meeting), State::Adopted) = (&publication.details, publication.row.state) {
        minutes::take_effect(conn, act, &publication, meeting, travel)?;
    }
    index_on(conn, act, &publication, Some(travel))
}

/// Takes up what was published before there were links. How many it were.
///
/// # Errors
/// The database's; what was not done is done at the next look.
pub async fn tend(app: &App) -> Result<usize, Error> {
    let waiting = app.db.read(move |conn| Ok::<_, Error>(link::untraced(conn, AT_ONCE)?)).await?;
    let mut done = 0_usize;
    for id in waiting {
        let act = Act::now(app);
        let take = move |conn: &mut Conn| {
            if !link::take_untraced(conn, &id)? {
                return Ok::<_, Error>(false);
            }
            if let Some(publication) = publication::find(conn, &id)?.filter(Publication::is_public) {
                index_on(conn, &act, &publication, None)?;
            }
            Ok(true)
        };
        done = done.saturating_add(usize::from(app.db.write(take).await?));
    }
    Ok(done)
}

fn index_on(
    conn: &mut Conn,
    act: &Act,
    publication: &Publication,
    travel: Option<Travel>,
) -> Result<(), Error> {
    let row = &publication.row;
    let mut maker = Maker { act, publication, links: Vec::new() };
    match &publication.details {
        Details::Minutes(meeting) | Details::Meeting(meeting) => maker.meeting(conn, meeting)?,
        Details::Roadmap(roadmap) => maker.roadmap(conn, roadmap, travel)?,
        Details::Decision(entry) => {
            if let Some(word) = &entry.source {
                maker.cause(conn, Relation::Source, word, "")?;
            }
            if let Some(reached) = &entry.reached {
                maker.cause(conn, Relation::Reached, &reached.proposal, "")?;
            }
            if let Some(number) = publication.decision_number {
                let successor = decision::successor(conn, row.coalition_id, number)?;
                if successor.is_some() {
                    maker.effect(Relation::Superseded, successor, None);
                }
            }
        }
        Details::Proposal(_) | Details::Consultation(_) | Details::Report(_) | Details::Production(_) => {}
    }
    link::replace(conn, &row.id, &maker.links)?;
    let words = [row.slug.clone(), row.id.clone(), act.urls.publication(&row.id)];
    link::arrive(conn, row.coalition_id, &row.id, &words)?;
    Ok(())
}

struct Maker<'a> {
    act: &'a Act,
    publication: &'a Publication,
    links: Vec<NewLink>,
}

impl Maker<'_> {
    /// The publication that a word of an author names: by its slug in the coalition, its id or its address.
    fn named(&self, conn: &mut Conn, word: &str) -> Result<Option<String>, Error> {
        if let Some(id) = publication::id_by_slug(conn, self.publication.row.coalition_id, word)? {
            return Ok(Some(id));
        }
        Ok(publication::find(conn, &bare_id(self.act, word))?.map(|found| found.row.id))
    }

    fn link(&self, relation: Relation) -> NewLink {
        NewLink {
            coalition_id: self.publication.row.coalition_id,
            owner_id: self.publication.row.id.clone(),
            relation,
            cause_id: None,
            effect_id: None,
            place: String::new(),
            word: None,
        }
    }

    fn cause(&mut self, conn: &mut Conn, relation: Relation, word: &str, place: &str) -> Result<(), Error> {
        let cause_id = self.named(conn, word)?;
        self.links.push(NewLink {
            cause_id,
            effect_id: Some(self.publication.row.id.clone()),
            place: place.to_owned(),
            word: Some(word.to_owned()),
            ..self.link(relation)
        });
        Ok(())
    }

    fn effect(&mut self, relation: Relation, effect_id: Option<String>, word: Option<String>) {
        let cause_id = Some(self.publication.row.id.clone());
        self.links.push(NewLink { cause_id, effect_id, word, ..self.link(relation) });
    }

    fn meeting(&mut self, conn: &mut Conn, meeting: &Meeting) -> Result<(), Error> {
        let row = &self.publication.row;
        let zone = meeting.timezone.as_deref().map_or(self.act.zone, dates::zone);
        let starts = meeting.start.map(|start| dates::begin(start, zone).naive_utc());
        let edition = meeting.edition.and_then(|edition| i32::try_from(edition).ok());
        let place = meeting.series.as_deref().map(|name| (name, edition, starts));
        series::set(conn, row.coalition_id, &row.id, place)?;
        if let (Some(name), Some(_)) = (&meeting.series, edition) {
            let others = series::of(conn, row.coalition_id, name)?;
            for other in others.into_iter().filter(|one| one.edition == edition && one.kind != row.kind) {
                let own = Some(row.id.clone());
                let (cause_id, effect_id) = match row.kind {
                    Kind::Meeting => (own, Some(other.id)),
                    _ => (Some(other.id), own),
                };
                self.links.push(NewLink { cause_id, effect_id, ..self.link(Relation::Meeting) });
            }
        }
        for word in meeting.points.iter().filter_map(|point| point.decision.as_ref()) {
            let decision = self.named(conn, word)?;
            self.effect(Relation::Decision, decision, Some(word.clone()));
        }
        for made in acted::effects(conn, &row.id)? {
            let what = made.decision_id.or(made.action_id);
            self.effect(Relation::Minutes, what, None);
        }
        Ok(())
    }

    fn roadmap(&mut self, conn: &mut Conn, roadmap: &Roadmap, travel: Option<Travel>) -> Result<(), Error> {
        let travel = travel.filter(|_| self.publication.is_public());
        milestone::schedule(conn, self.act, &self.publication.row.id, roadmap, travel)?;
        for milestone in &roadmap.milestones {
            if let Some(word) = &milestone.proposal {
                self.cause(conn, Relation::Proposal, word, &milestone.title)?;
            }
            if let Some(word) = &milestone.decision {
                self.cause(conn, Relation::Decision, word, &milestone.title)?;
            }
        }
        Ok(())
    }
}
