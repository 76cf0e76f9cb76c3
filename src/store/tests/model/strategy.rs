//! Commands at random, of a universe so small that they often meet.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, prop_oneof};

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
    let (token, user) = (|| 0..3_u8, || 0..3_u8);
    prop_oneof![
        2 => (token(), user(), at(), late()).prop_map(|(token, user, now, expires_at)| Command::AddLink { token, user, now, expires_at }),
        1 => (token(), early()).prop_map(|(token, now)| Command::ShowLink { token, now }),
        2 => (token(), early()).prop_map(|(token, now)| Command::TakeLink { token, now }),
        3 => (token(), user(), option::of(token()), at(), late())
            .prop_map(|(token, user, replaces, now, expires_at)| Command::SignIn { token, user, replaces, now, expires_at }),
        2 => (token(), early()).prop_map(|(token, now)| Command::WhoIs { token, now }),
        1 => (token(), at()).prop_map(|(token, expires_at)| Command::Extend { token, expires_at }),
        1 => token().prop_map(|token| Command::SignOut { token }),
    ]
}

fn grants() -> impl Strategy<Value = Command> {
    let (code, device) = (|| 0..3_u8, || 0..3_u8);
    let names = (0..3_u8, 0..3_u8, 0..3_u8, 0..NAMES.len());
    let capacity = prop_oneof![1 => 0..3_u32, 3 => Just(9_u32)];
    let add = (names, early(), late(), capacity).prop_map(|((device, code, key, name), created_at, expires_at, capacity)| {
        Command::AddGrant { device, code, key, name, created_at, expires_at, capacity }
    });
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
    prop_oneof![2 => users(), 3 => links_and_sessions(), 5 => grants(), 4 => hosts()]
}

/// Up to so many commands, one caller's.
pub fn commands(length_max: usize) -> impl Strategy<Value = Vec<Command>> {
    // mostly too early to sweep everything
    let cut = || (0..6_u8).prop_map(At);
    let sweep = (cut(), cut(), cut()).prop_map(|(now, grants, plays)| Command::Sweep { now, grants, plays });
    vec(prop_oneof![24 => atomic(), 1 => sweep], 1..=length_max)
}

/// A few callers at once, after some commands of one.
pub fn callers() -> impl Strategy<Value = Callers> {
    let before = vec(prop_oneof![users(), grants()], 4..16);
    (before, vec(vec(atomic(), 1..=3), 2..=4)).prop_map(|(before, at_once)| Callers { before, at_once })
}
