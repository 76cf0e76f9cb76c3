//! One connection. It moves only while something is asked of it.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::task::yield_now;
use tokio::time::{timeout, timeout_at};
use tokio_postgres::{Client, Error, Statement};

use super::driver::Driver;
use super::error::{Failure, Role};
use super::wire::{Link, Wire};

/// Statements kept prepared: all of the catalogue.
const STATEMENTS_KEPT: usize = 256;

/// How long the server may take to hear a goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

pub struct Connection {
    statements: HashMap<String, Statement>,
    client: Client,
    wire: Wire,
    driver: Driver,
    role: Role,
}

impl Connection {
    pub fn new(driver: Driver, client: Client, link: Box<dyn Link>, role: Role) -> Self {
        Self { statements: HashMap::new(), client, wire: Wire::new(link), driver, role }
    }

    /// Whether the connection stands. What arrived while nobody listened is heard first.
    pub fn is_open(&mut self) -> bool {
        let Self { driver, wire, .. } = self;
        driver.block_on(async {
            for _ in 0..3 {
                poll_fn(|context| {
                    wire.drive(context);
                    Poll::Ready(())
                })
                .await;
                // The runtime asks the system meanwhile what has arrived.
                yield_now().await;
            }
        });
        self.wire.broken().is_none()
    }

    /// Runs statements without parameters, as they stand.
    pub fn batch(&mut self, sql: &str, until: Instant) -> Result<(), Failure> {
        self.ask(until, async |client| client.batch_execute(sql).await)
    }

    /// The statement, prepared on this connection. Only the first use asks the server.
    pub fn prepare(&mut self, sql: &str, until: Instant) -> Result<Statement, Failure> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known.clone());
        }
        let statement = self.ask(until, async |client| client.prepare(sql).await)?;
        if self.statements.len() >= STATEMENTS_KEPT {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Asks the server something, and waits for the answer until `until` at most. A commit that the server itself doubts counts as lost.
    pub fn ask<T>(&mut self, until: Instant, question: impl AsyncFnOnce(&Client) -> Result<T, Error>) -> Result<T, Failure> {
        let Self { driver, wire, client, role, .. } = self;
        if let Some(reason) = wire.broken() {
            return Err(Failure::lost(reason).before_sending());
        }
        wire.forget_doubt();
        let answer = driver.block_on(async {
            let mut asking = pin!(question(client));
            let both = poll_fn(|context| {
                if let Poll::Ready(answer) = asking.as_mut().poll(context) {
                    return Poll::Ready(answer);
                }
                wire.drive(context);
                asking.as_mut().poll(context)
            });
            timeout_at(until.into(), both).await
        });
        match (answer, wire.broken()) {
            (Ok(Ok(value)), _) => wire.forget_doubt().map_or(Ok(value), |doubt| Err(Failure::lost(doubt))),
            // The link knows the cause.
            (Ok(Err(error)), Some(reason)) if error.is_closed() => Err(Failure::lost(reason)),
            (Ok(Err(error)), _) => Err(Failure::of(error, *role)),
            (Err(_), _) => {
                let reason = "it did not answer in time";
                // What comes later would be taken for the answer to the next question.
                wire.give_up(reason);
                Err(Failure::lost(reason))
            }
        }
    }

    /// Lets the connection go without a word: it must not be used again.
    pub fn give_up(&mut self, reason: &str) {
        self.wire.give_up(reason);
    }

    /// Tells the server that this end goes.
    pub fn close(self) {
        let Self { statements, client, mut wire, driver, .. } = self;
        drop((statements, client));
        let ended = poll_fn(|context| {
            wire.drive(context);
            if wire.broken().is_some() { Poll::Ready(()) } else { Poll::Pending }
        });
        // A server that does not listen will find out by itself.
        let _ = driver.block_on(async { timeout(GOODBYE, ended).await });
    }
}
