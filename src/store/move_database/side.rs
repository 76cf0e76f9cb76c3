//! One end of a comparison: its rows in the order of their keys, a batch in memory at a time.

use super::read;
use super::row::{self, Batch, Values};
use crate::store::tables::Table;
use crate::store::value::Value;
use crate::store::{Store, StoreError};

pub struct Side<'s> {
    store: &'s Store,
    batch: Batch,
    /// Of the batch, the row that is looked at.
    position: usize,
    is_at_end: bool,
}

impl<'s> Side<'s> {
    pub fn new(store: &'s Store, table: &'static Table) -> Self {
        Self { store, batch: Batch::new(table, Vec::new()), position: 0, is_at_end: false }
    }

    /// Reads on when every row in memory has been looked at.
    pub async fn fill(&mut self) -> Result<(), StoreError> {
        if self.row().is_none() && !self.is_at_end {
            let after: Option<Values> = self.batch.last_key();
            self.batch = read::read_batch(self.store, self.batch.table, after).await?;
            self.position = 0;
            self.is_at_end = self.batch.len() == 0;
        }
        Ok(())
    }

    /// The row that is looked at, if there is one in memory.
    pub fn row(&self) -> Option<&[Value<'static>]> {
        self.batch.get(self.position)
    }

    /// Whether it takes a `fill` to know what comes next.
    pub fn is_used_up(&self) -> bool {
        self.row().is_none() && !self.is_at_end
    }

    /// Looks at the next row.
    pub fn pass(&mut self) {
        self.position += 1;
    }

    /// The key of the row that is looked at, in words.
    pub fn key_in_words(&self) -> String {
        self.row().map_or_else(String::new, |values| row::key_in_words(self.batch.table, values))
    }
}
