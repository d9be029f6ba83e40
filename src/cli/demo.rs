//! `demo`: a node with the sample programme, which is built into the program. It speaks with this machine only and is thrown
//! away at its end, unless `--data` keeps it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use confique::Layer;
use rust_embed::Embed;

use super::{Failure, logging, open, print, serve, server};
use crate::actions::charter::take_over as link_charter;
use crate::actions::coalition::create_on as create_coalition;
use crate::actions::front_matter::Manuscript;
use crate::actions::node::init_on;
use crate::actions::organisation::{NewOrganisation, create_on as create_organisation};
use crate::actions::profile::Profile;
use crate::actions::publication::{Travel, publish_on};
use crate::actions::{self, Act, Error};
use crate::app::{App, random_bytes};
use crate::config::{self, Config};
use crate::db::Conn;
use crate::domain::publication::{Details, When};

#[derive(Embed)]
#[folder = "examples/programme"]
struct Programme;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Where to listen; the URL is http://localhost with this port.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Keep the node in this folder, and take it up again the next time.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Failure> {
    if !arguments.listen.ip().is_loopback() {
        return Err(Failure::Said(
            "the demo listens on this machine only: write --listen 127.0.0.1:8080, or make a node with `reset-node init`"
                .to_owned(),
        ));
    }
    let listener = server::bind(arguments.listen, "http.listen").await?;
    let port = listener.local_addr().map_err(|error| Failure::Said(error.to_string()))?.port();
    let folder = match &arguments.data {
        Some(folder) => Folder::Kept(folder.clone()),
        None => Folder::temporary()?,
    };
    let text = configuration(arguments.listen, port, folder.path());
    let config = config::load_text("the demo", &text, <Config as confique::Config>::Layer::empty())?;
    logging::start(&config.log);
    let (urls, location) = open::addresses(&config)?;
    let (app, _lock) = serve::ready(config, urls, location).await?;
    load(&app).await?;
    print::note(format!("The sample programme is at {} until you press Ctrl-C.", app.urls.base()));
    let listeners = serve::Listeners { web: Some(listener), metrics: None };
    serve::run_parts(app, listeners, serve::Parts::ALL).await
}

fn configuration(listen: SocketAddr, port: u16, data: &Path) -> String {
    let quoted = |text: String| toml::Value::String(text).to_string();
    format!(
        "[node]\ndomain = \"localhost:{port}\"\nurl = \"http://localhost:{port}\"\nname = \"Programme #RESET (démonstration)\"\n\
         territory = \"France\"\n[http]\nlisten = \"{listen}\"\n[database]\nurl = {}\n[media]\npath = {}\n\
         [federation]\nallow_http = true\nloopback_only = true\n",
        quoted(format!("sqlite:{}", data.join("node.db").display())),
        quoted(data.join("media").display().to_string()),
    )
}

/// Where the demo's data is.
enum Folder {
    Kept(PathBuf),
    /// Removed when the demo ends.
    Temporary(PathBuf),
}

impl Folder {
    fn temporary() -> Result<Folder, Failure> {
        let name: u64 = random_bytes().map_or(0, u64::from_le_bytes);
        let path = std::env::temp_dir().join(format!("reset-node-demo-{name:016x}"));
        std::fs::create_dir_all(&path).map_err(|error| {
            Failure::Said(format!("the folder {} cannot be made: {error}", path.display()))
        })?;
        Ok(Folder::Temporary(path))
    }

    fn path(&self) -> &Path {
        match self {
            Folder::Kept(path) | Folder::Temporary(path) => path,
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Folder::Temporary(path) = self {
            let _ = std::fs::remove_dir_all(path);
        }
    }
}

/// The files of the programme, read.
struct Sample {
    organisations: Vec<NewOrganisation>,
    coalitions: Vec<Profile>,
    publications: Vec<Manuscript>,
}

/// Puts the programme into an empty node, in one transaction.
async fn load(app: &App) -> Result<(), Failure> {
    let sample = sample(app)?;
    let act = Act::now(app);
    let loaded = app.db.write(move |conn| load_on(conn, act, &sample));
    Ok(loaded.await?)
}

fn sample(app: &App) -> Result<Sample, Failure> {
    let bad = |name: &str, error: &dyn std::fmt::Display| {
        Failure::Said(format!("examples/programme/{name}: {error}"))
    };
    let mut sample = Sample { organisations: Vec::new(), coalitions: Vec::new(), publications: Vec::new() };
    for name in Programme::iter() {
        let Some(file) = Programme::get(&name) else {
            continue;
        };
        let text = String::from_utf8_lossy(&file.data);
        let stem = Path::new(name.as_ref()).file_stem().map(|stem| stem.to_string_lossy());
        if name.ends_with("organisations.toml") {
            sample.organisations = NewOrganisation::parse_all(&text).map_err(|error| bad(&name, &error))?;
        } else if name.ends_with(".toml") {
            let read = Profile::parse_all(&text, &app.config.node.language);
            sample.coalitions.extend(read.map_err(|error| bad(&name, &error))?);
        } else if name.ends_with(".md") {
            let read = Manuscript::parse(&text, &stem.unwrap_or_default(), actions::zone(app));
            sample.publications.push(read.map_err(|error| bad(&name, &error))?);
        }
    }
    // As they happened, so that the latest comes first on pages.
    sample.publications.sort_by_key(|manuscript| happened(&manuscript.details).map(When::day));
    Ok(sample)
}

fn happened(details: &Details) -> Option<When> {
    match details {
        Details::Proposal(proposal) => proposal.opens,
        Details::Minutes(meeting) | Details::Meeting(meeting) => meeting.start,
        Details::Roadmap(roadmap) => {
            roadmap.milestones.iter().filter_map(|milestone| milestone.due).min_by_key(|due| due.day())
        }
        Details::Decision(decision) => decision.date,
        Details::Consultation(asked) => asked.opens,
        Details::Report(report) => report.until,
        Details::Production(_) => None,
    }
}

fn load_on(conn: &mut Conn, mut act: Act, sample: &Sample) -> Result<(), Error> {
    let mut organisations = sample.organisations.iter();
    let Some(first) = organisations.next() else {
        return Err(Error::Refused("the sample programme has no organisation".to_owned()));
    };
    if crate::model::organisation::by_handle(conn, &first.handle)?.is_some() {
        return Ok(());
    }
    init_on(conn, &act, first)?;
    for organisation in organisations {
        create_organisation(conn, &act, organisation)?;
    }
    let mut made = Vec::with_capacity(sample.coalitions.len());
    for coalition in &sample.coalitions {
        made.push((create_coalition(conn, &act, coalition)?, coalition));
    }
    for manuscript in &sample.publications {
        act.tick();
        publish_on(conn, &act, manuscript, Travel::Deliver)?;
    }
    for (id, coalition) in made {
        link_charter(conn, &act, id, coalition)?;
    }
    Ok(())
}
