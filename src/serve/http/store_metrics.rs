//! The database's figures, as they are when somebody collects them.

use crate::store::{Store, StoreStats};

/// Hands the store's figures to the collector's next look.
pub fn record(store: &Store) {
    let StoreStats { reads_queued, writes_queued, transactions_retried, reconnects, commits, jobs_committed } = store.stats();
    for (kind, queued) in [("read", reads_queued), ("write", writes_queued)] {
        #[allow(clippy::cast_precision_loss, reason = "a gauge of a few thousand")]
        metrics::gauge!("iroam_store_queue_length", "kind" => kind).set(queued as f64);
    }
    metrics::counter!("iroam_store_transactions_retried_total").absolute(transactions_retried);
    metrics::counter!("iroam_store_reconnects_total").absolute(reconnects);
    metrics::counter!("iroam_store_commits_total").absolute(commits);
    metrics::counter!("iroam_store_changes_committed_total").absolute(jobs_committed);
}
