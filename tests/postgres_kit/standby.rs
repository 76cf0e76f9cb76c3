//! A second server that holds all that the first has acknowledged.

use super::install::Install;
use super::supervisor::Supervisor;
use super::{Server, wait_until};

impl Server {
    /// A copy that follows this server, which from now on acknowledges a commit only when the copy has it safely as well. While the copy is
    /// gone, commits therefore wait.
    pub fn standby(&self) -> Self {
        self.must_be_own();
        let install = Install::found();
        let source = format!("host={} port={} user=postgres application_name=standby", self.folder.display(), self.port);
        let backup = install.program("pg_basebackup");
        let supervisor = Supervisor::new(install, &[&backup, "-d", &source, "-R", "-X", "stream", "-c", "fast", "--no-sync"]);
        let standby = Self::on_a_free_port(supervisor);
        self.psql("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
        self.psql("postgres", "SELECT pg_reload_conf()");
        wait_until("the standby is synchronous", || {
            self.psql("postgres", "SELECT sync_state FROM pg_stat_replication WHERE application_name = 'standby'") == "sync"
        });
        standby
    }

    /// Makes a standby the primary; returns when it takes writes.
    pub fn promote(&self) {
        assert_eq!(self.psql("postgres", "SELECT pg_promote()"), "t", "the standby was not promoted in a minute");
    }
}
