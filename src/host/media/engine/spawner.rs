//! The thread that starts workers.
//!
//! A worker is killed by the kernel when the thread that started it ends (`PR_SET_PDEATHSIG`), so it must be one that lasts as long as the
//! engine, which the runtime's own need not.

use std::path::PathBuf;
use std::sync::mpsc;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use super::child::Worker;

pub struct Spawner {
    wishes: mpsc::Sender<Wish>,
    /// The workers' processes, until they are gone.
    processes: TaskTracker,
}

struct Wish {
    scan: bool,
    reply: Box<dyn FnOnce(std::io::Result<Worker>) + Send>,
}

impl Spawner {
    /// Must be called in a tokio runtime.
    pub fn start(exe: PathBuf, registry: PathBuf) -> std::io::Result<Self> {
        let (wishes, heard) = mpsc::channel::<Wish>();
        let runtime = Handle::current();
        let processes = TaskTracker::new();
        let counted = processes.clone();
        std::thread::Builder::new().name("media-spawner".to_owned()).spawn(move || {
            let _runtime = runtime.enter();
            while let Ok(Wish { scan, reply }) = heard.recv() {
                reply(Worker::spawn(&exe, &registry, scan, &counted));
            }
        })?;
        Ok(Self { wishes, processes })
    }

    pub async fn spawn(&self, scan: bool) -> std::io::Result<Worker> {
        let (sender, worker) = oneshot::channel();
        // One that nobody waits for any more is dropped, and so killed.
        self.wish(scan, move |spawned| drop(sender.send(spawned)))?;
        worker.await.map_err(std::io::Error::other)?
    }

    /// As [`Self::spawn`], for a start that is not async: blocks for as long as a process takes to be started.
    pub fn spawn_now(&self, scan: bool) -> std::io::Result<Worker> {
        let (sender, worker) = mpsc::channel();
        self.wish(scan, move |spawned| drop(sender.send(spawned)))?;
        worker.recv().map_err(std::io::Error::other)?
    }

    /// Waits until no process is left, which on a dead drive may be never.
    pub async fn all_gone(&self) {
        self.processes.close();
        self.processes.wait().await;
    }

    fn wish(&self, scan: bool, reply: impl FnOnce(std::io::Result<Worker>) + Send + 'static) -> std::io::Result<()> {
        let wish = Wish { scan, reply: Box::new(reply) };
        self.wishes.send(wish).map_err(|_| std::io::Error::other("no thread starts workers any more"))
    }
}
