//! The thread that starts workers.
//!
//! A worker is killed by the kernel when the thread that started it ends (`PR_SET_PDEATHSIG`), so it must be one that lasts as long as the
//! engine, which the runtime's own need not.

use std::path::PathBuf;
use std::sync::mpsc;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::child::Worker;

pub struct Spawner {
    wishes: mpsc::Sender<Wish>,
}

struct Wish {
    scan: bool,
    worker: oneshot::Sender<std::io::Result<Worker>>,
}

impl Spawner {
    /// Must be called in a tokio runtime.
    pub fn start(exe: PathBuf, registry: PathBuf) -> std::io::Result<Self> {
        let (wishes, heard) = mpsc::channel::<Wish>();
        let runtime = Handle::current();
        std::thread::Builder::new().name("media-spawner".to_owned()).spawn(move || {
            let _runtime = runtime.enter();
            while let Ok(Wish { scan, worker }) = heard.recv() {
                // One that nobody waits for any more is dropped, and so killed.
                let _ = worker.send(Worker::spawn(&exe, &registry, scan));
            }
        })?;
        Ok(Self { wishes })
    }

    pub async fn spawn(&self, scan: bool) -> std::io::Result<Worker> {
        self.wish(scan)?.await.map_err(std::io::Error::other)?
    }

    /// As [`Self::spawn`], for a start that is not async: waits for as long as it takes to start a process.
    pub fn spawn_now(&self, scan: bool) -> std::io::Result<Worker> {
        let mut worker = self.wish(scan)?;
        loop {
            match worker.try_recv() {
                Ok(worker) => return worker,
                Err(oneshot::error::TryRecvError::Empty) => std::thread::sleep(std::time::Duration::from_millis(1)),
                Err(error) => return Err(std::io::Error::other(error)),
            }
        }
    }

    fn wish(&self, scan: bool) -> std::io::Result<oneshot::Receiver<std::io::Result<Worker>>> {
        let (sender, worker) = oneshot::channel();
        self.wishes.send(Wish { scan, worker: sender }).map_err(|_| std::io::Error::other("the spawner is gone"))?;
        Ok(worker)
    }
}
