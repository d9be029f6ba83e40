//! The HTTP server: connections with limits of time, and an orderly end. Knows no route.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::ServiceExt;

use super::Failure;

/// Longest wait for the head of a request, also between two requests of one connection.
const HEAD: Duration = Duration::from_secs(30);
/// Longest wait for what is under way when the node stops; the service manager waits a little longer.
const END: Duration = Duration::from_secs(25);
/// How long to wait when the system has no more connections to give.
const BREATH: Duration = Duration::from_millis(50);

/// Takes the address that `key` of the configuration names; it answers once [`run`] accepts.
pub(super) async fn bind(address: SocketAddr, key: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::Said(match error.kind() {
            std::io::ErrorKind::AddrInUse => format!(
                "the address {address} is in use: stop the program that listens there, or set {key} (for the demo: --listen) to another"
            ),
            std::io::ErrorKind::PermissionDenied => format!(
                "the address {address} may not be used: choose a port above 1023 in {key} and put a proxy before it"
            ),
            std::io::ErrorKind::AddrNotAvailable => {
                format!("the address {address} is not one of this machine: set {key} to one of 127.0.0.1")
            }
            _ => format!("the address {address} cannot be listened on: {error}"),
        })
    })
}

/// Serves until `shutdown` says so, then ends what is under way.
pub(super) async fn run(listener: TcpListener, router: Router, mut shutdown: watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD).pipeline_flush(true);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = shutdown.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let _ = stream.set_nodelay(true);
                let connection = builder.serve_connection(TokioIo::new(stream), service(&router, peer));
                let watched = graceful.watch(connection);
                tokio::spawn(async move {
                    if let Err(error) = watched.await {
                        tracing::debug!(%error, "a connection ended early");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "no connection could be taken");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(END, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were still under way and are cut off");
    }
}

type Answer = Result<axum::response::Response, Infallible>;

/// The router as hyper calls it, with the address of the other end.
fn service(
    router: &Router,
    peer: SocketAddr,
) -> impl hyper::service::Service<
    hyper::Request<Incoming>,
    Response = axum::response::Response,
    Error = Infallible,
    Future = impl Future<Output = Answer> + Send + 'static,
> + Send
+ 'static {
    let router = router.clone();
    hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    })
}
