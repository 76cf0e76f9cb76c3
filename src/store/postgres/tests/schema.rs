//! Migrations, and whose database it is.

use super::{add, count, located, location, open};
use crate::postgres_kit::Server;
use crate::store::postgres::dialect;
use crate::store::{ServerOptions, Store, StoreError, schema};

const SCHEMA: &str = include_str!("../../../../schema.sql");

/// All that PostgreSQL keeps of a schema, but for the table that makes it ours.
fn objects(database: &str) -> String {
    let columns = "SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name, ordinal_position
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'iroam_schema' ORDER BY 1, 7";
    let constraints = "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'iroam_schema' ORDER BY 1, 2";
    let indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'iroam_schema' ORDER BY 1";
    [columns, constraints, indexes].map(|query| Server::shared().psql(database, query)).join("\n")
}

#[tokio::test]
async fn migrations_reach_the_schema() {
    let (migrated, fresh) = (Server::shared().new_database(), Server::shared().new_database());
    open(&migrated).await;
    Server::shared().psql(&fresh, &dialect::of_migration(SCHEMA, dialect::Server::Postgres));
    let reached = objects(&migrated);
    assert!(reached.contains("users|name_key|text|NO||C|3") && reached.contains("hosts_by_live_key"), "{reached}");
    assert_eq!(reached, objects(&fresh));
}

#[tokio::test]
async fn many_openers_of_a_new_database_all_succeed() {
    for _ in 0..3 {
        let url = Server::shared().new_database();
        let opening: Vec<_> = (0..6)
            .map(|_| {
                let location = location(&url);
                tokio::spawn(async move { Store::open(&location).await })
            })
            .collect();
        for opened in opening {
            assert_eq!(count(&opened.await.expect("ran").expect("opened")).await, 0);
        }
    }
}

#[tokio::test]
async fn a_database_keeps_what_is_in_it() {
    let url = Server::shared().new_database();
    add(&open(&url).await, "a").await.expect("added");
    assert_eq!(count(&open(&url).await).await, 1);
}

#[tokio::test]
async fn refuses_a_database_of_a_newer_program() {
    let url = Server::shared().new_database();
    open(&url).await;
    Server::shared().psql(&url, "UPDATE iroam_schema SET version = version + 1");
    let refused = Store::open(&location(&url)).await.err().expect("refused");
    assert!(matches!(refused, StoreError::Newer { found, .. } if found == schema::current() + 1), "{refused}");
    assert!(Store::exists(&location(&url)).await.expect("looked"));
}

#[tokio::test]
async fn refuses_what_is_not_its_own() {
    let url = Server::shared().new_database();
    Server::shared().psql(&url, "CREATE TABLE diary (day text)");
    assert!(matches!(Store::open(&location(&url)).await.err(), Some(StoreError::Foreign { .. })));
    assert!(!Store::exists(&location(&url)).await.expect("looked"));
}

#[tokio::test]
async fn looking_makes_nothing() {
    let url = Server::shared().new_database();
    assert!(!Store::exists(&location(&url)).await.expect("looked"));
    assert_eq!(Server::shared().psql(&url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
    open(&url).await;
    assert!(Store::exists(&location(&url)).await.expect("looked"));
}

#[tokio::test]
async fn says_that_it_may_not_make_tables() {
    let url = Server::shared().new_database();
    Server::shared().psql(&url, "ALTER SCHEMA public OWNER TO postgres; REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    let refused = Store::open(&location(&url)).await.err().expect("refused").to_string();
    assert!(refused.contains("permission denied for schema public"), "{refused}");
}

#[tokio::test]
async fn says_that_there_is_no_such_database() {
    let url = Server::shared().url("nowhere");
    let refused = Store::open(&located(&url, ServerOptions::default())).await.err().expect("refused").to_string();
    assert!(refused.contains("database \"nowhere\" does not exist"), "{refused}");
}
