//! Creating coalitions, and taking over what a file tells of them. Followers get an `Update` of the profile where it changed.

use std::collections::HashMap;
use std::sync::Arc;

use super::profile::{Profile, ToldStage};
use super::{Act, Error, charter, coalition_file, life, membership, no_actor, take_handle};
use crate::ap::actor::{self as document, Profile as Told};
use crate::ap::keys;
use crate::ap::keys::Signer;
use crate::app::{App, SharedApp};
use crate::db::Conn;
use crate::domain::actor::ActorKind;
use crate::domain::coalition::Stage;
use crate::model::coalition::{self, Coalition, Lists, Member};
use crate::model::{actor, follower};
use crate::outbox::{self, Audience, NewActivity};

/// Largest picture, in bytes.
const MAX_ICON: usize = 2_000_000;

/// What is known of a coalition that is created by hand.
#[derive(Clone, Debug)]
pub struct NewCoalition {
    /// Its handle.
    pub handle: String,
    /// Its title.
    pub title: String,
    /// The handle of the organisation that carries it.
    pub steward: Option<String>,
    /// A PNG picture.
    pub icon: Option<Vec<u8>>,
}

/// What an import did with one coalition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It is new.
    Created,
    /// It was there, and is otherwise now.
    Updated,
    /// It was there as it is told.
    Unchanged,
}

/// Creates a coalition. Its id.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn create(app: &App, new: NewCoalition) -> Result<String, Error> {
    let title = new.title.trim().to_owned();
    if title.is_empty() {
        return Err(Error::Refused("the title is empty: write the coalition's title".to_owned()));
    }
    let icon = match new.icon {
        Some(bytes) => Some(keep_icon(app, &new.handle, bytes).await?),
        None => None,
    };
    let act = Act::now(app);
    let id = app.urls.coalition(&new.handle);
    let language = app.config.node.language.clone();
    let profile = Profile {
        handle: new.handle,
        coalition: Coalition { icon, title: Some(title), ..blank(language) },
        lists: Lists::default(),
        steward: new.steward.map(|handle| handle.trim_start_matches('@').to_owned()),
        stages: vec![ToldStage { stage: Stage::Intention, on: Some(act.today()), reason: None }],
        impact_reason: None,
        members: Vec::new(),
        charter: Vec::new(),
        file: None,
    };
    app.db.write(move |conn| create_on(conn, &act, &profile).map(drop)).await?;
    Ok(id)
}

fn blank(language: String) -> Coalition {
    Coalition {
        actor_id: 0,
        number: None,
        title: None,
        title_provisional: false,
        topic: None,
        narrative: None,
        problem: None,
        impact: None,
        stage: Stage::Intention,
        family: None,
        cohort: None,
        pilot: false,
        territory: None,
        horizon: None,
        parent: None,
        language,
        icon: None,
    }
}

/// Puts a picture into the media folder. Its file name, which names its content, so that a new one has another URL.
async fn keep_icon(app: &App, handle: &str, bytes: Vec<u8>) -> Result<String, Error> {
    crate::domain::handle::check(handle)?;
    if !bytes.starts_with(b"\x89PNG\r\n\x1a\n") || bytes.len() > MAX_ICON {
        return Err(Error::Refused(format!(
            "the icon must be a PNG picture of at most {} MB",
            MAX_ICON / 1_000_000
        )));
    }
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
    let short: String = digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let name = format!("{handle}-{short}.png");
    let folder = app.config.media.path.clone();
    let path = folder.join(&name);
    let written = async {
        tokio::fs::create_dir_all(&folder).await?;
        tokio::fs::write(&path, bytes).await
    };
    written.await.map_err(|error| {
        Error::Refused(format!(
            "the icon cannot be written to {}: {error}: make media.path writable",
            app.config.media.path.display()
        ))
    })?;
    Ok(name)
}

/// Creates a coalition within a transaction. The row id of its actor.
///
/// # Errors
/// [`Error`], a sentence.
pub fn create_on(conn: &mut Conn, act: &Act, profile: &Profile) -> Result<i64, Error> {
    let actor_id = take_handle(conn, act, &profile.handle, ActorKind::Coalition)?;
    let row = Coalition { actor_id, ..profile.coalition.clone() };
    coalition::insert(conn, &row, &profile.lists)?;
    life::begin(conn, act, actor_id, profile)?;
    membership::take_over(conn, act, actor_id, (profile, None), None)?;
    charter::take_over(conn, act, actor_id, profile)?;
    coalition_file::remember(conn, actor_id, profile)?;
    Ok(actor_id)
}

