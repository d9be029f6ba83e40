//! `doctor`: looks at the node from inside and from outside, and says what is wrong and what to do. Changes nothing.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reset_federation::limits::MAX_REDIRECTS;
use url::Url;

use super::{Failure, backup, open, print};
use crate::app::App;
use crate::db::Location;
use crate::domain::mail::State;
use crate::domain::moderation::Rule;
use crate::{db, model};

/// Less free space than this is named.
const SPACE: u64 = 500_000_000;
/// Longest wait for the node's own answers.
const WAIT: Duration = Duration::from_secs(10);

/// What one look found: what was looked at, and what is well or wrong.
struct Finding {
    about: &'static str,
    result: Result<String, String>,
}

pub(super) async fn run(path: &Path) -> Result<(), Failure> {
    let app = open::node(path).await?;
    let mut findings = vec![
        about("database", database(&app)),
        about("disk", disk(&app)),
        about("queue", queue(&app).await),
        about("moderation", moderation(&app).await),
        about("mail", mail(&app).await),
        about("domain", domain(&app).await),
    ];
    let answer = webfinger(&app).await;
    if let Ok((_, Some(date))) = &answer {
        findings.push(about("clock", clock(app.now(), *date)));
    }
    findings.push(about("webfinger", answer.map(|(said, _)| said)));
    findings.push(about("tls", tls(&app)));
    let bad = findings.iter().filter(|finding| finding.result.is_err()).count();
    for Finding { about, result } in findings {
        match result {
            Ok(said) => print::line(format!("well   {about}: {said}")),
            Err(said) => print::line(format!("WRONG  {about}: {said}")),
        }
    }
    match bad {
        0 => Ok(()),
        1 => Err(Failure::Said("one thing is wrong: see above what to do".to_owned())),
        many => Err(Failure::Said(format!("{many} things are wrong: see above what to do"))),
    }
}

fn about(about: &'static str, result: Result<String, String>) -> Finding {
    Finding { about, result }
}

fn database(app: &App) -> Result<String, String> {
    let mut conn = app.db.dedicated().map_err(|error| error.to_string())?;
    match backup::check(&mut conn).map_err(|error| error.to_string())?.as_str() {
        "ok" => Ok("it is of this version and sound".to_owned()),
        other => Err(format!("it is damaged ({other}): stop the node and restore a backup")),
    }
}

fn disk(app: &App) -> Result<String, String> {
    let folder = match app.db.location() {
        Location::Sqlite(file) => Path::new(file).parent().map(Path::to_owned),
        Location::Postgres(_) => Some(app.config.media.path.clone()),
    };
    let folder = folder.filter(|folder| folder.exists()).unwrap_or_else(|| ".".into());
    let space = rustix::fs::statvfs(&folder)
        .map_err(|error| format!("{} cannot be looked at: {error}", folder.display()))?;
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    let told = format!("{} MB are free in {}", free / 1_000_000, folder.display());
    if free < SPACE {
        return Err(format!("{told}: make room"));
    }
    Ok(told)
}

async fn queue(app: &App) -> Result<String, String> {
    let counts = app.db.read(|conn| {
        let waiting = model::delivery::count(conn, model::delivery::PENDING)?;
        let failed = model::delivery::count(conn, model::delivery::FAILED)?;
        let inbox = model::inbox_item::count_pending(conn)?;
        let hosts = model::host::all(conn)?;
        Ok::<_, db::Error>((waiting, failed, inbox, hosts))
    });
    let (waiting, failed, inbox, hosts) = counts.await.map_err(|error| error.to_string())?;
    let failing = hosts.iter().filter(|host| host.failures > 0 || host.set_aside).count();
    let told = format!(
        "{waiting} deliveries wait, {failed} were given up, {inbox} activities wait in the inbox, {failing} servers fail"
    );
    if hosts.len() > 3 && failing.saturating_mul(2) > hosts.len() {
        return Err(format!("{told}: more than half of the servers fail, see `reset-node federation peers`"));
    }
    Ok(told)
}

async fn moderation(app: &App) -> Result<String, String> {
    let read = |conn: &mut db::Conn| {
        let rules = model::moderation::rules(conn)?;
        let suspended = model::moderation::suspensions(conn)?.len();
        Ok::<_, db::Error>((rules, suspended, model::report::count_open(conn)?))
    };
    let (rules, suspended, reports) = app.db.read(read).await.map_err(|error| error.to_string())?;
    let count = |rule| rules.iter().filter(|row| row.rule == rule).count();
    let (blocked, limited, allowed) = (count(Rule::Blocked), count(Rule::Limited), count(Rule::Allowed));
    let mode = &app.config.federation.mode;
    let told = format!(
        "federation.mode is {mode}; {blocked} servers are blocked, {limited} limited, {allowed} allowed; {suspended} actors are suspended; {reports} reports wait"
    );
    if app.config.federation.is_allowlist() && allowed == 0 {
        return Err(format!(
            "{told}: the node speaks with nobody, allow a server with `reset-node federation allow`"
        ));
    }
    Ok(told)
}

