//! The way to the mail server, up to the moment at which it would take a mail: connect, EHLO, STARTTLS, AUTH. Everything that goes wrong
//! here is about the server and the configuration, never about one mail.

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;

use super::message::host;
use crate::app::App;
use crate::config::{Mail as Settings, Road, Security};

/// Longest text of a mail server that is kept, in characters.
const MAX_SAID: usize = 300;

/// A connection over which a mail may be sent.
///
/// # Errors
/// A sentence that says which step failed and what to look at.
pub(super) async fn connect(app: &App) -> Result<AsyncSmtpConnection, String> {
    let settings = &app.config.mail;
    let road = settings.road().map_err(|wrong| format!("mail.smtp_url {wrong}"))?;
    let at = format!("the mail server {}:{}", road.host, road.port);
    let me = ClientId::Domain(host(&app.urls).to_owned());
    let tls = match road.security {
        Security::None => None,
        Security::Starttls | Security::Tls => Some(tls(settings, &road)?),
    };
    let first = if road.security == Security::Tls { tls.clone() } else { None };
    let address = (road.host.as_str(), road.port);
    let mut connection = AsyncSmtpConnection::connect_tokio1(address, None, &me, first, None)
        .await
        .map_err(|error| format!("{at} cannot be reached: {}", said(&error)))?;
    if let (Security::Starttls, Some(tls)) = (road.security, tls) {
        if !connection.can_starttls() {
            connection.abort().await;
            return Err(format!(
                "{at} offers no STARTTLS, and nothing is sent in the clear: use another port, or smtps:// in mail.smtp_url"
            ));
        }
        let upgraded = connection.starttls(tls, &me).await;
        upgraded.map_err(|error| format!("{at} cannot be spoken with over TLS: {}", said(&error)))?;
    }
    if let Some(credentials) = credentials(settings, road)? {
        let known = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
        if let Err(error) = known {
            connection.abort().await;
            return Err(format!("{at} does not let this node in: {}", said(&error)));
        }
    }
    Ok(connection)
}

/// Goes the whole way and sends nothing. What was found, as a sentence.
///
/// # Errors
/// What the server or the way to it said, or that it took too long.
pub async fn reach(app: &App) -> Result<String, String> {
    let road = app.config.mail.road().map_err(|wrong| format!("mail.smtp_url {wrong}"))?;
    let mut connection = in_time(app, connect(app)).await??;
    let over = if connection.is_encrypted() { "over TLS" } else { "in the clear, on this machine" };
    let whom = road.user.map(|_| ", as the user of mail.smtp_url").unwrap_or_default();
    let _ = in_time(app, connection.quit()).await;
    Ok(format!("{}:{} takes mail {over}{whom}", road.host, road.port))
}

/// What comes of something within `mail.timeout_seconds`.
///
/// # Errors
/// That it took longer.
pub(super) async fn in_time<T>(app: &App, work: impl Future<Output = T>) -> Result<T, String> {
    let seconds = app.config.mail.timeout_seconds;
    tokio::time::timeout(std::time::Duration::from_secs(seconds.into()), work)
        .await
        .map_err(|_| format!("the mail server did not answer within {seconds} s"))
}

fn tls(settings: &Settings, road: &Road) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(road.host.clone());
    if let Some(path) = &settings.ca_file {
        let told = |what: &str| format!("mail.ca_file `{}` {what}", path.display());
        let pem = std::fs::read(path).map_err(|error| told(&format!("cannot be read: {error}")))?;
        let root = Certificate::from_pem(&pem).map_err(|error| told(&format!("is no PEM: {error}")))?;
        builder = builder.add_root_certificate(root);
    }
    builder.build().map_err(|error| format!("TLS cannot be prepared for mail: {error}"))
}

fn credentials(settings: &Settings, road: Road) -> Result<Option<Credentials>, String> {
    let Some(user) = road.user else {
        return Ok(None);
    };
    let password = match (&settings.password_file, road.password) {
        (Some(path), _) => std::fs::read_to_string(path)
            .map_err(|error| format!("mail.password_file `{}` cannot be read: {error}", path.display()))?
            .trim_end_matches(['\r', '\n'])
            .to_owned(),
        (None, password) => password.unwrap_or_default(),
    };
    Ok(Some(Credentials::new(user, password)))
}

/// What the library or the server said, as one short line.
pub(super) fn said(error: &lettre::transport::smtp::Error) -> String {
    let text = error.to_string();
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(MAX_SAID).collect()
}
