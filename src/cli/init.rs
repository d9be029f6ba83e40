//! `init`: a commented configuration and a database with the node in it. It overwrites nothing, and leaves nothing half done.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use confique::Layer;

use super::{Failure, logging, open, print};
use crate::actions;
use crate::config::{self, Config};
use crate::db::{Location, migrate};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The domain in handles, such as reset.example.org; may carry a port. One on this machine (localhost, 127.0.0.1) is for
    /// trying out: it is written with http and private addresses allowed.
    #[arg(long, value_name = "DOMAIN")]
    domain: String,
    /// The name of the organisation that runs the node.
    #[arg(long, value_name = "NAME")]
    organisation: String,
    /// The folder for database and media.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub(super) async fn run(path: &Path, arguments: Arguments) -> Result<(), Failure> {
    let organisation = arguments.organisation.trim().to_owned();
    if organisation.is_empty() {
        return Err(Failure::Said("the organisation has no name: write --organisation \"…\"".to_owned()));
    }
    let text = filled(&arguments.domain, &organisation, arguments.data.as_deref());
    // The file must be sound by itself, and together with the environment.
    let origin = path.display().to_string();
    config::load_text(&origin, &text, <Config as confique::Config>::Layer::empty())?;
    let mut file = create_new(path)?;
    let made = async {
        file.write_all(text.as_bytes())
            .map_err(|error| Failure::Said(format!("{origin} cannot be written: {error}")))?;
        node(path, organisation).await
    };
    match made.await {
        Ok(id) => {
            print::line(id);
            print::note(format!("wrote {origin}; start the node with `reset-node --config {origin} serve`"));
            Ok(())
        }
        Err(failure) => {
            let _ = std::fs::remove_file(path);
            Err(failure)
        }
    }
}

fn create_new(path: &Path) -> Result<std::fs::File, Failure> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| {
            Failure::Said(format!("the folder {} cannot be made: {error}", folder.display()))
        })?;
    }
    std::fs::File::create_new(path).map_err(|error| {
        Failure::Said(match error.kind() {
            std::io::ErrorKind::AlreadyExists => format!(
                "{} is there already and is not overwritten: name another with --config, or remove it",
                path.display()
            ),
            _ => format!("{} cannot be written: {error}", path.display()),
        })
    })
}

/// Creates the database with the node. The organisation's id. A database file that was made here goes again on failure.
async fn node(path: &Path, organisation: String) -> Result<String, Failure> {
    let (config, urls, location) = open::settings(path)?;
    logging::quiet(&config.log);
    let fresh = match &location {
        Location::Sqlite(file) => (!Path::new(file).exists()).then(|| file.clone()),
        Location::Postgres(_) => None,
    };
    open::folders(&config, &location)?;
    let made = async {
        let mut conn = open::connect(&config, location.clone())?;
        migrate::run(&mut conn)?;
        drop(conn);
        let app = open::app(config, urls, location, 2)?;
        Ok(actions::node::init(&app, organisation).await?)
    };
    let result = made.await;
    if let (Err(_), Some(file)) = (&result, fresh) {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{file}{end}"));
        }
    }
    result
}

/// The example with these values written in.
fn filled(domain: &str, organisation: &str, data: Option<&Path>) -> String {
    let local = is_local(domain);
    let scheme = if local { "http" } else { "https" };
    let mut values = vec![
        ("node", "domain", quoted(domain)),
        ("node", "url", quoted(&format!("{scheme}://{domain}"))),
        ("node", "name", quoted(organisation)),
    ];
    if let Some(data) = data {
        let join = |name: &str| data.join(name).display().to_string();
        values.push(("database", "url", quoted(&format!("sqlite:{}", join("node.db")))));
        values.push(("media", "path", quoted(&join("media"))));
    }
    if local {
        let port = domain.rsplit_once(':').map_or("80", |(_, port)| port);
        values.push(("http", "listen", quoted(&format!("127.0.0.1:{port}"))));
        values.push(("federation", "allow_http", "true".to_owned()));
        values.push(("federation", "allow_private_addresses", "true".to_owned()));
    }
    let mut table = String::new();
    let mut text = String::new();
    for line in Config::example().lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            table = name.to_owned();
        }
        let key = line.strip_prefix('#').and_then(|rest| rest.split_once(" ="));
        let value = key.and_then(|(key, _)| {
            let found = values.iter().find(|(of, name, _)| *of == table && *name == key.trim());
            found.map(|(_, name, value)| format!("{name} = {value}"))
        });
        text.push_str(value.as_deref().unwrap_or(line));
        text.push('\n');
    }
    text
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn is_local(domain: &str) -> bool {
    let url = url::Url::parse(&format!("http://{domain}/")).ok();
    match url.as_ref().and_then(url::Url::host) {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn what_init_writes_is_read_back() {
        let read = |domain: &str, data: Option<&Path>| {
            let text = filled(domain, "La \"Région\"", data);
            config::load_text("c", &text, <Config as confique::Config>::Layer::empty()).unwrap()
        };
        let public = read("reset.example.org", None);
        assert_eq!(public.node.url, "https://reset.example.org");
        assert_eq!(public.node.name, "La \"Région\"");
        assert!(!public.federation.allow_http);
        let local = read("localhost:8081", Some(Path::new("/var/lib/x")));
        assert_eq!(local.node.url, "http://localhost:8081");
        assert_eq!(local.http.listen.port(), 8081);
        assert_eq!(local.database.url, "sqlite:/var/lib/x/node.db");
        assert!(local.federation.allow_private_addresses);
    }
}
