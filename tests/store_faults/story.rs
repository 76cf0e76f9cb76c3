//! What happens to one account, change by change, and what the database holds after each: the load that everything here runs.

/// The things of an account, each by a letter.
pub type Letter = char;

/// One change through one of the store's functions.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    AddUser,
    SignIn {
        session: Letter,
        instead_of: Option<Letter>,
    },
    ExtendSession(Letter),
    SignOut(Letter),
    AddLink,
    TakeLink,
    /// A host asks to be paired with the key of this letter.
    Ask {
        grant: Letter,
        key: Letter,
    },
    PollTooEarly(Letter),
    Approve(Letter),
    /// The poll that uses an approved grant up.
    Redeem(Letter),
    Deny(Letter),
    NoteSeen([Letter; 2]),
    Revoke(Letter),
    Play {
        session: Letter,
        host: Letter,
    },
    Renew(Letter),
    LookUpSession(Letter),
    LookUpHost(Letter),
}

impl Step {
    /// Whether it changes nothing.
    pub fn is_read(self) -> bool {
        matches!(self, Self::LookUpSession(_) | Self::LookUpHost(_))
    }
}

/// A step, and what it does to the rows: see [`super::judge`] for their words. Its time is its number, counted from 1.
pub struct Chapter {
    pub step: Step,
    gone: &'static [&'static str],
    new: &'static [&'static str],
}

const fn chapter(step: Step, gone: &'static [&'static str], new: &'static [&'static str]) -> Chapter {
    Chapter { step, gone, new }
}

/// A host is named after the grant that it was approved by.
pub const STORY: &[Chapter] = &[
    chapter(Step::AddUser, &[], &["user made 1"]),
    chapter(Step::SignIn { session: 'a', instead_of: None }, &[], &["session made 2 until 1002"]),
    chapter(Step::SignIn { session: 'b', instead_of: Some('a') }, &["session made 2 until 1002"], &["session made 3 until 1003"]),
    chapter(Step::Ask { grant: 'a', key: 'a' }, &[], &["grant a pending made 4 polled never"]),
    chapter(Step::Ask { grant: 'b', key: 'a' }, &["grant a pending made 4 polled never"], &["grant b pending made 5 polled never"]),
    chapter(Step::PollTooEarly('b'), &["grant b pending made 5 polled never"], &["grant b pending made 5 polled 6"]),
    chapter(
        Step::Approve('b'),
        &["grant b pending made 5 polled 6"],
        &["grant b approved made 5 polled 6", "host b paired 7 without token seen never revoked never"],
    ),
    chapter(
        Step::Redeem('b'),
        &["grant b approved made 5 polled 6", "host b paired 7 without token seen never revoked never"],
        &["host b paired 7 with token seen never revoked never"],
    ),
    chapter(Step::Play { session: 'a', host: 'b' }, &[], &["play begun 9 renewed 9"]),
    chapter(Step::Renew('a'), &["play begun 9 renewed 9"], &["play begun 9 renewed 10"]),
    chapter(Step::Ask { grant: 'c', key: 'c' }, &[], &["grant c pending made 11 polled never"]),
    chapter(
        Step::Approve('c'),
        &["grant c pending made 11 polled never"],
        &["grant c approved made 11 polled never", "host c paired 12 without token seen never revoked never"],
    ),
    chapter(
        Step::NoteSeen(['b', 'c']),
        &["host b paired 7 with token seen never revoked never", "host c paired 12 without token seen never revoked never"],
        &["host b paired 7 with token seen 13 revoked never", "host c paired 12 without token seen 13 revoked never"],
    ),
    chapter(Step::Play { session: 'c', host: 'c' }, &[], &["play begun 14 renewed 14"]),
    chapter(Step::ExtendSession('b'), &["session made 3 until 1003"], &["session made 3 until 1015"]),
    chapter(Step::AddLink, &[], &["link made 16"]),
    chapter(Step::TakeLink, &["link made 16"], &[]),
    chapter(
        Step::Revoke('c'),
        &["grant c approved made 11 polled never", "host c paired 12 without token seen 13 revoked never", "play begun 14 renewed 14"],
        &["host c paired 12 without token seen 13 revoked 18"],
    ),
    chapter(Step::Ask { grant: 'd', key: 'd' }, &[], &["grant d pending made 19 polled never"]),
    chapter(Step::Deny('d'), &["grant d pending made 19 polled never"], &["grant d denied made 19 polled never"]),
    chapter(Step::SignIn { session: 'e', instead_of: None }, &[], &["session made 21 until 1021"]),
    chapter(Step::SignOut('b'), &["session made 3 until 1015"], &[]),
    chapter(Step::LookUpSession('e'), &[], &[]),
    chapter(Step::LookUpHost('b'), &[], &[]),
];

/// What the database holds of an account after its first `steps` steps, sorted.
pub fn facts_after(steps: usize) -> Vec<String> {
    let mut facts: Vec<&str> = Vec::new();
    for chapter in &STORY[..steps] {
        let before = facts.len();
        facts.retain(|fact| !chapter.gone.contains(fact));
        assert_eq!(before - facts.len(), chapter.gone.len(), "the story tells of what was not there: {:?}", chapter.step);
        facts.extend(chapter.new);
    }
    facts.sort_unstable();
    facts.into_iter().map(str::to_owned).collect()
}
