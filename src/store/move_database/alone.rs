//! Whoever else uses one of the two databases: it would go on writing into the old one when the move is done.

use super::MoveError;
use crate::store::{Location, SoleUse, StoreError, postgres};

/// Connections that a refusal names.
const NAMED: usize = 3;

/// Refuses while a server, or another move, uses the database. While the value lives it keeps them out of a file; a PostgreSQL
/// database that is read is locked besides, and one that is filled is marked.
pub async fn alone(location: &Location) -> Result<SoleUse, MoveError> {
    if let Location::Postgres(server) = location.clone() {
        let look = move || postgres::others(&server);
        let others = tokio::task::spawn_blocking(look).await.map_err(|_| StoreError::Panicked)??;
        if !others.is_empty() {
            return Err(MoveError::InUse { database: location.to_string(), others: words(&others) });
        }
    }
    Ok(SoleUse::of(location).await?)
}

fn words(others: &[String]) -> String {
    let named = &others[..others.len().min(NAMED)];
    let more = others.len() - named.len();
    if more == 0 { named.join(", ") } else { format!("{}, and {more} more", named.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_a_few_of_many_connections() {
        let others = ["a", "b", "c", "d", "e"].map(str::to_owned);
        assert_eq!(words(&others[..1]), "a");
        assert_eq!(words(&others[..3]), "a, b, c");
        assert_eq!(words(&others), "a, b, c, and 2 more");
    }
}
