//! Lists under many hands, and under long use.

use std::collections::HashSet;

use futures_util::future::join_all;
use uuid::Uuid;

use super::engines::{Database, on_both_engines};
use super::fixtures::{NOW, add_user, host, user};
use crate::store::statement::Statement;
use crate::store::value::params;
use crate::store::{After, NewItem, NewPlaylist, PlaylistKind, Store, StoreError};
use crate::types::{ItemId, PlaylistId, TrackId, UnixMs, UserId};

on_both_engines! {
    a_list_is_what_a_plain_list_would_be,
    many_inserts_at_one_place_keep_their_order,
    nothing_that_many_add_at_once_is_lost,
    playlists_go_with_their_account,
    a_folder_takes_along_what_is_in_it,
}

const LIST: PlaylistId = PlaylistId(Uuid::from_u128(1));

fn item_id(n: u32) -> ItemId {
    ItemId(Uuid::from_u128(n.into()))
}

fn item(n: u32) -> NewItem {
    let track = TrackId(Uuid::from_u128(n.into()));
    NewItem { id: item_id(n), host: host(1), track, title: n.to_string(), artist: None, album: None, duration_ms: Some(1) }
}

fn playlist(n: u8, kind: PlaylistKind, parent: Option<u8>) -> NewPlaylist {
    let id = |n: u8| PlaylistId(Uuid::from_u128(n.into()));
    let parent = parent.map(id);
    NewPlaylist { id: id(n), kind, parent, name: format!("list {n}"), description: None, rules: None, host: None, origin: None }
}

async fn fill(db: &Store, owner: u8) -> UserId {
    add_user(db, owner).await;
    let made = db.create_playlist(user(owner), playlist(1, PlaylistKind::List, None), NOW).await.expect("an answer");
    assert!(made.expect("made").1);
    user(owner)
}

async fn add(db: &Store, items: &[u32], after: After) -> i64 {
    let items = items.iter().copied().map(item).collect();
    db.add_playlist_items(user(1), LIST, items, after, NOW).await.expect("an answer").expect("added").1
}

async fn numbers(db: &Store) -> Vec<u32> {
    let (mut numbers, mut after) = (Vec::new(), String::new());
    loop {
        let page = db.playlist_items(user(1), LIST, after, 70).await.expect("an answer").expect("a list");
        numbers.extend(page.items.iter().map(|item| item.title.parse::<u32>().expect("a number")));
        match page.next {
            Some(next) => after = next,
            None => return numbers,
        }
    }
}

/// A small generator of numbers that look random (Marsaglia's xorshift).
fn random(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 16) as usize
}

async fn a_list_is_what_a_plain_list_would_be(db: Database) {
    fill(&db, 1).await;
    let (mut plain, mut state, mut next): (Vec<u32>, u64, u32) = (Vec::new(), 0x1234_5678_9abc_def1, 0);
    for _ in 0..150 {
        let place = random(&mut state) % (plain.len() + 2);
        let after = match place {
            0 => After::Nothing,
            place if place > plain.len() => After::All,
            place => After::Item(item_id(plain[place - 1])),
        };
        let chosen = plain.get(random(&mut state) % plain.len().max(1)).copied();
        match (random(&mut state) % 4, chosen) {
            (0, Some(n)) => {
                db.remove_playlist_items(user(1), LIST, vec![item_id(n)], NOW).await.expect("an answer").expect("removed");
                plain.retain(|one| *one != n);
            }
            (1, Some(n)) if after != After::Item(item_id(n)) => {
                let before = plain.iter().position(|one| *one == n).expect("one of them");
                db.move_playlist_items(user(1), LIST, vec![item_id(n)], after, NOW).await.expect("an answer").expect("moved");
                plain.remove(before);
                let place = place.min(plain.len() + 1);
                plain.insert(if place > before { place - 1 } else { place }, n);
            }
            _ => {
                let new: Vec<u32> = (next..next + 1 + (random(&mut state) % 3) as u32).collect();
                next += new.len() as u32;
                assert_eq!(add(&db, &new, after).await, new.len() as i64);
                let place = place.min(plain.len());
                plain.splice(place..place, new);
            }
        }
        assert_eq!(numbers(&db).await, plain);
    }
    let list = db.playlist(user(1), LIST).await.expect("an answer").expect("a list");
    assert_eq!((list.items, list.duration_ms), (plain.len() as i64, plain.len() as i64));
}

