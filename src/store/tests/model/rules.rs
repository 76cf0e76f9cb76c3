//! The model: what the store promises, in maps.

use std::collections::BTreeMap;

use super::command::{Answer, Command, NAMES};
use crate::auth::DevicePublicKey;
use crate::auth::device_grant::{Grant, GrantState, Poll};
use crate::store::tests::fixtures::{code, host, key, session, token, user};
use crate::store::{Approval, GrantPoll, GrantRow, Host, PlaySession, User};
use crate::types::{HostId, Secret, SessionId, UnixMs, UserId};

pub type Hash = [u8; 32];

/// A sign-in link or a browser's session.
#[derive(Clone)]
pub struct Pass {
    pub user: UserId,
    pub created_at: UnixMs,
    pub expires_at: UnixMs,
}

#[derive(Clone)]
pub struct HostRow {
    pub host: Host,
    pub token: Option<Hash>,
    pub paired_at: UnixMs,
    pub revoked_at: Option<UnixMs>,
}

#[derive(Clone, Default)]
pub struct Model {
    pub users: BTreeMap<UserId, (User, Secret<String>)>,
    pub links: BTreeMap<Hash, Pass>,
    pub sessions: BTreeMap<Hash, Pass>,
    pub grants: BTreeMap<Hash, GrantRow>,
    pub hosts: BTreeMap<HostId, HostRow>,
    /// With when each was renewed.
    pub plays: BTreeMap<SessionId, (PlaySession, UnixMs)>,
    pub server: Option<DevicePublicKey>,
}

/// What names are compared by.
pub fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}

impl Model {
    pub fn apply(&mut self, command: &Command) -> Answer {
        match *command {
            Command::AddUser { .. } => self.add_user(command),
            Command::Verify { name } => Answer::Verified(self.named(NAMES[name])),
            Command::Users => {
                let mut all: Vec<User> = self.users.values().map(|(user, _)| user.clone()).collect();
                all.sort_by_key(|user| (user.created_at, user.id));
                Answer::Users(all)
            }
            Command::AddLink { token: t, user: u, now, expires_at } => {
                let new = Pass { user: user(u), created_at: now.ms(), expires_at: expires_at.ms() };
                if self.links.contains_key(&[t; 32]) || !self.users.contains_key(&new.user) {
                    return Answer::Refused;
                }
                self.links.insert([t; 32], new);
                Answer::Done
            }
            Command::ShowLink { token: t, now } => Answer::User(
                self.links.get(&[t; 32]).filter(|link| link.expires_at > now.ms()).map(|link| self.users[&link.user].0.clone()),
            ),
            Command::TakeLink { token: t, now } => {
                let good = self.links.get(&[t; 32]).is_some_and(|link| link.expires_at > now.ms());
                Answer::Taken(if good { self.links.remove(&[t; 32]).map(|link| link.user) } else { None })
            }
            Command::SignIn { token: t, user: u, replaces, now, expires_at } => {
                let new = Pass { user: user(u), created_at: now.ms(), expires_at: expires_at.ms() };
                let is_taken = self.sessions.contains_key(&[t; 32]) && replaces != Some(t);
                if is_taken || !self.users.contains_key(&new.user) {
                    return Answer::Refused;
                }
                replaces.map(|old| self.sessions.remove(&[old; 32]));
                self.sessions.insert([t; 32], new);
                Answer::Done
            }
            Command::WhoIs { token: t, now } => {
                let found = self.sessions.get(&[t; 32]).filter(|session| session.expires_at > now.ms());
                Answer::Session(found.map(|session| (self.users[&session.user].0.clone(), session.expires_at)))
            }
            Command::Extend { token: t, expires_at } => {
                if let Some(session) = self.sessions.get_mut(&[t; 32]) {
                    session.expires_at = expires_at.ms();
                }
                Answer::Done
            }
            Command::SignOut { token: t } => {
                self.sessions.remove(&[t; 32]);
                Answer::Done
            }
            _ => self.apply_to_hosts(command),
        }
    }

