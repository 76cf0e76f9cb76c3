//! Flags of `iroam serve`, and those that say where a server keeps its data.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Default, Args)]
pub struct ServeArgs {
    /// Folder for the keys, and for the database unless --database says otherwise [default: ~/.local/share/iroam/serve]
    #[arg(long, env = "IROAM_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address of the website (TCP) [default: 127.0.0.1:8080]
    #[arg(long, env = "IROAM_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Address that hosts connect to (UDP) [default: the website's address]
    #[arg(long, env = "IROAM_QUIC", value_name = "ADDR")]
    pub quic: Option<SocketAddr>,
    /// The website's URL as browsers see it [default: http:// and the website's address]
    #[arg(long, env = "IROAM_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// HOST:PORT that hosts connect to, where it differs from the public URL's host and the --quic port
    #[arg(long, env = "IROAM_QUIC_PUBLIC", value_name = "HOST:PORT")]
    pub quic_public: Option<String>,
    /// TLS certificate chain, PEM
    #[arg(long, env = "IROAM_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// TLS private key, PEM
    #[arg(long, env = "IROAM_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Get certificates by ACME for the public URL's host, with this contact address
    #[arg(long, env = "IROAM_ACME_EMAIL", value_name = "EMAIL", conflicts_with = "tls_cert")]
    pub acme_email: Option<String>,
    /// ACME directory [default: Let's Encrypt's]
    #[arg(long, env = "IROAM_ACME_DIRECTORY", value_name = "URL", requires = "acme_email")]
    pub acme_directory: Option<String>,
    /// Root certificates to trust for the ACME directory, PEM [default: the public ones]
    #[arg(long, env = "IROAM_ACME_CA", value_name = "FILE", requires = "acme_directory")]
    pub acme_ca: Option<PathBuf>,
    /// Settings file, TOML: the same names with underscores
    #[arg(long, env = "IROAM_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub database: DatabaseArgs,
}

/// Which database.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Database")]
pub struct DatabaseArgs {
    /// sqlite:PATH, or postgres://USER@HOST/NAME [default: the file iroam.db in the data folder]
    ///
    /// PATH is taken from the current folder when it does not begin with a slash. HOST may have a port, as in db:5433 (else 5432), and
    /// there may be several, comma between them: the one that takes writes is used. All but this machine are reached by TLS and must show
    /// a certificate; ?sslmode=disable at the end of the URL turns that off, ?sslmode=require asks for it on this machine too.
    #[arg(long, env = "IROAM_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    #[command(flatten)]
    pub server: PostgresArgs,
}

/// How a PostgreSQL server is reached, beside its URL.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Database")]
pub struct PostgresArgs {
    /// File that holds the PostgreSQL user's password and nothing else: in a URL or a flag it would be seen in ps
    #[arg(long, env = "IROAM_DATABASE_PASSWORD_FILE", value_name = "FILE")]
    pub database_password_file: Option<PathBuf>,
    /// Root certificates to trust for the PostgreSQL server, PEM [default: the public ones]
    #[arg(long, env = "IROAM_DATABASE_CA", value_name = "FILE")]
    pub database_ca: Option<PathBuf>,
    /// Most connections to the PostgreSQL server, 2 to 500 [default: 16]
    #[arg(long, env = "IROAM_DATABASE_CONNECTIONS", value_name = "N")]
    pub database_connections: Option<usize>,
}
