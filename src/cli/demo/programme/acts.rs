//! The acts of `story.toml`: what happened to publications and coalitions after they were there.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::actions::decision::{self, Asked};
use crate::actions::life::{self, By};
use crate::actions::membership::{self, Place};
use crate::actions::minutes::{self, Deed};
use crate::actions::{
    Act, Error, action_item, amendment, closing, milestone, position, proposal, publication,
};
use crate::db::Conn;
use crate::domain::act::Act as Step;
use crate::domain::action;
use crate::domain::actor::Role;
use crate::domain::coalition::{Dimension, Stage};
use crate::domain::position::Stance;
use crate::domain::publication::{MilestoneStatus, When};
use crate::domain::round::AmendmentState;
use crate::model;

#[derive(Deserialize)]
struct File {
    acts: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    at: toml::value::Datetime,
    #[serde(flatten)]
    done: Done,
}

/// One act: of what, by which organisation (its handle), why, and what else it takes.
#[derive(Debug, Deserialize)]
pub(super) struct Done {
    /// The handle of a coalition, or a publication as coalition/slug.
    of: String,
    by: String,
    reason: Option<String>,
    #[serde(flatten)]
    what: What,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
enum What {
    Stage {
        to: Stage,
    },
    Impact {
        text: String,
    },
    Member {
        organisation: String,
        role: Role,
        #[serde(default)]
        dimensions: Vec<Dimension>,
    },
    Handover {
        organisation: String,
    },
    Position {
        stance: Stance,
    },
    Amend {
        text: String,
    },
    Accept,
    Round {
        closes: When,
    },
    Close,
    Supersede {
        with: String,
    },
    Approve,
    Milestone {
        title: String,
        status: MilestoneStatus,
        progress: Option<u8>,
    },
    /// Of the first action that the minutes made.
    Action {
        state: action::State,
    },
}

/// Reads the file; dates are with their offset.
pub(super) fn read(text: &str) -> Result<Vec<(DateTime<Utc>, Done)>, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    let at = |line: Line| match DateTime::parse_from_rfc3339(&line.at.to_string()) {
        Ok(at) => Ok((at.to_utc(), line.done)),
        Err(error) => Err(format!("`{}`: {error}", line.at)),
    };
    file.acts.into_iter().map(at).collect()
}

impl Done {
    /// Does it, in the transaction that plays the programme.
    ///
    /// # Errors
    /// [`Error`]: the file tells something that cannot be.
    pub(super) fn play(&self, conn: &mut Conn, act: &Act) -> Result<(), Error> {
        match &self.what {
            What::Stage { .. } | What::Impact { .. } | What::Member { .. } | What::Handover { .. } => {
                self.of_a_coalition(conn, act)
            }
            _ => self.of_a_publication(conn, act),
        }
    }

    fn of_a_coalition(&self, conn: &mut Conn, act: &Act) -> Result<(), Error> {
        let of = life::the(conn, &self.of)?;
        let by = By { organisation: self.by.clone(), reason: self.reason.clone(), on: None };
        match &self.what {
            What::Stage { to } => life::stage_on(conn, act, &of, *to, &by),
            What::Impact { text } => life::impact_on(conn, act, &of, text, &by).map(drop),
            What::Member { organisation, role, dimensions } => {
                let (organisation, dimensions) = (organisation.clone(), dimensions.clone());
                membership::add_on(conn, act, &of, &Place { organisation, role: *role, dimensions }, &by)
            }
            What::Handover { organisation } => membership::hand_over_on(conn, act, &of, organisation, &by),
            _ => Ok(()),
        }
    }

    fn of_a_publication(&self, conn: &mut Conn, act: &Act) -> Result<(), Error> {
        let (of, by, reason) = (self.of.as_str(), self.by.as_str(), self.reason.clone());
        let why = reason.as_deref();
        match &self.what {
            What::Position { stance } => position::take_on(conn, act, of, by, *stance, reason).map(drop),
            What::Amend { text } => {
                amendment::propose_on(conn, act, of, by, text.trim().to_owned(), reason).map(drop)
            }
            What::Accept => {
                let proposal = publication::the(conn, act, of)?.row.id;
                let proposed = model::amendment::all(conn, &proposal)?;
                let open = proposed.iter().find(|one| one.row.state == AmendmentState::Proposed);
                let id = open.map_or("", |one| one.row.id.as_str());
                amendment::answer_on(conn, act, id, by, AmendmentState::Accepted, why).map(drop)
            }
            What::Round { closes } => proposal::next_round_on(conn, act, of, by, *closes, why).map(drop),
            What::Close => closing::close_on(conn, act, of, by, None, why).map(drop),
            What::Supersede { with } => {
                let asked = Asked { by: Some(by.to_owned()), reason: reason.unwrap_or_default() };
                decision::supersede_on(conn, act, of, with, &asked).map(drop)
            }
            _ => self.of_a_record(conn, act),
        }
    }

    fn of_a_record(&self, conn: &mut Conn, act: &Act) -> Result<(), Error> {
        let (id, by, reason) = (self.of.clone(), self.by.clone(), self.reason.clone());
        match &self.what {
            What::Approve => {
                minutes::act_on(conn, act, &Deed { act: Step::Approved, id, by, reason }).map(drop)
            }
            What::Milestone { title, status, progress } => {
                let (milestone, reason) = (title.clone(), reason.unwrap_or_default());
                let (status, progress) = (*status, *progress);
                let change = milestone::Change { id, milestone, status, by, reason, progress, due: None };
                milestone::set_on(conn, act, &change).map(drop)
            }
            What::Action { state } => {
                let minutes = publication::the(conn, act, &id)?;
                let items = model::action_item::page(conn, minutes.actor.id, 0, 100)?;
                let made = items.into_iter().find(|item| item.minutes_id.as_ref() == Some(&minutes.row.id));
                let id = made.map(|item| item.id).unwrap_or_default();
                action_item::set_on(conn, act, &action_item::Change { id, state: *state, by, reason })
            }
            _ => Ok(()),
        }
    }
}
