//! `config check` and `config example`.

use std::path::Path;

use clap::Subcommand;

use super::{Failure, open, print};
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Read the configuration and say what is wrong with it.
    Check,
    /// Print every key with its meaning and default.
    Example,
}

pub(super) fn run(path: &Path, command: Command) -> Result<(), Failure> {
    match command {
        Command::Example => {
            print::line(Config::example().trim_end());
            Ok(())
        }
        Command::Check => {
            let (config, urls, _) = open::settings(path)?;
            crate::ap::client::build(&config.federation, urls.base())?;
            for (key, file) in [
                ("node.legal", &config.node.legal),
                ("node.privacy", &config.node.privacy),
                ("node.accessibility", &config.node.accessibility),
                ("mail.password_file", &config.mail.password_file),
                ("mail.ca_file", &config.mail.ca_file),
            ] {
                if let Some(file) = file
                    && let Err(error) = std::fs::read_to_string(file)
                {
                    return Err(Failure::Said(format!("{key} `{}` cannot be read: {error}", file.display())));
                }
            }
            print::line(format!("{} is sound", path.display()));
            if !config.mail.is_on() {
                print::line("no mail leaves this node: mail.smtp_url is empty");
            }
            Ok(())
        }
    }
}
