//! The HTTP client for everything that leaves this node, and the addresses it may reach. It knows no document and no key.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reset_federation::address::is_global_unicast;
use url::{Host, Url};

use crate::config::Federation;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// Longest wait for a whole answer.
const TOTAL: Duration = Duration::from_secs(10);
/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(30);

/// What every request of this node says it comes from (GoToSocial answers 418 without).
pub fn user_agent(base: &str) -> String {
    format!("reset-node/{} (+{base}/)", env!("CARGO_PKG_VERSION"))
}

/// The client of `App`: no redirects, no proxy of the environment, no cookies, no compression, checked addresses.
///
/// # Errors
/// A sentence for the administrator, mostly about `federation.ca_file`.
pub fn build(federation: &Federation, base: &str) -> Result<reqwest::Client, String> {
    builder(federation, base)?.build().map_err(|error| format!("the HTTP client cannot be made: {error}"))
}

/// As [`build`], before the last step, so that a test can name addresses of its own.
///
/// # Errors
/// As [`build`].
#[expect(clippy::disallowed_methods, reason = "the one place where the HTTP client of `App` is made")]
pub fn builder(federation: &Federation, base: &str) -> Result<reqwest::ClientBuilder, String> {
    let mut builder = reqwest::Client::builder()
        .user_agent(user_agent(base))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .http1_only()
        .referer(false)
        .connect_timeout(CONNECT)
        .timeout(TOTAL)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(16)
        .tcp_nodelay(true)
        .dns_resolver(Arc::new(CheckedResolver { reach: Reach::of(federation) }));
    if let Some(path) = &federation.ca_file {
        let pem = std::fs::read(path)
            .map_err(|error| format!("federation.ca_file `{}` cannot be read: {error}", path.display()))?;
        let roots = reqwest::Certificate::from_pem_bundle(&pem)
            .map_err(|error| format!("federation.ca_file `{}` is no PEM bundle: {error}", path.display()))?;
        builder = builder.tls_certs_merge(roots);
    }
    Ok(builder)
}

/// Why a request may not be sent there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// An address that is not global unicast.
    #[error("the address is not a public one")]
    Address,
    /// Neither https, nor http where that is allowed.
    #[error("the URL is not https")]
    Scheme,
}

/// Checks what the resolver never sees: the scheme, and hosts that are addresses themselves. Every URL that is fetched or
/// delivered to, each redirect included, comes through here first.
///
/// # Errors
/// See [`Forbidden`].
pub fn check_target(federation: &Federation, url: &Url) -> Result<(), Forbidden> {
    match url.scheme() {
        "https" => {}
        "http" if federation.allow_http => {}
        _ => return Err(Forbidden::Scheme),
    }
    let literal = match url.host() {
        Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
        Some(Host::Domain(_)) => None,
        None => return Err(Forbidden::Address),
    };
    match literal {
        Some(ip) if !Reach::of(federation).has(ip) => Err(Forbidden::Address),
        _ => Ok(()),
    }
}

/// Which addresses this node may speak with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Those that are global unicast.
    Public,
    /// Every address.
    Any,
    /// This machine's own.
    Loopback,
}

impl Reach {
    fn of(federation: &Federation) -> Reach {
        match (federation.loopback_only, federation.allow_private_addresses) {
            (true, _) => Reach::Loopback,
            (false, true) => Reach::Any,
            (false, false) => Reach::Public,
        }
    }

    fn has(self, ip: IpAddr) -> bool {
        match self {
            Reach::Public => is_global_unicast(ip),
            Reach::Any => true,
            Reach::Loopback => ip.to_canonical().is_loopback(),
        }
    }
}

/// Resolves a name to those of its addresses that are global unicast; the connection is made to exactly these, so a name
/// that answers differently a moment later gains nothing.
///
/// The library's `ValidatingDnsResolver` was meant for this and does not suffice: it lets 6to4 relays, Teredo, protocol
/// assignments, benchmarking and NAT64 forms through, and an environment variable of its own switches it off.
struct CheckedResolver {
    reach: Reach,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let usable: Vec<SocketAddr> = found.filter(|address| reach.has(address.ip())).collect();
            if usable.is_empty() {
                return Err(Forbidden::Address.into());
            }
            let addresses: Addrs = Box::new(usable.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn federation(allow_http: bool, allow_private_addresses: bool) -> Federation {
        Federation {
            mode: "open".into(),
            authorized_fetch: false,
            allow_http,
            allow_private_addresses,
            loopback_only: false,
            ca_file: None,
            deliveries_in_flight: 1,
            inbox_per_minute: 0,
            unsigned_per_minute: 0,
            retry_days: 7,
        }
    }

    #[test]
    fn literal_addresses_are_checked_before_a_request() {
        let url = |s: &str| Url::parse(s).unwrap();
        let strict = federation(false, false);
        for bad in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://169.254.169.254/latest",
        ] {
            assert_eq!(check_target(&strict, &url(bad)), Err(Forbidden::Address), "{bad}");
        }
        assert_eq!(check_target(&strict, &url("https://1.1.1.1/")), Ok(()));
        assert_eq!(check_target(&strict, &url("https://social.example/")), Ok(()));
        assert_eq!(check_target(&strict, &url("http://social.example/")), Err(Forbidden::Scheme));
        assert_eq!(check_target(&federation(true, true), &url("http://127.0.0.1:1/")), Ok(()));
        assert_eq!(
            check_target(&federation(true, false), &url("http://127.0.0.1:1/")),
            Err(Forbidden::Address)
        );
    }

    #[tokio::test]
    async fn a_name_of_a_private_address_does_not_resolve() {
        let name = || "localhost".parse::<Name>().unwrap();
        assert!(CheckedResolver { reach: Reach::Public }.resolve(name()).await.is_err());
        assert!(CheckedResolver { reach: Reach::Loopback }.resolve(name()).await.is_ok());
    }

    #[test]
    fn a_demonstration_reaches_this_machine_only() {
        let demo = Federation { loopback_only: true, ..federation(true, true) };
        let ask = |url: &str| check_target(&demo, &Url::parse(url).unwrap());
        assert_eq!(ask("http://127.0.0.1:8081/"), Ok(()));
        assert_eq!(ask("http://[::ffff:127.0.0.1]/"), Ok(()));
        for elsewhere in ["http://10.0.0.1/", "https://1.1.1.1/", "http://[2606:4700::1111]/"] {
            assert_eq!(ask(elsewhere), Err(Forbidden::Address), "{elsewhere}");
        }
    }
}
