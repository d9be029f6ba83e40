//! The command line: one file a command. Results go to stdout, logs and errors to stderr; an error is one
//! sentence. Exit 0 done, 1 failed, 2 wrong use.

mod account;
mod action;
mod backup;
mod charter;
mod clock;
mod coalition;
mod comment;
mod config;
mod contribution;
mod decision;
mod deliveries;
mod demo;
mod doctor;
mod export;
mod federation;
mod init;
mod keys;
mod life;
mod logging;
mod mail;
mod milestone;
mod minutes;
mod moderation;
mod moving;
mod open;
mod organisation;
mod peers;
mod position;
mod print;
mod proposal;
mod publication;
mod publish;
mod quote;
mod reply;
mod report;
mod retention;
mod serve;
mod server;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{actions, db};

/// The federated server with which organisations decide and act together.
#[derive(Debug, Parser)]
#[command(name = "reset-node", version, arg_required_else_help = true)]
struct Cli {
    /// The configuration.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "RESET_NODE_CONFIG",
        default_value = "config.toml"
    )]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a configuration and create the node: its database and its organisation.
    Init(init::Arguments),
    /// Run the node: web and workers.
    Serve,
    /// Run the web part alone (PostgreSQL).
    Web,
    /// Run the workers alone (PostgreSQL).
    Worker,
    /// Run a node with the sample programme, thrown away at its end.
    Demo(demo::Arguments),
    /// Accounts of people.
    #[command(subcommand)]
    Account(account::Command),
    /// Organisations of this node.
    #[command(subcommand)]
    Organisation(organisation::Command),
    /// Coalitions of this node.
    #[command(subcommand)]
    Coalition(coalition::Command),
    /// The versions of a coalition's charter, and who acknowledged which.
    #[command(subcommand)]
    Charter(charter::Command),
    /// Publish or revise what a coalition says. Prints one URL a line.
    Publish(publish::Arguments),
    /// Withdraw a publication: a tombstone stays, with the reason.
    Withdraw(publish::Withdraw),
    /// What a coalition shows first, what takes no more replies, who comes to a meeting.
    #[command(subcommand)]
    Publication(publication::Command),
    /// The rounds of proposals: opening, leading and closing them, amendments.
    #[command(subcommand)]
    Proposal(proposal::Command),
    /// Where organisations stand on proposals.
    #[command(subcommand)]
    Position(position::Command),
    /// What organisations, persons and coalitions say under publications.
    #[command(subcommand)]
    Comment(comment::Command),
    /// What members of a coalition contribute.
    #[command(subcommand)]
    Contribution(contribution::Command),
    /// Minutes: submitted, approved by those who attended, adopted, corrected.
    #[command(subcommand)]
    Minutes(minutes::Command),
    /// What is to be done, by whom and until when.
    #[command(subcommand)]
    Action(action::Command),
    /// The milestones of a roadmap.
    #[command(subcommand)]
    Milestone(milestone::Command),
    /// What other servers reported, and reports to them.
    #[command(subcommand)]
    Report(report::Command),
    /// Replies that came from other servers.
    #[command(subcommand)]
    Reply(reply::Command),
    /// Posts of other servers that quote what is published here.
    #[command(subcommand)]
    Quote(quote::Command),
    /// Other servers.
    #[command(subcommand)]
    Federation(federation::Command),
    /// Who moderated what.
    #[command(subcommand)]
    Audit(moderation::Audit),
    /// What is on its way to other servers.
    #[command(subcommand)]
    Deliveries(deliveries::Command),
    /// E-mail that leaves this node.
    #[command(subcommand)]
    Mail(mail::Command),
    /// The register of decisions.
    #[command(subcommand)]
    Decision(decision::Command),
    /// Write what coalitions published to a folder: readable texts, and registers that anybody can verify.
    Export(export::Arguments),
    /// Copy the database, keys included, to a file.
    Backup(backup::Backup),
    /// Put a backup in the place of the database.
    Restore(backup::Restore),
    /// The configuration.
    #[command(subcommand)]
    Config(config::Command),
    /// Say what is wrong with this node and what to do.
    Doctor,
}

/// Why a command failed: one sentence.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Config(#[from] crate::config::Error),
    #[error(transparent)]
    Action(#[from] actions::Error),
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error("{0}")]
    Said(String),
    /// What is wrong was printed as the result.
    #[error("it does not hold")]
    Told,
}

impl From<String> for Failure {
    fn from(sentence: String) -> Failure {
        Failure::Said(sentence)
    }
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Failure {
        Failure::Database(error.into())
    }
}

/// Reads the arguments, runs the command and says how it went.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let mut runtime = match cli.command {
        Command::Serve | Command::Web | Command::Worker | Command::Demo(_) => {
            let mut builder = tokio::runtime::Builder::new_multi_thread();
            let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
            builder.worker_threads(cores.max(2));
            builder
        }
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    let result = match runtime.enable_all().build() {
        Ok(runtime) => {
            let result = runtime.block_on(dispatch(cli));
            runtime.shutdown_timeout(std::time::Duration::from_secs(1));
            result
        }
        Err(error) => Err(Failure::Said(format!("no thread could be started: {error}"))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Told) => ExitCode::FAILURE,
        Err(failure) => {
            let sentence = failure.to_string();
            let words: Vec<_> = sentence.split_whitespace().collect();
            print::error(&words.join(" "));
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(cli: Cli) -> Result<(), Failure> {
    let path = cli.config.as_path();
    match cli.command {
        Command::Init(arguments) => init::run(path, arguments).await,
        Command::Serve => serve::run(path, serve::Parts::ALL).await,
        Command::Web => serve::run(path, serve::Parts::WEB).await,
        Command::Worker => serve::run(path, serve::Parts::WORKERS).await,
        Command::Demo(arguments) => demo::run(arguments).await,
        Command::Account(command) => account::run(path, command).await,
        Command::Organisation(command) => organisation::run(path, command).await,
        Command::Coalition(command) => coalition::run(path, command).await,
        Command::Charter(command) => charter::run(path, command).await,
        Command::Publish(arguments) => publish::run(path, arguments).await,
        Command::Withdraw(arguments) => publish::withdraw(path, arguments).await,
        Command::Contribution(command) => contribution::run(path, command).await,
        Command::Publication(command) => publication::run(path, command).await,
        Command::Proposal(command) => proposal::run(path, command).await,
        Command::Position(command) => position::run(path, command).await,
        Command::Comment(command) => comment::run(path, command).await,
        Command::Minutes(command) => minutes::run(path, command).await,
        Command::Action(command) => action::run(path, command).await,
        Command::Milestone(command) => milestone::run(path, command).await,
        Command::Report(command) => report::run(path, command).await,
        Command::Reply(command) => reply::run(path, command).await,
        Command::Quote(command) => quote::run(path, command).await,
        Command::Federation(command) => federation::run(path, command).await,
        Command::Audit(command) => moderation::audit(path, command).await,
        Command::Deliveries(command) => deliveries::run(path, command).await,
        Command::Mail(command) => mail::run(path, command).await,
        Command::Decision(command) => decision::run(path, command).await,
        Command::Export(arguments) => export::run(path, arguments).await,
        Command::Backup(arguments) => backup::backup(path, &arguments),
        Command::Restore(arguments) => backup::restore(path, &arguments),
        Command::Config(command) => config::run(path, command),
        Command::Doctor => doctor::run(path).await,
    }
}