async fn many_inserts_at_one_place_keep_their_order(db: Database) {
    fill(&db, 1).await;
    add(&db, &[0, 1], After::All).await;
    for n in 2..420 {
        assert_eq!(add(&db, &[n], After::Item(item_id(0))).await, 1);
    }
    let expected: Vec<u32> = [0].into_iter().chain((1..420).rev()).collect();
    assert_eq!(numbers(&db).await, expected);
    let page = db.playlist_items(user(1), LIST, String::new(), 400).await.expect("an answer").expect("a list");
    assert!(page.next.expect("more").len() < 100);
}

async fn nothing_that_many_add_at_once_is_lost(db: Database) {
    fill(&db, 1).await;
    add(&db, &[0], After::All).await;
    let tasks = (1..=16_u32).map(|n| {
        let store = db.store.clone();
        tokio::spawn(async move {
            let places = [After::All, After::Nothing, After::Item(item_id(0))];
            for round in 0..3 {
                let items = vec![item(n * 100 + round * 2), item(n * 100 + round * 2 + 1)];
                loop {
                    match store.add_playlist_items(user(1), LIST, items.clone(), places[round as usize], NOW).await {
                        Ok(done) => break drop(done.expect("added")),
                        Err(StoreError::Busy) => tokio::task::yield_now().await,
                        Err(error) => panic!("{error}"),
                    }
                }
            }
        })
    });
    join_all(tasks).await.into_iter().for_each(|done| done.expect("no panic"));
    let all = numbers(&db).await;
    assert_eq!((all.len(), all.iter().collect::<HashSet<_>>().len()), (97, 97));
    let list = db.playlist(user(1), LIST).await.expect("an answer").expect("a list");
    // One change each, and the first.
    assert_eq!((list.items, list.items_version), (97, 49));
    // Pairs that were added together stand together but for what came between them, in their order.
    let place = |n: u32| all.iter().position(|one| *one == n).expect("there");
    assert!((1..=16).all(|n| (0..3).all(|round| place(n * 100 + round * 2) < place(n * 100 + round * 2 + 1))));
}

static REMOVE_ACCOUNT: Statement = Statement::new("REMOVE_ACCOUNT", "DELETE FROM users WHERE id = $1");
static COUNT_ITEMS: Statement = Statement::new("COUNT_ITEMS", "SELECT count(*) AS n FROM playlist_items");

async fn playlists_go_with_their_account(db: Database) {
    let owner = fill(&db, 1).await;
    add(&db, &[1, 2], After::All).await;
    db.change(crate::store::job::Durability::Full, move |db| db.execute(&REMOVE_ACCOUNT, params![owner])).await.expect("removed");
    assert_eq!(db.playlist(owner, LIST).await.expect("an answer"), None);
    assert_eq!(db.query(|db| db.one(&COUNT_ITEMS, params![], |row| row.get::<i64>("n"))).await.expect("a number"), 0);
}

async fn a_folder_takes_along_what_is_in_it(db: Database) {
    let owner = fill(&db, 1).await;
    for (n, kind, parent) in [
        (10, PlaylistKind::Folder, None),
        (11, PlaylistKind::Folder, Some(10)),
        (12, PlaylistKind::List, Some(11)),
        (13, PlaylistKind::List, Some(10)),
    ] {
        db.create_playlist(owner, playlist(n, kind, parent), NOW).await.expect("an answer").expect("made");
    }
    for n in [10, 13] {
        db.delete_playlist(owner, PlaylistId(Uuid::from_u128(n)), NOW).await.expect("an answer").expect("deleted");
    }
    assert_eq!(db.empty_playlist_trash(UnixMs(NOW.0 - 1)).await.expect("an answer"), 0);
    assert_eq!(db.empty_playlist_trash(NOW).await.expect("an answer"), 4);
    let left = db.playlists_since(owner, 0, false, 10).await.expect("an answer");
    assert_eq!(left.playlists.iter().map(|one| one.id).collect::<Vec<_>>(), [LIST]);
    assert!(db.playlists_since(owner, left.version - 1, false, 10).await.expect("an answer").whole);
    assert!(!db.playlists_since(owner, left.version, false, 10).await.expect("an answer").whole);
}
