//! A serve of the test's own.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use iroam::serve::{DataPlace, Limits, Running, ServeConfig, TlsConfig, admin, start_with_clock};
use iroam::store::Location;
use iroam::types::{Clock, Secret, SystemClock, UnixMs};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::browser::Browser;

pub const PASSWORD: &str = "correct horse battery staple";

/// A clock that stands still until the test moves it.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn advance(&self, span: Duration) {
        self.0.fetch_add(i64::try_from(span.as_millis()).expect("a test's span"), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> UnixMs {
        UnixMs(self.0.load(Ordering::SeqCst))
    }
}

pub struct TestServe {
    pub runtime: Runtime,
    pub clock: Arc<TestClock>,
    pub url: String,
    running: Option<Running>,
    folder: TempDir,
    database: Option<Location>,
}

pub fn config(data: &Path) -> ServeConfig {
    ServeConfig {
        data: DataPlace::in_folder(data),
        listen: "127.0.0.1:0".parse().expect("an address"),
        quic: "127.0.0.1:0".parse().expect("an address"),
        public_url: "http://127.0.0.1:0".to_owned(),
        quic_public: None,
        tls: TlsConfig::None,
        limits: Limits::default(),
    }
}

pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

impl TestServe {
    pub fn start() -> Self {
        Self::start_on(None)
    }

    /// With this database rather than a file in its folder.
    pub fn start_on(database: Option<Location>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = config(folder.path());
        config.data.database = database;
        Self::start_in(folder, config)
    }

    pub fn start_in(folder: TempDir, config: ServeConfig) -> Self {
        let runtime = runtime();
        let database = config.data.database.clone();
        let clock = Arc::new(TestClock(AtomicI64::new(SystemClock.now().0)));
        let running = runtime.block_on(start_with_clock(config, clock.clone())).expect("serve starts");
        let url = running.public_url();
        Self { runtime, clock, url, running: Some(running), folder, database }
    }

    /// Stops it and starts it again, on other ports, over the same data.
    pub fn restart(mut self) -> Self {
        self.stop();
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a folder"));
        let mut config = config(folder.path());
        config.data.database = self.database.clone();
        Self::start_in(folder, config)
    }

    pub fn running(&self) -> &Running {
        self.running.as_ref().expect("until it is dropped")
    }

    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    /// Where an admin command finds it.
    pub fn place(&self) -> DataPlace {
        DataPlace { folder: self.data().to_owned(), database: self.database.clone() }
    }

    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// An account made while serve runs, and a browser signed in to it by a one-time link.
    pub fn signed_in(&self, name: &str) -> Browser {
        admin::create_user(&self.place(), name, Secret::new(PASSWORD.to_owned())).expect("a new account");
        self.sign_in_by_link(name)
    }

    pub fn sign_in_by_link(&self, name: &str) -> Browser {
        let token = self.link_token(name);
        let mut browser = self.browser();
        let answer = browser.post_json("/api/v1/sign-in-link", &serde_json::json!({ "token": token }));
        assert_eq!(answer.status, 204, "{}", answer.text());
        browser
    }

    pub fn link_token(&self, name: &str) -> String {
        let link = admin::sign_in_link(&self.place(), name, &self.url).expect("a link");
        let (page, token) = link.expose().split_once('#').expect("a fragment");
        assert_eq!(page, format!("{}/welcome", self.url));
        token.to_owned()
    }

    fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }
}

impl Drop for TestServe {
    fn drop(&mut self) {
        self.stop();
    }
}
