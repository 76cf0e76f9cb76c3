//! The website's certificate: from files, or from an ACME directory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::StreamExt as _;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_acme::AcmeConfig;
use rustls_acme::caches::DirCache;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::config::TlsConfig;

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("cannot read the certificate {}: {source}", path.display())]
    Certificate { path: PathBuf, source: rustls_pki_types::pem::Error },
    #[error("cannot read the private key {}: {source}", path.display())]
    Key { path: PathBuf, source: rustls_pki_types::pem::Error },
    #[error("the certificate {} holds no certificate in PEM", .0.display())]
    Empty(PathBuf),
    #[error("certificate and private key cannot be used together: {0}")]
    Pair(rustls::Error),
}

/// The server's side of TLS, ALPN left to the HTTP server; `None` for plain HTTP.
pub fn server_config(tls: &TlsConfig, host: &str, data: &Path) -> Result<Option<ServerConfig>, TlsError> {
    match tls {
        TlsConfig::None => Ok(None),
        TlsConfig::Files { cert, key } => from_files(cert, key).map(Some),
        TlsConfig::Acme { email, directory_url } => Ok(Some(from_acme(email, directory_url, host, data))),
    }
}

fn from_files(cert: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    let unreadable = |source| TlsError::Certificate { path: cert.to_owned(), source };
    let chain = CertificateDer::pem_file_iter(cert).map_err(unreadable)?.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    if chain.is_empty() {
        return Err(TlsError::Empty(cert.to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(|source| TlsError::Key { path: key.to_owned(), source })?;
    builder().with_no_client_auth().with_single_cert(chain, key).map_err(TlsError::Pair)
}

/// Certificates arrive and are renewed in the background; until the first one, handshakes fail.
fn from_acme(email: &str, directory_url: &str, host: &str, data: &Path) -> ServerConfig {
    let mut state = AcmeConfig::new([host])
        .contact_push(format!("mailto:{email}"))
        .cache(DirCache::new(data.join("acme")))
        .directory(directory_url)
        .state();
    let mut config = builder().with_no_client_auth().with_cert_resolver(state.resolver());
    config.alpn_protocols.push(rustls_acme::acme::ACME_TLS_ALPN_NAME.to_vec());
    tokio::spawn(async move {
        while let Some(event) = state.next().await {
            match event {
                Ok(event) => tracing::info!("ACME: {event:?}"),
                Err(error) => tracing::warn!("no certificate by ACME yet: {error}"),
            }
        }
    });
    config
}

/// The provider is given by hand: another one in the process must not change it.
fn builder() -> rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier> {
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
}
