//! A certificate authority of one test, made with `openssl`, and a TLS front before a server that speaks plain HTTP, as a proxy
//! in production is. The certificate is for `localhost`; nobody but this test trusts it.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The files of an authority and of the one certificate that it gave out.
pub(crate) struct Authority {
    folder: PathBuf,
}

/// What `openssl req` reads: the names come from `-subj`, what a certificate is for from its section.
const OPENSSL: &str = "[req]\ndistinguished_name=none\n[none]\n\
    [ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n\
    [host]\nbasicConstraints=critical,CA:FALSE\nsubjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n";

impl Authority {
    /// Makes one whose files are in `folder`, which must exist.
    pub(crate) fn new(folder: &Path) -> Authority {
        let authority = Authority { folder: folder.to_owned() };
        std::fs::write(authority.path("openssl.cnf"), OPENSSL).unwrap();
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
        authority.openssl(&["-x509", "-extensions", "ca", "-subj", "/CN=a test's authority"], &key, "ca");
        let issuer = ["-x509", "-CA", "ca.crt", "-CAkey", "ca.key", "-extensions", "host"];
        authority.openssl(&[&issuer[..], &["-subj", "/CN=localhost"]].concat(), &key, "host");
        authority
    }

    /// The authority's certificate, PEM.
    pub(crate) fn ca(&self) -> PathBuf {
        self.path("ca.crt")
    }

    /// The certificate for `localhost`, PEM.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.path("host.crt")
    }

    /// Its key, PEM.
    pub(crate) fn key(&self) -> PathBuf {
        self.path("host.key")
    }

    /// A client that trusts it, beside what [`super::app::client`] does.
    pub(crate) fn client(&self) -> reqwest::Client {
        let ca = reqwest::Certificate::from_pem(&std::fs::read(self.ca()).unwrap()).unwrap();
        super::app::client_builder().tls_certs_merge([ca]).build().unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn openssl(&self, what: &[&str], key: &[&str], name: &str) {
        let output = Command::new("openssl")
            .current_dir(&self.folder)
            .args(["req", "-config", "openssl.cnf"])
            .args(what)
            .args(key)
            .args(["-keyout", &format!("{name}.key"), "-out", &format!("{name}.crt")])
            .output()
            .unwrap_or_else(|error| {
                panic!("openssl cannot be started ({error}): scripts/test --install installs it")
            });
        assert!(output.status.success(), "openssl req: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Takes connections on a port of its own, unwraps TLS and hands the bytes on. Dropped, it ends.
pub(crate) struct Front {
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Front {
    /// Before what listens on `port` of this machine, now or later.
    pub(crate) fn before(port: u16, authority: &Authority) -> Front {
        let chain: Vec<_> =
            CertificateDer::pem_file_iter(authority.certificate()).unwrap().map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_file(authority.key()).unwrap();
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        // A thread of its own: tests block their runtime while they run commands.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = serve(listener, TlsAcceptor::from(Arc::new(config)), port) => {}
                    _ = stopped => {}
                }
            });
        });
        Front { port: address.port(), stop: Some(stop), thread: Some(thread) }
    }

    /// `localhost:PORT`.
    pub(crate) fn authority(&self) -> String {
        format!("localhost:{}", self.port)
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, port: u16) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    while let Ok((outside, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // A side that goes away ends its connection, nothing else.
            let Ok(mut outside) = acceptor.accept(outside).await else { return };
            let Ok(mut inside) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else { return };
            let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
        });
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
