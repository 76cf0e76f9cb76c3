//! One account that lives through the [story](super::story). All of its ids, keys and tokens follow from its number.

use iroam::auth::device_grant::Poll;
use iroam::auth::token::TokenHash;
use iroam::auth::{DeviceKey, DevicePublicKey};
use iroam::store::{Approval, GrantPoll, NewGrant, NewUser, PlaySession, Redeem, Store, StoreError};
use iroam::types::{HostId, Secret, SessionId, UnixMs, UserId};
use sha2::{Digest, Sha256};

use super::story::{Letter, STORY, Step};

/// Later than every time in the story: nothing expires.
const FAR: i64 = 1000;
const GRANTS_MAX: u32 = 1_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Life(pub u64);

/// Why a step was not done.
#[derive(Debug)]
pub enum Trouble {
    Store(StoreError),
    /// The store answered as if what came before were not so, or this step had been done already.
    WrongAnswer(String),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn expect<T: PartialEq + std::fmt::Debug>(answer: T, expected: T) -> Result<(), Trouble> {
    if answer == expected { Ok(()) } else { Err(Trouble::WrongAnswer(format!("{answer:?} where {expected:?} should be"))) }
}

impl Life {
    /// As the account is called; numbers of one width, so that they sort.
    pub fn name(self) -> String {
        format!("life-{:08}", self.0)
    }

    pub fn of_name(name: &str) -> Option<Self> {
        name.strip_prefix("life-")?.parse().ok().map(Self)
    }

    fn digest(self, what: &str, letter: Letter) -> [u8; 32] {
        Sha256::digest(format!("{} {what} {letter}", self.name())).into()
    }

    fn id_bytes(self, what: &str, letter: Letter) -> [u8; 10] {
        *self.digest(what, letter).first_chunk().expect("32 bytes are enough")
    }

    fn token(self, what: &str, letter: Letter) -> TokenHash {
        TokenHash(self.digest(what, letter))
    }

    fn key(self, letter: Letter) -> DevicePublicKey {
        DeviceKey::from_seed(&self.digest("key", letter)).public()
    }

    fn user(self) -> UserId {
        UserId::new(UnixMs(1), self.id_bytes("user", 'a'))
    }

    fn host(self, grant: Letter) -> HostId {
        HostId::new(UnixMs(1), self.id_bytes("host", grant))
    }

    fn play(self, letter: Letter) -> SessionId {
        SessionId::new(UnixMs(1), self.id_bytes("play", letter))
    }

    fn user_code(self, grant: Letter) -> String {
        format!("{}-{grant}", self.name())
    }

    /// Does the step at `index` of the story; `Ok` is the acknowledgement.
    pub async fn take(self, store: &Store, index: usize) -> Result<(), Trouble> {
        let now = UnixMs(i64::try_from(index).expect("a short story") + 1);
        match STORY[index].step {
            Step::AddUser | Step::SignIn { .. } | Step::ExtendSession(_) | Step::SignOut(_) | Step::AddLink | Step::TakeLink => {
                self.take_as_person(store, STORY[index].step, now).await
            }
            Step::NoteSeen(_) | Step::Revoke(_) | Step::Play { .. } | Step::Renew(_) => {
                self.take_with_host(store, STORY[index].step, now).await
            }
            step if step.is_read() => self.look_up(store, step, now).await,
            step => self.take_to_pair(store, step, now).await,
        }
    }

    async fn take_as_person(self, store: &Store, step: Step, now: UnixMs) -> Result<(), Trouble> {
        let until = UnixMs(now.0 + FAR);
        match step {
            Step::AddUser => {
                let password_phc = Secret::new("none can be typed".to_owned());
                let new = NewUser { id: self.user(), name: self.name(), password_phc, created_at: now };
                expect(store.add_user(new).await?, true)
            }
            Step::SignIn { session, instead_of } => {
                let old = instead_of.map(|letter| self.token("session", letter));
                Ok(store.add_web_session(self.token("session", session), self.user(), old, now, until).await?)
            }
            Step::ExtendSession(session) => Ok(store.extend_web_session(self.token("session", session), until).await?),
            Step::SignOut(session) => Ok(store.remove_web_session(self.token("session", session)).await?),
            Step::AddLink => Ok(store.add_sign_in_link(self.token("link", 'a'), self.user(), now, until).await?),
            _ => expect(store.take_sign_in_link(self.token("link", 'a'), now).await?, Some(self.user())),
        }
    }

    async fn take_to_pair(self, store: &Store, step: Step, now: UnixMs) -> Result<(), Trouble> {
        let redeem = |grant| Redeem { device_code: self.token("device", grant), access_token: self.token("access", grant) };
        match step {
            Step::Ask { grant, key } => expect(store.add_grant(self.grant(grant, key, now), GRANTS_MAX).await?, true),
            Step::PollTooEarly(grant) => {
                expect(store.poll_grant(redeem(grant), now).await?, GrantPoll::Waiting(Poll::AuthorizationPending))
            }
            Step::Approve(grant) => {
                let host = self.host(grant);
                expect(store.approve_grant(&self.user_code(grant), self.user(), host, now).await?, Approval::Paired(host))
            }
            Step::Redeem(grant) => expect(store.poll_grant(redeem(grant), now).await?, GrantPoll::Paired(self.host(grant))),
            Step::Deny(grant) => expect(store.deny_grant(&self.user_code(grant), now).await?, true),
            other => unreachable!("{other:?} is not about pairing"),
        }
    }

    async fn take_with_host(self, store: &Store, step: Step, now: UnixMs) -> Result<(), Trouble> {
        match step {
            Step::NoteSeen(hosts) => Ok(store.note_hosts_seen(hosts.map(|grant| self.host(grant)).to_vec(), now).await?),
            Step::Revoke(host) => expect(store.revoke_host(self.user(), self.host(host), now).await?, true),
            Step::Play { session, host } => {
                let (id, player_key) = (self.play(session), self.key('p'));
                let new = PlaySession { id, user: self.user(), host: self.host(host), player_key, started_at: now };
                Ok(store.add_play_session(new).await?)
            }
            Step::Renew(session) => {
                let renewed = store.renew_play_session(self.play(session), self.user(), UnixMs(0), now).await?;
                expect(renewed.map(|found| found.id), Some(self.play(session)))
            }
            other => unreachable!("{other:?} is not about a host"),
        }
    }

    async fn look_up(self, store: &Store, step: Step, now: UnixMs) -> Result<(), Trouble> {
        match step {
            Step::LookUpSession(session) => {
                let found = store.web_session(self.token("session", session), now).await?;
                expect(found.map(|(user, _)| user.id), Some(self.user()))
            }
            Step::LookUpHost(grant) => {
                let found = store.host_by_access_token(self.token("access", grant)).await?;
                expect(found.map(|host| host.id), Some(self.host(grant)))
            }
            other => unreachable!("{other:?} is not a read"),
        }
    }

    fn grant(self, grant: Letter, key: Letter, now: UnixMs) -> NewGrant {
        NewGrant {
            device_code: self.token("device", grant),
            user_code: self.user_code(grant),
            host_key: self.key(key),
            host_name: grant.to_string(),
            // the judge finds by it whose it is
            address: self.name(),
            created_at: now,
            expires_at: UnixMs(now.0 + FAR),
        }
    }
}
