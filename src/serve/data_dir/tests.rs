//! What is made, what is kept, and what is refused.

use super::*;
use crate::store::{Location, NewUser};
use crate::types::{UnixMs, UserId};

fn own(folder: &Path) -> DataPlace {
    DataPlace::in_folder(folder)
}

/// A place whose database is a file elsewhere, as a server's would be.
fn with(folder: &Path, database: &Path) -> DataPlace {
    DataPlace { folder: folder.to_owned(), database: Some(Location::sqlite(database)) }
}

async fn refusal(place: &DataPlace) -> DataDirError {
    DataDir::open(place).await.err().expect("refused")
}

#[tokio::test]
async fn keeps_its_keys_and_refuses_to_replace_a_lost_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = own(folder.path());
    let first = DataDir::open(&place).await.expect("made").identity.public();
    assert_eq!(DataDir::open(&place).await.expect("opened").identity.public(), first);
    fs::remove_file(folder.path().join(TICKETS)).expect("lost");
    let refused = refusal(&place).await;
    assert!(matches!(refused, DataDirError::Key(KeyFileError::Missing(_))), "{refused}");
}

#[tokio::test]
async fn makes_nothing_where_something_should_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let mistyped = folder.path().join("mistyped");
    for empty in [folder.path(), &mistyped] {
        assert!(matches!(DataDir::open_existing(&own(empty)).await, Err(DataDirError::Absent(_))));
        let elsewhere = with(empty, &folder.path().join("db"));
        assert!(matches!(DataDir::open_existing(&elsewhere).await, Err(DataDirError::AbsentDatabase(_))));
    }
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0);
    drop(DataDir::open(&own(folder.path())).await.expect("made"));
    DataDir::open_existing(&own(folder.path())).await.expect("opened");
}

#[tokio::test]
async fn does_not_begin_anew_when_the_database_is_forgotten_mistyped_or_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let [data, database, mistyped] = ["data", "db", "mistyped"].map(|name| folder.path().join(name));
    drop(DataDir::open(&with(&data, &database)).await.expect("made"));
    let forgotten = refusal(&own(&data)).await;
    assert!(matches!(&forgotten, DataDirError::Unsaid { used, .. } if used.ends_with("/db")), "{forgotten}");
    assert!(matches!(DataDir::open_existing(&own(&data)).await, Err(DataDirError::Unsaid { .. })));
    assert!(matches!(refusal(&with(&data, &mistyped)).await, DataDirError::Emptied { .. }));
    fs::remove_file(&database).expect("lost");
    assert!(matches!(refusal(&with(&data, &database)).await, DataDirError::Gone { .. }));
    assert!(!mistyped.exists() && !data.join("iroam.db").exists());
}

/// Hosts forget their pairing when the server does not know them: an empty database in the place of the lost one must not answer them.
#[tokio::test]
async fn an_empty_database_does_not_pass_for_the_one_that_was_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let [data, emptied] = ["data", "emptied"].map(|name| folder.path().join(name));
    drop(DataDir::open(&own(&data)).await.expect("made"));
    let file = data.join("iroam.db");
    for case in ["empty", "schema"] {
        fs::remove_file(&file).and_then(|()| File::create(&file)).expect("written over");
        if case == "schema" {
            drop(Store::open(&Location::sqlite(&file)).await.expect("tables without rows"));
        }
        let refused = refusal(&own(&data)).await;
        assert!(matches!(refused, DataDirError::Gone { .. }), "{case}: {refused}");
        // Nor at the second try.
        assert!(matches!(refusal(&own(&data)).await, DataDirError::Gone { .. }), "{case}");
    }
    drop(Store::open(&Location::sqlite(&emptied)).await.expect("tables without rows"));
    assert!(matches!(refusal(&with(&data, &emptied)).await, DataDirError::Emptied { .. }));
}

#[tokio::test]
async fn an_empty_file_is_begun_with_where_nothing_was_used() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["own", "elsewhere"] {
        let (data, file) = (folder.path().join(name), folder.path().join("db"));
        let place = if name == "own" { own(&data) } else { with(&data, &file) };
        fs::create_dir(&data).expect("made");
        File::create(place.own_file()).and_then(|_| File::create(&file)).expect("empty files");
        DataDir::open(&place).await.expect("begun");
        DataDir::open_existing(&place).await.expect("there now");
    }
}

