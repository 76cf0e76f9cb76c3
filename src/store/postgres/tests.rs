//! The engine against real servers.

use crate::postgres_kit::Server;
use crate::store::job::Durability::Full;
use crate::store::statement::Statement;
use crate::store::value::params;
use crate::store::{Location, ServerOptions, Store, StoreError};

fn location(url: &str) -> Location {
    Location::parse(url, &ServerOptions::default()).expect("a URL of the kit's")
}

#[tokio::test]
async fn works_at_all() {
    let store = Store::open(&location(&Server::shared().new_database())).await.expect("opens");
    store.answers().await.expect("answers");
    assert!(store.users().await.expect("rows").is_empty());
    static DELETE: Statement = Statement::new("DELETE", "DELETE FROM users");
    store.change(Full, |db| db.execute(&DELETE, params![])).await.expect("the writer lives on");
    let panicked = store.transact(Full, |_| -> Result<(), StoreError> { panic!("a bug") }).await;
    assert!(matches!(panicked, Err(StoreError::Panicked)));
}
