//! Rules for other servers: set, removed, and put into force. Every act leaves an entry in the audit log, in its transaction.

use reset_federation::url_check::normalise_authority;

use super::{Act, Error};
use crate::ap::policy::{self, Policy, Rules};
use crate::app::App;
use crate::db::Conn;
use crate::domain::moderation::{Rule, with_parents, without_port};
use crate::model::moderation::DomainRule;
use crate::model::{self, audit, meta, moderation};

/// Who acts, for the audit log: so far everything comes from there.
const WHO: &str = "command line";
/// What a delivery says that a rule dropped.
const DROPPED: &str = "dropped: its server is blocked here";

/// What putting the rules into force changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Followers that were removed.
    pub followers: usize,
    /// Follows of ours that were ended.
    pub following: usize,
    /// Deliveries that waited and were dropped.
    pub deliveries: usize,
    /// Publications under which other replies are shown than before.
    pub publications: usize,
}

/// What an act on rules needs of the node.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) act: Act,
    /// Host (and port) of ids.
    own: String,
    /// The names that no rule may shut out: of ids and of handles.
    names: [String; 2],
    allowlist: bool,
}

impl Scope {
    pub(super) fn of(app: &App) -> Scope {
        let name = |authority: &str| {
            let normal = normalise_authority(authority).unwrap_or_else(|| authority.to_owned());
            without_port(&normal).to_owned()
        };
        Scope {
            act: Act::now(app),
            own: app.urls.host().to_owned(),
            names: [name(app.urls.host()), name(app.urls.domain())],
            allowlist: app.config.federation.is_allowlist(),
        }
    }

    /// A domain as an administrator or a list writes it, normalised and without its port.
    pub(super) fn domain(&self, text: &str) -> Result<String, Error> {
        let normal = normalise_authority(text.trim()).map(|name| without_port(&name).to_owned());
        let is_name = |name: &String| {
            name.starts_with('[') || name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c))
        };
        let name = normal.filter(is_name).ok_or_else(|| {
            Error::Refused(format!(
                "`{text}` is not a domain: write it as in social.example, without https://"
            ))
        })?;
        match self.names.iter().any(|own| with_parents(own).any(|parent| parent == name)) {
            true => Err(Error::Refused(format!(
                "`{name}` is this node's own domain: there can be no rule for it"
            ))),
            false => Ok(name),
        }
    }

    pub(super) fn rules(&self, conn: &mut Conn) -> Result<Rules, Error> {
        Ok(Rules::load(conn, &self.own, self.allowlist)?)
    }

    /// Adds an entry to the audit log.
    pub(super) fn note(
        &self,
        conn: &mut Conn,
        act: &str,
        target: &str,
        reason: Option<&str>,
    ) -> Result<(), Error> {
        note(conn, &self.act, act, target, reason)
    }

    /// Makes every process read the rules again, and the stored rows agree with them: publications first, hosts last and by name,
    /// as every transaction locks them.
    pub(super) fn enforce(&self, conn: &mut Conn) -> Result<Effects, Error> {
        moderation::touch(conn, &self.act.new_id())?;
        let rules = self.rules(conn)?;
        let now = self.act.at.naive_utc();
        let mut effects = Effects::default();
        let mut authors = model::reply::authors(conn)?;
        authors.extend(model::quote::authors(conn)?);
        for (publication, change) in policy::settle_shown(conn, &rules, authors)? {
            model::reply::count(conn, &publication, change)?;
            effects.publications += 1;
        }
        let related = model::remote::related(conn)?;
        let is_out = |url: &str| url.parse().map_or(true, |url| rules.id(&url) == Policy::Blocked);
        for (id, _) in related.into_iter().filter(|(_, url)| is_out(url)) {
            effects.followers += model::follower::remove_remote(conn, id)?;
            effects.following += model::following::remove_remote(conn, id)?;
        }
        for inbox in moderation::suspended_inboxes(conn)? {
            effects.deliveries +=
                model::delivery::drop_inbox(conn, &inbox, None, now, "dropped: its actor is suspended here")?;
        }
        let mut hosts = model::delivery::waiting_hosts(conn)?;
        hosts.sort_unstable();
        hosts.retain(|host| rules.host(host) == Policy::Blocked);
        for host in &hosts {
            effects.deliveries += model::delivery::drop_host(conn, host, now, DROPPED)?;
        }
        for host in &hosts {
            model::host::schedule(conn, host, None)?;
        }
        Ok(effects)
    }
}

/// Adds an entry to the audit log.
pub(super) fn note(
    conn: &mut Conn,
    act: &Act,
    what: &str,
    target: &str,
    reason: Option<&str>,
) -> Result<(), Error> {
    Ok(audit::add(conn, act.at.naive_utc(), WHO, what, target, reason)?)
}

/// A reason without the space around it; none where it is empty.
pub(super) fn tidy(reason: Option<String>) -> Option<String> {
    reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty())
}

/// Sets the rule for a domain and its subdomains, and puts it into force. The domain, normalised.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn set(
    app: &App,
    domain: &str,
    rule: Rule,
    reason: Option<String>,
) -> Result<(String, Effects), Error> {
    let scope = Scope::of(app);
    let domain = scope.domain(domain)?;
    let reason = tidy(reason);
    let name = domain.clone();
    let work = move |conn: &mut Conn| {
        let since = scope.act.at.naive_utc();
        moderation::set_rule(
            conn,
            &DomainRule { domain: name.clone(), rule, reason: reason.clone(), since },
        )?;
        let act = match rule {
            Rule::Blocked => "federation block",
            Rule::Limited => "federation limit",
            Rule::Allowed => "federation allow",
        };
        scope.note(conn, act, &name, reason.as_deref())?;
        scope.enforce(conn)
    };
    let effects = app.db.write(work).await?;
    policy::forget(app);
    Ok((domain, effects))
}

/// Removes the rule for a domain. The domain, normalised.
///
/// # Errors
/// [`Error`], a sentence; also where there is no such rule.
pub async fn unset(app: &App, domain: &str, reason: Option<String>) -> Result<(String, Effects), Error> {
    let scope = Scope::of(app);
    let domain = scope.domain(domain)?;
    let reason = tidy(reason);
    let name = domain.clone();
    let work = move |conn: &mut Conn| {
        if !moderation::remove_rule(conn, &name)? {
            return Err(Error::Refused(format!(
                "there is no rule for `{name}` itself: `reset-node federation blocks` lists what there is"
            )));
        }
        scope.note(conn, "federation unblock", &name, reason.as_deref())?;
        scope.enforce(conn)
    };
    let effects = app.db.write(work).await?;
    policy::forget(app);
    Ok((domain, effects))
}

/// Puts the rules into force where `federation.mode` changed since the last start: an allow-list ends what is not on it.
///
/// # Errors
/// The database's.
pub async fn settle_mode(app: &App) -> Result<(), Error> {
    let scope = Scope::of(app);
    let mode = app.config.federation.mode.clone();
    let work = move |conn: &mut Conn| {
        let before = meta::get(conn, meta::MODE)?;
        if before.as_deref().unwrap_or("open") == mode {
            return Ok(());
        }
        meta::set(conn, meta::MODE, &mode)?;
        scope.note(conn, "federation.mode", &mode, None)?;
        scope.enforce(conn).map(drop)
    };
    app.db.write(work).await
}
