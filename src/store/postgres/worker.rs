//! A thread with a connection of its own: runs jobs, again where the database asks for that, and answers them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use super::address::PostgresLocation;
use super::connect::connect;
use super::connection::Connection;
use super::error::{Failure, Role};
use super::executor::PostgresExecutor;
use super::health::Health;
use super::patience::Patience;
use crate::store::StoreError;
use crate::store::job::{Job, Kind, Verdict};

/// One attempt, with all of its statements. Longer than the server's own limit for one statement, whose answer says more.
const ATTEMPT_TIME: Duration = Duration::from_secs(10);

/// A commit has at least this long, however long the statements before it took: one that is given up is of unknown outcome.
const COMMIT_TIME: Duration = Duration::from_secs(5);

pub struct Worker {
    location: Arc<PostgresLocation>,
    role: Role,
    health: Arc<Health>,
    connection: Option<Connection>,
    was_connected: bool,
}

impl Worker {
    pub fn new(location: Arc<PostgresLocation>, role: Role, health: Arc<Health>) -> Self {
        Self { location, role, health, connection: None, was_connected: false }
    }

    /// Works until the queue's last sender is gone.
    pub fn run(mut self, queue: &Receiver<Job>) {
        for mut job in queue {
            let saved = self.complete(&mut job);
            job.answer(saved);
        }
        if let Some(connection) = self.connection.take() {
            connection.close();
        }
    }

    /// Runs a job until it is done or there is no hope of it.
    fn complete(&mut self, job: &mut Job) -> Result<(), StoreError> {
        let health = Arc::clone(&self.health);
        let mut patience = Patience::since(job.queued_at);
        if patience.is_over() {
            return Err(health.refusal());
        }
        let mut turn = None;
        loop {
            match self.attempt(job, patience.until) {
                Ok(()) => return Ok(()),
                Err(Failure::Refused(error)) => return Err(error),
                Err(Failure::Collision) => {
                    Health::count(&health.retried);
                    // Whoever has the turn collided with another program, or with one that came later: then only waiting helps.
                    let may_run = if turn.is_some() { patience.after_collision() } else { true };
                    turn = turn.or_else(|| health.turns.take(patience.until));
                    if !may_run || turn.is_none() {
                        return Err(StoreError::Busy);
                    }
                }
                Err(Failure::Lost { reason, .. }) => {
                    turn = None;
                    self.connection = None;
                    health.lost(&reason);
                    if !patience.after_loss() {
                        return Err(StoreError::Unavailable(reason));
                    }
                }
            }
        }
    }

    /// Runs a job once. `Lost` means that nothing was changed.
    fn attempt(&mut self, job: &mut Job, connect_until: Instant) -> Result<(), Failure> {
        let health = Arc::clone(&self.health);
        let connection = self.connected(connect_until)?;
        let until = Instant::now() + ATTEMPT_TIME;
        let done = match job.kind {
            Kind::Query => alone(connection, job, until).map_err(Failure::before_sending),
            Kind::Change(_) => alone(connection, job, until),
            Kind::Snapshot => snapshot(connection, job, until),
            Kind::Transaction(_) => transaction(connection, job, until),
        };
        if matches!(job.kind, Kind::Change(_) | Kind::Transaction(_)) && matches!(done, Ok(Verdict::Commit)) {
            Health::count(&health.commits);
        }
        match done {
            Ok(_) => Ok(()),
            Err(Failure::Lost { reason, is_undone: false }) => {
                self.connection = None;
                health.lost(&reason);
                Err(Failure::Refused(StoreError::OutcomeUnknown))
            }
            Err(failure) => Err(failure),
        }
    }

    /// The connection, made anew where it is gone.
    fn connected(&mut self, until: Instant) -> Result<&mut Connection, Failure> {
        if let Some(mut standing) = self.connection.take()
            && standing.is_open()
        {
            return Ok(self.connection.insert(standing));
        }
        let made = self.reconnect(until)?;
        Ok(self.connection.insert(made))
    }

    fn reconnect(&mut self, until: Instant) -> Result<Connection, Failure> {
        let made = connect(&self.location, self.role, until);
        let connection = made.map_err(|failed| Failure::lost(failed.reason).before_sending())?;
        if self.was_connected {
            Health::count(&self.health.reconnects);
        }
        self.was_connected = true;
        self.health.connected();
        Ok(connection)
    }
}

/// One statement, which is a transaction by itself.
fn alone(connection: &mut Connection, job: &mut Job, until: Instant) -> Result<Verdict, Failure> {
    let mut executor = PostgresExecutor::new(connection, until);
    let verdict = job.run(&mut executor);
    executor.failure.map_or(Ok(verdict), Err)
}

/// Statements that read what one instant has. Nothing depends on how it ends.
fn snapshot(connection: &mut Connection, job: &mut Job, until: Instant) -> Result<Verdict, Failure> {
    connection.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", until).map_err(Failure::before_sending)?;
    let verdict = alone(connection, job, until).map_err(Failure::before_sending);
    roll_back(connection, until);
    verdict
}

fn transaction(connection: &mut Connection, job: &mut Job, until: Instant) -> Result<Verdict, Failure> {
    connection.batch("BEGIN ISOLATION LEVEL SERIALIZABLE", until).map_err(Failure::before_sending)?;
    // Until COMMIT is sent, a lost connection loses the changes.
    let verdict = alone(connection, job, until).map_err(Failure::before_sending);
    if !matches!(verdict, Ok(Verdict::Commit)) {
        roll_back(connection, until);
        return verdict;
    }
    connection.batch("COMMIT", until.max(Instant::now() + COMMIT_TIME))?;
    verdict
}

/// Where this fails, the server rolls back by itself as soon as the connection is gone.
fn roll_back(connection: &mut Connection, until: Instant) {
    if connection.batch("ROLLBACK", until).is_err() {
        connection.give_up("a transaction could not be rolled back");
    }
}
