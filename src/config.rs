//! The configuration: one documented field a setting, from which `config.example.toml` is generated.

mod load;
mod mail;

use std::path::PathBuf;

use confique::Config as Derive;

pub use load::{Error, load, load_text};
pub use mail::{Road, Security};

/// Everything that can be configured.
#[derive(Clone, Debug, Derive)]
pub struct Config {
    /// Who this node is.
    #[config(nested)]
    pub node: Node,
    /// Where it listens.
    #[config(nested)]
    pub http: Http,
    /// Where its data is.
    #[config(nested)]
    pub database: Database,
    /// Files that are published.
    #[config(nested)]
    pub media: Media,
    /// How it speaks with other servers.
    #[config(nested)]
    pub federation: Federation,
    /// How long what others sent is kept.
    #[config(nested)]
    pub retention: Retention,
    /// E-mail that leaves this node.
    #[config(nested)]
    pub mail: Mail,
    /// What it says of its work.
    #[config(nested)]
    pub log: Log,
    /// Figures for those who watch.
    #[config(nested)]
    pub metrics: Metrics,
}

/// `[node]`.
#[derive(Clone, Debug, Derive)]
pub struct Node {
    /// The domain in handles: @communs@reset.example.org. May carry a port.
    #[config(env = "RESET_NODE_NODE__DOMAIN")]
    pub domain: String,
    /// Where ids live. Its host may differ from `domain`. Fixed by the first `serve`.
    #[config(env = "RESET_NODE_NODE__URL")]
    pub url: String,
    /// The name on every page.
    #[config(env = "RESET_NODE_NODE__NAME", default = "reset-node")]
    pub name: String,
    /// The territory or field of the organisation that runs the node.
    #[config(env = "RESET_NODE_NODE__TERRITORY", default = "")]
    pub territory: String,
    /// The language of the node: "fr" or "en". A visitor may choose the other.
    #[config(env = "RESET_NODE_NODE__LANGUAGE", default = "fr")]
    pub language: String,
    /// The time zone in which deadlines are told, an IANA name.
    #[config(env = "RESET_NODE_NODE__TIMEZONE", default = "Europe/Paris")]
    pub timezone: String,
    /// An e-mail address or URL for people.
    #[config(env = "RESET_NODE_NODE__CONTACT", default = "")]
    pub contact: String,
    /// A Markdown file with the legal notice, linked in the footer.
    #[config(env = "RESET_NODE_NODE__LEGAL")]
    pub legal: Option<PathBuf>,
    /// A Markdown file that says what is done with personal data.
    #[config(env = "RESET_NODE_NODE__PRIVACY")]
    pub privacy: Option<PathBuf>,
    /// A Markdown file with the accessibility statement.
    #[config(env = "RESET_NODE_NODE__ACCESSIBILITY")]
    pub accessibility: Option<PathBuf>,
}

/// `[http]`.
#[derive(Clone, Debug, Derive)]
pub struct Http {
    /// The address to listen on. TLS is the proxy's.
    #[config(env = "RESET_NODE_HTTP__LISTEN", default = "127.0.0.1:8080")]
    pub listen: std::net::SocketAddr,
    /// Addresses of proxies whose X-Forwarded-For is believed.
    #[config(env = "RESET_NODE_HTTP__TRUSTED_PROXIES", parse_env = confique::env::parse::list_by_comma, default = ["127.0.0.1", "::1"])]
    pub trusted_proxies: Vec<std::net::IpAddr>,
}

/// `[database]`.
#[derive(Clone, Debug, Derive)]
pub struct Database {
    /// sqlite:PATH or postgres://user@host/db?sslmode=verify-full (roots: the system's).
    #[config(env = "RESET_NODE_DATABASE__URL", default = "sqlite:data/node.db")]
    pub url: String,
    /// Most connections at once.
    #[config(env = "RESET_NODE_DATABASE__POOL", default = 8)]
    pub pool: u32,
    /// SQLite: wait for the disk at every commit, so that nothing is lost when the power fails. Slower.
    #[config(env = "RESET_NODE_DATABASE__FULL_SYNC", default = false)]
    pub full_sync: bool,
}

/// `[media]`.
#[derive(Clone, Debug, Derive)]
pub struct Media {
    /// The folder of published files.
    #[config(env = "RESET_NODE_MEDIA__PATH", default = "data/media")]
    pub path: PathBuf,
}

