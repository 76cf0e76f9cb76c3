//! The website's certificate: from files, or from an ACME directory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::acme::{AcmeError, AcmeOrder, Renewer};
use super::config::TlsConfig;
use super::public_url::PublicUrl;

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("cannot read the certificate {}", path.display())]
    Certificate { path: PathBuf, source: rustls_pki_types::pem::Error },
    #[error("cannot read the private key {}", path.display())]
    Key { path: PathBuf, source: rustls_pki_types::pem::Error },
    #[error("the certificate {} holds no certificate in PEM", .0.display())]
    Empty(PathBuf),
    #[error("certificate and private key cannot be used together: {0}")]
    Pair(rustls::Error),
    #[error(transparent)]
    Acme(#[from] AcmeError),
}

/// What the website needs to speak TLS.
#[derive(Default)]
pub struct Tls {
    /// ALPN is left to the HTTP server; `None` for plain HTTP.
    pub config: Option<ServerConfig>,
    /// To be run once the website listens: its own port is what is checked.
    pub renewer: Option<Renewer>,
}

pub fn prepare(tls: TlsConfig, public_url: &PublicUrl, data: &Path) -> Result<Tls, TlsError> {
    match tls {
        TlsConfig::None => Ok(Tls::default()),
        TlsConfig::Files { cert, key } => Ok(Tls { config: Some(from_files(&cert, &key)?), renewer: None }),
        TlsConfig::Acme { email, directory_url, trusted_roots } => {
            from_acme(AcmeOrder { host: acme_name(public_url)?, email, directory_url, trusted_roots }, data)
        }
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

/// Browsers that were told to come by http:// would meet TLS.
fn acme_name(public_url: &PublicUrl) -> Result<String, AcmeError> {
    if public_url.is_https() { Ok(public_url.host().to_owned()) } else { Err(AcmeError::NotAName(public_url.to_string())) }
}

/// Offers `acme-tls/1` (RFC 8737) besides what the HTTP server adds.
fn from_acme(order: AcmeOrder, data: &Path) -> Result<Tls, TlsError> {
    let renewer = Renewer::new(order, &data.join("acme"))?;
    let mut config = builder().with_no_client_auth().with_cert_resolver(renewer.resolver());
    config.alpn_protocols.push(rustls_acme::acme::ACME_TLS_ALPN_NAME.to_vec());
    Ok(Tls { config: Some(config), renewer: Some(renewer) })
}

/// The provider is given by hand: another one in the process must not change it.
fn builder() -> rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier> {
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
}
