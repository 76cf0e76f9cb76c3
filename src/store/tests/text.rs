//! Text of every kind means the same to both engines.

use super::engines::{Database, on_both_engines};
use super::fixtures::{LATER, NOW, add_user, code, host, new_grant, new_user, pair_as, user};
use crate::store::{NewGrant, StoreError};

on_both_engines! {
    keeps_every_character,
    keeps_very_long_text,
    refuses_a_name_too_long_to_look_up,
    refuses_nul_characters,
    quotes_are_only_characters,
}

async fn keeps_every_character(db: Database) {
    add_user(&db, 1).await;
    let rare: String = ('\u{1}'..='\u{ff}').chain(['\u{301}', '\u{200f}', '\u{d7ff}', '\u{e000}', '\u{fffd}', '\u{ffff}']).collect();
    let names = [rare.as_str(), "👩‍👩‍👧‍👦 🏳️‍🌈 \u{10ffff}", "", " ", "e\u{301}", "\u{e9}", "$1", "\\x00", "NULL", "\u{feff}bom"];
    for (n, name) in (1..).zip(names) {
        pair_as(&db, NewGrant { host_name: name.to_owned(), ..new_grant(n) }, 1, n).await;
        assert_eq!(db.host(host(n)).await.expect("an answer").expect("a host").name, name);
    }
}

async fn keeps_very_long_text(db: Database) {
    add_user(&db, 1).await;
    let long = "∞ and on ".repeat(100_000);
    pair_as(&db, NewGrant { host_name: long.clone(), address: long.clone(), ..new_grant(1) }, 1, 1).await;
    assert!(db.host(host(1)).await.expect("an answer").expect("a host").name == long);
    assert_eq!(db.user_by_name(&long).await.expect("an answer"), None);
}

/// Of many different characters, so that PostgreSQL cannot make it short for its index.
fn incompressible(characters: u32) -> String {
    (0..characters).map(|n| char::from_u32(0x4e00 + n * 7 % 20_000).expect("an ideograph")).collect()
}

async fn refuses_a_name_too_long_to_look_up(db: Database) {
    let fits = incompressible(341);
    assert!(db.add_user(new_user(1, &fits)).await.expect("an answer"));
    assert_eq!(db.user_by_name(&fits).await.expect("an answer").map(|found| found.id), Some(user(1)));
    for characters in [342, 3_000] {
        let refused = db.add_user(new_user(2, &incompressible(characters))).await;
        assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
    }
}

async fn refuses_nul_characters(db: Database) {
    add_user(&db, 1).await;
    let refused = db.add_user(new_user(2, "a\0b")).await.expect_err("refused");
    assert!(matches!(refused, StoreError::Constraint(_)) && refused.to_string().contains("NUL"), "{refused}");
    let refused = db.add_grant(NewGrant { host_name: "\0".to_owned(), ..new_grant(1) }, 9).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
    assert!(db.waiting_grant(&code(1), NOW).await.expect("an answer").is_none());
    let refused = db.deny_grant("\0", NOW).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))), "{refused:?}");
    // whoever signs in may type anything: that is only a name nobody has
    assert_eq!(db.user_by_name("user 1\0").await.expect("an answer"), None);
    assert_eq!(db.users().await.expect("an answer").len(), 1);
}

async fn quotes_are_only_characters(db: Database) {
    let name = "Robert'); DROP TABLE users; --";
    assert!(db.add_user(new_user(1, name)).await.expect("an answer"));
    assert_eq!(db.user_by_name(name).await.expect("an answer").expect("an account").name, name);
    assert_eq!(db.user_by_name("' OR '1' = '1").await.expect("an answer"), None);
    assert!(db.waiting_grant("' OR 1 = 1 --", LATER).await.expect("an answer").is_none());
}