/// `[federation]`.
#[derive(Clone, Debug, Derive)]
pub struct Federation {
    /// "open": with every server that is not blocked. "allowlist": only with those that `reset-node federation allow` named.
    #[config(env = "RESET_NODE_FEDERATION__MODE", default = "open")]
    pub mode: String,
    /// Answer only signed requests for ActivityPub documents. Pages stay public.
    #[config(env = "RESET_NODE_FEDERATION__AUTHORIZED_FETCH", default = false)]
    pub authorized_fetch: bool,
    /// Accept http:// ids. Tests only.
    #[config(env = "RESET_NODE_FEDERATION__ALLOW_HTTP", default = false)]
    pub allow_http: bool,
    /// Speak with private addresses. Tests only.
    #[config(env = "RESET_NODE_FEDERATION__ALLOW_PRIVATE_ADDRESSES", default = false)]
    pub allow_private_addresses: bool,
    /// Speak with this machine only: for demonstrations.
    #[config(env = "RESET_NODE_FEDERATION__LOOPBACK_ONLY", default = false)]
    pub loopback_only: bool,
    /// A file of further certificate authorities (PEM).
    #[config(env = "RESET_NODE_FEDERATION__CA_FILE")]
    pub ca_file: Option<PathBuf>,
    /// Most deliveries under way at once.
    #[config(env = "RESET_NODE_FEDERATION__DELIVERIES_IN_FLIGHT", default = 64)]
    pub deliveries_in_flight: usize,
    /// Most activities a minute from one server, as much again at once; what is more is told to come later (429). A large
    /// instance sends some hundred a minute at most. 0: no limit.
    #[config(env = "RESET_NODE_FEDERATION__INBOX_PER_MINUTE", default = 1800)]
    pub inbox_per_minute: u32,
    /// Most POSTs to inboxes a minute from one address that nobody signed, as much again at once. Behind a proxy it must say
    /// whom it speaks for, see http.trusted_proxies. 0: no limit.
    #[config(env = "RESET_NODE_FEDERATION__UNSIGNED_PER_MINUTE", default = 600)]
    pub unsigned_per_minute: u32,
    /// Days after which a delivery that fails is given up.
    #[config(env = "RESET_NODE_FEDERATION__RETRY_DAYS", default = 7)]
    pub retry_days: u32,
}

/// `[retention]`.
#[derive(Clone, Debug, Derive)]
pub struct Retention {
    /// Days for which the raw bytes of what came in are kept.
    #[config(env = "RESET_NODE_RETENTION__INBOX_DAYS", default = 30)]
    pub inbox_days: u32,
    /// Days for which finished deliveries, and what is left of mails that were sent or given up, are kept.
    #[config(env = "RESET_NODE_RETENTION__DELIVERIES_DAYS", default = 14)]
    pub deliveries_days: u32,
    /// Days after which an unused actor of another server is forgotten.
    #[config(env = "RESET_NODE_RETENTION__REMOTE_DAYS", default = 180)]
    pub remote_days: u32,
    /// Days after which a declaration of interest whose e-mail nobody confirmed, and that nobody answered, is erased.
    #[config(env = "RESET_NODE_RETENTION__DECLARATIONS_DAYS", default = 90)]
    pub declarations_days: u32,
}

/// `[mail]`.
#[derive(Clone, Debug, Derive)]
pub struct Mail {
    /// The server that takes what this node sends: smtp://user@mail.example.org:587, where STARTTLS is demanded, or
    /// smtps://user@mail.example.org. One on this machine may do without: smtp://127.0.0.1:25?tls=none. Empty: no mail leaves.
    #[config(env = "RESET_NODE_MAIL__SMTP_URL", default = "")]
    pub smtp_url: String,
    /// The file that holds the password of that user. It may also stand in smtp_url, user:password@, which the environment can set.
    #[config(env = "RESET_NODE_MAIL__PASSWORD_FILE")]
    pub password_file: Option<PathBuf>,
    /// Whom mails come from: an address of a domain that lets the server send for it (SPF, DKIM), such as node@example.org.
    #[config(env = "RESET_NODE_MAIL__FROM", default = "")]
    pub from: String,
    /// Where answers go; empty: to `from`.
    #[config(env = "RESET_NODE_MAIL__REPLY_TO", default = "")]
    pub reply_to: String,
    /// A file of further certificate authorities for the mail server (PEM).
    #[config(env = "RESET_NODE_MAIL__CA_FILE")]
    pub ca_file: Option<PathBuf>,
    /// Seconds after which the mail server is given up for this time.
    #[config(env = "RESET_NODE_MAIL__TIMEOUT_SECONDS", default = 60)]
    pub timeout_seconds: u32,
    /// Most mails an hour to addresses that nobody has confirmed. Whoever would cause one more is asked to come back later.
    #[config(env = "RESET_NODE_MAIL__PER_HOUR", default = 100)]
    pub per_hour: u32,
}

/// `[log]`.
#[derive(Clone, Debug, Derive)]
pub struct Log {
    /// What is logged: error, warn, info, debug or trace, by module if you like ("info,reset_node::outbox=debug").
    #[config(env = "RESET_NODE_LOG__LEVEL", default = "info")]
    pub level: String,
    /// "text" or "json".
    #[config(env = "RESET_NODE_LOG__FORMAT", default = "text")]
    pub format: String,
}

/// `[metrics]`.
#[derive(Clone, Debug, Derive)]
pub struct Metrics {
    /// Where GET /metrics is answered for Prometheus, such as 127.0.0.1:9464. It names the servers this node speaks with: not for
    /// the public. Without it, nowhere.
    #[config(env = "RESET_NODE_METRICS__LISTEN")]
    pub listen: Option<std::net::SocketAddr>,
}

impl Federation {
    /// Whether this node speaks with chosen servers alone.
    pub fn is_allowlist(&self) -> bool {
        self.mode == "allowlist"
    }
}

impl Config {
    /// The commented example: every field with its meaning and default.
    pub fn example() -> String {
        let mut text = String::from(EXAMPLE_HEAD);
        text.push_str(&confique::toml::template::<Config>(confique::toml::FormatOptions::default()));
        text
    }
}

const EXAMPLE_HEAD: &str = "\
# The configuration of a node, generated by `reset-node config example`. A line that begins with # is a default.
# Any field can be set by the environment instead: RESET_NODE_DATABASE__URL=… sets `url` of `[database]`.
# Relative paths start at the folder in which reset-node runs.

";
