//! What a server demands of those who connect by TCP.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use super::install::Install;

/// Nothing by default: whoever comes is trusted.
#[derive(Default)]
pub struct Demands {
    /// Of the user `iroam`, checked by scram-sha-256.
    pub password: Option<&'static str>,
    /// Plain connections are refused; the certificate is for 127.0.0.1 and localhost.
    pub tls: bool,
}

impl Demands {
    /// Writes who may come in. The unix socket is the kit's own way, and stays open.
    pub fn write_access(&self, data: &Path) {
        let transport = if self.tls { "hostssl" } else { "host" };
        let method = if self.password.is_some() { "scram-sha-256" } else { "trust" };
        let rules = format!("local all all trust\nlocal replication all trust\n{transport} all all 127.0.0.1/32 {method}\n");
        fs::write(data.join("pg_hba.conf"), rules).expect("the data folder can be written");
    }

    /// Adds the settings of TLS, and makes what they name; the authority's certificate goes to `folder/authority.pem`.
    pub fn write_certificate(&self, install: &Install, folder: &Path, settings: &mut String) {
        if !self.tls {
            return;
        }
        let authority = authority();
        let key = KeyPair::generate().expect("a key can be made");
        let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
        let certificate =
            CertificateParams::new(names).and_then(|params| params.signed_by(&key, &authority)).expect("a certificate can be made");
        for (name, text) in [("authority.pem", authority.pem()), ("server.pem", certificate.pem()), ("server.key", key.serialize_pem())] {
            let file = folder.join(name);
            fs::write(&file, text).expect("the server's folder can be written");
            // PostgreSQL refuses a key that others may read
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("our own file");
            install.hand_over(&file);
        }
        let folder = folder.display();
        write!(settings, "ssl = on\nssl_cert_file = '{folder}/server.pem'\nssl_key_file = '{folder}/server.key'\n")
            .expect("a string takes it");
    }
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "the tests' own authority");
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key can be made")).expect("a certificate can be made")
}
