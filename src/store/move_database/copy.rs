//! From one end to the other, table after table, in the order of the keys. Where a move goes on, each table does so after its
//! target's last row: a batch is there whole or not at all.

use super::target::Target;
use super::{MoveError, Step, Tick, Watch, read};
use crate::store::Store;
use crate::store::tables::Table;

pub async fn copy(source: &Store, target: &Target, table: &'static Table, watch: &mut Watch<'_>) -> Result<(), MoveError> {
    let after = read::last_key(&target.store, table).await.map_err(MoveError::Target)?;
    let of = read::count(source, table, None).await.map_err(MoveError::Source)?;
    let mut done = match &after {
        Some(key) => read::count(source, table, Some(key.clone())).await.map_err(MoveError::Source)?,
        None => 0,
    };
    let mut batch = read::read_batch(source, table, after).await.map_err(MoveError::Source)?;
    watch(Tick { step: Step::Copy, table: table.name, done, of });
    while let Some(after) = batch.last_key() {
        let rows = batch.len() as u64;
        // The next rows are read while these are written.
        let read = async { read::read_batch(source, table, Some(after)).await.map_err(MoveError::Source) };
        (batch, ()) = tokio::try_join!(read, target.add(batch))?;
        done += rows;
        watch(Tick { step: Step::Copy, table: table.name, done, of });
    }
    Ok(())
}
