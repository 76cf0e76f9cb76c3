//! Accounts.

use super::engines::{Database, on_both_engines};
use super::fixtures::{NOW, new_user, user};
use crate::store::{NewUser, StoreError, User};
use crate::types::UnixMs;

on_both_engines! {
    finds_an_account_however_its_name_is_written,
    refuses_a_name_that_differs_by_case_alone,
    refuses_a_second_account_of_one_id,
    lists_accounts_oldest_first,
}

async fn finds_an_account_however_its_name_is_written(db: Database) {
    assert!(db.add_user(new_user(1, "  Ünal Øre ")).await.expect("an answer"));
    let kept = User { id: user(1), name: "Ünal Øre".to_owned(), created_at: NOW };
    for written in ["Ünal Øre", "ünal øre", " ÜNAL ØRE\t"] {
        let (found, phc) = db.user_to_verify(written).await.expect("an answer").expect("an account");
        assert_eq!((found, phc.expose().as_str()), (kept.clone(), "phc of 1"));
        assert_eq!(db.user_by_name(written).await.expect("an answer"), Some(kept.clone()));
    }
    for other in ["Unal Ore", "Ünal", "", "Ünal  Øre"] {
        assert_eq!(db.user_by_name(other).await.expect("an answer"), None, "{other}");
    }
}

async fn refuses_a_name_that_differs_by_case_alone(db: Database) {
    assert!(db.add_user(new_user(1, "Émile")).await.expect("an answer"));
    assert!(!db.add_user(new_user(2, " éMILE ")).await.expect("an answer"));
    assert!(db.add_user(new_user(3, "Emile")).await.expect("an answer"));
    let names: Vec<_> = db.users().await.expect("an answer").into_iter().map(|user| user.name).collect();
    assert_eq!(names, ["Émile", "Emile"]);
}

async fn refuses_a_second_account_of_one_id(db: Database) {
    assert!(db.add_user(new_user(1, "first")).await.expect("an answer"));
    let refused = db.add_user(new_user(1, "second")).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
    assert_eq!(db.user_by_name("second").await.expect("an answer"), None);
}

async fn lists_accounts_oldest_first(db: Database) {
    for (n, created_at) in [(3, 5), (1, 7), (2, 5), (4, i64::MAX), (5, i64::MIN), (6, -1)] {
        let new = NewUser { created_at: UnixMs(created_at), ..new_user(n, &format!("{n}")) };
        assert!(db.add_user(new).await.expect("an answer"));
    }
    let found: Vec<_> = db.users().await.expect("an answer").into_iter().map(|user| (user.id, user.created_at.0)).collect();
    let expected = [(5, i64::MIN), (6, -1), (2, 5), (3, 5), (1, 7), (4, i64::MAX)];
    assert_eq!(found, expected.map(|(n, created_at)| (user(n), created_at)));
}
