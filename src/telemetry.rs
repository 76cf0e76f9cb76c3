//! Logs and metrics.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// Logs to standard error: `IROAM_LOG` says how much (as `RUST_LOG` does elsewhere), `info` by default.
/// A second call changes nothing.
pub fn init_logging() {
    let filter = EnvFilter::try_from_env("IROAM_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,rustls=warn,quinn=warn,actix_server=warn,tokio_postgres=warn,lofty=error"));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .try_init();
}

#[cfg(feature = "serve")]
pub use recorder::Metrics;

#[cfg(feature = "serve")]
mod recorder {
    use std::sync::OnceLock;

    use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

    /// One a process, as the `metrics` macros know one recorder.
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

    /// What has been counted in this process.
    #[derive(Clone)]
    pub struct Metrics(PrometheusHandle);

    impl Metrics {
        /// Starts counting; later calls share what the first began.
        pub fn install() -> Self {
            let handle = RECORDER.get_or_init(|| {
                let recorder = PrometheusBuilder::new().build_recorder();
                let handle = recorder.handle();
                // Fails only if other code in this process installed its own: then that one counts, and ours stays empty.
                let _ = metrics::set_global_recorder(recorder);
                describe();
                handle
            });
            Self(handle.clone())
        }

        /// Prometheus text exposition format 0.0.4.
        pub fn render(&self) -> String {
            self.0.render()
        }
    }

    fn describe() {
        metrics::describe_counter!("iroam_http_responses_total", "Responses of the website, by status class");
        metrics::describe_counter!("iroam_sign_ins_total", "Sign-ins tried, by outcome");
        metrics::describe_gauge!("iroam_tunnels_online", "Hosts connected now");
        metrics::describe_counter!("iroam_tunnels_refused_total", "Hosts refused at the tunnel");
        metrics::describe_gauge!("iroam_relay_streams", "Relayed requests in flight");
        metrics::describe_counter!("iroam_relay_streams_total", "Relayed requests");
        metrics::describe_counter!("iroam_relay_bytes_total", "Bytes relayed from hosts to players");
        metrics::describe_counter!("iroam_relay_failures_total", "Relayed requests that failed, by code");
        metrics::describe_gauge!("iroam_store_up", "Whether the database answered when last asked (1) or not (0)");
        metrics::describe_gauge!("iroam_store_queue_length", "Pieces of work that wait for the database, by kind: read or write");
        metrics::describe_counter!("iroam_store_transactions_retried_total", "Transactions run once more after a collision");
        metrics::describe_counter!("iroam_store_reconnects_total", "Connections made in place of lost ones");
        metrics::describe_counter!("iroam_store_commits_total", "Commits of the database");
        metrics::describe_counter!("iroam_store_changes_committed_total", "Changes in these commits: several may share one");
    }
}
