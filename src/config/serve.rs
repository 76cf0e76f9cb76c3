//! Settings of `iroam serve`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Result, bail};
use serde::Deserialize;

use super::{database, file};
use crate::cli::ServeArgs;
use crate::serve::{Limits, ServeConfig, TlsConfig};

const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// The settings file of a server.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServeFile {
    pub data: Option<PathBuf>,
    pub database: Option<String>,
    pub database_password_file: Option<PathBuf>,
    pub database_ca: Option<PathBuf>,
    pub database_connections: Option<usize>,
    listen: Option<SocketAddr>,
    quic: Option<SocketAddr>,
    public_url: Option<String>,
    quic_public: Option<String>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    acme_email: Option<String>,
    acme_directory: Option<String>,
    acme_ca: Option<PathBuf>,
}

/// Resolves the settings, or says which one is missing or wrong.
pub fn serve(args: ServeArgs) -> Result<ServeConfig> {
    let file: ServeFile = file::read(args.config.as_ref())?;
    let data = database::place(args.data, args.database, &file)?;
    let listen = args.listen.or(file.listen).unwrap_or(LISTEN);
    let tls = tls(
        args.tls_cert.or(file.tls_cert),
        args.tls_key.or(file.tls_key),
        args.acme_email.or(file.acme_email).map(|email| TlsConfig::Acme {
            email,
            directory_url: args.acme_directory.or(file.acme_directory).unwrap_or_else(|| LETS_ENCRYPT.to_owned()),
            trusted_roots: args.acme_ca.or(file.acme_ca),
        }),
    )?;
    let scheme = if matches!(tls, TlsConfig::None) { "http" } else { "https" };
    Ok(ServeConfig {
        data,
        listen,
        quic: args.quic.or(file.quic).unwrap_or(listen),
        public_url: args.public_url.or(file.public_url).unwrap_or_else(|| format!("{scheme}://{listen}")),
        quic_public: args.quic_public.or(file.quic_public),
        tls,
        limits: Limits::default(),
    })
}

fn tls(cert: Option<PathBuf>, key: Option<PathBuf>, acme: Option<TlsConfig>) -> Result<TlsConfig> {
    match (cert, key, acme) {
        (None, None, None) => Ok(TlsConfig::None),
        (Some(cert), Some(key), None) => Ok(TlsConfig::Files { cert, key }),
        (None, None, Some(acme)) => Ok(acme),
        (_, _, Some(_)) => bail!("certificates come from files or from ACME: set tls_cert and tls_key, or acme_email, not both"),
        _ => bail!("tls_cert and tls_key go together: set both"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args() -> ServeArgs {
        ServeArgs { data: Some("/data".into()), ..ServeArgs::default() }
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("serve.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:1111\"\nquic = \"127.0.0.1:2222\"").expect("written");
        let from_file = serve(ServeArgs { config: Some(path.clone()), ..args() }).expect("resolves");
        assert_eq!((from_file.listen.port(), from_file.quic.port()), (1111, 2222));
        let listen = Some("127.0.0.1:3333".parse().expect("an address"));
        let from_flag = serve(ServeArgs { config: Some(path), listen, ..args() }).expect("resolves");
        assert_eq!((from_flag.listen.port(), from_flag.quic.port()), (3333, 2222));
        assert_eq!(serve(args()).expect("resolves").listen, LISTEN);
    }

    #[test]
    fn half_a_certificate_is_refused() {
        assert!(serve(ServeArgs { tls_cert: Some("c.pem".into()), ..args() }).is_err());
    }
}
