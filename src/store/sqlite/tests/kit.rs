//! What the tests share: a table of their own, and jobs whose grouping they decide.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tokio::sync::oneshot::Receiver;

use crate::store::job::Durability::Full;
use crate::store::job::{Job, Kind};
use crate::store::sqlite::group::Committer;
use crate::store::sqlite::{migrate, open, writer};
use crate::store::statement::Statement;
use crate::store::tx::Tx;
use crate::store::value::params;
use crate::store::{Location, Store, StoreError};

pub static ADD_NOTE: Statement = Statement::new("ADD_NOTE", "INSERT INTO notes (key, text) VALUES ($1, $2)");
pub static NOTES: Statement = Statement::new("NOTES", "SELECT key, text FROM notes ORDER BY key");
/// Ends the transaction that it runs in, as SQLite does by itself after some errors.
pub static LOSE: Statement = Statement::new("LOSE", "ROLLBACK");

/// A database with a table `notes`, in a folder that goes with it.
pub struct Database {
    pub folder: tempfile::TempDir,
    pub path: PathBuf,
}

pub fn database() -> Database {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    drop(with_notes(&path));
    Database { folder, path }
}

pub fn with_notes(path: &Path) -> Connection {
    let db = migrated(path);
    db.execute_batch("CREATE TABLE notes (key INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT").expect("a table");
    db
}

pub fn migrated(path: &Path) -> Connection {
    let mut db = open::writer(path).expect("a new file");
    migrate::to_current(&mut db, path).expect("migrations apply");
    db
}

pub async fn open_at(path: &Path) -> Result<Store, StoreError> {
    Store::open(&Location::sqlite(path)).await
}

pub fn committer(path: &Path) -> Committer {
    Committer::new(path.to_owned(), open::writer(path).expect("the file opens")).expect("its files are there")
}

pub type Answer<T> = Receiver<Result<T, StoreError>>;

pub fn job<T: Send + 'static>(work: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static) -> (Job, Answer<T>) {
    Job::new(Kind::Transaction(Full), work)
}

/// A job that adds a note.
pub fn adding(key: i64, text: &str) -> (Job, Answer<u64>) {
    let text = text.to_owned();
    job(move |tx| tx.execute(&ADD_NOTE, params![key, text]))
}

/// Saves jobs as one group; what each was answered.
pub fn save<T>(committer: &mut Committer, group: Vec<(Job, Answer<T>)>) -> Vec<Result<T, StoreError>> {
    let (jobs, answers): (Vec<_>, Vec<_>) = group.into_iter().unzip();
    writer::save(committer, jobs);
    answers.into_iter().map(|mut answer| answer.try_recv().expect("every job is answered")).collect()
}

/// The notes' keys as another program finds them in the file, which has to be whole.
pub fn keys(path: &Path) -> Vec<i64> {
    let db = Connection::open(path).expect("the file opens");
    let whole: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(whole, "ok");
    let mut query = db.prepare("SELECT key FROM notes ORDER BY key").expect("a query");
    query.query_map([], |row| row.get(0)).expect("rows").map(|key| key.expect("a key")).collect()
}

pub async fn add(store: &Store, key: i64, text: &str) -> Result<u64, StoreError> {
    let text = text.to_owned();
    store.change(Full, move |db| db.execute(&ADD_NOTE, params![key, text])).await
}

pub async fn keys_read(store: &Store) -> Result<Vec<i64>, StoreError> {
    store.query(|db| db.all(&NOTES, params![], |row| row.get("key"))).await
}
