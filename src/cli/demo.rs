//! `demo`: a node with the sample programme, which is built into the program. It speaks with this machine only and is thrown
//! away at its end, unless `--data` keeps it.

mod programme;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use confique::Layer;

use super::{Failure, logging, open, print, serve, server};
use crate::app::random_bytes;
use crate::config::{self, Config};

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
    programme::load(&app).await?;
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
