//! Certificates by ACME (RFC 8555), proved by TLS-ALPN-01 (RFC 8737) on the website's own port: ordered, kept and renewed in the background.

mod cache;
mod resolver;
mod trouble;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use rustls::crypto::ring;
use rustls::server::ResolvesServerCert;
use rustls::{ClientConfig, RootCertStore};
use rustls_acme::{AcmeConfig, AcmeState, EventError, EventOk};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tokio::time::{sleep, timeout};

use cache::FolderCache;
use resolver::Resolver;
use trouble::{explain, readable};

/// Waits after failures: doubled each time between these. A CA counts failed checks (Let's Encrypt allows five an hour).
const SHORTEST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// An order that is silent for so long hangs, and is begun anew: requests to the directory have no time limit of their own.
const SILENCE: Duration = Duration::from_secs(3600);

#[derive(Debug, thiserror::Error)]
pub enum AcmeError {
    #[error("ACME certificates are for names: give --public-url https://NAME, not {0:?}")]
    NotAName(String),
    #[error("--acme-directory {0:?} must be a URL that begins with https://")]
    Directory(String),
    #[error("cannot read the ACME directory's root certificates {}", path.display())]
    Roots { path: PathBuf, source: rustls_pki_types::pem::Error },
    #[error("the file {} holds no root certificate in PEM that can be used", .0.display())]
    NoRoots(PathBuf),
}

/// Where certificates are ordered, and for whom.
#[derive(Clone, Debug)]
pub struct AcmeOrder {
    /// The name on the certificate.
    pub host: String,
    /// The account's contact.
    pub email: String,
    pub directory_url: String,
    /// PEM file of the roots to trust for the directory's own certificate instead of the public ones.
    pub trusted_roots: Option<PathBuf>,
}

/// Orders certificates for as long as it runs.
pub struct Renewer {
    config: Arc<dyn Fn() -> State + Send + Sync>,
    resolver: Arc<Resolver>,
    order: AcmeOrder,
    silence: Duration,
    has_certificate: bool,
    failures: u32,
}

type State = AcmeState<std::io::Error>;
type Event = Result<EventOk, EventError<std::io::Error, std::io::Error>>;

impl Renewer {
    /// Keeps account and certificates below `folder`.
    pub fn new(order: AcmeOrder, folder: &Path) -> Result<Self, AcmeError> {
        check(&order)?;
        let client = order.trusted_roots.as_deref().map(client).transpose()?;
        let cache = FolderCache::new(folder);
        let wanted = order.clone();
        let config = Arc::new(move || {
            let config = AcmeConfig::new([&wanted.host]);
            let config = match &client {
                Some(client) => config.client_tls_config(client.clone()),
                None => config,
            };
            config.contact_push(format!("mailto:{}", wanted.email)).directory(&wanted.directory_url).cache(cache.clone()).state()
        });
        Ok(Self { config, resolver: Arc::default(), order, silence: SILENCE, has_certificate: false, failures: 0 })
    }

    /// The newest certificate, to whoever asks the website for it; until the first one, handshakes fail.
    pub fn resolver(&self) -> Arc<dyn ResolvesServerCert> {
        self.resolver.clone()
    }

    pub async fn run(mut self) {
        loop {
            // A new state begins with the certificate in the cache, and orders only when that is missing or due.
            let mut state = (self.config)();
            self.resolver.follow(state.resolver());
            while let Ok(Some(event)) = timeout(self.silence, state.next()).await {
                if let Some(pause) = self.note(event) {
                    drop(state);
                    sleep(pause).await;
                    break;
                }
            }
        }
    }

    /// Tells people what happened; returns how long to leave the directory alone after a failed order.
    fn note(&mut self, event: Event) -> Option<Duration> {
        let host = &self.order.host;
        match event {
            Ok(EventOk::DeployedNewCert) => {
                tracing::info!("got a certificate for {host} from {}", self.order.directory_url);
                (self.has_certificate, self.failures) = (true, 0);
            }
            Ok(EventOk::DeployedCachedCert) if !self.has_certificate => {
                tracing::info!("using the certificate for {host} that the data folder keeps");
                self.has_certificate = true;
            }
            Ok(_) => {}
            Err(EventError::Order(error)) => {
                let pause = pause(self.failures);
                self.failures += 1;
                let lost = if self.has_certificate { "could not renew the certificate" } else { "no certificate yet" };
                tracing::warn!("{lost} for {host}: {}; next try in {}", explain(&error, &self.order), readable(pause));
                return Some(pause);
            }
            Err(EventError::CachedCertParse(_)) => tracing::warn!("the kept certificate for {host} is damaged: ordering another"),
            Err(error) => {
                tracing::warn!("the ACME account or certificate cannot be kept in the data folder ({error}): check its disk and rights")
            }
        }
        None
    }
}

fn pause(failures: u32) -> Duration {
    SHORTEST_PAUSE.saturating_mul(2_u32.saturating_pow(failures)).min(LONGEST_PAUSE)
}

/// What no directory could ever serve is refused at the start.
fn check(order: &AcmeOrder) -> Result<(), AcmeError> {
    let is_address = order.host.starts_with('[') || order.host.parse::<std::net::IpAddr>().is_ok();
    if is_address {
        return Err(AcmeError::NotAName(order.host.clone()));
    }
    // RFC 8555, section 6.1: HTTPS only
    let url = order.directory_url.parse::<actix_web::http::Uri>().ok();
    match url {
        Some(url) if url.scheme_str() == Some("https") && url.host().is_some() => Ok(()),
        _ => Err(AcmeError::Directory(order.directory_url.clone())),
    }
}

/// A client that trusts the roots in a file, and no others.
fn client(trusted_roots: &Path) -> Result<Arc<ClientConfig>, AcmeError> {
    Ok(Arc::new(
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_root_certificates(roots(trusted_roots)?)
            .with_no_client_auth(),
    ))
}

fn roots(path: &Path) -> Result<RootCertStore, AcmeError> {
    let unreadable = |source| AcmeError::Roots { path: path.to_owned(), source };
    let found = CertificateDer::pem_file_iter(path).map_err(unreadable)?.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    let mut roots = RootCertStore::empty();
    match roots.add_parsable_certificates(found) {
        (0, _) => Err(AcmeError::NoRoots(path.to_owned())),
        _ => Ok(roots),
    }
}

#[cfg(test)]
mod tests;
