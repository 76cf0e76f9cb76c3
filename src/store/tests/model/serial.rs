//! Several callers at once: what they were answered, and what is there afterwards, must be as if their commands had run one after
//! the other in some order that keeps each caller's own.

use super::command::{Answer, Command};
use super::contents::{contents, wipe};
use super::rules::Model;
use crate::store::Store;
use crate::store::tests::engines::Database;

#[derive(Clone, Debug)]
pub struct Callers {
    pub before: Vec<Command>,
    pub at_once: Vec<Vec<Command>>,
}

/// A caller's commands, with their answers.
type Log = Vec<(Command, Answer)>;

/// The callers take turns with the handles `stores` to `db`.
pub async fn check(db: &Database, stores: &[Store], callers: Callers) -> Result<(), String> {
    wipe(&db.store).await;
    let mut model = Model::default();
    for command in &callers.before {
        command.ask(db).await;
        model.apply(command);
    }
    let calls = callers.at_once.into_iter().zip(stores.iter().cycle());
    let tasks: Vec<_> = calls.map(|(commands, store)| tokio::spawn(call(store.clone(), commands))).collect();
    let mut logs = Vec::new();
    for task in tasks {
        logs.push(task.await.expect("no caller panics"));
    }
    let end = contents(&db.store).await;
    let rest: Vec<&[(Command, Answer)]> = logs.iter().map(Vec::as_slice).collect();
    if is_serial(&model, &rest, &end) { Ok(()) } else { Err(format!("no order explains {logs:#?}\nand at the end {end:#?}")) }
}

/// What was refused because the database was busy has not happened, which [`is_serial`] finds out if it did.
async fn call(store: Store, commands: Vec<Command>) -> Log {
    let mut log = Vec::new();
    for command in commands {
        match command.ask(&store).await {
            Answer::Busy => {}
            answer => log.push((command, answer)),
        }
    }
    log
}

/// Tries every order that goes on as was answered.
fn is_serial(model: &Model, rest: &[&[(Command, Answer)]], end: &[String]) -> bool {
    if rest.iter().all(|log| log.is_empty()) {
        return model.contents() == end;
    }
    (0..rest.len()).any(|caller| {
        let Some(((command, answer), later)) = rest[caller].split_first() else { return false };
        let mut next = model.clone();
        let mut left = rest.to_vec();
        left[caller] = later;
        next.apply(command) == *answer && is_serial(&next, &left, end)
    })
}