/// The schema alone is there when a first start ends before the database is claimed.
#[tokio::test]
async fn a_first_start_that_ended_before_its_claim_is_gone_on_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = own(folder.path());
    let half = key_file::device_key(&folder.path().join(IDENTITY), true).expect("made").public();
    key_file::device_key(&folder.path().join(TICKETS), true).expect("made");
    drop(Store::open(&place.location()).await.expect("made"));
    assert_eq!(DataDir::open(&place).await.expect("the rest is made").identity.public(), half);
}

/// As it was before the database said whose it is.
#[tokio::test]
async fn an_old_backup_with_accounts_is_taken_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = own(folder.path());
    drop(DataDir::open(&place).await.expect("made"));
    fs::remove_file(place.own_file()).expect("to be replaced");
    let now = UnixMs(1);
    let (name, password_phc) = ("ada".to_owned(), Secret::new("phc".to_owned()));
    let user = NewUser { id: UserId::new(now, [1; 10]), name, password_phc, created_at: now };
    let store = Store::open(&place.location()).await.expect("made");
    assert!(store.add_user(user).await.expect("added"));
    drop(store);
    DataDir::open(&place).await.expect("opened");
}

#[tokio::test]
async fn what_is_no_database_is_not_taken_for_a_servers() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let text = folder.path().join("text");
    fs::write(&text, "this is a diary, not a database. ".repeat(100)).expect("a file");
    for path in [folder.path(), Path::new("/dev/null"), &text] {
        let refused = refusal(&with(&data, path)).await.to_string();
        assert!(refused.contains("is not an iroam database"), "{refused}");
        assert!(!data.exists());
    }
}

#[tokio::test]
async fn a_database_that_was_moved_is_opened_with_the_same_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    let [data, first, second] = ["data", "first", "second"].map(|name| folder.path().join(name));
    let key = DataDir::open(&with(&data, &first)).await.expect("made").identity.public();
    fs::copy(&first, &second).expect("moved");
    assert_eq!(DataDir::open(&with(&data, &second)).await.expect("opened").identity.public(), key);
    assert!(matches!(refusal(&own(&data)).await, DataDirError::Unsaid { used, .. } if used.ends_with("/second")));
}

#[tokio::test]
async fn another_servers_database_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let [first, second, database] = ["first", "second", "db"].map(|name| folder.path().join(name));
    drop(DataDir::open(&with(&first, &database)).await.expect("made"));
    assert!(matches!(refusal(&with(&second, &database)).await, DataDirError::Keyless { .. }));
    assert!(!second.exists());
    drop(DataDir::open(&own(&second)).await.expect("a server of its own"));
    assert!(matches!(refusal(&with(&second, &database)).await, DataDirError::OfAnother { .. }));
    drop(DataDir::open(&own(&second)).await.expect("still its own"));
}

#[tokio::test]
async fn a_first_start_that_was_cut_short_is_gone_on_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = with(folder.path(), &folder.path().join("db"));
    let half = key_file::device_key(&folder.path().join(IDENTITY), true).expect("made").public();
    assert_eq!(DataDir::open(&place).await.expect("the rest is made").identity.public(), half);
    // Ended before the note was written.
    fs::remove_file(folder.path().join("database")).expect("there was one");
    assert_eq!(DataDir::open(&place).await.expect("opened").identity.public(), half);
}

/// Not even root writes to /proc.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn says_once_that_the_folder_cannot_be_written() {
    let refused = refusal(&own(Path::new("/proc"))).await;
    let said = format!("{:#}", anyhow::Error::new(refused));
    assert!(said.starts_with("the data folder /proc cannot be written"), "{said}");
    assert_eq!(said.matches("os error").count(), 1, "{said}");
}

#[tokio::test]
async fn lets_one_serve_in_at_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = DataDir::open(&own(folder.path())).await.expect("made");
    let held = data.lock().expect("free");
    assert!(matches!(data.lock(), Err(DataDirError::InUse(_))));
    drop(held);
    data.lock().expect("free again");
}
