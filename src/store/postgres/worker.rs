//! A thread with a connection of its own: runs jobs, again where the database asks for that, and answers them.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TrySendError};

use super::address::PostgresLocation;
use super::connect::connect;
use super::connection::Connection;
use super::error::{Failure, Role};
use super::executor::PostgresExecutor;
use super::health::Health;
use super::patience::Patience;
use super::standby;
use super::turn::Turn;
use crate::store::StoreError;
use crate::store::job::{Job, Kind, Verdict};

/// One attempt, with all of its statements. Longer than the server's own limit for one statement, whose answer says more.
const ATTEMPT_TIME: Duration = Duration::from_secs(10);

/// A commit has at least this long, however long the statements before it took: one that is given up is of unknown outcome.
const COMMIT_TIME: Duration = Duration::from_secs(5);

/// How long a thread without a connection leaves the jobs to those that have one.
const PAUSE: Duration = Duration::from_secs(1);

/// What the threads of one kind share.
pub struct Peers {
    pub location: Arc<PostgresLocation>,
    pub role: Role,
    pub health: Arc<Health>,
    /// How many of them have a connection.
    pub connected: AtomicUsize,
}

pub struct Worker {
    peers: Arc<Peers>,
    connection: Option<Connection>,
    was_connected: bool,
}

/// What became of a job.
enum Done {
    /// Its outcome counts.
    Run,
    /// There is no connection here, but others have one.
    ForAPeer,
}

/// How a job ran that neither collided nor lost its connection: what its work decided, and whether the schema refused a row of its
/// transaction.
struct Ran {
    verdict: Verdict,
    met_rule: bool,
}

impl Worker {
    pub fn new(peers: Arc<Peers>) -> Self {
        Self { peers, connection: None, was_connected: false }
    }

    /// Works until the queue's last sender is gone. `back` leads into the same queue.
    pub fn run(mut self, queue: &Receiver<Job>, back: &Weak<Sender<Job>>) {
        for mut job in queue {
            match self.complete(&mut job) {
                Ok(Done::Run) => job.answer(Ok(())),
                Err(error) => job.answer(Err(error)),
                Ok(Done::ForAPeer) => self.hand_back(job, back),
            }
        }
        if let Some(connection) = self.connection.take() {
            connection.close();
        }
    }

    /// Lets those that have a connection do the work, as when the server takes no more connections.
    fn hand_back(&self, job: Job, back: &Weak<Sender<Job>>) {
        let Some(back) = back.upgrade() else { return job.answer(Err(StoreError::Closed)) };
        if let Err(TrySendError::Full(job) | TrySendError::Disconnected(job)) = back.try_send(job) {
            job.answer(Err(self.peers.health.refusal()));
        }
        drop(back);
        thread::sleep(PAUSE);
    }

    /// Runs a job until it is done or there is no hope of it.
    fn complete(&mut self, job: &mut Job) -> Result<Done, StoreError> {
        let peers = Arc::clone(&self.peers);
        let mut patience = Patience::since(job.queued_at);
        if patience.is_over() {
            return Err(peers.health.refusal());
        }
        let (mut turn, mut has_met_rule) = (None, false);
        loop {
            match self.attempt(job, patience.until) {
                // The row in its way may have been saved since the transaction began, unseen by it. To come after that one it must
                // begin again, once: what is then still in its way was there before.
                Ok(Ran { met_rule: true, .. }) if !has_met_rule => {
                    has_met_rule = true;
                    Health::count(&peers.health.retried);
                }
                Ok(_) => return Ok(Done::Run),
                Err(Failure::Refused(error)) => return Err(error),
                Err(Failure::Collision) => {
                    Health::count(&peers.health.retried);
                    turn = turn_after_collision(&peers.health, turn, &mut patience);
                    if turn.is_none() {
                        return Err(StoreError::Busy);
                    }
                }
                Err(Failure::Lost { reason, .. }) => {
                    turn = None;
                    if self.leaves_to_peers(&reason) {
                        return Ok(Done::ForAPeer);
                    }
                    if !patience.after_loss() {
                        return Err(StoreError::Unavailable(reason));
                    }
                }
            }
        }
    }

    /// Takes note of a connection that was lost or could not be made, and says whether others of the kind have one.
    fn leaves_to_peers(&mut self, reason: &str) -> bool {
        let Peers { health, connected, .. } = &*Arc::clone(&self.peers);
        if self.let_go() {
            health.lost(reason);
            return false;
        }
        let is_short = connected.load(Relaxed) > 0;
        if is_short {
            health.short(reason);
        } else {
            health.out_of_reach(reason);
        }
        is_short
    }

