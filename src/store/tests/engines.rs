//! A database of its own for each test, on either engine.

use std::ops::Deref;
use std::sync::Arc;

use tempfile::TempDir;

use crate::postgres_kit::Server;
use crate::store::job::Tampering;
use crate::store::{Location, ServerOptions, Store};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// A new database and a handle to it.
pub struct Database {
    pub kind: Kind,
    pub store: Store,
    location: Location,
    _folder: Option<TempDir>,
}

impl Database {
    pub async fn new(kind: Kind) -> Self {
        let (location, folder) = match kind {
            Kind::Sqlite => {
                let folder = tempfile::tempdir().expect("a folder can be made");
                (Location::sqlite(&folder.path().join("db")), Some(folder))
            }
            Kind::Postgres => {
                let url = tokio::task::block_in_place(|| Server::shared().new_database());
                (Location::parse(&url, &ServerOptions::default()).expect("an address of a database"), None)
            }
        };
        let store = Store::open(&location).await.expect("a new database opens");
        Self { kind, store, location, _folder: folder }
    }

    /// A second handle with threads and connections of its own, as another process has.
    pub async fn opened_again(&self) -> Store {
        Store::open(&self.location).await.expect("the database opens again")
    }

    /// The name of a database on the shared server.
    pub fn name(&self) -> String {
        let shown = self.location.to_string();
        shown.rsplit('/').next().expect("a split has a last part").to_owned()
    }

    /// The same database behind a broken executor.
    pub fn broken(&self, tampering: Arc<dyn Tampering>) -> Store {
        Store { tampering: Some(tampering), ..self.store.clone() }
    }
}

impl Deref for Database {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

/// Makes a test of each of these functions on each engine.
macro_rules! on_both_engines {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test($crate::store::tests::engines::Database::new($crate::store::tests::engines::Kind::Sqlite).await).await;
            })+
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test($crate::store::tests::engines::Database::new($crate::store::tests::engines::Kind::Postgres).await).await;
            })+
        }
    };
}
pub(super) use on_both_engines;
