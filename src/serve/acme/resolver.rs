//! Which certificate a handshake gets.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_acme::{ResolvesServerCertAcme, is_tls_alpn_challenge};

/// Follows the order in progress, which comes and goes, and keeps the last certificate meanwhile.
#[derive(Debug, Default)]
pub struct Resolver(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    order: Option<Arc<ResolvesServerCertAcme>>,
    last: Option<Arc<CertifiedKey>>,
}

impl Resolver {
    pub fn follow(&self, order: Arc<ResolvesServerCertAcme>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).order = Some(order);
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let is_challenge = is_tls_alpn_challenge(&hello);
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = inner.order.as_ref().and_then(|order| order.resolve(hello));
        if is_challenge {
            return found;
        }
        if found.is_some() {
            inner.last.clone_from(&found);
        }
        inner.last.clone()
    }
}