    fn apply_to_hosts(&mut self, command: &Command) -> Answer {
        match *command {
            Command::AddGrant { capacity, .. } => self.add_grant(command, capacity),
            Command::ShowGrant { code: c, now } => Answer::Grant(self.waiting(&code(c), now.ms()).map(|(_, grant)| grant.clone())),
            Command::Approve { code: c, owner, id, now } => self.approve(&code(c), user(owner), host(id), now.ms()),
            Command::Deny { code: c, now } => {
                let waiting = self.waiting(&code(c), now.ms()).map(|(device, _)| device);
                Answer::Is(waiting.map(|device| self.grant(device).grant.state = GrantState::Denied).is_some())
            }
            Command::Poll { device, access, now } => self.poll([device; 32], token(access).0, now.ms()),
            Command::Host { id } => Answer::Host(self.live(|row| row.host.id == host(id))),
            Command::HostByKey { key: k } => Answer::Host(self.live(|row| row.host.key == key(k))),
            Command::HostByToken { token: t } => Answer::Host(self.live(|row| row.token == Some([t; 32]))),
            Command::HostsOf { owner } => {
                let live = self.hosts.values().filter(|row| row.revoked_at.is_none() && row.host.owner == user(owner));
                let mut found: Vec<Host> = live.map(|row| row.host.clone()).collect();
                found.sort_by_key(|host| (host.name.to_ascii_lowercase(), host.id));
                Answer::Hosts(found)
            }
            Command::Revoke { owner, id, now } => {
                let row = self.hosts.get_mut(&host(id)).filter(|row| row.revoked_at.is_none() && row.host.owner == user(owner));
                let Some(row) = row else { return Answer::Is(false) };
                (row.revoked_at, row.token) = (Some(now.ms()), None);
                self.plays.retain(|_, (play, _)| play.host != host(id));
                self.grants.retain(|_, grant| grant.host_id != Some(host(id)));
                Answer::Is(true)
            }
            Command::Seen { ref ids, now } => {
                let seen = |row: &&mut HostRow| ids.iter().any(|id| host(*id) == row.host.id);
                self.hosts.values_mut().filter(seen).for_each(|row| row.host.last_seen_at = Some(now.ms()));
                Answer::Done
            }
            Command::AddPlay { .. } => {
                let new = command.new_play();
                let is_known = self.users.contains_key(&new.user) && self.hosts.contains_key(&new.host);
                if self.plays.contains_key(&new.id) || !is_known {
                    return Answer::Refused;
                }
                self.plays.insert(new.id, (new.clone(), new.started_at));
                Answer::Done
            }
            Command::Renew { id, user: u, since, now } => {
                let found = self.plays.get_mut(&session(id)).filter(|(play, renewed)| play.user == user(u) && *renewed > since.ms());
                Answer::Play(found.map(|(play, renewed)| {
                    *renewed = now.ms();
                    play.clone()
                }))
            }
            Command::Sweep { now, grants, plays } => self.sweep(now.ms(), grants.ms(), plays.ms()),
            Command::Claim { key: k } => Answer::Claimed(*self.server.get_or_insert(key(k))),
            ref other => unreachable!("{other:?} is not of hosts"),
        }
    }

    fn add_user(&mut self, command: &Command) -> Answer {
        let new = command.new_user();
        let name = new.name.trim().to_owned();
        if name.contains('\0') {
            return Answer::Refused;
        }
        if self.named(&name).is_some() {
            return Answer::Is(false);
        }
        if self.users.contains_key(&new.id) {
            return Answer::Refused;
        }
        self.users.insert(new.id, (User { id: new.id, name, created_at: new.created_at }, new.password_phc));
        Answer::Is(true)
    }

    fn named(&self, name: &str) -> Option<(User, Secret<String>)> {
        self.users.values().find(|(user, _)| name_key(&user.name) == name_key(name)).cloned()
    }