/// Takes over what a file tells: a coalition that is there is updated, one that is not is created; all of them or none.
/// The file tells the whole profile: what it leaves out is no longer known. A picture stays, and so does what an act changed since the
/// file said last what it says.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn import(app: &SharedApp, profiles: Vec<Profile>) -> Result<Vec<(String, Imported)>, Error> {
    let signers = signers_of_followed(app, &profiles).await?;
    let act = Act::now(app);
    let shared = app.clone();
    let work = move |conn: &mut Conn| {
        let mut done = Vec::with_capacity(profiles.len());
        let mut act = act;
        for profile in &profiles {
            let imported = import_on(conn, &act, profile, &Teller { app: &shared, signers: &signers })?;
            done.push((act.urls.coalition(&profile.handle), imported));
            act.tick();
        }
        Ok::<_, Error>(done)
    };
    let done = app.db.write(work).await?;
    app.wake.outbox.notify_one();
    Ok(done)
}

/// Keys are made outside the transaction, and only for coalitions that somebody follows: the others have nobody to tell.
async fn signers_of_followed(app: &App, profiles: &[Profile]) -> Result<HashMap<i64, Arc<Signer>>, Error> {
    let handles: Vec<String> = profiles.iter().map(|profile| profile.handle.clone()).collect();
    let followed = app.db.read(move |conn| {
        let mut followed = Vec::new();
        for handle in handles {
            if let Some(actor) = actor::by_handle(conn, &handle)?
                && follower::count(conn, actor.id)? > 0
            {
                followed.push(actor.id);
            }
        }
        Ok::<_, Error>(followed)
    });
    let mut signers = HashMap::new();
    for id in followed.await? {
        signers.insert(id, keys::signer(app, id).await?);
    }
    Ok(signers)
}

/// What is needed to tell followers of a changed profile.
struct Teller<'a> {
    app: &'a App,
    signers: &'a HashMap<i64, Arc<Signer>>,
}

fn import_on(conn: &mut Conn, act: &Act, profile: &Profile, teller: &Teller<'_>) -> Result<Imported, Error> {
    let Some((actor, old)) = coalition::by_handle(conn, &profile.handle)? else {
        create_on(conn, act, profile)?;
        return Ok(Imported::Created);
    };
    coalition::lock(conn, actor.id)?;
    let last = coalition_file::last(conn, act, actor.id)?;
    let last = last.as_ref();
    coalition_file::knows_the_acts(conn, (&actor, &old), profile, last)?;
    let mut new = Coalition {
        actor_id: actor.id,
        icon: old.icon.clone(),
        stage: old.stage,
        impact: old.impact.clone(),
        ..profile.coalition.clone()
    };
    let before = coalition::members(conn, actor.id)?;
    membership::take_over(conn, act, actor.id, (profile, last), Some(act.today()))?;
    let known = coalition::lists(conn, actor.id)?;
    let associated = coalition_file::wished(profile, &known.associated, last);
    let lists = Lists { associated, ..profile.lists.clone() };
    let members = coalition::members(conn, actor.id)?;
    let goes_on = life::go_on(conn, act, &mut new, profile, last)?;
    let is_amended = charter::take_over(conn, act, actor.id, profile)?;
    coalition_file::remember(conn, actor.id, profile)?;
    if !goes_on && !is_amended && new == old && lists == known && members == before {
        return Ok(Imported::Unchanged);
    }
    coalition::update(conn, &new, &lists)?;
    actor::touch(conn, actor.id, act.at.naive_utc())?;
    if let Some(signer) = teller.signers.get(&actor.id) {
        let told = Told::Coalition(Box::new(new), lists, members);
        tell(conn, act, teller.app, actor.id, &told, signer)?;
    }
    Ok(Imported::Updated)
}

fn tell(
    conn: &mut Conn,
    act: &Act,
    app: &App,
    actor_id: i64,
    told: &Told,
    signer: &Signer,
) -> Result<(), Error> {
    let row = actor::by_id(conn, actor_id)?;
    let id = act.new_id();
    let profile = document::document(app, &row, told, signer);
    let new = NewActivity {
        document: document::update(app, &id, &profile, act.at),
        id,
        actor_id,
        kind: "Update",
        publication_id: None,
        public: false,
        to: Audience::Followers,
        subject: act.urls.coalition(&row.handle),
        now: act.at.naive_utc(),
        quiet: false,
    };
    Ok(outbox::enqueue(conn, new)?)
}

/// A coalition with everything that is known of it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its actor.
    pub actor: crate::model::actor::Actor,
    /// Its profile.
    pub coalition: Coalition,
    /// Its lists.
    pub lists: Lists,
    /// Organisations of this node that belong to it.
    pub members: Vec<Member>,
    /// How many follow it.
    pub followers: i64,
}

/// What is known of the coalition with this handle.
///
/// # Errors
/// [`Error::NoActor`], with the nearest that there is.
pub async fn show(app: &App, handle: String) -> Result<Shown, Error> {
    app.db
        .read(move |conn| {
            let Some((actor, coalition)) = coalition::by_handle(conn, &handle)? else {
                return Err(no_actor(conn, ActorKind::Coalition, &handle));
            };
            Ok(Shown {
                lists: coalition::lists(conn, actor.id)?,
                members: coalition::members(conn, actor.id)?,
                followers: follower::count(conn, actor.id)?,
                actor,
                coalition,
            })
        })
        .await
}
