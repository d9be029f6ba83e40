//! `coalition stage`, `impact`, `member`, `handover`, `associate`, `interests` and `interest`.

use std::path::Path;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Failure, open, print};
use crate::actions::declaration;
use crate::actions::life::{self, By};
use crate::actions::membership::{self, Place};
use crate::app::SharedApp;
use crate::domain::actor::Role;
use crate::domain::coalition::{AssociatedState, DeclarationState, Dimension, Stage};
use crate::model::coalition::Associated;
use crate::model::declaration::Declaration;

/// Who acts, why and when.
#[derive(Debug, Args)]
pub(super) struct Acting {
    /// The handle of the organisation that acts.
    #[arg(long, value_name = "ORG")]
    by: String,
    /// Why; it is published.
    #[arg(long)]
    reason: Option<String>,
    /// The day of the act, as 2021-06-30; else today.
    #[arg(long, value_name = "DATE")]
    on: Option<NaiveDate>,
}

impl From<Acting> for By {
    fn from(acting: Acting) -> By {
        By { organisation: acting.by, reason: acting.reason, on: acting.on }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say where a coalition stands now. Prints its URL.
    Stage {
        /// Its handle.
        handle: String,
        /// The stage: intention, crystallising, scoping, launched, roadmap, active, landed, dormant or closed.
        #[arg(long, value_parser = str::parse::<Stage>)]
        to: Stage,
        #[command(flatten)]
        acting: Acting,
    },
    /// Say what a coalition seeks now; what it sought before stays to be read. Prints its URL.
    Impact {
        /// Its handle.
        handle: String,
        /// The impact sought.
        #[arg(long)]
        text: String,
        #[command(flatten)]
        acting: Acting,
    },
    /// Who is in a coalition, and as what.
    #[command(subcommand)]
    Member(Member),
    /// Hand a coalition over to another steward. Prints its URL.
    Handover {
        /// Its handle.
        handle: String,
        /// The handle of the organisation that carries it from now on.
        #[arg(long, value_name = "ORG")]
        to: String,
        #[command(flatten)]
        acting: Acting,
    },
    /// Put an actor on the wish list, or say how far it has come. Prints the URL of the coalition.
    Associate {
        /// The coalition's handle.
        handle: String,
        /// How the actor is called.
        name: String,
        /// wanted, invited, joined or declined.
        #[arg(long, value_parser = str::parse::<AssociatedState>)]
        state: AssociatedState,
        /// What it brings: offer, procurement or usage; may be repeated.
        #[arg(long = "dimension", value_parser = str::parse::<Dimension>)]
        dimensions: Vec<Dimension>,
        /// The handle of the steward or a co-steward, to be checked.
        #[arg(long, value_name = "ORG")]
        by: Option<String>,
    },
    /// List who declared an interest in a coalition.
    Interests {
        /// Its handle.
        handle: String,
        /// Also the e-mail addresses, which are for the steward alone.
        #[arg(long)]
        contacts: bool,
        /// For programs.
        #[arg(long)]
        json: bool,
    },
    /// Answer a declaration of interest.
    #[command(subcommand)]
    Interest(Interest),
}

#[derive(Debug, Subcommand)]
pub(super) enum Member {
    /// Take an organisation in. Prints the URL of the coalition.
    Add(Placed),
    /// Change what a member is or brings, with a reason. Prints the URL of the coalition.
    Role(Placed),
    /// End a membership: another's with a reason, or one's own. Prints the URL of the coalition.
    Remove {
        /// The coalition's handle.
        handle: String,
        /// The organisation's handle.
        organisation: String,
        #[command(flatten)]
        acting: Acting,
    },
}

/// A member, and what it is to be.
#[derive(Debug, Args)]
pub(super) struct Placed {
    /// The coalition's handle.
    handle: String,
    /// The organisation's handle.
    organisation: String,
    /// co_steward, facilitator, member or observer.
    #[arg(long, value_parser = str::parse::<Role>)]
    role: Role,
    /// What it brings: offer, procurement or usage; may be repeated.
    #[arg(long = "dimension", value_parser = str::parse::<Dimension>)]
    dimensions: Vec<Dimension>,
    #[command(flatten)]
    acting: Acting,
}

#[derive(Debug, Subcommand)]
pub(super) enum Interest {
    /// Accept it: its name is shown. Prints its id.
    Accept(Answered),
    /// Note that it was withdrawn: what reaches the organisation is erased. Prints its id.
    Withdraw(Answered),
}

/// A declaration, and who answers it.
#[derive(Debug, Args)]
pub(super) struct Answered {
    /// Its id.
    id: String,
    /// The handle of the steward or a co-steward.
    #[arg(long, value_name = "ORG")]
    by: String,
    /// Why.
    #[arg(long)]
    reason: Option<String>,
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let app = open::node(path).await?;
    let id = match command {
        Command::Stage { handle, to, acting } => life::stage(&app, &handle, to, acting.into()).await?,
        Command::Impact { handle, text, acting } => life::impact(&app, &handle, text, acting.into()).await?,
        Command::Member(command) => member(&app, command).await?,
        Command::Handover { handle, to, acting } => {
            membership::hand_over(&app, &handle, to, acting.into()).await?
        }
        Command::Associate { handle, name, state, dimensions, by } => {
            membership::associate(&app, &handle, Associated { name, state, dimensions }, by).await?
        }
        Command::Interests { handle, contacts, json } => {
            return interests(&app, handle, contacts, json).await;
        }
        Command::Interest(command) => {
            let (one, state) = match command {
                Interest::Accept(one) => (one, DeclarationState::Accepted),
                Interest::Withdraw(one) => (one, DeclarationState::Withdrawn),
            };
            declaration::answer(&app, one.id, state, one.by, one.reason).await?
        }
    };
    print::line(id);
    Ok(())
}

async fn member(app: &SharedApp, command: Member) -> Result<String, Failure> {
    let place = |one: &Placed| Place {
        organisation: one.organisation.clone(),
        role: one.role,
        dimensions: one.dimensions.clone(),
    };
    Ok(match command {
        Member::Add(one) => membership::add(app, &one.handle, place(&one), one.acting.into()).await?,
        Member::Role(one) => membership::change(app, &one.handle, place(&one), one.acting.into()).await?,
        Member::Remove { handle, organisation, acting } => {
            membership::remove(app, &handle, organisation, acting.into()).await?
        }
    })
}

async fn interests(app: &SharedApp, handle: String, contacts: bool, json: bool) -> Result<(), Failure> {
    let rows: Vec<Value> =
        declaration::list(app, handle).await?.iter().map(|one| value(one, contacts)).collect();
    let names = ["id", "state", "confirmed", "organisation", "sentence", "email"];
    print::fields(&rows, json, names.get(..if contacts { 6 } else { 5 }).unwrap_or(&names))
}

fn value(one: &Declaration, contacts: bool) -> Value {
    let mut value = json!({
        "id": one.id, "organisation": one.organisation, "sentence": one.sentence, "state": one.state,
        "confirmed": one.confirmed_at.is_some(), "declared": one.declared_at.and_utc(),
        "answered": one.answered_at.map(|at| at.and_utc()), "reason": one.reason,
    });
    if let Some(object) = value.as_object_mut().filter(|_| contacts) {
        object.insert("email".to_owned(), json!(one.email));
    }
    value
}