/// Goes to the mail server as a mail would, and sends nothing.
async fn mail(app: &App) -> Result<String, String> {
    let counts = app.db.read(|conn| {
        let waiting = model::mail::count(conn, State::Pending)?;
        Ok::<_, db::Error>((waiting, model::mail::count(conn, State::Failed)?))
    });
    let (waiting, failed) = counts.await.map_err(|error| error.to_string())?;
    match (app.config.mail.is_on(), waiting) {
        (false, 0) => {
            Ok("none leaves this node (mail.smtp_url is empty), so nobody's address is confirmed".to_owned())
        }
        (false, _) => Err(format!("{waiting} wait and none leaves: set mail.smtp_url")),
        (true, _) => {
            let found = crate::mail::reach(app).await?;
            Ok(format!("{found}; {waiting} wait, {failed} were given up (`reset-node mail list --failed`)"))
        }
    }
}

async fn domain(app: &App) -> Result<String, String> {
    let url = Url::parse(app.urls.base()).map_err(|error| error.to_string())?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let bare = host.trim_matches(['[', ']']);
    let found = tokio::net::lookup_host((bare, 443)).await;
    let addresses: Vec<IpAddr> = match found {
        Ok(found) => found.map(|address| address.ip()).collect(),
        Err(error) => {
            return Err(format!("{host} has no address ({error}): add an A or AAAA record"));
        }
    };
    let private = addresses.iter().all(|address| !reset_federation::address::is_global_unicast(*address));
    let federation = &app.config.federation;
    if private && !federation.allow_private_addresses && !federation.loopback_only {
        return Err(format!(
            "{host} leads to private addresses only: other servers cannot reach it, mend its A and AAAA records"
        ));
    }
    let list: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    Ok(format!("{host} leads to {}", list.join(", ")))
}

/// Asks the node for itself, as another server does. The date of its answer comes with it.
async fn webfinger(app: &App) -> Result<(String, Option<DateTime<Utc>>), String> {
    let scheme = app.urls.base().split("://").next().unwrap_or("https");
    let acct = format!("acct:node@{}", app.urls.domain());
    let base = format!("{scheme}://{}/.well-known/webfinger", app.urls.domain());
    let mut url = Url::parse(&base).map_err(|error| error.to_string())?;
    url.query_pairs_mut().append_pair("resource", &acct);
    let wrong = |why: String| {
        format!("{url} {why}: is the node running, and does the proxy pass /.well-known/webfinger on?")
    };
    let answer = followed(app, &url).await.map_err(wrong)?;
    let date = answer.headers().get("date").and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok()).map(|date| date.to_utc());
    if !answer.status().is_success() {
        return Err(wrong(format!("answers {}", answer.status())));
    }
    let text = answer.text().await.map_err(|error| wrong(format!("breaks off ({})", root(&error))))?;
    let document: serde_json::Value =
        serde_json::from_str(&text).map_err(|_| wrong("answers no JSON".to_owned()))?;
    let links = document.get("links").and_then(serde_json::Value::as_array);
    let ours = app.urls.node();
    let found = links.is_some_and(|links| {
        links.iter().any(|link| link.get("href").and_then(serde_json::Value::as_str) == Some(ours.as_str()))
    });
    if !found {
        return Err(format!(
            "{url} does not lead to {ours}: another node answers there, or node.url is not this one's"
        ));
    }
    Ok((format!("{acct} leads to {ours}"), date))
}

/// What is at `url`, or where it redirects to: the domain of handles may be another than the node's.
async fn followed(app: &App, url: &Url) -> Result<reqwest::Response, String> {
    let mut url = url.clone();
    for _ in 0..=MAX_REDIRECTS {
        let answer = app.http.get(url.clone()).timeout(WAIT).send().await;
        let answer = answer.map_err(|error| format!("does not answer ({})", root(&error)))?;
        if !answer.status().is_redirection() {
            return Ok(answer);
        }
        let to = answer.headers().get("location").and_then(|to| to.to_str().ok());
        let to = to.and_then(|to| url.join(to).ok());
        url = to.ok_or_else(|| format!("answers {} and does not say where to", answer.status()))?;
    }
    Err("redirects too often".to_owned())
}

/// The innermost cause, which says most.
fn root(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn clock(here: DateTime<Utc>, there: DateTime<Utc>) -> Result<String, String> {
    let apart = (here - there).abs();
    if apart > TimeDelta::seconds(30) {
        return Err(format!("it is {} s away from the web server's: set it by NTP", apart.num_seconds()));
    }
    Ok("it agrees with the web server's".to_owned())
}

fn tls(app: &App) -> Result<String, String> {
    if app.urls.base().starts_with("https://") {
        return Ok("ids are https; WebFinger above went through it".to_owned());
    }
    if app.config.federation.allow_http {
        return Ok("ids are http, which federation.allow_http permits for tests".to_owned());
    }
    Err("node.url is http: other servers refuse it, put a proxy with TLS before the node and write https"
        .to_owned())
}