    fn add_grant(&mut self, command: &Command, capacity: u32) -> Answer {
        let new = command.new_grant();
        let mut grants = self.grants.clone();
        grants.retain(|_, other| other.host_key != new.host_key || other.grant.state != GrantState::Pending);
        let has_room = grants.len() < capacity as usize;
        if has_room && new.host_name.contains('\0') {
            return Answer::Refused;
        }
        let is_free = grants.values().all(|other| other.user_code != new.user_code);
        if has_room && is_free {
            let grant = Grant { state: GrantState::Pending, expires_at: new.expires_at, polled_at: None };
            let row = GrantRow {
                user_code: new.user_code,
                host_key: new.host_key,
                host_name: new.host_name,
                address: new.address,
                created_at: new.created_at,
                grant,
                host_id: None,
            };
            if grants.insert(new.device_code.0, row).is_some() {
                return Answer::Refused;
            }
        }
        self.grants = grants;
        Answer::Is(has_room && is_free)
    }

    fn waiting(&self, user_code: &str, now: UnixMs) -> Option<(Hash, &GrantRow)> {
        let waits = |row: &GrantRow| row.user_code == user_code && row.grant.state == GrantState::Pending && row.grant.expires_at > now;
        self.grants.iter().find(|(_, row)| waits(row)).map(|(device, row)| (*device, row))
    }

    fn grant(&mut self, device: Hash) -> &mut GrantRow {
        self.grants.get_mut(&device).expect("just found")
    }

    fn approve(&mut self, user_code: &str, owner: UserId, new_id: HostId, now: UnixMs) -> Answer {
        let waiting = self.waiting(user_code, now).map(|(device, row)| (device, row.clone()));
        let Some((device, row)) = waiting else { return Answer::Approval(Approval::NotWaiting) };
        let id = match self.live(|other| other.host.key == row.host_key) {
            Some(paired) if paired.owner != owner => return Answer::Approval(Approval::OwnedByAnother),
            Some(paired) => paired.id,
            None if self.hosts.contains_key(&new_id) || !self.users.contains_key(&owner) => return Answer::Refused,
            None => {
                self.hosts.insert(new_id, new_host(new_id, owner, row.host_key, now));
                new_id
            }
        };
        self.hosts.get_mut(&id).expect("just found or added").host.name = row.host_name;
        let grant = self.grant(device);
        (grant.grant.state, grant.host_id) = (GrantState::Approved(owner), Some(id));
        Answer::Approval(Approval::Paired(id))
    }

    fn poll(&mut self, device: Hash, access: Hash, now: UnixMs) -> Answer {
        let Some(mut row) = self.grants.get(&device).cloned() else { return Answer::Polled(GrantPoll::Unknown) };
        match (row.grant.poll(now), row.host_id) {
            (Poll::Approved(_), Some(id)) => {
                if self.hosts.values().any(|other| other.host.id != id && other.token == Some(access)) {
                    return Answer::Refused;
                }
                self.grants.remove(&device);
                self.hosts.get_mut(&id).expect("approved for a host").token = Some(access);
                Answer::Polled(GrantPoll::Paired(id))
            }
            (poll, _) => {
                self.grants.insert(device, row);
                Answer::Polled(GrantPoll::Waiting(poll))
            }
        }
    }

    fn live(&self, is_it: impl Fn(&HostRow) -> bool) -> Option<Host> {
        self.hosts.values().find(|row| row.revoked_at.is_none() && is_it(row)).map(|row| row.host.clone())
    }

    fn rows(&self) -> usize {
        self.links.len() + self.sessions.len() + self.grants.len() + self.plays.len()
    }

    fn sweep(&mut self, now: UnixMs, grants: UnixMs, plays: UnixMs) -> Answer {
        let before = self.rows();
        self.links.retain(|_, link| link.expires_at > now);
        self.sessions.retain(|_, session| session.expires_at > now);
        self.grants.retain(|_, row| row.grant.expires_at > grants);
        self.plays.retain(|_, (_, renewed)| *renewed > plays);
        Answer::Count((before - self.rows()) as u64)
    }
}

fn new_host(id: HostId, owner: UserId, key: DevicePublicKey, now: UnixMs) -> HostRow {
    let host = Host { id, owner, key, name: String::new(), last_seen_at: None };
    HostRow { host, token: None, paired_at: now, revoked_at: None }
}
