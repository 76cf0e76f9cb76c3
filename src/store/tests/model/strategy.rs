//! Commands at random, of a universe so small that they often meet.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::subsequence;

use super::Callers;
use super::command::{At, Command, NAMES};

fn at() -> impl Strategy<Value = At> {
    (0..8_u8).prop_map(At)
}

/// Seldom so early that what it belongs to has no chance.
fn late() -> impl Strategy<Value = At> {
    prop_oneof![1 => at(), 3 => (5..8_u8).prop_map(At)]
}

fn early() -> impl Strategy<Value = At> {
    prop_oneof![1 => at(), 3 => (1..6_u8).prop_map(At)]
}

fn users() -> impl Strategy<Value = Command> {
    let name = || 0..NAMES.len();
    prop_oneof![
        6 => (0..3_u8, name(), at()).prop_map(|(id, name, created_at)| Command::AddUser { id, name, created_at }),
        1 => name().prop_map(|name| Command::Verify { name }),
        1 => Just(Command::Users),
    ]
}

fn links_and_sessions() -> impl Strategy<Value = Command> {
    let (token, user) = (|| 0..2_u8, || 0..3_u8);
    prop_oneof![
        3 => (token(), user(), at(), late()).prop_map(|(token, user, now, expires_at)| Command::AddLink { token, user, now, expires_at }),
        1 => (token(), early()).prop_map(|(token, now)| Command::ShowLink { token, now }),
        3 => (token(), early()).prop_map(|(token, now)| Command::TakeLink { token, now }),
        3 => (token(), user(), option::of(token()), at(), late())
            .prop_map(|(token, user, replaces, now, expires_at)| Command::SignIn { token, user, replaces, now, expires_at }),
        2 => (token(), early()).prop_map(|(token, now)| Command::WhoIs { token, now }),
        1 => (token(), at()).prop_map(|(token, expires_at)| Command::Extend { token, expires_at }),
        1 => token().prop_map(|token| Command::SignOut { token }),
    ]
}

fn grants() -> impl Strategy<Value = Command> {
    let (code, device) = (|| 0..3_u8, || 0..3_u8);
    // a device's two codes mostly have the same number, so that what is approved is also redeemed
    let codes = prop_oneof![3 => device().prop_map(|n| (n, n)), 1 => (device(), code())];
    let capacity = prop_oneof![1 => 0..3_u32, 3 => Just(9_u32)];
    let add = (codes, 0..3_u8, 0..NAMES.len(), early(), late(), capacity).prop_map(
        |((device, code), key, name, created_at, expires_at, capacity)| Command::AddGrant {
            device,
            code,
            key,
            name,
            created_at,
            expires_at,
            capacity,
        },
    );
    prop_oneof![
        4 => add,
        1 => (code(), early()).prop_map(|(code, now)| Command::ShowGrant { code, now }),
        4 => (code(), 0..3_u8, 0..4_u8, early()).prop_map(|(code, owner, id, now)| Command::Approve { code, owner, id, now }),
        1 => (code(), early()).prop_map(|(code, now)| Command::Deny { code, now }),
        4 => (device(), 0..3_u8, early()).prop_map(|(device, access, now)| Command::Poll { device, access, now }),
    ]
}

fn hosts() -> impl Strategy<Value = Command> {
    let (id, user) = (|| 0..4_u8, || 0..3_u8);
    prop_oneof![
        1 => id().prop_map(|id| Command::Host { id }),
        1 => (0..3_u8).prop_map(|key| Command::HostByKey { key }),
        1 => (0..3_u8).prop_map(|token| Command::HostByToken { token }),
        1 => user().prop_map(|owner| Command::HostsOf { owner }),
        1 => (user(), id(), at()).prop_map(|(owner, id, now)| Command::Revoke { owner, id, now }),
        1 => (vec(id(), 0..4), at()).prop_map(|(ids, now)| Command::Seen { ids, now }),
        3 => (0..3_u8, user(), id(), 0..3_u8, at()).prop_map(|(id, user, host, key, now)| Command::AddPlay { id, user, host, key, now }),
        2 => (0..3_u8, user(), early(), at()).prop_map(|(id, user, since, now)| Command::Renew { id, user, since, now }),
    ]
}

/// Any command that is one transaction.
fn atomic() -> impl Strategy<Value = Command> {
    let claim = (0..3_u8).prop_map(|key| Command::Claim { key });
    prop_oneof![4 => users(), 6 => links_and_sessions(), 10 => grants(), 8 => hosts(), 1 => claim]
}

/// Accounts to begin with: without them most else is refused.
fn some_users() -> impl Strategy<Value = Vec<Command>> {
    let all = [0, 1, 2].map(|id| Command::AddUser { id, name: 2 * usize::from(id), created_at: At(id) });
    subsequence(all.to_vec(), 0..=3)
}

/// Up to so many commands, one caller's.
pub fn commands(length_max: usize) -> impl Strategy<Value = Vec<Command>> {
    // mostly too early to sweep everything
    let cut = || (0..6_u8).prop_map(At);
    let sweep = (cut(), cut(), cut()).prop_map(|(now, grants, plays)| Command::Sweep { now, grants, plays });
    let rest = vec(prop_oneof![24 => atomic(), 1 => sweep], 1..=length_max);
    (some_users(), rest).prop_map(|(before, rest)| [before, rest].concat())
}

/// A few callers at once, after some commands of one.
pub fn callers() -> impl Strategy<Value = Callers> {
    let before = (some_users(), vec(prop_oneof![links_and_sessions(), grants(), grants(), hosts()], 0..16));
    let at_once = vec(vec(atomic(), 1..=3), 2..=4);
    (before, at_once).prop_map(|((users, more), at_once)| Callers { before: [users, more].concat(), at_once })
}