    /// Runs a job once. After `Lost` nothing was changed: where something may have been, the job is refused as `OutcomeUnknown`.
    fn attempt(&mut self, job: &mut Job, connect_until: Instant) -> Result<Ran, Failure> {
        let health = Arc::clone(&self.peers.health);
        let connection = self.connected(connect_until)?;
        let until = Instant::now() + ATTEMPT_TIME;
        let ran = match job.kind {
            Kind::Query => alone(connection, job, until).map_err(Failure::before_sending),
            Kind::Change(_) => change(connection, job, until),
            Kind::Snapshot => snapshot(connection, job, until),
            Kind::Transaction(_) => transaction(connection, job, until),
        };
        if matches!(job.kind, Kind::Change(_) | Kind::Transaction(_)) && matches!(ran, Ok(Ran { verdict: Verdict::Commit, .. })) {
            Health::count(&health.commits);
        }
        ran.map_err(|failure| match failure {
            Failure::Lost { reason, is_undone: false } => {
                self.let_go();
                health.lost_outcome(&reason);
                Failure::Refused(StoreError::OutcomeUnknown)
            }
            other => other,
        })
    }

    /// The connection, made anew where it is gone.
    fn connected(&mut self, until: Instant) -> Result<&mut Connection, Failure> {
        if !self.connection.as_mut().is_some_and(Connection::is_open) {
            self.let_go();
            self.connection = Some(self.reconnect(until)?);
            self.peers.connected.fetch_add(1, Relaxed);
        }
        Ok(self.connection.as_mut().expect("it stood, or was just made"))
    }

    /// Whether there was one.
    fn let_go(&mut self) -> bool {
        let had_one = self.connection.take().is_some();
        self.peers.connected.fetch_sub(usize::from(had_one), Relaxed);
        had_one
    }

    fn reconnect(&mut self, until: Instant) -> Result<Connection, Failure> {
        let Peers { location, role, health, .. } = &*self.peers;
        let mut connection = connect(location, *role, until).map_err(|failed| Failure::lost(failed.reason).before_sending())?;
        if *role == Role::Writer && standby::is_awaited(&mut connection, until)? {
            connection.close();
            return Err(Failure::lost("commits wait for its synchronous standby, which does not answer").before_sending());
        }
        if self.was_connected {
            Health::count(&health.reconnects);
        }
        self.was_connected = true;
        health.connected();
        Ok(connection)
    }
}

/// The turn in which a job that collided runs again; none when it is enough.
fn turn_after_collision<'h>(health: &'h Health, turn: Option<Turn<'h>>, patience: &mut Patience) -> Option<Turn<'h>> {
    match turn {
        None => health.turns.take(patience.until),
        // Whoever has the turn collided with another program, or with one that came later: then only waiting helps.
        Some(turn) => patience.after_collision().then_some(turn),
    }
}

/// One statement, which is a transaction by itself.
fn alone(connection: &mut Connection, job: &mut Job, until: Instant) -> Result<Ran, Failure> {
    let mut executor = PostgresExecutor::new(connection, until);
    let verdict = job.run(&mut executor);
    executor.failure.map_or(Ok(Ran { verdict, met_rule: false }), Err)
}

/// The same for one that changes rows. It is saved before the work has seen what came of it: should the work then fail, nobody may
/// say that nothing was changed.
fn change(connection: &mut Connection, job: &mut Job, until: Instant) -> Result<Ran, Failure> {
    let mut executor = PostgresExecutor::new(connection, until);
    let verdict = job.run(&mut executor);
    match executor.failure {
        Some(failure) => Err(failure),
        None if verdict == Verdict::RollBack && executor.has_changed => Err(Failure::Refused(StoreError::OutcomeUnknown)),
        None => Ok(Ran { verdict, met_rule: false }),
    }
}

/// Statements that read what one instant has. Nothing depends on how it ends.
fn snapshot(connection: &mut Connection, job: &mut Job, until: Instant) -> Result<Ran, Failure> {
    connection.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", until).map_err(Failure::before_sending)?;
    let ran = alone(connection, job, until).map_err(Failure::before_sending);
    roll_back(connection, until);
    ran
}

fn transaction(connection: &mut Connection, job: &mut Job, until: Instant) -> Result<Ran, Failure> {
    connection.batch("BEGIN ISOLATION LEVEL SERIALIZABLE", until).map_err(Failure::before_sending)?;
    let mut executor = PostgresExecutor::new(connection, until);
    let verdict = job.run(&mut executor);
    let ran = Ran { verdict, met_rule: executor.has_met_rule };
    // Until COMMIT is sent, a lost connection loses the changes.
    let ran = executor.failure.map_or(Ok(ran), Err).map_err(Failure::before_sending);
    if !matches!(ran, Ok(Ran { verdict: Verdict::Commit, .. })) {
        roll_back(connection, until);
        return ran;
    }
    connection.batch("COMMIT", until.max(Instant::now() + COMMIT_TIME))?;
    ran
}

/// Where this fails, the server rolls back by itself as soon as the connection is gone.
fn roll_back(connection: &mut Connection, until: Instant) {
    if connection.batch("ROLLBACK", until).is_err() {
        connection.give_up("a transaction could not be rolled back");
    }
}
